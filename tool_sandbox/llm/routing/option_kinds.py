"""The options of a router that are used, in LiteLLM's spelling: of which kind each must be, and what it says."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, TypeVar

from pydantic import AfterValidator, BaseModel, BeforeValidator, Field, ValidationError, ValidationInfo

from tool_sandbox.errors import SettingsError
from tool_sandbox.nearest import hint
from tool_sandbox.redaction import redact

STRATEGIES = (
    "simple-shuffle", "least-busy", "usage-based-routing", "usage-based-routing-v2",
    "latency-based-routing", "cost-based-routing",
)  # fmt: skip
_OTHER_STRATEGIES = {
    "lar1": "it sorts requests by a confidence they state of themselves, and ours state none",
    "provider-budget-routing": "use max_budget=… for a limit on money",
}
_ERRORS = {
    "RateLimitError": "RateLimitError",
    "TimeoutError": "ProviderTimeoutError",
    "InternalServerError": "ProviderUnavailableError",
    "ServiceUnavailableError": "503",
    "BadGatewayError": "502",
    "BadRequestError": "InvalidRequestError",
    "NotFoundError": "404",
    "AuthenticationError": "AuthenticationError",
    "ContentPolicyViolationError": "RefusalError",
}
"""LiteLLM's kinds of error as ours: the name of a class, or a status where one class has several."""


def _known_strategy(given: Any) -> str:
    """A routing strategy by name, or as a member of LiteLLM's enumeration."""
    written = str(getattr(given, "value", given))
    if written in STRATEGIES:
        return written
    why = _OTHER_STRATEGIES.get(written)
    message = f"routing_strategy {written!r} is not used here: {why}." if why else None
    raise SettingsError(message or f"unknown routing_strategy {written!r}; {hint(written, STRATEGIES)}")


def _plain(policy: Any) -> Any:
    """A policy as a mapping, also if it is an object of LiteLLM's, with the entries that say something."""
    written = policy.model_dump() if isinstance(policy, BaseModel) else policy
    if not isinstance(written, Mapping):
        return written
    return {name: number for name, number in written.items() if number is not None}


def _by_our_errors(policy: Mapping[str, int], info: ValidationInfo) -> dict[str, int]:
    """Numbers by kind of error of ours: failures allowed, or tries, which are one more than retries."""
    known = {f"{kind}AllowedFails": ours for kind, ours in _ERRORS.items()}
    first = 0
    if info.field_name != "allowed_fails_policy":
        known = {**{f"{kind}Retries": ours for kind, ours in _ERRORS.items()}, "DefaultRetries": ""}
        first = 1
    for name in policy:
        if name not in known:
            message = f"unknown entry {name!r} in {info.field_name}; {hint(name, known)}"
            raise SettingsError(message)
    return {known[name]: first + number for name, number in policy.items()}


_no_truth_value = BeforeValidator(lambda given: str(given) if isinstance(given, bool) else given)
_group_of = BeforeValidator(lambda given: given.get("model") if isinstance(given, Mapping) else given)
_AT_LEAST_0 = Field(ge=0, allow_inf_nan=False, description="a number of at least 0")  # or a text that says one

Text = Annotated[str, Field(min_length=1)]
AnyMapping = Annotated[dict[str, Any], Field(description="a mapping")]
_Number = Annotated[float, _no_truth_value, _AT_LEAST_0]
_MaybeNumber = Annotated[float | None, _no_truth_value, _AT_LEAST_0]
_Above0 = Annotated[float | None, _no_truth_value, Field(gt=0, allow_inf_nan=False, description="a number above 0")]
_Whole = Annotated[int, _no_truth_value, Field(ge=0, description="a whole number of at least 0")]
_WholeAbove0 = Annotated[int | None, _no_truth_value, Field(gt=0, description="a whole number above 0")]
_Chains = Annotated[list[dict[str, list[Text]]], Field(description="a list like [{'primary': ['fallback_0']}]")]
_Groups = Annotated[list[Text], Field(description="a list of model groups")]
_ByError = Annotated[dict[str, _Whole], BeforeValidator(_plain), AfterValidator(_by_our_errors)]


class RouterOptions(BaseModel):
    """The options that are used here."""

    routing_strategy: Annotated[Any, AfterValidator(_known_strategy)] = "simple-shuffle"
    routing_strategy_args: AnyMapping = {}
    fallbacks: _Chains = []
    default_fallbacks: _Groups = []
    context_window_fallbacks: _Chains = []
    content_policy_fallbacks: _Chains = []
    max_fallbacks: _Whole = 5
    allowed_fails: _Whole = 3
    """Failures within a minute that a deployment may have before it is left alone for a while."""
    allowed_fails_policy: _ByError = Field({}, description="a mapping such as {TimeoutErrorAllowedFails: 3}")
    """Read: numbers by status or by the name of our class."""
    cooldown_time: _Number = 5.0
    """Seconds for which a failing deployment is left alone where its server does not say how long."""
    disable_cooldowns: Any = False
    retry_policy: _ByError = Field({}, description="a mapping such as {RateLimitErrorRetries: 3}")
    """Read: tries by status or by the name of our class; ``""`` stands for all others. The retry policy of the calls
    decides where nothing is said."""
    model_group_retry_policy: dict[str, _ByError] = Field(
        {}, description="a mapping from model groups to retry policies"
    )
    retry_after: _Number = 0.0
    """Shortest wait before the same deployment is asked again."""
    stream_timeout: _MaybeNumber = None
    default_litellm_params: AnyMapping = {}
    default_max_parallel_requests: _WholeAbove0 = None
    model_group_alias: dict[str, Annotated[Text, _group_of]] = Field(
        {}, description="a mapping from other names to model groups"
    )
    model_group: Text = Field("", description="a model group")


class StrategyArguments(BaseModel):
    """The arguments of a strategy that LiteLLM takes without looking."""

    lowest_latency_buffer: _Number = 0.0


class Limits(BaseModel):
    """What a deployment can be given beside the settings of its calls."""

    weight: _MaybeNumber = None
    """Share of the calls under ``simple-shuffle``."""
    rpm: _Above0 = None
    """Most calls per minute."""
    tpm: _Above0 = None
    """Most tokens per minute."""
    order: _Whole = 0
    """Lower ones are used first, while they are healthy."""
    max_parallel_requests: _WholeAbove0 = None
    """Most calls at once."""
    stream_timeout: _MaybeNumber = None
    """Seconds for one whole answer that is streamed, where that differs."""


_Read = TypeVar("_Read", bound=BaseModel)


def read(kind: type[_Read], values: Mapping[str, Any], where: str = "") -> _Read:
    """Values that are of the kinds their names ask for; ``None`` is the same as not given, other names are left out.

    Args:
        kind: The names and their kinds, each with a description for messages.
        values: As a person wrote them.
        where: Where they stand, to begin the message with.

    Raises:
        SettingsError: One is of another kind; the message says what was expected.
    """
    given = {name: value for name, value in values.items() if value is not None}
    try:
        return kind.model_validate(given)
    except ValidationError as error:
        name = str(error.errors()[0]["loc"][0])
        message = f"{where}{name}={redact({name: given[name]})[name]!r} must be {kind.model_fields[name].description}."
        raise SettingsError(message) from None


def from_environment(value: Any, environ: Mapping[str, str]) -> Any:
    """A value, or what the variable holds that it names as ``os.environ/NAME``.

    Raises:
        SettingsError: The variable is not set.
    """
    if not isinstance(value, str) or not value.startswith("os.environ/"):
        return value
    name = value.removeprefix("os.environ/")
    if name not in environ:
        message = f"{value!r} names the environment variable {name}, which is not set."
        raise SettingsError(message)
    return environ[name]

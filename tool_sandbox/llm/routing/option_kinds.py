"""The options of a router that are used, and of which kind they must be: a table, and the one check over it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, Field, TypeAdapter, ValidationError

from tool_sandbox.errors import SettingsError
from tool_sandbox.redaction import redact

USED = (
    "routing_strategy", "routing_strategy_args", "fallbacks", "default_fallbacks", "context_window_fallbacks",
    "content_policy_fallbacks", "max_fallbacks", "allowed_fails", "allowed_fails_policy", "cooldown_time",
    "disable_cooldowns", "retry_policy", "model_group_retry_policy", "retry_after", "stream_timeout",
    "default_litellm_params", "default_max_parallel_requests", "model_group_alias", "model_group",
)  # fmt: skip


def check_kinds(values: Mapping[str, Any], where: str = "") -> None:
    """Make sure that every value that is given is of the kind its name asks for; other names may have any.

    Args:
        values: Options of a router, limits of a deployment, or sections of a configuration.
        where: Where they stand, to begin the message with.

    Raises:
        SettingsError: One is not; the message says what was expected.
    """
    for name, value in values.items():
        if value is None or name not in _KINDS:
            continue
        kind, expected = _KINDS[name]
        try:
            kind.validate_python(value)
        except ValidationError:
            message = f"{where}{name}={redact({name: value})[name]!r} must be {expected}."
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


_Text = Annotated[str, Field(min_length=1)]


class _Group(BaseModel):
    """Another name of a group in LiteLLM's long form."""

    model: _Text


_no_truth_value = BeforeValidator(lambda given: None if isinstance(given, bool) else given)
_Number = Annotated[float, _no_truth_value, Field(ge=0, allow_inf_nan=False)]  # or a text that says one
_Whole = Annotated[int, _no_truth_value, Field(ge=0)]
_Counts = Annotated[
    dict[str, _Whole | None], BeforeValidator(lambda given: getattr(given, "model_dump", lambda: given)())
]


_NUMBER = (TypeAdapter(_Number), "a number of at least 0")
_WHOLE = (TypeAdapter(_Whole), "a whole number of at least 0")
_POSITIVE = (TypeAdapter(Annotated[_Number, Field(gt=0)]), "a number above 0")
_ABOVE = (TypeAdapter(Annotated[_Whole, Field(gt=0)]), "a whole number above 0")
_CHAINS = (TypeAdapter(list[dict[str, list[_Text]]]), "a list like [{'primary': ['fallback_0']}]")
_MAPPING = (TypeAdapter(dict[str, Any]), "a mapping")
_KINDS: Mapping[str, tuple[TypeAdapter[Any], str]] = {
    "fallbacks": _CHAINS,
    "context_window_fallbacks": _CHAINS,
    "content_policy_fallbacks": _CHAINS,
    "default_fallbacks": (TypeAdapter(list[_Text]), "a list of model groups"),
    "max_fallbacks": _WHOLE,
    "allowed_fails": _WHOLE,
    "allowed_fails_policy": (TypeAdapter(_Counts), "a mapping such as {TimeoutErrorAllowedFails: 3}"),
    "retry_policy": (TypeAdapter(_Counts), "a mapping such as {RateLimitErrorRetries: 3}"),
    "model_group_retry_policy": (TypeAdapter(dict[str, _Counts]), "a mapping from model groups to retry policies"),
    "cooldown_time": _NUMBER,
    "retry_after": _NUMBER,
    "stream_timeout": _NUMBER,
    "default_litellm_params": _MAPPING,
    "default_max_parallel_requests": _ABOVE,
    "model_group_alias": (TypeAdapter(dict[str, _Text | _Group]), "a mapping from other names to model groups"),
    "model_group": (TypeAdapter(_Text), "a model group"),
    "lowest_latency_buffer": _NUMBER,
    "routing_strategy_args": _MAPPING,
    "weight": _NUMBER,
    "rpm": _POSITIVE,
    "tpm": _POSITIVE,
    "order": _WHOLE,
    "max_parallel_requests": _ABOVE,
    "model_info": _MAPPING,
    "litellm_params": _MAPPING,
    "model_name": (TypeAdapter(_Text), "text"),
    "litellm_settings": _MAPPING,
    "router_settings": _MAPPING,
    "cache_params": _MAPPING,
    "type": (TypeAdapter(_Text), "the type of a cache, such as redis"),
}

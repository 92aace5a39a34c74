"""How one model is called: every configuration key of ``LiteLLMAgent`` and ``LiteLLMUser``, checked and typed."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any, Literal, get_args

from attrs import Attribute, evolve, field, fields, frozen

from tool_sandbox.common.checks import fits, number, one_of
from tool_sandbox.errors import SettingsError
from tool_sandbox.llm.layers.prompted_tools.formats import FORMATS
from tool_sandbox.nearest import hint, nearest
from tool_sandbox.redaction import is_secret_name, redact_text

OnInvalidToolCall = Literal["reply", "raise"]
TextBesideCalls = Literal["keep", "drop"]

_ALIASES = {
    "base_url": "api_base",
    "cache_config": "cache",
    "caching": "cache",
    "budget": "max_budget",
    "request_timeout": "timeout",
    "max_retries": "num_retries",
    "max_completion_tokens": "max_tokens",
    "max_output_tokens": "max_tokens",
    "tool_format": "prompted_tools",
    "callback": "callbacks",
    "vertex_ai_project": "vertex_project",
    "vertex_ai_location": "vertex_location",
    "region_name": "aws_region_name",
}
_GENERATION = "generation"
_CONNECTION = "connection"
_generation = {_GENERATION: True}
_connection = {_CONNECTION: True}


def _names(value: Any) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else tuple(value or ())


TOOL_FORMATS = (*FORMATS, "on", "off", "auto", "native")
"""How tools may be offered; see ``llm.layers.prompted_tools.layer.choose_format``."""


def _tool_format(_: Any, attribute: Attribute[Any], value: Any) -> None:
    if isinstance(value, str) and value not in TOOL_FORMATS:
        message = f"{attribute.name}={value!r}: unknown way to prompt for tools; {hint(value, TOOL_FORMATS)}"
        raise SettingsError(message)


@frozen(kw_only=True)
class ModelSettings:
    """Everything that can be set about calls to one model. Keys that are not here are refused."""

    temperature: float | None = field(default=0.0, validator=number(0), metadata=_generation)
    """Sampling temperature; ``None`` leaves it to the provider."""
    max_tokens: int | None = field(default=1024, validator=number(1), metadata=_generation)
    """Longest answer; raised for models that reason unless it was set explicitly."""
    top_p: float | None = field(default=None, validator=number(0, 1), metadata=_generation)
    """Nucleus sampling."""
    top_k: int | None = field(default=None, validator=number(0), metadata=_generation)
    """Sampling among the k likeliest tokens, where the provider has it."""
    frequency_penalty: float | None = field(default=None, metadata=_generation)
    """Penalty on frequent tokens."""
    presence_penalty: float | None = field(default=None, metadata=_generation)
    """Penalty on tokens already used."""
    seed: int | None = field(default=None, metadata=_generation)
    """Sampling seed, where the provider has it."""
    stop: str | list[str] | None = field(default=None, metadata=_generation)
    """Sequences that end an answer."""
    reasoning_effort: str | None = field(default=None, metadata=_generation)
    """How long a reasoning model thinks: ``minimal``, ``low``, ``medium``, ``high``, or a provider's own word."""
    thinking: Mapping[str, Any] | None = field(default=None, metadata=_generation)
    """Thinking budget in Anthropic's form, ``{"type": "enabled", "budget_tokens": 2048}``."""
    tool_choice: str | Mapping[str, Any] | None = field(default=None, metadata=_generation)
    """``auto``, ``none``, ``required`` or one tool; sent only with tools."""
    parallel_tool_calls: bool | None = field(default=None, metadata=_generation)
    """Whether one turn may hold several calls; sent only with tools."""
    user: str | None = field(default=None, metadata=_generation)
    """End-user id, sent to the provider and used to account for costs."""
    response_format: Mapping[str, Any] | None = field(default=None, metadata=_generation)
    """Form of text answers."""
    service_tier: str | None = field(default=None, metadata=_generation)
    """Priority of the call, where the provider sells it."""
    extra_body: Mapping[str, Any] | None = field(default=None, metadata=_generation)
    """Further fields of the request body, sent as they are."""

    timeout: float = field(default=30.0, validator=number(0.001))
    """Seconds for one whole answer."""
    num_retries: int = field(default=3, validator=number(0))
    """Further tries after the first one."""
    patience: float = field(default=180.0, validator=number(0))
    """Seconds one call waits for an endpoint that is down; one that has never answered gets a sixth of them."""
    retry_ceiling: float = field(default=300.0, validator=number(0))
    """Seconds after which no further try is begun."""
    rpm: int | None = field(default=None, validator=number(1))
    """Most calls per minute to the model's endpoint; of several for one endpoint, the lowest holds."""
    tpm: int | None = field(default=None, validator=number(1))
    """Most tokens per minute, likewise."""
    stream: bool = False
    """Whether answers are streamed and put together here."""
    prompted_tools: str | bool | None = field(default=None, validator=_tool_format)
    """Offer tools in the prompt: a format's name, ``True`` for the default format, ``False`` for never, ``None`` for
    what LiteLLM knows of the model."""
    on_invalid_tool_call: OnInvalidToolCall = field(default="reply", validator=one_of(*get_args(OnInvalidToolCall)))
    """What an unknown tool, broken arguments or an empty answer lead to: an error the model sees, or an exception."""

    text_beside_calls: TextBesideCalls = field(default="keep", validator=one_of(*get_args(TextBesideCalls)))
    """Whether what a model says together with tool calls is kept and sent back to it, or dropped as in the original."""

    fallbacks: tuple[str, ...] = field(default=(), converter=_names)
    """Models asked in this order when this one fails for good."""
    cache: Any = None
    """Response cache: a type's name, a mapping (``enabled``, ``type``, ``ttl``, …) or a cache object."""
    max_budget: float | None = field(default=None, validator=number(0))
    """US dollars this role may spend."""
    on_unknown_price: Literal["refuse", "allow"] = field(default="refuse", validator=one_of("refuse", "allow"))
    """What a budget does with a model whose price nobody knows."""
    prices: Mapping[str, Any] | None = None
    """The model's own prices, per token or per million tokens."""
    callbacks: tuple[str, ...] = field(default=(), converter=_names)
    """LiteLLM callbacks by name."""

    api_key: str | None = field(default=None, repr=False, metadata=_connection)
    """The provider's key; looked for in the environment when not given."""
    api_base: str | None = field(default=None, repr=lambda base: repr(base and redact_text(base)), metadata=_connection)
    """Where the provider is."""
    api_version: str | None = field(default=None, metadata=_connection)
    """Version of Azure's API."""
    organization: str | None = field(default=None, metadata=_connection)
    """OpenAI organisation."""
    custom_llm_provider: str | None = field(default=None, metadata=_connection)
    """LiteLLM provider, for model names that do not show it."""
    base_model: str | None = field(default=None, metadata=_connection)
    """The model behind an Azure deployment."""
    vertex_project: str | None = field(default=None, metadata=_connection)
    """Google Cloud project."""
    vertex_location: str | None = field(default=None, metadata=_connection)
    """Google Cloud region."""
    vertex_credentials: str | None = field(default=None, repr=False, metadata=_connection)
    """Google credentials: JSON text or a file."""
    aws_access_key_id: str | None = field(default=None, repr=False, metadata=_connection)
    """AWS key id."""
    aws_secret_access_key: str | None = field(default=None, repr=False, metadata=_connection)
    """AWS secret."""
    aws_session_token: str | None = field(default=None, repr=False, metadata=_connection)
    """AWS session token."""
    aws_region_name: str | None = field(default=None, metadata=_connection)
    """AWS region."""
    aws_profile_name: str | None = field(default=None, metadata=_connection)
    """AWS profile."""
    aws_bedrock_runtime_endpoint: str | None = field(default=None, metadata=_connection)
    """Where Bedrock is."""
    extra_headers: Mapping[str, str] | None = field(default=None, repr=False, metadata=_connection)
    """Further HTTP headers."""
    ssl_verify: bool | str | None = field(default=None, metadata=_connection)
    """Whether to check certificates, or a certificate bundle."""

    explicit: frozenset[str] = field(default=frozenset(), repr=False, eq=False)
    """The keys that were set rather than left at their defaults."""

    @classmethod
    def from_config(cls, config: Mapping[str, Any]) -> ModelSettings:
        """Settings from configuration keys as a person writes them.

        Raises:
            SettingsError: A key is unknown (the message names the nearest one), is given twice, or has a wrong value.
        """
        if not config:
            return _by_default()
        known = [each.name for each in fields(cls) if each.name != "explicit"]
        values: dict[str, Any] = {}
        for key, value in config.items():
            name = key if key in known else _ALIASES.get(key, key)
            if name not in known:
                raise SettingsError(_unknown(key, [*known, *_ALIASES]))
            if name in values and values[name] != value:
                message = f"{key!r} and {name!r} are the same setting with two different values; give one of them."
                raise SettingsError(message)
            values[name] = value
        for name, value in values.items():
            _check_kind(name, value, str(getattr(fields(cls), name).type))
        return cls(**values, explicit=frozenset(values))

    @staticmethod
    def name_of(key: str) -> str:
        """The setting that a configuration key means: several have more than one name."""
        return _ALIASES.get(key, key)

    @classmethod
    def has(cls, key: str) -> bool:
        """Whether there is a setting that a configuration key means."""
        return any(each.name == cls.name_of(key) for each in fields(cls))

    @classmethod
    def is_connection(cls, key: str) -> bool:
        """Whether a configuration key says where a model is, or with which credentials it is asked."""
        name = cls.name_of(key)
        return any(each.name == name and each.metadata.get(_CONNECTION) for each in fields(cls))

    def replaced(self, **values: Any) -> ModelSettings:
        """The settings with some of them replaced; these count as set explicitly."""
        return evolve(self, **values, explicit=self.explicit | frozenset(values))

    def without_connection(self) -> ModelSettings:
        """The settings without where the model is: those of other models are found in the environment."""
        names: dict[str, Any] = {each.name: None for each in fields(type(self)) if each.metadata.get(_CONNECTION)}
        return evolve(self, **names, explicit=self.explicit - names.keys())

    def generation_params(self) -> dict[str, Any]:
        """What goes to the model as generation parameters; unset ones are left out."""
        return self._section(_GENERATION)

    def connection(self) -> dict[str, Any]:
        """Where the model is and with which credentials, in LiteLLM's words."""
        return self._section(_CONNECTION)

    def record(self) -> dict[str, Any]:
        """What was set, without secrets, for a run's record."""
        return {name: _shown(name, getattr(self, name)) for name in sorted(self.explicit) if name != "cache"}

    def _section(self, section: str) -> dict[str, Any]:
        return {name: value for name in _names_of(section) if (value := getattr(self, name)) is not None}


@cache
def _by_default() -> ModelSettings:
    return ModelSettings()


@cache
def _names_of(section: str) -> tuple[str, ...]:
    return tuple(each.name for each in fields(ModelSettings) if each.metadata.get(section))


_EXPECTED: Mapping[str, str] = {
    "str": "text (in quotes, if it looks like something else)",
    "int": "a whole number",
    "float": "a number",
    "bool": "true or false",
    "Mapping": "a mapping",
    "list": "a list",
    "tuple": "a list of names",
}
"""What to call the types that the settings are declared with."""


def _check_kind(name: str, value: Any, declared: str) -> None:
    """Refuse a value of a kind that the setting cannot have."""
    several = declared.startswith("tuple")
    good = all(isinstance(each, str) for each in value) if several and isinstance(value, list | tuple) else True
    if good and (fits(value, declared) or (several and isinstance(value, str))):
        return
    kinds = [part.partition("[")[0] for part in declared.split(" | ")]
    expected = " or ".join(_EXPECTED[kind] for kind in kinds if kind in _EXPECTED)
    message = f"{name}={_shown(name, value)} must be {expected}."
    raise SettingsError(message)


def _unknown(key: str, known: list[str]) -> str:
    near = nearest(key, known, 1)
    if near:
        return f"unknown configuration key {key!r}; did you mean {near[0]!r}?"
    names = ", ".join(sorted(known))
    return f"unknown configuration key {key!r}; expected one of {names}. Other fields of the body go into extra_body."


def _shown(name: str, value: Any) -> Any:
    return "[redacted]" if value and (is_secret_name(name) or name == "extra_headers") else redact_text(repr(value))

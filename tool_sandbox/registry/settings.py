"""What a run is asked to do, as one frozen object that can be written down and read back."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, Literal, get_args

from attrs import NOTHING, field, fields, frozen

from tool_sandbox.common.tool_discovery import ToolBackend
from tool_sandbox.errors import SettingsError
from tool_sandbox.nearest import hint
from tool_sandbox.redaction import redact

OnFallback = Literal["allow", "mark", "void"]
Compat = Literal["original"]
Search = Literal["offline", "rapidapi"]


def _names(values: Any) -> Any:
    """One name or several as a tuple; what is neither is left for the check to name."""
    if values is None or isinstance(values, str):
        return (values,) if values else ()
    return tuple(values) if isinstance(values, list | tuple) else values


def _expect(good: bool, name: str, value: Any, expected: str) -> None:
    if not good:
        message = f"{name} is {redact(value)!r}; it must be {expected}."
        raise SettingsError(message)


def _at_least(least: float, *, whole: bool = False) -> Any:
    kind, expected = (int, "a whole number") if whole else (int | float, "a number")

    def check(_settings: Any, attribute: Any, value: Any) -> None:
        fits = isinstance(value, kind) and not isinstance(value, bool) and least <= value < math.inf
        _expect(_left_out(attribute, value) or fits, attribute.name, value, f"{expected} of at least {least:g}")

    return check


def _one_of(choices: tuple[str, ...]) -> Any:
    def check(_settings: Any, attribute: Any, value: Any) -> None:
        if not _left_out(attribute, value) and value not in choices:
            message = f"{attribute.name} is {value!r}; {hint(str(value), choices)}"
            raise SettingsError(message)

    return check


def _text(_settings: Any, attribute: Any, value: Any) -> None:
    fits = isinstance(value, str) and (value != "" or attribute.default is not NOTHING)
    _expect(_left_out(attribute, value) or fits, attribute.name, value, "text")


def _texts(_settings: Any, attribute: Any, value: Any) -> None:
    fits = isinstance(value, tuple) and all(isinstance(each, str) and each for each in value)
    _expect(fits, attribute.name, value, "a name or a list of names, each of them text")


def _whole(_settings: Any, attribute: Any, value: Any) -> None:
    _expect(isinstance(value, int) and not isinstance(value, bool), attribute.name, value, "a whole number")


def _yes_or_no(_settings: Any, attribute: Any, value: Any) -> None:
    _expect(isinstance(value, bool), attribute.name, value, "true or false")


def _configuration(_settings: Any, attribute: Any, value: Any) -> None:
    fits = isinstance(value, Mapping) and all(isinstance(key, str) for key in value)
    _expect(fits, attribute.name, value, "a mapping of configuration keys, such as {top_p: 0.5}")


def _cache(_settings: Any, attribute: Any, value: Any) -> None:
    fits = value is None or isinstance(value, str) or (isinstance(value, Mapping) and all(map(_is_text, value)))
    _expect(fits, attribute.name, value, "memory, disk, a redis:// address or a mapping")


def _left_out(attribute: Any, value: Any) -> bool:
    return value is None and attribute.default is None


def _not_with_compat(settings: Any, _attribute: Any, value: bool) -> None:
    if value and settings.compat is not None:
        message = "--shuffle-tools does not go with --compat original, which offers tools in the order of discovery."
        raise SettingsError(message)


@frozen(kw_only=True)
class AgentRule:
    """Which agent plays the scenarios whose name or tag fits a pattern."""

    pattern: str
    """A name, a glob over names, a tag or category, or ``tag:NAME`` where a tag could be taken for a name."""
    agent: str
    """The agent, named as after ``-a``."""


def _rules(value: Any) -> tuple[AgentRule, ...]:
    if isinstance(value, Mapping):
        return tuple(AgentRule(pattern=str(pattern), agent=str(agent)) for pattern, agent in value.items())
    rules = value or ()
    _expect(isinstance(rules, list | tuple) and all(map(_is_rule, rules)), "agent_rules", value, "a list of rules")
    return tuple(rule if isinstance(rule, AgentRule) else AgentRule(**rule) for rule in rules)


def _is_rule(rule: Any) -> bool:
    if isinstance(rule, AgentRule):
        return True
    return isinstance(rule, Mapping) and set(rule) == {"pattern", "agent"} and all(map(_is_text, rule.values()))


def _is_text(value: Any) -> bool:
    return isinstance(value, str)


@frozen(kw_only=True)
class RunSettings:
    """One run: who plays what, how often, and under which limits."""

    agent: str = field(validator=_text)
    """The agent under test: a model string, an old name, a scripted player, or ``module:Class``."""
    user: str = field(validator=_text)
    """Who plays the user, named like the agent."""
    agent_rules: tuple[AgentRule, ...] = field(default=(), converter=_rules)
    """Other agents for some of the scenarios; the first rule that fits wins."""
    scenarios: tuple[str, ...] = field(default=(), converter=_names, validator=_texts)
    """Names and globs of the scenarios to play; empty means all."""
    tags: tuple[str, ...] = field(default=(), converter=_names, validator=_texts)
    """Only scenarios that carry one of these tags or categories; empty means all."""
    scenarios_from: tuple[str, ...] = field(default=(), converter=_names, validator=_texts)
    """Files, folders or modules with scenarios of the user's own, played instead of the bundled ones."""
    tools_from: tuple[str, ...] = field(default=(), converter=_names, validator=_texts)
    """Files, folders or modules with tools of the user's own, offered beside the bundled ones."""
    trials: int = field(default=1, validator=_at_least(1, whole=True))
    """How often every scenario is played."""
    concurrency: int = field(default=16, validator=_at_least(1, whole=True))
    """Samples in flight at once."""
    seed: int = field(default=42, validator=_whole)
    """Start of every random choice the run makes."""
    output: str = field(default="runs", validator=_text)
    """Directory or fsspec URL under which the run directory is made."""
    fallbacks: tuple[str, ...] = field(default=(), converter=_names, validator=_texts)
    """Models asked, in this order, when the agent's own model does not answer."""
    router_config: str | None = field(default=None, validator=_text)
    """A LiteLLM ``config.yaml`` with the deployments that serve the agent."""
    on_fallback: OnFallback = field(default="mark", validator=_one_of(get_args(OnFallback)))
    """What becomes of a sample in which a fallback answered."""
    cache: str | Mapping[str, Any] | None = field(default=None, validator=_cache)
    """Where answers are kept: ``memory``, ``disk``, a ``redis://`` address, or a mapping with more to say."""
    budget: float | None = field(default=None, validator=_at_least(0))
    """US dollars the run may spend."""
    temperature: float | None = field(default=None, validator=_at_least(0))
    """Sampling temperature of the agent; the agent's own default when not set."""
    max_tokens: int | None = field(default=None, validator=_at_least(1, whole=True))
    """Longest answer of the agent, in tokens."""
    timeout: float | None = field(default=None, validator=_at_least(0))
    """Seconds one call may take."""
    tool_timeout: float = field(default=60.0, validator=_at_least(0))
    """Seconds that one call of a tool may take; 0 for any time."""
    sample_timeout: float = field(default=0.0, validator=_at_least(0))
    """Seconds that one sample may take; 0 for any time."""
    retries: int | None = field(default=None, validator=_at_least(0, whole=True))
    """Tries after the first one when a call fails in a way that trying again can help."""
    patience: float | None = field(default=None, validator=_at_least(0))
    """Seconds one call waits for an endpoint that is down; three minutes when not set."""
    max_void: int = field(default=20, validator=_at_least(0, whole=True))
    """So many void samples in a row with the same reason end the run; 0 for any number."""
    tool_format: str | None = field(default=None, validator=_text)
    """How tools are offered to a model without native tool calling."""
    params: Mapping[str, Any] = field(factory=dict, validator=_configuration)
    """Further configuration of the agent, passed on as it is."""
    user_params: Mapping[str, Any] = field(factory=dict, validator=_configuration)
    """The same for the simulated user, such as its ``api_base`` or its own ``max_budget``."""
    callbacks: tuple[str, ...] = field(default=(), converter=_names, validator=_texts)
    """LiteLLM callbacks, by name."""
    compat: Compat | None = field(default=None, validator=_one_of(get_args(Compat)))
    """``original`` scores what a model did wrong as published scores did."""
    search: Search = field(default="offline", validator=_one_of(get_args(Search)))
    """What answers the search tools: the shipped data, or the live services of RapidAPI."""
    shuffle_tools: bool = field(default=False, validator=[_yes_or_no, _not_with_compat])
    """Offer the tools in another order per scenario, drawn from the seed."""
    backend: str = field(default="DEFAULT", validator=_one_of(tuple(ToolBackend.__members__)))
    """Preferred variant of tools that exist more than once."""

    ambient: frozenset[str] = field(default=frozenset(), converter=frozenset, eq=False, repr=False)
    """The fields whose values hold for every run on the machine, because its environment says so; not written down."""

    def to_record(self) -> dict[str, Any]:
        """The settings as JSON-able data without secrets."""
        record: dict[str, Any] = {name: getattr(self, name) for name in self.names()}
        record["agent_rules"] = [{"pattern": rule.pattern, "agent": rule.agent} for rule in self.agent_rules]
        cleaned: dict[str, Any] = redact(record)
        return cleaned

    @classmethod
    def names(cls) -> list[str]:
        """What can be set about a run."""
        return [attribute.name for attribute in fields(cls) if attribute.name != "ambient"]

    @classmethod
    def from_record(cls, record: Mapping[str, Any], **changes: Any) -> RunSettings:
        """The settings ``to_record`` wrote, with ``changes`` laid over them.

        Raises:
            SettingsError: A key has no meaning or a wrong value, or one that is needed is missing.
        """
        _expect(isinstance(record, Mapping), "settings", record, "a JSON object with the settings of a run")
        known = cls.names()
        for key in {**record, **changes}:
            if key not in known:
                message = f"{key!r} is not a setting of a run; {hint(key, sorted(known))}"
                raise SettingsError(message)
        for key in ("agent", "user"):
            if key not in record:
                message = f"the settings of the run name no {key}; they are not as a run writes them."
                raise SettingsError(message)
        return cls(**{**record, **{key: value for key, value in changes.items() if value is not None}})

"""What one model takes: the properties of its template and its server that a request must suit."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Literal

from attrs import evolve, field, fields, frozen

from tool_sandbox.llm.providers import provider_name

BesideCalls = Literal["null", "empty", "absent", "words"]
"""What stands for the text of a turn that only calls tools."""

_ONE_SYSTEM_ONLY = frozenset({"anthropic", "bedrock", "gemini", "vertex_ai", "cohere"})
"""Where a second system message is moved or rewritten on the way."""
_CUT_SHORT = "LiteLLM cannot tell a stream of Gemini's that was cut short from a whole one"
_UNSTREAMABLE = {"cohere": "LiteLLM cannot read Cohere's streams", "gemini": _CUT_SHORT, "vertex_ai": _CUT_SHORT}
_ECHO = {
    "anthropic": ("thinking_blocks",),
    "bedrock": ("thinking_blocks", "reasoning_content"),
    "vertex_ai": ("thinking_blocks", "provider_specific_fields"),
    "gemini": ("provider_specific_fields",),
    "openai": ("reasoning_items", "provider_specific_fields"),
    "azure": ("reasoning_items", "provider_specific_fields"),
    "openrouter": ("reasoning_details", "reasoning_content", "provider_specific_fields"),
    "litellm_proxy": ("thinking_blocks", "reasoning_items", "reasoning_content", "provider_specific_fields"),
    "deepseek": ("reasoning_content",),
    "moonshot": ("reasoning_content",),
    "zai": ("reasoning_content",),
    "hosted_vllm": ("reasoning_content",),
    "direct": ("reasoning_content",),
}
"""What each provider reads in a model's own earlier turns. Elsewhere the same fields are refused as unknown."""
_CALL_ECHO = frozenset({"gemini", "vertex_ai", "openrouter", "litellm_proxy", "openai", "azure"})
ECHOED = frozenset(name for names in _ECHO.values() for name in names)
"""Every field of a message that goes to nobody but the model that wrote it."""


@frozen
class Change:
    """One parameter that a model does not take as asked: dropped, renamed, or given another value."""

    parameter: str
    new_name: str | None = None
    new_value: Any = None
    reason: str = ""
    missing: bool = False
    """Whether the change is also made where nobody gave the parameter."""

    def apply(self, params: Mapping[str, Any]) -> dict[str, Any]:
        """The parameters with the change made; those without the parameter stay as they are unless it was missed."""
        if self.parameter not in params and not self.missing:
            return dict(params)
        rest = {name: value for name, value in params.items() if name != self.parameter}
        if self.new_name is not None:
            rest[self.new_name] = self._value(params)
        return rest

    def describe(self, params: Mapping[str, Any]) -> str:
        """What was done, in words for the run's record."""
        if self.parameter not in params:
            return f"{self.new_name}={self._value(params)!r} added: {self.reason}"
        before = f"{self.parameter}={params[self.parameter]!r}"
        if self.new_name is None:
            return f"{before} dropped, provider's default used: {self.reason}"
        return f"{before} sent as {self.new_name}={self._value(params)!r}: {self.reason}"

    def _value(self, params: Mapping[str, Any]) -> Any:
        before = params.get(self.parameter)
        if isinstance(self.new_value, Mapping) and isinstance(before, Mapping):
            return {**before, **self.new_value}
        return before if self.new_value is None else self.new_value


@frozen(kw_only=True)
class Window:
    """The context of a model, in tokens, and how its tokens compare to characters."""

    context: int
    tokens_per_character: float


@frozen(kw_only=True)
class Profile:
    """What one model takes. The defaults are OpenAI's format as most take it."""

    one_system: bool = False
    """Only one system message, in front."""
    system_told_by_user: bool = False
    """No system message at all: what it says goes in front of the user's first words."""
    user_first: bool = False
    """The user speaks first."""
    alternating: bool = False
    """User and assistant take turns; results of tools belong to the assistant's."""
    answer_after_results: bool = False
    """The assistant says something between results of tools and the user's next words."""
    beside_calls: BesideCalls = "null"
    """What stands for the text of a turn that only calls tools."""
    nameless_results: bool = False
    """Results of tools must not carry the tool's name."""
    ids_of_nine: bool = False
    """Ids of calls are nine letters and digits."""
    one_call: bool = False
    """One call in a turn."""
    echo: tuple[str, ...] = ()
    """Fields of its own turns that it reads when they come back."""
    echo_on_calls: bool = False
    """Whether that goes for the fields of calls, too."""
    thoughts_on_every_turn: bool = False
    """Every turn of the assistant carries ``reasoning_content``, whoever wrote it."""
    thinks_after_own_calls_only: bool = False
    """It cannot think in a conversation that holds calls without its own thoughts."""
    refused_fields: frozenset[str] = frozenset()
    """Further fields of messages that it refuses."""
    changes: tuple[Change, ...] = ()
    """Parameters sent in another way."""
    responses_endpoint: bool = False
    """It is asked through OpenAI's newer endpoint, ``/v1/responses``."""
    unstreamable: str | None = None
    """Why its answers are never streamed."""
    window: Window | None = None
    """Its context, where our limit has to leave room for the conversation."""
    longest_answer: int | None = None
    """The highest token limit it takes."""
    limit_for_now: int | None = field(default=None, metadata={"passing": True})
    """A limit that suits this one conversation; never remembered."""

    def learned(self, before: Profile, after: Profile) -> Profile:
        """This profile with what is new in ``after`` compared to ``before``.

        Several calls find out about one model at the same time; what each found is kept.
        """
        news: dict[str, Any] = {}
        for each in fields(Profile):
            old, new = getattr(before, each.name), getattr(after, each.name)
            if new != old and not each.metadata.get("passing"):
                news[each.name] = _together(getattr(self, each.name), new)
        return evolve(self, **news)


@lru_cache(maxsize=256)
def known_profile(model: str) -> Profile:
    """What is known of a model before it is asked, by its provider's name (2026-11)."""
    provider = provider_name(model) or ""
    return Profile(
        one_system=provider in _ONE_SYSTEM_ONLY,
        user_first=provider in _ONE_SYSTEM_ONLY,
        ids_of_nine=provider == "mistral",
        echo=_ECHO.get(provider, ()),
        echo_on_calls=provider in _CALL_ECHO,
        unstreamable=_UNSTREAMABLE.get(provider),
    )


def _together(now: Any, new: Any) -> Any:
    if isinstance(new, frozenset):
        return now | new
    if isinstance(new, tuple):
        return (*now, *(each for each in new if each not in now))
    return new

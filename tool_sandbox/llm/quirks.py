"""What single models refuse or need, found out by asking, and remembered.

Each function is pure and names the behaviour it answers to. Dates are when it was last seen.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from attrs import Factory, define, evolve, frozen

from tool_sandbox.errors import InvalidRequestError
from tool_sandbox.llm.chat import ChatModel, ChatRequest, ChatResponse, Usage
from tool_sandbox.llm.providers import provider_name

_DROPPABLE = (
    "temperature", "top_p", "seed", "stop", "parallel_tool_calls", "frequency_penalty", "presence_penalty",
    "reasoning_effort", "tool_choice", "top_k", "user", "n", "logprobs",
)  # fmt: skip
_REFUSING = re.compile(
    r"(?i)unsupported|not support|n't support|not permitted|not allowed|unrecognized|unknown (?:parameter|field|name)|"
    r"deprecated|may only be set|only the default|must be (?:set to )?1\b|unexpected keyword|not available|"
    r"cannot be specified"
)
_REASONS = re.compile(
    r"(^|/)(gpt-[5-9](?!.*chat)|o[134](-|$)|deepseek-r\d|deepseek-reasoner|magistral|gemini-(2\.5-pro|[3-9])|gpt-oss|"
    r"kimi-k\d.*thinking|qwq|grok-[4-9])|-(thinking|reasoning|reasoner)\b"
)
_REASONING_RESERVE = {"minimal": 1024, "low": 4096, "medium": 8192, "high": 16384, "xhigh": 32768, "max": 32768}
_CUT_SHORT = "LiteLLM cannot tell a stream of Gemini's that was cut short from a whole one"
_UNSTREAMABLE = {"cohere": "LiteLLM cannot read Cohere's streams", "gemini": _CUT_SHORT, "vertex_ai": _CUT_SHORT}
_STARVED_FACTOR = 8
_MOST_TOKENS = 32768


@frozen
class Change:
    """One parameter that a model does not take as asked: dropped, renamed or given another value."""

    parameter: str
    new_name: str | None = None
    new_value: Any = None
    reason: str = ""

    def apply(self, params: Mapping[str, Any]) -> dict[str, Any]:
        """The parameters with the change made; those without the parameter stay as they are."""
        if self.parameter not in params:
            return dict(params)
        rest = {name: value for name, value in params.items() if name != self.parameter}
        if self.new_name is not None:
            rest[self.new_name] = params[self.parameter] if self.new_value is None else self.new_value
        return rest

    def describe(self, params: Mapping[str, Any]) -> str:
        """What was done, in words for the run's record."""
        before = f"{self.parameter}={params.get(self.parameter)!r}"
        if self.new_name is None:
            return f"{before} dropped, provider's default used: {self.reason}"
        after = params.get(self.parameter) if self.new_value is None else self.new_value
        return f"{before} sent as {self.new_name}={after!r}: {self.reason}"


def refused_parameter(text: str, params: Mapping[str, Any]) -> Change | None:
    """The change that answers a provider's complaint about a parameter, if it is about one of those we sent.

    * Reasoning models take ``max_completion_tokens``, not ``max_tokens`` (OpenAI, 2026-11).
      https://platform.openai.com/docs/guides/reasoning
    * Most current flagships refuse ``temperature`` other than 1 (OpenAI, Anthropic, Gemini, 2026-11).
    * ``seed`` is unknown to Anthropic, ``parallel_tool_calls`` to the o-series and Cohere (2026-11).
    """
    if not _REFUSING.search(text):
        return None
    if "max_completion_tokens" in text and "max_tokens" in params and re.search(r"\bmax_tokens\b", text):
        return Change("max_tokens", "max_completion_tokens", reason="the model refuses max_tokens")
    named = {name: match.start() for name in _DROPPABLE if name in params and (match := _mention(name, text))}
    if not named:
        return None
    return Change(min(named, key=named.__getitem__), reason="the model refuses it")


def unstreamable(model: str) -> str | None:
    """Why a model's answers must not be streamed through LiteLLM, or ``None`` when they may (1.110.2, November 2026).

    LiteLLM reads Cohere's stream as bare JSON lines and trips over the first ``event:`` line. It ends a stream of
    Gemini's that stopped half-way with ``finish_reason="stop"``, so that half an answer would pass for a whole one.
    """
    return _UNSTREAMABLE.get(provider_name(model) or "")


def reasons(model: str) -> bool:
    """Whether a model is known to think before it answers without being asked to (2026-11).

    Others are found out when an answer is empty because thinking used the whole limit up.
    """
    return _REASONS.search(model.lower()) is not None


def reserve_for_reasoning(model: str, params: Mapping[str, Any]) -> Change | None:
    """Room for thinking beside the answer, when the model thinks and the limit is only our default.

    ``max_tokens`` counts reasoning too on every provider that reasons (2026-11), so that the default of 1024 would
    leave nothing to answer with.
    """
    limit = params.get("max_tokens")
    thinking = params.get("thinking")
    budget = thinking.get("budget_tokens", 0) if isinstance(thinking, Mapping) else 0
    effort = params.get("reasoning_effort") or ("medium" if reasons(model) else None)
    reserve = max(budget, _REASONING_RESERVE.get(str(effort), 0))
    if not isinstance(limit, int) or not reserve:
        return None
    return Change("max_tokens", "max_tokens", limit + reserve, "room for reasoning")


def room_for_an_answer(response: ChatResponse, params: Mapping[str, Any]) -> Change | None:
    """A higher limit when the model used all of ours up without a word: it reasons, although nobody said so.

    Thoughts written into the text are out of it by now: an answer that is nothing but thoughts cut short has no word.
    """
    if response.finish_reason != "length" or (response.text or "").strip() or response.tool_calls:
        return None
    name = "max_completion_tokens" if "max_completion_tokens" in params else "max_tokens"
    limit = params.get(name)
    if not isinstance(limit, int) or limit >= _MOST_TOKENS:
        return None
    return Change(name, name, min(_MOST_TOKENS, limit * _STARVED_FACTOR), "the limit was used up before any answer")


class RoomForReasoning:
    """A model whose default token limit is raised when it thinks, before anybody reserves money for the call.

    Args:
        inner: The model.
    """

    def __init__(self, inner: ChatModel) -> None:
        self.inner = inner

    def complete(self, request: ChatRequest) -> ChatResponse:
        """Answer, blocking."""
        change = reserve_for_reasoning(request.model, request.params)
        return self._noted(self.inner.complete(self._roomy(request, change)), request, change)

    async def acomplete(self, request: ChatRequest) -> ChatResponse:
        """Answer without blocking the event loop."""
        change = reserve_for_reasoning(request.model, request.params)
        return self._noted(await self.inner.acomplete(self._roomy(request, change)), request, change)

    def _roomy(self, request: ChatRequest, change: Change | None) -> ChatRequest:
        return request if change is None else evolve(request, params=change.apply(request.params))

    def _noted(self, response: ChatResponse, request: ChatRequest, change: Change | None) -> ChatResponse:
        if change is None:
            return response
        return evolve(response, adjustments=(change.describe(request.params), *response.adjustments))


@define
class Memory:
    """What each model was found to need, for as long as the transport lives."""

    changes: dict[str, list[Change]] = Factory(dict)

    def of(self, model: str) -> list[Change]:
        """The changes known for a model."""
        return self.changes.setdefault(model, [])


@define
class Negotiation:
    """One request on its way to a form that its model takes.

    Args:
        asked: The request as the role made it.
        memory: What is known of models.
        flexible_tokens: Whether the token limit is a default of ours that may be raised.
    """

    asked: ChatRequest
    memory: Memory
    flexible_tokens: bool = True
    request: ChatRequest = None  # type: ignore[assignment]  # set below, from ``asked``
    _adjustments: list[str] = Factory(list)
    _wasted: list[ChatResponse] = Factory(list)

    def __attrs_post_init__(self) -> None:
        self.request = self.asked
        if self.asked.stream and (reason := unstreamable(self.asked.model)):
            self.request = evolve(self.asked, stream=False)
            self._adjustments.append(f"stream=True turned off: {reason}")
        for change in tuple(self.memory.of(self.asked.model)):
            self._make(change)

    def refused(self, error: Exception) -> bool:
        """Whether the refusal was about a parameter, and the request is now without it and worth sending again."""
        if not isinstance(error, InvalidRequestError):
            return False
        change = refused_parameter(str(error), self.request.params)
        return change is not None and self._learn(change)

    def starved(self, response: ChatResponse) -> bool:
        """Whether the limit left no room for an answer, and the request now has more and is worth sending again."""
        if not self.flexible_tokens or self._wasted:
            return False
        change = room_for_an_answer(response, self.request.params)
        if change is None or not self._learn(change):
            return False
        self._wasted.append(response)
        return True

    def signed(self, response: ChatResponse) -> ChatResponse:
        """The response with what was changed on the way, and with the tokens of answers thrown away."""
        for wasted in self._wasted:
            response = evolve(
                response, usage=_sum_usage(wasted.usage, response.usage), cost=_sum_cost(wasted.cost, response.cost)
            )
        return evolve(response, adjustments=(*response.adjustments, *self._adjustments))

    def _learn(self, change: Change) -> bool:
        if not self._make(change):
            return False
        known = self.memory.of(self.asked.model)
        if change not in known:
            known.append(change)
        return True

    def _make(self, change: Change) -> bool:
        """Apply a change; ``False`` when it changes nothing, so that asking again would be pointless."""
        params = change.apply(self.request.params)
        if params == dict(self.request.params):
            return False
        self._adjustments.append(change.describe(self.request.params))
        self.request = evolve(self.request, params=params)
        return True


def _mention(name: str, text: str) -> re.Match[str] | None:
    return re.search(rf"(?<![\w.]){re.escape(name)}(?!\w)", text)


def _sum_usage(first: Usage | None, second: Usage | None) -> Usage | None:
    if first is None or second is None:
        return first or second
    return Usage(
        prompt_tokens=first.prompt_tokens + second.prompt_tokens,
        completion_tokens=first.completion_tokens + second.completion_tokens,
        cached_tokens=first.cached_tokens + second.cached_tokens,
        cache_write_tokens=first.cache_write_tokens + second.cache_write_tokens,
        reasoning_tokens=first.reasoning_tokens + second.reasoning_tokens,
    )


def _sum_cost(first: float | None, second: float | None) -> float | None:
    return None if first is None or second is None else first + second

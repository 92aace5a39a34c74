"""What passes between a role and a model: one request, one response, and the seam every layer shares."""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from typing import Any, Protocol

from attrs import Factory, asdict, field, fields, frozen

from tool_sandbox.errors import ProviderError

_MAY_HAVE_BILLED = ("ProviderTimeoutError", "MalformedResponseError")
"""Errors of calls that broke off after they were sent."""
_OF_THE_MOMENT = frozenset({"rate_limits", "sent", "waits"})
"""Fields of a response that its record does not have."""


def _usage(given: Usage | Mapping[str, int] | None) -> Usage | None:
    return Usage(**given) if isinstance(given, Mapping) else given


def _tuple(values: Any) -> tuple[Any, ...]:
    return tuple(values or ())


@frozen(kw_only=True)
class ToolCall:
    """One tool call as the model wrote it."""

    id: str
    """The provider's id; may hold any character, be empty, or repeat."""
    name: str
    """The agent-facing tool name."""
    arguments: str
    """Raw JSON text, not yet checked."""
    provider_fields: Mapping[str, Any] | None = None
    """What the provider wants back with this call, such as a thought signature."""

    def to_dict(self) -> dict[str, Any]:
        """The call as JSON-able data."""
        return asdict(self)


@frozen(kw_only=True)
class Usage:
    """Tokens of one call. ``prompt_tokens`` includes cached ones, ``completion_tokens`` includes reasoning."""

    prompt_tokens: int
    completion_tokens: int
    cached_tokens: int = 0
    cache_write_tokens: int = 0
    reasoning_tokens: int = 0


@frozen(kw_only=True)
class CallTag:
    """Where in a run a call belongs."""

    run: str = ""
    scenario: str = ""
    trial: int = 0
    role: str = "AGENT"
    turn: int = 0
    user: str | None = None

    def of_turn(self, role: str, turn: int, user: str | None) -> CallTag:
        """The same place in a run, at a turn of a role; several times as fast as ``evolve``."""
        return CallTag(run=self.run, scenario=self.scenario, trial=self.trial, role=role, turn=turn, user=user)


@frozen(kw_only=True)
class ChatRequest:
    """One question to a model, in the chat format of OpenAI's API."""

    model: str
    messages: tuple[dict[str, Any], ...] = field(converter=_tuple)
    tools: tuple[dict[str, Any], ...] = field(default=(), converter=_tuple)
    params: Mapping[str, Any] = Factory(dict)
    """Generation parameters: temperature, max_tokens, seed, reasoning_effort, tool_choice, …"""
    timeout: float = 30.0
    """Seconds for the whole answer."""
    stream: bool = False
    tag: CallTag = CallTag()

    def call_params(self) -> dict[str, Any]:
        """Everything of an API call but the model and the messages.

        Without tools nothing is said about them: providers refuse empty lists, and choices among no tools.
        """
        streaming = {"stream": True, "stream_options": {"include_usage": True}} if self.stream else {}
        if self.tools:
            return {"tools": list(self.tools), **streaming, **self.params}
        about_tools = ("tool_choice", "parallel_tool_calls")
        return {**streaming, **{name: value for name, value in self.params.items() if name not in about_tools}}


@frozen(kw_only=True)
class Attempt:
    """One try at a call."""

    number: int
    status: int | None = None
    error: str | None = None
    """Class name and message of the failure; ``None`` when the try succeeded."""
    waited: float = 0.0
    """Seconds waited before this try."""
    latency: float = 0.0
    """Seconds the try took."""
    deployment: str | None = None
    uncertain_cost: float | None = None
    """US dollars that a try which broke off may have cost at most; ``None`` when nobody knows."""
    usage: Usage | None = field(default=None, converter=_usage)
    """Tokens that the provider counted for a try that failed all the same, such as a filtered answer."""
    cost: float | None = None
    """US dollars that they cost; ``None`` when nobody knows. Of the try that succeeded the response says it."""

    @property
    def billed(self) -> bool:
        """Whether the try failed and was paid for."""
        return self.error is not None and (self.usage is not None or self.cost is not None)

    @property
    def in_doubt(self) -> bool:
        """Whether the try ended after the provider may have worked on it, so that it may have been billed."""
        return self.error is not None and not self.billed and self.error.startswith(_MAY_HAVE_BILLED)

    @classmethod
    def failed(cls, error: ProviderError) -> Attempt:
        """The one try of a call that failed with ``error`` and is not tried again."""
        return cls(
            number=1,
            status=error.status,
            error=f"{type(error).__name__}: {error}",
            uncertain_cost=error.uncertain_cost,
            usage=error.usage,
            cost=error.cost,
        )

    def to_dict(self) -> dict[str, Any]:
        """The try as JSON-able data."""
        return asdict(self)


@frozen(kw_only=True)
class RateLimit:
    """One of a provider's limits on how much it may be asked, as it was when it answered."""

    of: str
    """What is counted, in the provider's words: ``requests``, ``tokens``, ``input tokens``, …"""
    limit: int | None = None
    """How many there may be in the provider's span of time."""
    remaining: int | None = None
    reset: float | None = None
    """Seconds until all of them may be used again."""
    is_moment: bool = False
    """Whether the provider named that moment, so that it does not matter how long its answer took."""


@frozen(kw_only=True)
class ChatResponse:
    """What came back, and what it took to get it."""

    text: str | None = None
    tool_calls: tuple[ToolCall, ...] = field(default=(), converter=_tuple)
    finish_reason: str = "stop"
    usage: Usage | None = field(default=None, converter=_usage)
    cost: float | None = None
    """US dollars; ``None`` means unknown, never free."""
    model: str = ""
    """Who answered."""
    asked: str | None = None
    """The model string that was asked in the end, such as that of a fallback; ``None`` if the answerer does not say."""
    provider: str | None = None
    deployment: str | None = None
    endpoint: str | None = None
    fallback: bool = False
    """Another model than the one asked for answered."""
    request_id: str | None = None
    latency: float = 0.0
    """Seconds from the first try to the whole answer."""
    cached: bool = False
    replayed: bool = False
    saved_cost: float | None = None
    provider_fields: Mapping[str, Any] = Factory(dict)
    """What the provider wants back with this turn: thinking blocks, signatures, reasoning text."""
    attempts: tuple[Attempt, ...] = field(default=(), converter=_tuple)
    adjustments: tuple[str, ...] = field(default=(), converter=_tuple)
    """What was changed in the request so that the provider takes it, in words."""
    parse_losses: int = 0
    """Tool calls that could not be read from text (models without native tool calling)."""
    rate_limits: tuple[RateLimit, ...] = field(default=(), converter=_tuple, eq=False)
    """What the provider said of its limits; they are those of the moment, so no record keeps them."""
    sent: Mapping[str, Any] | None = field(default=None, eq=False, repr=False)
    """The body that went over the wire, where the transport knows it; only a journal keeps it, beside the response."""
    waits: Mapping[str, float] = field(factory=dict, eq=False)
    """Seconds that the call waited before it was made, by cause; kept with the sample and not with the call."""

    def to_dict(self) -> dict[str, Any]:
        """The response as JSON-able data."""
        return {
            **{name: getattr(self, name) for name in _RECORDED},
            "tool_calls": [call.to_dict() for call in self.tool_calls],
            "usage": None if self.usage is None else asdict(self.usage),
            "provider_fields": deepcopy(dict(self.provider_fields)) if self.provider_fields else {},
            "attempts": [attempt.to_dict() for attempt in self.attempts],
            "adjustments": list(self.adjustments),
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> ChatResponse:
        """The response that ``to_dict`` described."""
        calls = [ToolCall(**call) for call in data.get("tool_calls", ())]
        attempts = [Attempt(**attempt) for attempt in data.get("attempts", ())]
        return cls(**{**data, "tool_calls": calls, "attempts": attempts})


_RECORDED = tuple(each.name for each in fields(ChatResponse) if each.name not in _OF_THE_MOMENT)


class ChatModel(Protocol):
    """Anything that answers a chat request: a provider, a layer around one, or a script."""

    def complete(self, request: ChatRequest) -> ChatResponse:
        """Answer, blocking."""
        ...

    async def acomplete(self, request: ChatRequest) -> ChatResponse:
        """Answer without blocking the event loop."""
        ...


def tries_of(error: ProviderError) -> tuple[Attempt, ...]:
    """The tries of a call that nobody answered, also when it was tried but once by something that keeps no count."""
    return tuple(error.attempts) or (Attempt.failed(error),)


def was_paid(error: ProviderError) -> bool:
    """Whether a call that nobody answered was billed, or may have been."""
    return any(attempt.billed or attempt.in_doubt for attempt in tries_of(error))

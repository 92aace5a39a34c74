"""One request on its way to a form that its model takes."""

from __future__ import annotations

import threading
from collections.abc import Awaitable, Callable, Iterator
from itertools import chain
from typing import Any

from attrs import Factory, asdict, define, evolve, field

from tool_sandbox.errors import InvalidRequestError, ProviderError
from tool_sandbox.llm.chat import ChatRequest, ChatResponse, Usage
from tool_sandbox.llm.transports.negotiation.fitting import fit
from tool_sandbox.llm.transports.negotiation.limits import room_for_an_answer
from tool_sandbox.llm.transports.negotiation.profile import Profile, known_profile
from tool_sandbox.llm.transports.negotiation.refusals import Refusal, advice_for, answers_to

_MOST_FORMS = 12
"""Forms in which one request is sent at most."""
_TEMPLATE_FAILED = frozenset({500, 501})
"""Statuses with which servers report that a template raised an error, or that they lack a feature."""


class Negotiator:
    """Asks one model until the request has a form that it takes.

    Args:
        flexible_tokens: Whether the token limit is a default of ours that may be raised; asked anew for each request
            where a budget may be set meanwhile.
        limit_is_ours: Whether it may be lowered, which needs no money that was not reserved.
    """

    def __init__(self, *, flexible_tokens: bool | Callable[[], bool] = True, limit_is_ours: bool = True) -> None:
        self._flexible_tokens = flexible_tokens
        self.limit_is_ours = limit_is_ours
        self.memory = Memory()

    @property
    def flexible_tokens(self) -> bool:
        """Whether the token limit may be raised now."""
        return self._flexible_tokens() if callable(self._flexible_tokens) else self._flexible_tokens

    async def complete(
        self, request: ChatRequest, ask: Callable[[ChatRequest], Awaitable[ChatResponse]]
    ) -> ChatResponse:
        """Answer without blocking the event loop.

        Args:
            request: What a role asks.
            ask: Sends one request once.

        Raises:
            ProviderError: The provider failed, or takes the request in no form.
        """
        negotiation = Negotiation(request, self.memory, self.flexible_tokens, self.limit_is_ours)
        while True:
            try:
                response = await ask(negotiation.request)
            except ProviderError as error:
                if negotiation.refused(error):
                    continue
                return negotiation.given_up(error)
            if not negotiation.made_room(response):
                return negotiation.accepted(response)


@define
class Memory:
    """What each model was found to take, for as long as the transport lives. Only what was accepted is remembered."""

    profiles: dict[str, Profile] = Factory(dict)
    _lock: Any = field(factory=threading.Lock, repr=False)

    def of(self, model: str) -> Profile:
        """What is known of a model."""
        return self.profiles.get(model) or known_profile(model)

    def learn(self, model: str, before: Profile, after: Profile, *, anew: bool = False) -> None:
        """Remember what was found out by a call that began with ``before`` and was answered under ``after``.

        Args:
            model: The model that was asked.
            before: Its profile at the beginning.
            after: The profile under which it answered.
            anew: Whether what was remembered of it turned out to be wrong.
        """
        with self._lock:
            now = known_profile(model) if anew else self.of(model)
            self.profiles[model] = now if before is after else now.learned(before, after)


@define
class Negotiation:
    """One request on its way to a form that its model takes.

    Args:
        asked: The request as the role made it.
        memory: What is known of models.
        flexible_tokens: Whether the token limit is a default of ours that may be raised.
        limit_is_ours: Whether it may be lowered.
    """

    asked: ChatRequest
    memory: Memory
    flexible_tokens: bool = True
    limit_is_ours: bool = True
    request: ChatRequest = field(init=False)
    """The request in the form that is sent next."""
    _known: Profile = field(init=False)
    _base: Profile = field(init=False)
    _profile: Profile = field(init=False)
    _adjustments: tuple[str, ...] = ()
    _sent: list[ChatRequest] = Factory(list)
    _ways: list[Iterator[Profile]] = Factory(list)
    """Per refusal what else can be tried; the last one's first, so that what did not help is taken back."""
    _cut_short: ChatResponse | None = None
    """An accepted answer that was cut short before it said anything; it stands if no better one is to be had."""
    _forgotten: bool = False
    _fault: ProviderError | None = None

    def __attrs_post_init__(self) -> None:
        self._known = known_profile(self.asked.model)
        self._base = self._profile = self.memory.of(self.asked.model)
        fitted = fit(self.asked, self._base, self._known)
        self.request, self._adjustments = fitted.request, fitted.adjustments
        self._sent.append(self.request)

    def refused(self, error: ProviderError) -> bool:
        """Whether the request was refused and now has another form that is worth sending."""
        is_refusal = _is_refusal(error)
        refusal = Refusal(
            text=str(error), request=self.request, profile=self._profile, limit_is_ours=self.limit_is_ours
        )
        ways = answers_to(refusal) if is_refusal else iter(())
        first = next(ways, None)
        if first is None and not (is_refusal and (self._ways or isinstance(error, InvalidRequestError))):
            self._fault = error
            return False
        if self._fault is None or not self._profile.responses_endpoint:
            self._fault = error
        self._ways.append(ways if first is None else chain([first], ways))
        return self._next_form() or self._without_what_was_learned()

    def made_room(self, response: ChatResponse) -> bool:
        """Whether the limit left no room for an answer, and the request now has more and is worth sending again."""
        if not self.flexible_tokens or self._cut_short is not None:
            return False
        change = room_for_an_answer(response, self.request.params)
        if change is None:
            return False
        answer = self.accepted(response)
        if not self._try(evolve(self._profile, changes=(*self._profile.changes, change))):
            return False
        self._cut_short, self._ways = answer, []
        return True

    def accepted(self, response: ChatResponse) -> ChatResponse:
        """The accepted response with what was changed on the way, and with the tokens of an answer thrown away."""
        self.memory.learn(self.asked.model, self._base, self._profile, anew=self._forgotten)
        if (wasted := self._cut_short) is not None:
            usage, cost = _sum_usage(wasted.usage, response.usage), _sum_cost(wasted.cost, response.cost)
            response = evolve(response, usage=usage, cost=cost)
        adjustments = (*response.adjustments, *self._adjustments)
        return evolve(response, adjustments=adjustments, asked=self.asked.model)

    def given_up(self, error: ProviderError) -> ChatResponse:
        """The answer that stands although a later form of the request was refused.

        Raises:
            ProviderError: There is none. The error says what a person can do, where that is known.
        """
        if self._cut_short is not None and not error.retryable:
            return self._cut_short
        fault = self._fault or error
        if (advice := advice_for(str(fault))) is None:
            raise fault
        known = {name: getattr(fault, name) for name in ("provider", "model", "status", "request_id", "attempts")}
        raise InvalidRequestError(f"{fault} {advice}", **known) from None

    def _next_form(self) -> bool:
        while self._ways and len(self._sent) < _MOST_FORMS:
            if any(self._try(profile) for profile in self._ways[-1]):
                return True
            self._ways.pop()
        return False

    def _without_what_was_learned(self) -> bool:
        """Try once as if nothing had been learned: it may have been wrong, or the server may be another one now."""
        if self._base == self._known or len(self._sent) >= _MOST_FORMS or not self._try(self._known):
            return False
        self._base, self._forgotten = self._known, True
        return True

    def _try(self, profile: Profile) -> bool:
        """Whether a profile leads to a form of the request that was not sent yet; then it is the next one."""
        fitted = fit(self.asked, profile, self._known)
        if fitted.request in self._sent:
            return False
        self.request, self._adjustments, self._profile = fitted.request, fitted.adjustments, profile
        self._sent.append(fitted.request)
        return True


def _is_refusal(error: ProviderError) -> bool:
    if isinstance(error, InvalidRequestError) or error.status in _TEMPLATE_FAILED:
        return True
    # An account or a rate that is too small only for a limit that we chose ourselves.
    text = str(error).lower()
    return "can only afford" in text or ("request too large" in text and "limit" in text)


def _sum_usage(first: Usage | None, second: Usage | None) -> Usage | None:
    if first is None or second is None:
        return first or second
    more = asdict(second)
    return Usage(**{name: count + more[name] for name, count in asdict(first).items()})


def _sum_cost(first: float | None, second: float | None) -> float | None:
    return None if first is None or second is None else first + second

"""One endpoint and everything that limits how much it is asked: who may call it now, and who waits, for what."""

from __future__ import annotations

import asyncio
import math
import threading
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress

from tool_sandbox.errors import ProviderError, RateLimitError
from tool_sandbox.llm.chat import ChatRequest, ChatResponse
from tool_sandbox.llm.layers.limits.announced import AnnouncedLimits, Answered
from tool_sandbox.llm.layers.limits.concurrency import Concurrency
from tool_sandbox.llm.layers.limits.lines import Lines, Waiter
from tool_sandbox.llm.layers.limits.notice import Notice, Obstacle
from tool_sandbox.llm.layers.limits.place import Place, settle, take
from tool_sandbox.llm.layers.limits.rate import RateSource
from tool_sandbox.llm.layers.limits.tokens import TokenGuess

RATE_LIMIT, CONCURRENCY, RPM, TPM = "rate_limit", "concurrency", "rpm", "tpm"
"""What calls wait for: the end of a rate limit, a call in flight to end, the caps on calls and on tokens."""
_FIRST_PAUSE, _LONGEST_PAUSE = 0.1, 5.0
"""Seconds for which an endpoint is left alone that asks for less, and refuses again."""


class Endpoint:
    """One endpoint, for all calls of the process to it. Safe for threads and for any number of event loops.

    Args:
        name: What it is called where it is told what is waited for.
        requests: Who has calls to give; ``None`` for any number.
        tokens: Who has tokens to give; ``None`` for any number.
        longest: Seconds that are bearable: a longer wait is not waited for, nor an endpoint that has not answered
            anybody for so long.
        told: Told in words what is waited for, and with an empty text when nothing is any more. Called in any thread.
        clock: Seconds on a clock that never goes back; the one of the event loops.
    """

    def __init__(
        self,
        name: str,
        *,
        requests: RateSource | None = None,
        tokens: RateSource | None = None,
        longest: float = 300.0,
        told: Callable[[str], None] = lambda _what: None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.name, self.longest, self.told = name, longest, told
        self.requests, self.tokens = requests, tokens
        self.concurrency = Concurrency()
        self.in_flight = 0
        self._guess = TokenGuess()
        self._announced = AnnouncedLimits(longest)
        self._clock = clock
        self._lock = threading.Lock()
        self._begun = 0
        self._refused_until = 0.0
        self._refusal = ""
        self._refusals = 0
        """Refusals one after the other, without an answer between them."""
        self._unanswered_since: float | None = None
        self._lines = Lines()
        self._notice = Notice(name)
        self._obstacle: Obstacle | None = None
        self._obstacle_since = 0.0
        self._closed = Counter[str]()
        self._alarm: tuple[float, asyncio.AbstractEventLoop] | None = None

    async def enter(self, request: ChatRequest) -> Place:
        """Wait until a call may be made, in turn with those of other runs and models.

        Whoever gets a place must say with ``answered``, ``failed`` or ``left`` what became of it.
        """
        size = self._guess.size(request) if self.tokens is not None else 0
        with self._lock:
            now = self._clock()
            self.concurrency.wanted(self.in_flight + len(self._lines) + 1)
            if not self._lines:
                place = self._try(size, now)
                if isinstance(place, Place):
                    return place
            loop = asyncio.get_running_loop()
            line = request.tag.run, request.model
            waiter = Waiter(line, size, loop, loop.create_future(), now, self._closed_by(now))
            self._lines.join(waiter)
        self.look()
        try:
            return await waiter.admitted
        except asyncio.CancelledError:
            self._give_up(waiter)
            raise

    def answered(self, place: Place, response: ChatResponse) -> None:
        """Say that a call was answered."""
        with self._lock:
            now = self._clock()
            self._unanswered_since, self._refusals = None, 0
            self.concurrency.answered(response.latency, self.in_flight, place.halvings)
            if response.rate_limits:
                answered = Answered(place.number, self._begun, self._guess.per_call, now, response.latency)
                self._announced.told(response.rate_limits, answered)
            if response.usage is not None:
                used = response.usage.prompt_tokens + response.usage.completion_tokens
                self._guess.was(used, place.size)
                settle(place.tokens, used)
        self.left(place)

    def failed(self, place: Place, error: ProviderError) -> None:
        """Say that a call failed; an error after which the endpoint is left alone for long enough is marked so."""
        with self._lock:
            if isinstance(error, RateLimitError):
                settle(place.requests, 0)
                settle(place.tokens, 0)
                error.deferred = self._defer(error)
            self.concurrency.failed(error, self.in_flight, place.halvings, announced=error.deferred)
        self.left(place)

    def left(self, place: Place) -> None:  # noqa: ARG002 -- whoever has none cannot leave
        """Say that a call is over, whatever became of it."""
        with self._lock:
            self.in_flight -= 1
        if self._lines or self._notice.is_out:
            self.look()

    def look(self) -> None:
        """Let those begin for whom there is room now; for whoever has made some."""
        admitted: list[tuple[Waiter, Place]] = []
        with self._lock:
            now = self._clock()
            obstacle = None
            while self._lines and obstacle is None:
                waiter = self._lines.first
                place = self._try(waiter.size, now)
                if isinstance(place, Obstacle):
                    obstacle = place
                    continue
                self._lines.leave(waiter)
                place.waits = dict(self._closed_by(now) - waiter.closed_before)
                admitted.append((waiter, place))
            self._closed, self._obstacle_since, self._obstacle = self._closed_by(now), now, obstacle
            words = self._words(now)
            self._set_alarm(now)
        for waiter, place in admitted:
            self._admit(waiter, place)
        if words is not None:
            self.told(words)

    def _try(self, size: int, now: float) -> Place | Obstacle:
        """Begin a call, or say what keeps it from being made."""
        if now < self._refused_until:
            return Obstacle(RATE_LIMIT, self._refusal, self._refused_until)
        if (pause := self._announced.pause(self._begun, now)) is not None:
            return Obstacle(RATE_LIMIT, pause.why, pause.until)
        if not self.concurrency.has_room(self.in_flight):
            many = f"{int(self.concurrency.limit)} at once after {self.concurrency.why}"
            return Obstacle(CONCURRENCY, many)
        requests = take(self.requests, 1)
        if requests is not None and not requests.block.granted:
            return Obstacle(RPM, "calls per minute (rpm)", requests.block.until)
        tokens = take(self.tokens, self._guess.of(size))
        if tokens is not None and not tokens.block.granted:
            settle(requests, 0)
            return Obstacle(TPM, "tokens per minute (tpm)", tokens.block.until)
        self.in_flight += 1
        self._begun += 1
        return Place(self._begun, self.concurrency.halvings, requests, tokens, size)

    def _defer(self, error: ProviderError) -> bool:
        """Leave the endpoint alone for as long as it asks; whether that is bearable."""
        now = self._clock()
        if error.retry_after is None or not error.retryable:
            return False
        if now >= self._refused_until:  # a new burst
            self._refusals += 1
        pause = max(error.retry_after, min(_LONGEST_PAUSE, _FIRST_PAUSE * self._refusals**2))
        since = now if self._unanswered_since is None else self._unanswered_since
        if now + pause - since > self.longest:
            return False
        self._unanswered_since = since
        self._refused_until = max(self._refused_until, now + pause)
        self._refusal = f"HTTP {error.status or 429}"
        return True

    def _admit(self, waiter: Waiter, place: Place) -> None:
        def admit() -> None:
            if waiter.admitted.done():  # cancelled meanwhile
                self._give_back(place)
            else:
                waiter.admitted.set_result(place)

        try:
            waiter.loop.call_soon_threadsafe(admit)
        except RuntimeError:  # its event loop was closed without a word
            self._give_back(place)

    def _give_up(self, waiter: Waiter) -> None:
        """A waiting call was cancelled: in its line, or with a place that it does not know of yet."""
        if not waiter.admitted.cancelled():
            self._give_back(waiter.admitted.result())
            return
        with self._lock:
            self._lines.leave(waiter)
            if self._alarm is not None and self._alarm[1] is waiter.loop:  # which may end now
                self._alarm = None
        self.look()

    def _give_back(self, place: Place) -> None:
        """Give up a place that was not used."""
        settle(place.requests, 0)
        settle(place.tokens, 0)
        self.left(place)

    def _set_alarm(self, now: float) -> None:
        """Look again when what calls wait for is gone, or when it is time to tell of them."""
        if self._obstacle is None:
            return
        due = self._notice.due(self._obstacle, len(self._lines), now)
        due = due if self._obstacle.until is None else min(due, self._obstacle.until)
        if due < (math.inf if self._alarm is None else self._alarm[0]):
            loop = self._lines.first.loop
            self._alarm = (due, loop)
            with suppress(RuntimeError):  # closed without a word
                loop.call_soon_threadsafe(loop.call_later, max(0.0, due - now), self._ring)

    def _ring(self) -> None:
        self._alarm = None
        self.look()

    def _closed_by(self, now: float) -> Counter[str]:
        """For how many seconds calls could not be made so far, by cause."""
        if self._obstacle is None:
            return self._closed
        return self._closed + Counter({self._obstacle.cause: now - self._obstacle_since})

    def _words(self, now: float) -> str | None:
        """What is to be told of the waiting now, if there is something new."""
        if self._obstacle is None:
            return self._notice.over(now)
        return self._notice.words(self._obstacle, len(self._lines), self._lines.since, now)

"""Endpoints that are down, known to all calls of a run: one of them looks from time to time, the others wait."""

from __future__ import annotations

import re
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from attrs import define

from tool_sandbox.errors import MalformedResponseError, ProviderError, ProviderTimeoutError, ProviderUnavailableError

_AWAY = frozenset({502, 503, 521, 522, 523, 529, 530})
"""Statuses with which servers, and whatever stands before them, say that nobody is there to answer for now."""
_NO_ANSWER = frozenset({None, 500})
"""No status, or the one that LiteLLM makes up where there was no answer."""
_UNREACHABLE = re.compile(
    r"(?i)connection (?:error|refused|reset|aborted|closed)|connect(?:ion)? (?:call|attempts?) failed|cannot connect|"
    r"can't connect|connecterror|connectorerror|connectionreset|failed to (?:connect|establish)|disconnected|"
    r"name or service not known|name resolution|getaddrinfo|unreachable|no route to host|all connection attempts"
)
_FIRST_PAUSE = 1.0
_LONGEST_PAUSE = 5.0
_LOOK = 0.5
"""Seconds after which a waiting call looks whether another one got through."""
_LONGEST_REASON = 200
_LONG_REST = 2.0
"""Seconds from which on it is told that a call waits before it tries again."""


@define
class _Down:
    """An endpoint that is down."""

    since: float
    next_look: float
    pause: float = _FIRST_PAUSE
    looking: bool = False
    """Whether a call is on its way to find out."""


class Outages:
    """Which endpoints are down.

    Args:
        told: Told in words what is waited for, and with an empty text when nothing is any more. Called in any thread.
        clock: Seconds on a clock that never goes back.
    """

    def __init__(
        self, told: Callable[[str], None] = lambda _reason: None, *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.told = told
        self._clock = clock
        self._lock = threading.Lock()
        self._down: dict[str, _Down] = {}
        self._resting: Counter[str] = Counter()
        self._reached: set[str] = set()

    def reached(self, endpoint: str) -> bool:
        """Whether anybody ever had an answer there."""
        return endpoint in self._reached

    def down_for(self, endpoint: str) -> float:
        """Seconds since somebody first found nobody there; 0 when it is not known to be down."""
        down = self._down.get(endpoint)
        return 0.0 if down is None else self._clock() - down.since

    def wait(self, endpoint: str) -> float:
        """Seconds to wait before a call may ask there; 0 when it may ask now, and then must say how it went."""
        with self._lock:
            down = self._down.get(endpoint)
            if down is None:
                return 0.0
            left = down.next_look - self._clock()
            if down.looking or left > 0:
                return min(_LOOK, left) if left > 0 else _LOOK
            down.looking = True
            return 0.0

    def failed(self, endpoint: str, error: ProviderError, *, looked: bool) -> None:
        """Say that nobody was there.

        Args:
            endpoint: Where.
            error: How that showed.
            looked: Whether this was the call that looked for all.
        """
        with self._lock:
            now = self._clock()
            down = self._down.setdefault(endpoint, _Down(since=now, next_look=now + _FIRST_PAUSE))
            if looked and down.looking:
                down.looking = False
                down.pause = min(_LONGEST_PAUSE, down.pause * 2)
                down.next_look = now + max(down.pause, error.retry_after or 0.0)
        self.told(_in_words(endpoint, error))

    def answered(self, endpoint: str) -> None:
        """Say that somebody was there, whatever the answer was."""
        with self._lock:
            self._reached.add(endpoint)
            was_down = self._down.pop(endpoint, None) is not None
            is_over = was_down and self._nothing_is_waited_for()
        if is_over:
            self.told("")

    @contextmanager
    def resting(self, endpoint: str, error: ProviderError, seconds: float) -> Iterator[None]:
        """While the block lasts, a call waits before it tries again, as after a rate limit; long waits are told of."""
        if seconds < _LONG_REST:
            yield
            return
        with self._lock:
            self._resting[endpoint] += 1
            is_first = self._resting[endpoint] == 1
        if is_first:
            self.told(_in_words(endpoint, error))
        try:
            yield
        finally:
            with self._lock:
                self._resting[endpoint] -= 1
                is_over = self._nothing_is_waited_for()
            if is_over:
                self.told("")

    def _nothing_is_waited_for(self) -> bool:
        return not self._down and not any(self._resting.values())

    def left(self, endpoint: str) -> None:
        """Say that a call ended without finding out."""
        with self._lock:
            if (down := self._down.get(endpoint)) is not None and down.looking:
                down.looking = False
                down.next_look = self._clock() + down.pause


def is_outage(error: ProviderError) -> bool:
    """Whether a failure means that nobody was there to answer: no connection, 502, 503, 529 and their like.

    Failures after which another deployment can be asked at once are none, nor are answers that were given up half-way
    and report their tokens: whoever bills is there, and each further look would be paid.
    """
    if not isinstance(error, ProviderUnavailableError) or not error.retryable or error.retry_after == 0:
        return False
    if error.usage is not None:
        return False
    return error.status in _AWAY or is_unreachable(error)


def is_unreachable(error: ProviderError) -> bool:
    """Whether there was no connection at all."""
    return error.status in _NO_ANSWER and _UNREACHABLE.search(str(error)) is not None


def is_answer(error: ProviderError) -> bool:
    """Whether a failure shows that somebody is there."""
    if isinstance(error, ProviderTimeoutError):
        return False
    return not is_unreachable(error) and (error.status is not None or isinstance(error, MalformedResponseError))


def _in_words(endpoint: str, error: ProviderError) -> str:
    """The shortest first: a terminal may have room for no more."""
    what = "no connection" if is_unreachable(error) else f"HTTP {error.status}"
    said = str(error)
    short = said if len(said) <= _LONGEST_REASON else said[: _LONGEST_REASON - 1] + "…"
    return f"{what}, waiting for {endpoint}: {short}"

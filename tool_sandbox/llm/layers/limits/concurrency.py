"""How many calls an endpoint takes at once, found out by asking: CUBIC (RFC 9438), counted in round trips.

- Nothing is limited until the endpoint says so. The first sign of overload halves the number of calls in flight.
- Signs are a 429, a 529, a time-out, and answers that take more than twice as long as at the quietest time. Calls that
  were on their way when the number was halved are of the same burst, and do not halve it again.
- Every answer lets the number grow: fast at first, flat around the number at which it was halved, then faster again.
  One round trip is as many answers as there are calls in flight, so that slow models are not asked more than they show
  they can take. After a rate limit that said how long it lasts, the wait was the remedy: the number doubles with every
  round trip until it is what it was.
- It is at least 1, and at most the highest number of calls that wanted to be made at once: never above ``-p``.
"""

from __future__ import annotations

import math
from statistics import median

from attrs import define, field

from tool_sandbox.errors import ProviderError, ProviderTimeoutError, RateLimitError

_KEPT = 0.5
"""What is left of the number after a sign of overload."""
_GROWTH = 0.4
"""CUBIC's C: calls per cubed round trip."""
_TOO_MANY, _OVERLOADED = 429, 529
_SLOWER, _SLOWER_SECONDS = 2.0, 1.0
"""How many times as long, and how much longer, answers must take to be a sign."""
_HELPED = 0.75
"""What latencies must fall to for the lower number to have helped."""
_FEWEST = 8
"""Answers from which a typical latency can be told."""


@define(eq=False)
class Concurrency:
    """The number of calls that may be in flight at one endpoint. Not locked: the endpoint that owns it is."""

    limit: float = math.inf
    """That number, with what has grown towards the next one."""
    peak: int = 1
    """The highest number that was ever wanted at once."""
    halvings: int = 0
    """How often it was halved; calls note it when they begin."""
    why: str = ""
    """The last sign of overload, in words."""
    _before: float = math.inf
    """Where the curve is flat."""
    _threshold: float = 0.0
    """Up to here it grows by one with every answer."""
    _rounds: float = 0.0
    """Round trips since it was halved, or since the threshold was reached."""
    _latencies: list[float] = field(factory=list)
    _quietest: float = math.inf
    """The lowest typical latency."""
    _suspected: float | None = None
    """The typical latency for which it was halved the last time, until it is clear whether that helped."""

    def has_room(self, in_flight: int) -> bool:
        """Whether one more call may begin."""
        return in_flight < 1 or in_flight + 1 <= self.limit

    def wanted(self, calls: int) -> None:
        """Say how many calls are in flight or wait to be."""
        self.peak = max(self.peak, calls)

    def answered(self, latency: float, in_flight: int, halvings: int) -> None:
        """Say that a call was answered.

        Args:
            latency: Seconds it took.
            in_flight: Calls in flight, itself included.
            halvings: How often the number had been halved when it began.
        """
        if halvings == self.halvings:
            self._time(latency, in_flight)
        if self.limit < self.peak and in_flight >= self.limit / 2:  # what is not used proves nothing
            self._grow()

    def failed(self, error: ProviderError, in_flight: int, halvings: int, *, announced: bool = False) -> None:
        """Say that a call failed; ``announced`` if the endpoint said for how long it takes no more."""
        if halvings == self.halvings and is_overload(error):
            what = "a time-out" if isinstance(error, ProviderTimeoutError) else f"HTTP {error.status or _TOO_MANY}"
            self._halve(in_flight, what, announced=announced)

    def _grow(self) -> None:
        if self.limit < self._threshold:
            self.limit = min(self.limit + 1, self.peak)
            return
        self._rounds += 1 / self.limit
        flat_after = math.cbrt(self._before * (1 - _KEPT) / _GROWTH)
        curve = _GROWTH * (self._rounds - flat_after) ** 3 + self._before
        self.limit = min(max(self.limit, curve), self.peak)

    def _halve(self, in_flight: int, why: str, *, announced: bool = False) -> None:
        used = min(self.limit, max(1, in_flight))
        before, self.limit = self.limit, max(1.0, used * _KEPT)
        # Halved sooner than the last time: others want their part, so the curve is flat earlier (RFC 9438, 4.7)
        self._before = used * (1 + _KEPT) / 2 if used < self._before < math.inf and not announced else used
        self._threshold = min(before, self.peak) if announced else 0.0
        self._rounds = 0.0
        self._latencies.clear()
        self._suspected = None
        self.halvings += 1
        self.why = why

    def _time(self, latency: float, in_flight: int) -> None:
        self._latencies.append(latency)
        if len(self._latencies) < max(_FEWEST, in_flight):
            return
        typical = median(self._latencies)
        self._latencies.clear()
        if self._suspected is not None and typical > self._suspected * _HELPED:
            self._quietest = typical  # it is not the number: the conversations became longer, or the model slower
        self._suspected = None
        self._quietest = min(self._quietest, typical)
        if typical > self._quietest * _SLOWER and typical > self._quietest + _SLOWER_SECONDS:
            self._halve(in_flight, "slow answers")
            self._suspected = typical


def is_overload(error: ProviderError) -> bool:
    """Whether a failure says that an endpoint is asked too much at once."""
    return isinstance(error, RateLimitError | ProviderTimeoutError) or error.status == _OVERLOADED

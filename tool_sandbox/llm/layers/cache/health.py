"""Whether a place is worth asking: how long a look-up may take, and when it is not worth trying."""

from __future__ import annotations

import time
from collections.abc import Callable

from attrs import Factory, define

from tool_sandbox.threads import Result

SHORTEST = 0.03
"""Seconds that a look-up may always take."""
LONGEST = 2.0
"""Seconds that no look-up may take, however far away the place is: a model would have answered soon, too."""
TRIPS_TO_OPEN = 4
"""Round trips that a new connection takes: one to connect, two to be greeted, one to ask."""
_TRIPS = 2 * TRIPS_TO_OPEN
"""Round trips that a look-up may take; half of them are for busy machines."""
_FIXED_SHARE = 0.6
_WEIGHT = 0.2
"""Of the newest measurement in the running mean."""
_LONGEST_PAUSE = 30.0


@define(eq=False)
class Health:
    """Follows the measured round trip, unless a deadline is set, and is lost after some failures in a row.

    Several threads report here without a lock: a lost update does no harm.
    """

    fixed: float | None = None
    """Seconds that a look-up may delay a call; ``None`` follows what is measured."""
    threshold: int = 3
    """Failures in a row after which nobody asks any more."""
    pause: float = 1.0
    """Seconds until one may try; they double with every trial, up to half a minute."""
    clock: Callable[[], float] = time.monotonic
    """Seconds on a clock that never goes back."""
    round_trip: float | None = None
    """Seconds; ``None`` before anything was measured."""
    _failures: int = 0
    _next_trial: float = 0.0
    _next_pause: float = Factory(lambda self: self.pause, takes_self=True)

    @property
    def good(self) -> bool:
        """Whether everybody may ask."""
        return self._failures < self.threshold

    @property
    def deadline(self) -> float:
        """Seconds that the next look-up may delay a call."""
        return self.fixed or min(LONGEST, max(SHORTEST, _TRIPS * (self.round_trip or 0.0)))

    @property
    def seconds(self) -> float:
        """How long to wait for it: of a fixed deadline a part, the rest is for waking up on a busy machine."""
        return self.deadline * (_FIXED_SHARE if self.fixed else 1.0)

    def timed(self, work: Callable[[], Result], trips: int = 1) -> Result:
        """Do the work of so many round trips, and learn how long one takes, also when nobody waits any longer."""
        started = self.clock()
        result = work()
        taken, mean = (self.clock() - started) / trips, self.round_trip
        self.round_trip = taken if mean is None else mean + _WEIGHT * (taken - mean)
        return result

    def takes_trial(self) -> bool:
        """Whether the caller is to make the trial that is due now."""
        if self.good or self.clock() < self._next_trial:
            return False
        self._next_pause = min(_LONGEST_PAUSE, 2 * self._next_pause)
        self._next_trial = self.clock() + self._next_pause
        return True

    def succeeded(self) -> None:
        """Report that it works."""
        self._failures = 0
        self._next_pause = self.pause

    def failed(self) -> None:
        """Report that it failed."""
        self._failures += 1
        if self._failures == self.threshold:
            self._next_trial = self.clock() + self._next_pause

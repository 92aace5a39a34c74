"""How long a look-up is worth waiting for, by how long look-ups take."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")

SHORTEST = 0.03
"""Seconds that a look-up may always take."""
LONGEST = 2.0
"""Seconds that no look-up may take, however far away the place is: a model would have answered soon, too."""
_ROUND_TRIPS = 8
"""A new connection takes four: one to connect, two to be greeted, one to ask. The rest is for busy machines."""
_TRIPS_TO_OPEN = 4
_FIXED_SHARE = 0.6
"""Of a fixed deadline; the rest is for waking up on a busy machine."""
_WEIGHT = 0.2
"""Of the newest measurement in the running mean."""


class Patience:
    """Follows the measured round trip, unless a deadline is set.

    Args:
        deadline: Seconds that a look-up may delay a call; ``None`` follows what is measured.
        clock: Seconds on a clock that never goes back.
    """

    def __init__(self, deadline: float | None = None, clock: Callable[[], float] = time.monotonic) -> None:
        self._deadline = deadline
        self._clock = clock
        self.round_trip: float | None = None
        """Seconds; ``None`` before anything was measured."""

    @property
    def seconds(self) -> float:
        """How long the next look-up may take."""
        if self._deadline is not None:
            return self._deadline * _FIXED_SHARE
        return min(LONGEST, max(SHORTEST, _ROUND_TRIPS * (self.round_trip or 0.0)))

    def opened(self, work: Callable[[], T]) -> T:
        """Do the work of opening a connection, and learn a first round trip from how long it takes."""
        started = self._clock()
        result = work()
        if self.round_trip is None:
            self.round_trip = (self._clock() - started) / _TRIPS_TO_OPEN
        return result

    def looked_up(self, work: Callable[[], T]) -> T:
        """Do the work of one look-up, and learn from how long it takes, also when nobody waits for it any longer."""
        started = self._clock()
        result = work()
        taken = self._clock() - started
        mean = self.round_trip  # several threads: a lost update does no harm
        self.round_trip = taken if mean is None else mean + _WEIGHT * (taken - mean)
        return result

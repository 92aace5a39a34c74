"""Caps per minute that several processes keep together: one lends blocks of them, so that no call has to ask.

A block is a part of the minute, and near the cap what is left of it. It may be used for a few seconds; what was not
used by then is free again.

Budgets are lent otherwise (``budget.lending``), and have no step in common with this. Money does not come back with
time: a block of it has no end, who needs more waits in turn until others give theirs back, and what a lost worker had
is in doubt until its journal is read. Here nobody waits at who lends, nothing is asked back, and what was lent to a
lost worker counts as used, as a minute makes up for it.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from attrs import frozen

from tool_sandbox.llm.layers.limits.rate import Block, SlidingWindow

LEASE = 3.0
"""Seconds for which a block may be used; it counts as used when they are over, so that much longer than a minute."""
_PARTS = 4
"""A block is at most a part of a minute: one of so many for each worker."""


@frozen
class RateWanted:
    """A worker needs calls or tokens."""

    cap: str
    per_minute: int
    number: int
    """Of what this worker has wanted under this cap."""
    least: int
    """With fewer it can do nothing."""


@frozen
class RateUsed:
    """A worker has used so many of a block; the last word counts."""

    cap: str
    number: int
    used: int


RateSaid = RateWanted | RateUsed
"""What a worker says about a cap per minute."""


@frozen
class RateLent:
    """The answer to what a worker wants."""

    cap: str
    number: int
    granted: int
    """How many it may use; 0 when there are none."""
    seconds: float
    """For how long since it asked; of none, when there will be some."""


class RateLending:
    """Lends calls and tokens per minute. It knows no connection; it is used by one thread.

    A worker that is lost is taken to have used what it was lent.

    Args:
        workers: How many there are.
        clock: Seconds on a clock that never goes back.
    """

    def __init__(self, workers: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._workers, self._clock = workers, clock
        self._windows: dict[str, SlidingWindow] = {}
        self._blocks: dict[tuple[str, str, int], tuple[SlidingWindow, Block]] = {}
        """Those that count, by worker, cap and number."""

    def said(self, worker: str, said: RateSaid) -> RateLent | None:
        """A worker says something; the answer, where it waits for one."""
        if isinstance(said, RateWanted):
            return self._lend(worker, said)
        if (lent := self._blocks.get((worker, said.cap, said.number))) is not None:
            window, block = lent
            window.settle(block, said.used)
        return None

    def _lend(self, worker: str, wanted: RateWanted) -> RateLent:
        self._blocks = {key: lent for key, lent in self._blocks.items() if lent[1].counted}
        if (window := self._windows.get(wanted.cap)) is None:
            window = self._windows[wanted.cap] = SlidingWindow(wanted.per_minute, lease=LEASE, clock=self._clock)
        part = wanted.per_minute // (_PARTS * self._workers)
        block = window.take(max(wanted.least, part), wanted.least)
        if block.granted:
            self._blocks[worker, wanted.cap, wanted.number] = window, block
        return RateLent(wanted.cap, wanted.number, block.granted, block.until - self._clock())

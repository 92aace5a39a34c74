"""Caps per minute, on calls and on tokens, and how blocks of them are lent to other processes."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable
from itertools import accumulate
from typing import Protocol

from attrs import define

_SPAN = 60.5
"""Seconds for which what was used counts: a minute, and how much later a provider may take a call than it was sent."""


@define(eq=False)
class Block:
    """Calls or tokens that may be used, or the news that there are none for now."""

    granted: int
    """How many may be used; 0 when there are none."""
    until: float
    """Until when, on the clock of their source; of an empty block, when it is worth asking again."""
    counted: int = 0
    """How many of them count as used. Their source's own."""


class RateSource(Protocol):
    """Who has calls or tokens to give. Nobody waits in it: it answers at once, in any thread.

    Within one process the source of an endpoint is a ``SlidingWindow``. For several, whoever owns the cap keeps that
    window, and each process has a source of its own that borrows from it, so that no call needs a round trip:

    - The owner calls ``take(N, least=1)`` for a borrower and sends ``granted`` and how many seconds are left until
      ``until``: the block. ``SlidingWindow(…, lease=SECONDS)`` counts a block as if all of it were used when it ends,
      so that the cap holds for whatever moment the borrower uses it in.
    - The borrower's ``take`` grants from the block in its hand while that lasts, and fetches the next one beside the
      calls, before this one is used up. When it has nothing, it answers with an empty block that names a moment soon.
    - At the end the borrower says how many it used, and the owner calls ``settle(block, used)``: the rest is free
      again. One who never says anything is taken to have used all; there is nothing to clean up.
    """

    def take(self, most: int, least: int | None = None) -> Block:
        """Some of what is left.

        Args:
            most: How many are wanted.
            least: With fewer than so many nothing can be done; all that are wanted, when not given.
        """
        ...

    def settle(self, block: Block, used: int) -> None:
        """Say how many of a block were used: fewer, or more, as with tokens that could only be guessed before."""
        ...


class SlidingWindow:
    """No more than a number of calls, or tokens, within any minute.

    All of them may be used at once: providers count by the minute, so that an even pace would waste the first one.

    Args:
        per_minute: The cap, at least 1.
        lease: Seconds for which a block may be used; 0 for what is used when it is taken.
        clock: Seconds on a clock that never goes back.
    """

    def __init__(self, per_minute: int, *, lease: float = 0.0, clock: Callable[[], float] = time.monotonic) -> None:
        self.per_minute = per_minute
        self._lease, self._clock = lease, clock
        self._lock = threading.Lock()
        self._blocks: deque[Block] = deque()
        self._used = 0

    def take(self, most: int, least: int | None = None) -> Block:
        """Some of what is left; see ``RateSource``.

        Whoever needs more at once than there is in a minute gets it when nothing else counts.
        """
        least = most if least is None else least
        with self._lock:
            now = self._clock()
            self._forget(now)
            free = self.per_minute - self._used
            if free < min(least, self.per_minute):
                return Block(0, self._free_at(min(least, self.per_minute) - free))
            granted = max(least, min(most, free))
            block = Block(granted, now + self._lease, granted)
            self._blocks.append(block)
            self._used += granted
            return block

    def settle(self, block: Block, used: int) -> None:
        """Count what was used of a block instead of all of it; a block that counts no longer is left alone."""
        with self._lock:
            self._forget(self._clock())
            if block.counted:
                self._used += used - block.counted
                block.counted = used

    def _forget(self, now: float) -> None:
        while self._blocks and self._blocks[0].until + _SPAN <= now:
            block = self._blocks.popleft()
            self._used -= block.counted
            block.counted = 0

    def _free_at(self, missing: int) -> float:
        """When so many more will be free, if nobody uses any meanwhile."""
        together = accumulate(block.counted for block in self._blocks)
        return next(
            block.until + _SPAN for block, freed in zip(self._blocks, together, strict=True) if freed >= missing
        )

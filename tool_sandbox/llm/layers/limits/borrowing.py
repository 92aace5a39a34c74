"""A worker's side of caps per minute that it keeps together with others: it uses the blocks that it is lent."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from attrs import define

from tool_sandbox.llm.layers.limits.lending import RateLent, RateSaid, RateUsed, RateWanted
from tool_sandbox.llm.layers.limits.rate import Block

_SOON = 0.05
"""Seconds until the answer to what is wanted may be here."""
_AGAIN = 1.0
"""Seconds after which is asked again when there was nothing: others may have given something back."""


@define(eq=False)
class _Loan:
    """A block in the hand of this worker."""

    number: int
    granted: int
    left: int
    until: float
    is_over: bool = False


@define(eq=False)
class _Part(Block):
    """What a call takes of a loan."""

    loan: _Loan | None = None


class BorrowedRate:
    """A source of calls or tokens that are lent by whoever has the cap. Safe for threads.

    Args:
        cap: What is capped; the same for all workers.
        per_minute: The cap.
        send: Brings what this says to who lends. May be called from any thread.
        clock: Seconds on a clock that never goes back.
    """

    def __init__(
        self, cap: str, per_minute: int, send: Callable[[RateSaid], None], clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.cap, self._per_minute, self._send, self._clock = cap, per_minute, send, clock
        self._lock = threading.Lock()
        self._loans: list[_Loan] = []
        self._number = 0
        self._asked: float | None = None
        """When was asked for what there is no answer to yet."""
        self._again = 0.0
        """When it is worth asking again."""

    def take(self, most: int, least: int | None = None) -> Block:
        """Some of what is in hand; see ``RateSource``."""
        least = most if least is None else least
        with self._lock:
            now = self._clock()
            self._end(now)
            loan = next((each for each in self._loans if each.left >= least), None)
            if loan is None:
                return Block(0, self._ask(least, now))
            granted = min(most, loan.left)
            loan.left -= granted
            if sum(each.left for each in self._loans) < loan.granted / 2:
                self._ask(least, now)
            return _Part(granted, now, granted, loan)

    def settle(self, block: Block, used: int) -> None:
        """Say how many of what was taken were used."""
        if not isinstance(block, _Part) or block.loan is None:
            return
        with self._lock:
            block.loan.left += block.counted - used
            block.counted = used
            if block.loan.is_over:
                self._tell_used(block.loan)

    def give_back(self) -> None:
        """Say what was used of blocks whose time is over; for whoever does so now and then."""
        with self._lock:
            self._end(self._clock())

    def answered(self, lent: RateLent) -> None:
        """Whoever lends has answered."""
        with self._lock:
            asked, self._asked = self._asked, None
            if asked is None:
                return
            if lent.granted:
                self._loans.append(_Loan(lent.number, lent.granted, lent.granted, asked + lent.seconds))
            else:
                self._again = asked + min(lent.seconds, _AGAIN)

    def _ask(self, least: int, now: float) -> float:
        """Ask, unless it is no use now; when to look again."""
        if self._asked is None and now >= self._again:
            self._asked = now
            self._number += 1
            self._send(RateWanted(self.cap, self._per_minute, self._number, least))
        return max(self._again, now + _SOON)

    def _end(self, now: float) -> None:
        over = [loan for loan in self._loans if loan.until <= now]
        self._loans = [loan for loan in self._loans if loan.until > now]
        for loan in over:
            loan.is_over = True
            self._tell_used(loan)

    def _tell_used(self, loan: _Loan) -> None:
        self._send(RateUsed(self.cap, loan.number, loan.granted - loan.left))

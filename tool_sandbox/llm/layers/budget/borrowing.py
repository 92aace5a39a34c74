"""A worker's side of lending: it asks when a call needs more than its block, and gives back when money is short."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from tool_sandbox.llm.layers.budget.layer import Ledger
from tool_sandbox.llm.layers.budget.lending import (
    Amounts,
    Answer,
    Asked,
    Granted,
    Largest,
    Refused,
    Returned,
    Said,
    Short,
    Spent,
)
from tool_sandbox.llm.layers.budget.money import NOTHING

_MARGIN = Decimal("1.25")
"""So much higher is the most that a call may cost told than it is, so that it need not be told at every call."""


class Borrowing:
    """What a ledger borrows in a worker. Safe for threads.

    Args:
        send: Brings what it says to who lends. May be called from any thread, and in the order of the calls.
    """

    def __init__(self, send: Callable[[Said], None]) -> None:
        self._send = send
        self._ledger: Ledger | None = None
        self._largest = NOTHING
        self._is_short = False
        self._asked: list[Amounts] = []
        """What was asked for and is not answered."""
        self._refused: list[Refused] = []

    def lend_to(self, ledger: Ledger) -> None:
        """Be the lender of this ledger from now on."""
        self._ledger = ledger

    def refusal(self, needed: Amounts) -> str | None:
        """Why a call that needs this much will never get it; ``None`` while it may."""
        for each in list(self._refused):
            if all(needed.get(scope, NOTHING) >= amount for scope, amount in each.needed.items()):
                return each.reason
        return None

    def ask(self, needed: Amounts) -> None:
        """Ask for as much, unless something is asked for already: with its answer, calls look again."""
        if not self._asked:
            self._asked.append(needed)
            self._send(Asked(needed))

    def freed(self) -> None:
        """Give back what no call holds, if money is short."""
        if self._is_short and self._ledger is not None:
            self.tell_spent()
            if free := self._ledger.take_unheld():
                self._send(Returned(free))

    def reserved(self, amount: Decimal) -> None:
        """Say so before a call is made that may cost more than any before it."""
        if amount > self._largest:
            self._largest = amount * _MARGIN
            self._send(Largest(self._largest))

    def tell_spent(self) -> None:
        """Tell what calls have come to since this was told last."""
        if self._ledger is not None and (changes := self._ledger.take_changes()):
            self._send(Spent(changes))

    def answered(self, answer: Answer) -> None:
        """Who lends says something."""
        assert self._ledger is not None
        if isinstance(answer, Short):
            self._is_short = answer.is_short
            self._refused = []  # caps may be others now
            self.freed()
            return
        self._asked = []
        if isinstance(answer, Refused):
            self._refused.append(answer)
        self._ledger.add_to_caps(answer.amounts if isinstance(answer, Granted) else {})

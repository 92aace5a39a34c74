"""One budget that many workers spend: each borrows blocks of it, so that no call has to ask and no cap is passed.

A block is as large as a fair part of what is left, so it shrinks near a cap. When a call needs more than is left to
lend, money is short: from then on every worker gives back at once what its calls do not hold, and gets no more than it
needs.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping
from decimal import Decimal

from attrs import define, field, frozen

from tool_sandbox.llm.layers.budget.caps import Scope
from tool_sandbox.llm.layers.budget.layer import Ledger, refused
from tool_sandbox.llm.layers.budget.money import NOTHING, dollars
from tool_sandbox.llm.layers.budget.spending import Account, Spending

Amounts = Mapping[Scope, Decimal]
"""US dollars under each cap."""

_PARTS = 2
"""A block is at most a part of what is left unlent: one of so many for each worker."""


@frozen
class Asked:
    """A worker needs so much for a call."""

    needed: Amounts


@frozen
class Spent:
    """Calls of a worker have ended and came to this much."""

    changes: Mapping[Scope, Account]


@frozen
class Returned:
    """A worker gives back a part of its blocks."""

    amounts: Amounts


@frozen
class Largest:
    """No call that a worker makes until it says something else costs more than this."""

    amount: Decimal


Said = Asked | Spent | Returned | Largest
"""What a worker says about money."""


@frozen
class Granted:
    """A worker may spend so much more."""

    amounts: Amounts


@frozen
class Refused:
    """What was asked for will never be there."""

    needed: Amounts
    reason: str


@frozen
class Short:
    """Whether money is short: then what no call holds is to be given back at once."""

    is_short: bool


Answer = Granted | Refused | Short
"""What a worker is told about money."""


@define
class _Loans:
    """What one worker has borrowed."""

    open: dict[Scope, Decimal] = field(factory=dict)
    """What it has neither told to be spent nor given back, under each cap."""
    told: dict[Scope, Decimal] = field(factory=dict)
    """What it has told to be spent."""
    largest: Decimal = NOTHING
    """The most that one of its calls may cost."""

    def change(self, amounts: Amounts) -> None:
        for scope, amount in amounts.items():
            self.open[scope] = self.open.get(scope, NOTHING) + amount


class Lending:
    """Lends what is left under the caps of a ledger. It knows no time and no connection; it is used by one thread.

    Money that is lent is held in the ledger until the worker has spent it or gives it back.

    Args:
        ledger: Has the caps, and counts what all workers together have spent.
        tell: Brings an answer to a worker.
        workers: How many there are.
    """

    def __init__(self, ledger: Ledger, tell: Callable[[str, Answer], None], workers: int) -> None:
        self._ledger, self._tell, self._workers = ledger, tell, workers
        self._loans: dict[str, _Loans] = {}
        self._lost: dict[str, _Loans] = {}
        self._waiting: deque[tuple[str, Asked]] = deque()
        self._is_short = False
        self._caps = ledger.caps.all()

    def joined(self, worker: str) -> None:
        """A worker is there."""
        self._loans[worker] = _Loans()
        if self._is_short:
            self._tell(worker, Short(is_short=True))

    def said(self, worker: str, said: Said) -> None:
        """A worker says something; one that was lost has nothing to say any more."""
        if (loans := self._loans.get(worker)) is None:
            return
        if isinstance(said, Asked):
            self._waiting.append((worker, said))
        elif isinstance(said, Spent):
            self._spent(loans, said)
        elif isinstance(said, Returned):
            self._change(loans, {scope: -amount for scope, amount in said.amounts.items()})
        else:
            loans.largest = said.amount
        self.serve()

    def lost(self, worker: str) -> None:
        """A worker is gone: everything that it may have spent counts as possibly spent, until more is known."""
        loans = self._loans.pop(worker, None)
        if loans is None:
            return
        self._lost[worker] = loans
        self._waiting = deque(each for each in self._waiting if each[0] != worker)
        self._ledger.hold({scope: -amount for scope, amount in loans.open.items()})
        self._ledger.add({scope: Account(uncertain=max(amount, NOTHING)) for scope, amount in loans.open.items()})
        self.serve()

    def found(self, worker: str, written: Amounts, in_flight: int | None) -> None:
        """What a worker that was lost has spent is known from what it wrote down.

        Args:
            worker: Who was lost.
            written: What the calls came to that it wrote down, under each cap.
            in_flight: How many more calls it may have been making; ``None`` when nobody knows what they may have cost.
        """
        loans = self._lost.pop(worker, None)
        for scope, amount in loans.open.items() if loans else ():
            assert loans is not None
            possible = max(amount, NOTHING)
            actual = min(possible, max(NOTHING, written.get(scope, NOTHING) - loans.told.get(scope, NOTHING)))
            rest = possible - actual
            doubt = rest if in_flight is None else min(rest, in_flight * loans.largest)
            self._ledger.add({scope: Account(Spending(cost=actual), doubt - possible)})
        self.serve()

    def serve(self) -> None:
        """Answer those who wait, in turn, as far as the money goes; also after a cap was changed."""
        self._look_at_caps()
        while self._waiting:
            worker, asked = self._waiting[0]
            answer = self._answer(asked.needed)
            if answer is None:
                self._set_short(is_short=True)
                return
            self._waiting.popleft()
            if isinstance(answer, Granted):
                self._change(self._loans[worker], answer.amounts)
            self._tell(worker, answer)

    def _spent(self, loans: _Loans, spent: Spent) -> None:
        self._ledger.add(spent.changes)
        used = {scope: each.spent + each.uncertain for scope, each in spent.changes.items() if scope in self._caps}
        for scope, amount in used.items():
            loans.told[scope] = loans.told.get(scope, NOTHING) + amount
        self._change(loans, {scope: -amount for scope, amount in used.items()})

    def _answer(self, needed: Amounts) -> Granted | Refused | None:
        """The answer to a worker that needs money; ``None`` while others have what it needs."""
        left = self._ledger.left()
        for scope, amount in needed.items():
            if amount > left[scope].unspent:
                return Refused(needed, refused(scope, self._caps[scope], self._ledger.account(scope), amount))
        if any(amount > left[scope].unheld for scope, amount in needed.items()):
            return None
        if self._is_short:
            return Granted(needed)
        parts = {scope: dollars(left[scope].unheld / (_PARTS * self._workers)) for scope in needed}
        return Granted({scope: max(amount, parts[scope]) for scope, amount in needed.items()})

    def _look_at_caps(self) -> None:
        before, self._caps = self._caps, self._ledger.caps.all()
        if before != self._caps:
            is_less = any(each.unheld < 0 for each in self._ledger.left().values())
            self._set_short(is_short=is_less, anew=True)

    def _set_short(self, *, is_short: bool, anew: bool = False) -> None:
        if anew or is_short != self._is_short:
            self._is_short = is_short
            for worker in self._loans:
                self._tell(worker, Short(is_short))

    def _change(self, loans: _Loans, amounts: Amounts) -> None:
        loans.change(amounts)
        self._ledger.hold(amounts)

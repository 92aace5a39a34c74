"""Caps on money that hold while many calls are in flight: reserve the worst case, settle the truth."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Iterable, Mapping
from concurrent.futures import Future, InvalidStateError
from contextlib import suppress
from decimal import Decimal
from typing import Any, Protocol

from attrs import define, evolve, field

from tool_sandbox.errors import BudgetExceededError, ProviderError, SettingsError
from tool_sandbox.llm.chat import Attempt, ChatModel, ChatRequest, ChatResponse, tries_of
from tool_sandbox.llm.layer import Wrapper
from tool_sandbox.llm.layers.budget.caps import Caps, Scope, scopes_of, worst_case
from tool_sandbox.llm.layers.budget.money import NOTHING, as_float, as_float_or_none, dollars, shown
from tool_sandbox.llm.layers.budget.pricing import PriceBook
from tool_sandbox.llm.layers.budget.spending import Account, Left, Spending


@define(kw_only=True, eq=False)
class Reservation:
    """Money held for one call, until it is settled, released or has failed."""

    ledger: Ledger = field(repr=False)
    request: ChatRequest
    amount: Decimal | None
    """The worst case in US dollars; ``None`` when the price is unknown."""
    open: bool = True

    def settle(self, response: ChatResponse) -> ChatResponse:
        """Replace the worst case by what the call really cost.

        Returns:
            The answer with its cost, and with what each try before it cost or may have cost.
        """
        priced = self.ledger.prices.priced(response, self.request.model)
        failed = any(attempt.error is not None for attempt in response.attempts)
        settled = evolve(priced, attempts=self._attempts(response.attempts)) if failed else priced
        self.ledger.close(self, settled)
        return settled

    def release(self) -> None:
        """Give everything back: the call cost nothing."""
        self.ledger.close(self, None)

    def fail(self, error: BaseException) -> None:
        """Close after an error, which gets what each try cost or may have cost; that stays spent."""
        if isinstance(error, ProviderError):
            error.attempts = self._attempts(error.attempts)
            if error.usage is not None:
                error.cost = self.ledger.prices.billed(error.usage, error.cost, self.request.model)
            elif Attempt.failed(error).in_doubt:
                error.uncertain_cost = as_float_or_none(self.amount)
        self.ledger.close(self, None, error)

    def _attempts(self, attempts: Iterable[Attempt]) -> tuple[Attempt, ...]:
        amount = as_float_or_none(self.amount)
        billed = self.ledger.prices.billed
        return tuple(
            evolve(each, cost=billed(each.usage, each.cost, self.request.model))
            if each.billed
            else evolve(each, uncertain_cost=amount if each.in_doubt else each.uncertain_cost)
            for each in attempts
        )


class Lender(Protocol):
    """Who lends a ledger its caps, block by block, where several processes spend the same money."""

    def refusal(self, needed: Mapping[Scope, Decimal]) -> str | None:
        """Why a call that needs this much will never get it; ``None`` while it may."""
        ...

    def ask(self, needed: Mapping[Scope, Decimal]) -> None:
        """Ask for as much; the ledger's ``add_to_caps`` is called when it comes. May be called from any thread."""
        ...

    def reserved(self, amount: Decimal) -> None:
        """Say that a call is about to be made that may cost so much. May be called from any thread."""
        ...

    def freed(self) -> None:
        """Say that a call has ended, so that a part of its block may be left. May be called from any thread."""
        ...


class Ledger:
    """What a run has spent and holds, under its caps. Safe for threads and for any number of event loops.

    Args:
        caps: The limits.
        prices: Where prices come from.
        max_wait: Longest wait, in seconds, for money held by calls in flight.
        lender: Who lends more than ``caps``, if anybody does.
    """

    def __init__(
        self,
        caps: Caps | None = None,
        prices: PriceBook | None = None,
        *,
        max_wait: float = 600.0,
        lender: Lender | None = None,
    ) -> None:
        self.caps = caps or Caps()
        self.prices = prices or PriceBook()
        self._max_wait = max_wait
        self._lender = lender
        self._lock = threading.Lock()
        self._accounts: dict[Scope, Account] = {}
        self._open: set[Reservation] = set()
        self._changes: dict[Scope, Account] | None = None
        """What has come to the accounts since somebody last took it, if anybody does."""
        self._waiting: list[Future[None]] = []

    async def reserve(self, request: ChatRequest) -> Reservation:
        """Hold the worst case of a call, waiting while calls in flight hold what it needs.

        Raises:
            BudgetExceededError: If the call does not fit under a cap, or its price is unknown and that is refused.
        """
        if self._is_capped(request) and not self.prices.is_known(request.model):
            amount = await asyncio.to_thread(self._worst_case, request)
        else:
            amount = self._worst_case(request)
        deadline = time.monotonic() + self._max_wait
        while True:
            turn = self._try(request, amount, wait=time.monotonic() < deadline)
            if isinstance(turn, Reservation):
                return turn
            with suppress(TimeoutError):
                await asyncio.wait_for(asyncio.wrap_future(turn), max(0.0, deadline - time.monotonic()))

    def close(
        self, reservation: Reservation, response: ChatResponse | None, error: BaseException | None = None
    ) -> None:
        """Give back what a reservation holds and count what was spent; closing twice does nothing."""
        with self._lock:
            if not reservation.open:
                return
            reservation.open = False
            self._open.discard(reservation)
            held = reservation.amount or NOTHING
            spending, in_doubt = _came_to(response, error)
            for scope in scopes_of(reservation.request):
                self._at(scope).held -= held
                self._book(scope, Account(spending, in_doubt * held))
        self._wake()
        if self._lender is not None:
            self._lender.freed()

    def take_changes(self) -> dict[Scope, Account]:
        """What was spent, or may have been, since this was last asked; nothing when it is asked first."""
        with self._lock:
            changes, self._changes = self._changes, {}
        return changes or {}

    def add(self, changes: Mapping[Scope, Account]) -> None:
        """Count what calls came to that another ledger has counted."""
        with self._lock:
            for scope, change in changes.items():
                self._book(scope, change)

    def hold(self, amounts: Mapping[Scope, Decimal]) -> None:
        """Hold money for calls that another ledger counts; negative amounts are no longer held."""
        with self._lock:
            for scope, amount in amounts.items():
                self._at(scope).held += amount

    def left(self) -> dict[Scope, Left]:
        """How much there is under each cap."""
        with self._lock:
            return {scope: self._at(scope).left_of(cap) for scope, cap in self.caps.all().items()}

    def add_to_caps(self, amounts: Mapping[Scope, Decimal]) -> None:
        """Raise caps, or lower them where amounts are negative."""
        with self._lock:
            self.caps = self.caps.raised(amounts)
        self._wake()

    def take_unheld(self) -> dict[Scope, Decimal]:
        """Lower every cap by what no call holds, so that nothing is left under it; gives what that was."""
        with self._lock:
            every = {scope: self._at(scope).left_of(cap).unheld for scope, cap in self.caps.all().items()}
            free = {scope: amount for scope, amount in every.items() if amount > 0}
            self.caps = self.caps.raised({scope: -amount for scope, amount in free.items()})
        return free

    def cap_run(self, cap: Decimal, before: Decimal = NOTHING) -> None:
        """Change what everything together may cost; calls in flight are not stopped, and hold what they need.

        Args:
            cap: US dollars.
            before: How much of them is spent without having been counted here.

        Raises:
            SettingsError: That much is spent already, or may have been.
        """
        with self._lock:
            uncapped = [each for each in self._open if each.amount is None]
        needed = {each: worst_case(each.request, self.prices) for each in uncapped}
        with self._lock:
            account = self._at(("run", ""))
            spent = before + account.spent + account.uncertain
            if cap < spent:
                message = f"a budget of {cap:f} USD is too low: {shown(spent)} are spent already"
                raise SettingsError(message)
            self.caps = evolve(self.caps, run=cap - before)
            for each, amount in needed.items():
                if each.open and amount is not None:
                    each.amount = amount
                    for scope in scopes_of(each.request):
                        self._at(scope).held += amount
        self._wake()

    def spent(self, kind: str = "run", name: str = "") -> Decimal:
        """US dollars known to be spent, exactly. ``kind`` is ``run``, ``role``, ``model`` or ``user``."""
        with self._lock:
            return self._at((kind, name)).spent

    def account(self, scope: Scope) -> Account:
        """What was spent on one thing, as it stands now."""
        with self._lock:
            return evolve(self._at(scope))

    def spending(self) -> Spending:
        """What all calls so far came to."""
        with self._lock:
            return self._at(("run", "")).spending

    def snapshot(self) -> dict[str, Any]:
        """Everything counted so far as JSON-able data: totals of the run, and by role, model and user."""
        with self._lock:
            totals: dict[str, Any] = {"run": {}, "role": {}, "model": {}, "user": {}}
            self._at(("run", ""))  # is there also before the first call
            for (kind, name), account in sorted(self._accounts.items()):
                money = {"uncertain_cost": as_float(account.uncertain), "held": as_float(account.held)}
                total = totals[kind] if kind == "run" else totals[kind].setdefault(name, {})
                total.update(account.spending.to_record() | money)
            return totals

    def _is_capped(self, request: ChatRequest) -> bool:
        return bool(self.caps.applying_to(scopes_of(request)))

    def _worst_case(self, request: ChatRequest) -> Decimal | None:
        if not self._is_capped(request):
            return None
        amount = worst_case(request, self.prices)
        if amount is None and self.caps.on_unknown_price == "refuse":
            msg = (
                f"nobody knows the price of {request.model!r}, so a budget cannot be kept: give its price "
                "(input_per_million, output_per_million), or set on_unknown_price to 'allow'"
            )
            raise BudgetExceededError(msg)
        return amount

    def _try(self, request: ChatRequest, amount: Decimal | None, *, wait: bool) -> Reservation | Future[None]:
        scopes = scopes_of(request)
        needed = amount or NOTHING
        with self._lock:
            for scope, cap in self.caps.applying_to(scopes).items():
                if needed > self._at(scope).left_of(cap).unheld:
                    if not wait or (refusal := self._refusal(request, scope, cap, needed)):
                        raise BudgetExceededError(refusal if wait else refused(scope, cap, self._at(scope), needed))
                    turn: Future[None] = Future()
                    self._waiting.append(turn)
                    return turn
            for scope in scopes:
                self._at(scope).held += needed
            reservation = Reservation(ledger=self, request=request, amount=amount)
            self._open.add(reservation)
        if self._lender is not None:
            self._lender.reserved(needed)
        return reservation

    def _refusal(self, request: ChatRequest, scope: Scope, cap: Decimal, needed: Decimal) -> str | None:
        """Why a call will not get the money that it needs; ``None`` when it may, once others have ended."""
        account = self._at(scope)
        if self._lender is not None:
            every = dict.fromkeys(self.caps.applying_to(scopes_of(request)), needed)
            refusal = self._lender.refusal(every)
            if refusal is None:
                self._lender.ask(every)
            return refusal
        can_come = account.held and needed <= account.left_of(cap).unspent
        return None if can_come else refused(scope, cap, account, needed)

    def _wake(self) -> None:
        """Have those look again who wait for money that calls in flight hold."""
        with self._lock:
            waiting, self._waiting = self._waiting, []
        for turn in waiting:
            with suppress(InvalidStateError):  # its waiter was cancelled or gave up
                turn.set_result(None)

    def _book(self, scope: Scope, change: Account) -> None:
        noted = () if self._changes is None else (self._changes.setdefault(scope, Account()),)
        for account in (self._at(scope), *noted):
            account.spending += change.spending
            account.uncertain += change.uncertain

    def _at(self, scope: Scope) -> Account:
        if scope not in self._accounts:
            self._accounts[scope] = Account()
        return self._accounts[scope]


class Budgeted(Wrapper):
    """A model whose calls are priced, counted and kept under the caps of a ledger.

    Args:
        inner: The model.
        ledger: Shared by everything that spends the same money.
    """

    def __init__(self, inner: ChatModel, ledger: Ledger) -> None:
        super().__init__(inner)
        self._ledger = ledger

    async def acomplete(self, request: ChatRequest) -> ChatResponse:
        """Answer, once calls in flight do not hold the money that this one needs."""
        reservation = await self._ledger.reserve(request)
        try:
            return reservation.settle(await self.inner.acomplete(request))
        except BaseException as error:
            reservation.fail(error)
            raise


def refused(scope: Scope, cap: Decimal, account: Account, needed: Decimal) -> str:
    """Why a call does not fit under a cap, in words."""
    kind, name = scope
    whose = "the run" if kind == "run" else f"{kind} {name!r}"
    limit = f"{dollars(cap).normalize():f}"
    held = f" and {shown(account.held)} held by calls in flight" if account.held else ""
    maybe = f", {shown(account.uncertain)} more possibly billed" if account.uncertain else ""
    return (
        f"the budget of {whose} is {limit} USD: {shown(account.spent)} spent{maybe}{held}, and the next "
        f"call may cost up to {shown(needed)}; raise the budget, or lower max_tokens so that the worst case fits"
    )


def _came_to(response: ChatResponse | None, error: BaseException | None) -> tuple[Spending, int]:
    """What a call came to, and how many of its tries may have cost as much as its worst case beside that."""
    if response is not None:
        return Spending.of_answer(response), (response.cost is None) + _doubts(response.attempts)
    if isinstance(error, ProviderError):
        tries = tries_of(error)
        return evolve(Spending.of_tries(tries), failed_calls=1), _doubts(tries)
    if error is not None:  # a cancelled call says nothing about what it cost
        return Spending(failed_calls=1), int(not isinstance(error, Exception))
    return Spending(), 0


def _doubts(tries: Iterable[Attempt]) -> int:
    """How many tries were billed, or may have been, nobody knows how much."""
    return sum(each.in_doubt or (each.billed and each.cost is None) for each in tries)

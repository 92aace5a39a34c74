"""What the calls of one sample, or of many, came to."""

from __future__ import annotations

import operator
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from attrs import Factory, define, field, frozen

from tool_sandbox.llm.chat import Attempt, ChatResponse, Usage
from tool_sandbox.llm.layers.budget.money import FREE, NOTHING, Cost, as_float, total_cost


def _cost(amount: Any) -> Cost:
    return amount if type(amount) is Cost else Cost.of(amount)


_TOKENS = ("prompt_tokens", "completion_tokens", "cached_tokens")
_COUNTS = ("calls", "failed_calls", *_TOKENS, "cached_calls", "fallback_calls", "parse_losses")
_MONEY = {"cost": "unpriced_calls", "saved_cost": "unpriced_saved_calls", "uncertain_cost": "uncertain_unpriced_calls"}
"""Sums of money, and what their records call the number of calls of unknown price."""
_NAMES = (*_COUNTS, *_MONEY, "uncertain_calls")
_VALUES = operator.attrgetter(*_NAMES)


@frozen(kw_only=True)
class Spending:
    """Calls, tokens and money. Amounts are in US dollars."""

    calls: int = 0
    """Calls that were answered."""
    failed_calls: int = 0
    """Calls that nobody answered."""
    prompt_tokens: int = 0
    """Tokens that were sent."""
    completion_tokens: int = 0
    """Tokens of the answers, reasoning among them."""
    cached_tokens: int = 0
    """Those of the tokens sent that the provider had in its own cache."""
    cost: Cost = field(default=FREE, converter=_cost)
    """What was paid, also for tries that failed and were billed."""
    saved_cost: Cost = field(default=FREE, converter=_cost)
    """What answers from the cache did not cost."""
    uncertain_cost: Cost = field(default=FREE, converter=_cost)
    """What tries that broke off after they were sent may have cost at most, beside ``cost``."""
    uncertain_calls: int = 0
    """The number of such tries."""
    cached_calls: int = 0
    """Calls that the response cache answered."""
    fallback_calls: int = 0
    """Calls that a fallback answered."""
    parse_losses: int = 0
    """Calls of tools in text that could not be read."""

    @classmethod
    def of_answer(cls, response: ChatResponse) -> Spending:
        """One answered call. One replayed from the run's journal was paid for by the same run."""
        replayed = response.replayed and not response.cached
        answer = cls(
            calls=1,
            **_tokens([response.usage]),
            cost=Cost.of(response.saved_cost if replayed else response.cost),
            saved_cost=Cost.of(response.saved_cost) if response.cached else FREE,
            cached_calls=int(response.cached),
            fallback_calls=int(response.fallback),
            parse_losses=response.parse_losses,
        )
        failed = [attempt for attempt in response.attempts if attempt.error is not None]
        return answer + cls.of_tries(failed) if failed else answer

    @classmethod
    def of_tries(cls, attempts: Iterable[Attempt]) -> Spending:
        """What tries that failed cost, and what those that broke off may have cost."""
        tries = tuple(attempts)
        in_doubt = [attempt.uncertain_cost for attempt in tries if attempt.in_doubt]
        billed = [attempt for attempt in tries if attempt.billed]
        return cls(
            **_tokens(attempt.usage for attempt in billed),
            cost=total_cost(attempt.cost for attempt in billed),
            uncertain_cost=total_cost(in_doubt),
            uncertain_calls=len(in_doubt),
        )

    def __add__(self, other: Spending) -> Spending:
        return Spending(**dict(zip(_NAMES, map(operator.add, _VALUES(self), _VALUES(other)), strict=True)))

    def __str__(self) -> str:
        tokens = f"{self.prompt_tokens} tokens in, {self.completion_tokens} out, "
        counted = tokens if self.prompt_tokens or self.completion_tokens else ""  # an agent of one's own tells none
        saved = "" if self.saved_cost.is_nothing else f", {self.saved_cost} saved by the cache"
        failed = f" and {self.failed_calls} that failed" if self.failed_calls else ""
        calls = ("1 call" if self.calls == 1 else f"{self.calls} calls") + failed
        return f"{calls}, {counted}{self.cost}{saved}{self._doubt()}"

    def _doubt(self) -> str:
        if not self.uncertain_calls:
            return ""
        calls = "1 try" if self.uncertain_calls == 1 else f"{self.uncertain_calls} tries"
        most = "" if self.uncertain_cost.unknown_calls else f", up to {self.uncertain_cost}"
        return f"; {calls} that broke off may have been billed as well{most}"

    def to_record(self) -> dict[str, Any]:
        """JSON-able data: a sum with an unknown part is ``None``, with the known part and those calls beside."""
        record = {name: getattr(self, name) for name in _COUNTS}
        for name, unknown in _MONEY.items():
            cost: Cost = getattr(self, name)
            record |= {name: cost.total, f"known_{name}": as_float(cost.known), unknown: cost.unknown_calls}
        return {**record, "uncertain_calls": self.uncertain_calls}

    @classmethod
    def from_record(cls, record: Mapping[str, Any]) -> Spending:
        """The spending that ``to_record`` wrote, now or before it knew of known parts.

        Raises:
            ValueError: It is something else; the message names the key.
        """
        _check(record)
        money: dict[str, Any] = {
            name: Cost.from_record(record.get(name), record.get(f"known_{name}"), record.get(unknown, 0))
            for name, unknown in _MONEY.items()
        }
        counts: dict[str, Any] = {name: record[name] for name in (*_COUNTS, "uncertain_calls") if name in record}
        return cls(**counts, **money)


@frozen
class Left:
    """What is left under a cap, in US dollars."""

    unspent: Decimal
    """What is neither spent nor possibly spent."""
    unheld: Decimal
    """The part of it that no call in flight holds."""


@define
class Account:
    """What was spent on one thing. Not locked: the ledger that owns it is."""

    spending: Spending = Factory(Spending)
    uncertain: Decimal = NOTHING
    """US dollars that may have been spent: the worst case of calls that broke off after they were sent."""
    held: Decimal = NOTHING
    """US dollars reserved by calls in flight."""

    @property
    def spent(self) -> Decimal:
        """US dollars known to be spent."""
        return self.spending.cost.known

    def left_of(self, cap: Decimal) -> Left:
        """What is left under a cap."""
        unspent = cap - self.spent - self.uncertain
        return Left(unspent, unspent - self.held)


def _tokens(usages: Iterable[Usage | None]) -> dict[str, Any]:
    known = [usage for usage in usages if usage is not None]
    return {name: sum(getattr(usage, name) for usage in known) for name in _TOKENS}


def _check(record: Mapping[str, Any]) -> None:
    amounts = {*_MONEY, *(f"known_{name}" for name in _MONEY)}
    counts = {*_COUNTS, *_MONEY.values(), "uncertain_calls"}
    for name, value in record.items():
        if name not in amounts | counts:
            message = f"it has an unknown key {name!r}"
            raise ValueError(message)
        number = (int, float, type(None)) if name in amounts else int
        if not isinstance(value, number) or isinstance(value, bool):
            message = f"its {name} is {value!r}"
            raise ValueError(message)  # noqa: TRY004 -- a damaged file, not a wrong argument

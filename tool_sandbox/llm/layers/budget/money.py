"""US dollars that cannot lose what is unknown about them."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import Any

from attrs import frozen

from tool_sandbox.errors import SettingsError

NOTHING = Decimal(0)
_UNIT = Decimal("1e-12")
"""Prices are some billionths of a dollar per token: all sums of them are exact, also as floats in the files."""
_SHOWN_UNIT = Decimal("0.000001")


def dollars(amount: Decimal | float | str) -> Decimal:
    """An amount in whole millionths of a millionth of a dollar; what costs anything never becomes nothing."""
    return _rounded(amount, _UNIT)


def _rounded(amount: Decimal | float | str, unit: Decimal) -> Decimal:
    exact = amount if isinstance(amount, Decimal) else Decimal(str(amount))
    whole = exact.quantize(unit)
    return unit.copy_sign(exact) if exact and not whole else whole


def amount_of(value: Any, what: str) -> Decimal:
    """An amount of money as a person writes it.

    Raises:
        SettingsError: It is not one; the message begins with ``what`` and the value.
    """
    try:
        amount = Decimal(str(value))  # "True" is not a number either
    except InvalidOperation:
        amount = Decimal("NaN")
    if not amount.is_finite() or amount < 0:
        msg = f"{what} {value!r} is not an amount of US dollars: give zero or more, such as 2.50"
        raise SettingsError(msg)
    return amount


def shown(amount: Decimal | float | str) -> str:
    """An amount for people: four decimals, or up to six where those say more."""
    text = f"{_rounded(amount, _SHOWN_UNIT):.6f}"
    return text[: len(text) - 2] + text[-2:].rstrip("0")


def as_float(amount: Decimal | float) -> float:
    """An amount for data, with at most twelve decimals."""
    return float(dollars(amount)) if amount else 0.0


def as_float_or_none(amount: Decimal | float | None) -> float | None:
    """As ``as_float``; what is unknown stays so."""
    return None if amount is None else as_float(amount)


@frozen(kw_only=True)
class Cost:
    """What calls cost: the sum of what is known, and how many calls nobody knows the price of."""

    known: Decimal = NOTHING
    """US dollars."""
    unknown_calls: int = 0

    @classmethod
    def of(cls, amount: Cost | Decimal | float | None) -> Cost:
        """The cost of one call; ``None`` when nobody knows it."""
        if isinstance(amount, Cost):
            return amount
        return cls(unknown_calls=1) if amount is None else cls(known=dollars(amount))

    @classmethod
    def from_record(cls, total: float | None, known: float | None, unknown_calls: int) -> Cost:
        """The cost that ``total``, ``known`` and ``unknown_calls`` were written from."""
        return cls(known=dollars(known if known is not None else total or 0.0), unknown_calls=unknown_calls)

    @property
    def total(self) -> float | None:
        """US dollars for data, at most twelve decimals; ``None`` when a part is unknown."""
        return None if self.unknown_calls else as_float(self.known)

    @property
    def is_nothing(self) -> bool:
        """Whether it is known that nothing was paid."""
        return not self.known and not self.unknown_calls

    def __add__(self, other: Cost) -> Cost:
        if other.is_nothing:
            return self
        return Cost(known=self.known + other.known, unknown_calls=self.unknown_calls + other.unknown_calls)

    def __str__(self) -> str:
        if not self.unknown_calls:
            return f"{shown(self.known)} USD"
        calls = "1 call" if self.unknown_calls == 1 else f"{self.unknown_calls} calls"
        known = f"≥ {shown(self.known)} USD" if self.known else "cost unknown"
        return f"{known} ({calls} of unknown price)"


FREE = Cost()


def total_cost(amounts: Any) -> Cost:
    """The cost of several calls, each an amount or ``None``."""
    return sum(map(Cost.of, amounts), FREE)

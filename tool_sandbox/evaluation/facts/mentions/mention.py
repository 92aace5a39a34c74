"""What all kinds of mentions share: their place, how they are compared, and by which measure numbers are equal."""

from __future__ import annotations

import itertools
from decimal import Decimal
from enum import Enum, auto
from typing import NamedTuple

from attrs import field, frozen

CLOSE = Decimal("0.01")
"""The share of the wanted value within which a number with one significant digit still says it."""


class Span(NamedTuple):
    """A place in a normalised text, half open."""

    start: int
    end: int

    def overlaps(self, other: Span) -> bool:
        """Whether the two share a character."""
        return self.start < other.end and other.start < self.end


NOWHERE = Span(0, 0)
"""The place of a value that was wanted, not read."""


class Agreement(Enum):
    """What a mention in an answer says about a wanted one."""

    SAME = auto()
    """It says the wanted value."""
    OTHER = auto()
    """It says another value where the wanted one should be."""
    UNRELATED = auto()
    """It can't be held against the wanted one: another kind, another currency, a unit of another system."""


@frozen
class Tolerance:
    """How far from the wanted value an amount may be; the greater allowance counts."""

    absolute: Decimal = Decimal(0)
    """In the unit of the wanted value."""
    relative: Decimal = Decimal(0)
    """As a share of the wanted value; 0.01 is 1%."""

    def allows(self, wanted: Decimal, said: Decimal) -> bool:
        """Whether what was said is near enough; never across a sign."""
        if wanted * said < 0:
            return False
        return abs(wanted - said) <= max(self.absolute, self.relative * abs(wanted))


EXACT = Tolerance()


@frozen
class Numeral:
    """A number and the last place that it is written with.

    Args:
        value: The number.
        step: The worth of the last digit: 0.01 for 8.05, 100000 for 1.2 million.
    """

    value: Decimal
    step: Decimal = Decimal(1)

    @property
    def decimals(self) -> int:
        """The decimals shown; negative where places before the point were left out."""
        return -self.step.adjusted()

    @property
    def digits(self) -> int:
        """The significant digits shown, and 0 for zero."""
        whole = abs(self.value / self.step).to_integral_value()
        return len(str(int(whole))) if whole else 0

    def times(self, factor: Decimal) -> Numeral:
        """The same in a unit of which `factor` make one of these."""
        return Numeral(self.value * factor, self.step * abs(factor))

    def plus(self, part: Numeral) -> Numeral:
        """The sum, shown as finely as the finer of the two; a negative number becomes more so."""
        value = self.value - part.value if self.value < 0 else self.value + part.value
        return Numeral(value, min(self.step, part.step))

    @property
    def negative(self) -> Numeral:
        """The same below zero."""
        return Numeral(-abs(self.value), self.step)

    @property
    def without_zeros(self) -> Numeral:
        """The same with the zeros at the end of a whole number read as places left out: 910 as 91 tens."""
        if self.step < 1 or not self.value:
            return self
        digits = str(int(abs(self.value / self.step)))
        return Numeral(self.value, self.step.scaleb(len(digits) - len(digits.rstrip("0"))))


def numeral(written: str) -> Numeral:
    """A number from digits with at most one decimal point, with as many decimals as are written."""
    value = Decimal(written)
    exponent = value.as_tuple().exponent
    assert isinstance(exponent, int), written
    return Numeral(value, Decimal(1).scaleb(min(exponent, 0)))


def equal(wanted: Numeral, said: Numeral, tolerance: Tolerance = EXACT, *, approximate: bool = False) -> bool:
    """Whether one number says the other: within the tolerance, or rounded to the places that are shown.

    A rounding needs two significant digits, or to be within 1%; zeros at the end count as rounded where the wanted
    value has decimals or the answer says that it is approximate. The sign is part of a number.

    Args:
        wanted: The value that should be said.
        said: The value that is said, in the same unit.
        tolerance: What is allowed besides rounding.
        approximate: Whether the answer calls its number rounded ("about 900").
    """
    if tolerance.allows(wanted.value, said.value):
        return True
    if wanted.value * said.value <= 0:
        return False
    near = abs(wanted.value - said.value) <= CLOSE * abs(wanted.value)
    if said.step < wanted.step:
        return _rounds_to(said, wanted) and (near or (wanted.step < 1 and wanted.digits > 1))
    if _rounds_to(wanted, said):
        return near or said.digits > 1
    return near and (approximate or wanted.step < 1) and _rounds_to(wanted, said.without_zeros)


def _rounds_to(fine: Numeral, coarse: Numeral) -> bool:
    return abs(fine.value - coarse.value) <= coarse.step / 2


@frozen
class Amount:
    """A number of something: what quantities and sums of money share.

    Args:
        readings: Every number that the text may say, the likeliest first: "1,234" may be 1.234 as well.
        approximate: Whether it is called approximate.
        span: Where it stands.
    """

    readings: tuple[Numeral, ...]
    approximate: bool = field(default=False, kw_only=True)
    span: Span = field(default=NOWHERE, kw_only=True, eq=False)

    @property
    def value(self) -> Decimal:
        """The likeliest number."""
        return self.readings[0].value

    @property
    def decimals(self) -> int:
        """The decimals that it is shown with."""
        return self.readings[0].decimals

    @property
    def is_bare(self) -> bool:
        """Whether it is a number alone."""
        return False

    def equals(self, said: Amount, tolerance: Tolerance = EXACT) -> bool:
        """Whether the numbers are equal in one of their readings, whatever they count."""
        pairs = itertools.product(self.readings, said.readings)
        return any(equal(mine, other, tolerance, approximate=said.approximate) for mine, other in pairs)

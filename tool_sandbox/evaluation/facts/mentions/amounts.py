"""Quantities, with or without a unit, and sums of money, as a text has them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal

from attrs import evolve, frozen

from tool_sandbox.evaluation.facts.mentions.mention import EXACT, Agreement, Amount, Numeral, Span, Tolerance, numeral
from tool_sandbox.evaluation.facts.mentions.money import Money, currency_after, currency_before
from tool_sandbox.evaluation.facts.mentions.numerals import Written, numerals_in, part_of
from tool_sandbox.evaluation.facts.mentions.units import Unit, unit_at, unit_named

_PART_AFTER = re.compile(r" and (?P<count>an?|one|two|three)[ -](?P<part>half|quarter|third)s?\b", re.IGNORECASE)
_RANGE = re.compile(r" ?(?:-|-to-|to|and|or|through|until) ?", re.IGNORECASE)
_JOINT = re.compile(r",? ?\(?(?:and (?:(?:about|almost|nearly|roughly|around) )?|plus )?", re.IGNORECASE)
_BELOW_ZERO = re.compile(
    r"(?: (?:degrees?|°C|°F|Celsius|Fahrenheit))* below(?: zero| freezing|(?=\s*(?:$|[.,;!?)\n])))", re.IGNORECASE
)
_MORE = re.compile(r" (?:more|full|whole|further|solid|entire|short)(?= )", re.IGNORECASE)
_MILLIONS = re.compile(r"[mM](?![\w/])")
_YEAR = re.compile(r"(?:19|20)\d\d")
_BEFORE_YEAR = re.compile(
    r"(?:\b(?:in|since|of|from|year|by|until|through|during|before|after|spring|summer|autumn|fall|winter|early|late|mid)"
    r"|\b[A-Z][a-z]+,?|\() ?$"
)
_CLOCK = re.compile(
    r"(?<![\w:.])(?P<hours>\d{1,3})(?::(?P<past>[0-5]\d)(?::(?P<second>[0-5]\d))? ?(?:hrs?|hours?|h)|"
    r" ?(?:(?:hrs?|h)\.?|hours?(?=,? [0-5]\d(?![\d-]|[.,]\d| ?m| [a-z]+s\b))),? ?(?P<minutes>[0-5]?\d) ?(?:mins?|m)?"
    r"(?:,? ?\(?(?:and )?(?P<seconds>[0-5]?\d) ?(?:sec(?:ond)?s?|s))?)\b",
    re.IGNORECASE,
)
_NO_ARTICLE = frozenset({"bit", "bar", "stone", "foot", "degree", "cup", "second", "yard", "percent"})
"""Units whose words mean something else after "a"."""


@frozen
class Quantity(Amount):
    """A number of something, or a number alone.

    Args:
        unit: Its unit of measurement, a unit of time for durations.
    """

    unit: Unit | None = None

    @classmethod
    def of(cls, value: float | str | Decimal, unit: str | None = None) -> Quantity:
        """A quantity that is wanted.

        Args:
            value: The number, with as many decimals as matter.
            unit: Its unit in any usual spelling, or as pint calls it.

        Raises:
            ValueError: No such unit.
        """
        return cls((numeral(str(value)),), unit_named(unit) if unit else None)

    @property
    def is_bare(self) -> bool:
        """Whether it is a number alone."""
        return self.unit is None

    def beside(self, said: object, tolerance: Tolerance = EXACT) -> Agreement:
        """What another mention says about this one.

        A number alone says the same number of something, and contradicts only when it has the other sign; the same
        number with another unit of the kind is a wrong one.
        """
        if not isinstance(said, Amount):
            return Agreement.UNRELATED
        if self.is_bare or said.is_bare:
            if self.equals(said, tolerance):
                return Agreement.SAME
            is_other = (self.is_bare and said.is_bare) or self._times(Decimal(-1)).equals(said, tolerance)
            return Agreement.OTHER if is_other else Agreement.UNRELATED
        return self._beside_unit(said, tolerance) if isinstance(said, Quantity) else Agreement.UNRELATED

    def _beside_unit(self, said: Quantity, tolerance: Tolerance) -> Agreement:
        assert self.unit
        assert said.unit
        if self.unit.is_said_for(said.unit):
            factor = self.unit.factor(said.unit)
            allowed = evolve(tolerance, absolute=tolerance.absolute * factor)
            return Agreement.SAME if self._in(said.unit, factor).equals(said, allowed) else Agreement.OTHER
        same_kind = self.unit.dimension == said.unit.dimension
        return Agreement.OTHER if same_kind and self.equals(said, tolerance) else Agreement.UNRELATED

    def _times(self, factor: Decimal) -> Quantity:
        return evolve(self, readings=tuple(each.times(factor) for each in self.readings))

    def _in(self, unit: Unit, factor: Decimal) -> Quantity:
        """The same in a unit of which `factor` make one of mine: 2 hours are exactly 120 minutes, and not 119."""
        if factor == 1:
            return evolve(self, unit=unit)
        readings = (each if each.step < 1 else evolve(each, step=_EXACTLY) for each in self.readings)
        return evolve(self, readings=tuple(each.times(factor) for each in readings), unit=unit)


_ENDS = re.compile(r" ?(?:$|[.,;:!?)\n])")
_LEAST_CENTS, _HUNDRED = 10, 100
_EXACTLY = Decimal("1e-9")


def amounts_in(text: str) -> Iterator[Quantity | Money]:
    """The quantities and sums of money in a normalised text; one that may be both, such as pounds, is yielded as both.

    Numbers in ranges have the unit of the range, and parts that belong together are one: 8 km 50 m, 1 hour 30 minutes.
    """
    for match in _CLOCK.finditer(text):
        yield _clocked(match)
    plain = _CLOCK.sub(lambda match: "\0" * len(match[0]), text)
    found: list[_Amount] = []
    for written in numerals_in(plain):
        if not found or written.span.start >= found[-1].span.end:
            found.append(_amount(plain, written))
    for amount in _joined(plain, _shared(plain, found)):
        yield from amount.mentions(plain)


def _clocked(match: re.Match[str]) -> Quantity:
    """The duration in "2h 5m" and "2:05 hours", and in "2h 5m 30s"."""
    minutes = 60 * int(match["hours"]) + int(match["past"] or match["minutes"])
    seconds = match["second"] or match["seconds"]
    count, unit = (60 * minutes + int(seconds), "second") if seconds else (minutes, "minute")
    return Quantity((Numeral(Decimal(count)),), unit_named(unit), span=Span(*match.span()))


@frozen
class _Amount:
    """A number with what stands before and after it."""

    readings: tuple[Numeral, ...]
    written: Written
    span: Span
    unit: Unit | None = None
    currencies: frozenset[str] = frozenset()
    hundredths: bool = False

    @property
    def is_bare(self) -> bool:
        return not self.unit and not self.currencies

    def mentions(self, text: str) -> Iterator[Quantity | Money]:
        """What the number says, nothing if it is no amount after all."""
        if self.is_bare and (self.written.needs_unit or _is_no_amount(text, self.span)):
            return
        if self.written.is_article and self.unit and self.unit.name in _NO_ARTICLE:
            return
        if self.unit or not self.currencies:
            yield Quantity(self.readings, self.unit, approximate=self.written.approximate, span=self.span)
        if self.currencies:
            yield Money(self.readings, self.currencies, approximate=self.written.approximate, span=self.span)


def _amount(text: str, written: Written) -> _Amount:
    start, end = written.start, written.span.end
    amount = _Amount(written.readings, written, Span(start, end))
    if before := currency_before(text, written.span.start):
        millions = _MILLIONS.match(text, end)
        readings = tuple(each.times(Decimal(10**6)) for each in amount.readings) if millions else amount.readings
        span = Span(min(start, before[1]), millions.end() if millions else end)
        return evolve(amount, readings=readings, currencies=before[0], span=span)
    if after := currency_after(text, end):
        amount = evolve(amount, currencies=after[0], span=Span(start, after[1]), hundredths=after[2])
        if after[2]:
            amount = evolve(amount, readings=tuple(each.times(Decimal("0.01")) for each in amount.readings))
    further = _MORE.match(text, end)
    if unit := unit_at(text, further.end() if further else end):
        amount = evolve(amount, unit=unit[0], span=Span(start, max(unit[1], amount.span.end)))
    if not amount.is_bare and (part := _PART_AFTER.match(text, amount.span.end)):
        more = Numeral(part_of(part), Decimal("0.1"))
        amount = evolve(amount, readings=tuple(each.plus(more) for each in amount.readings))
        amount = evolve(amount, span=Span(start, part.end()))
    if below := _BELOW_ZERO.match(text, amount.span.end):
        amount = evolve(amount, readings=tuple(each.negative for each in amount.readings))
        amount = evolve(amount, span=Span(start, below.end()))
    return amount


def _is_no_amount(text: str, span: Span) -> bool:
    written = text[span.start : span.end]
    if text[span.end : span.end + 1].isalnum() or text[max(0, span.start - 1) : span.start].isalnum():
        return True
    return bool(_YEAR.fullmatch(written) and _BEFORE_YEAR.search(text[max(0, span.start - 24) : span.start]))


def _shared(text: str, found: Sequence[_Amount]) -> list[_Amount]:
    """With the unit of a range at both of its ends: "8 to 9 km", "$8-9"."""
    shared = list(found)
    for index in reversed(range(len(shared) - 1)):
        left, right = shared[index], shared[index + 1]
        between = text[left.span.end : right.span.start]
        if not _RANGE.fullmatch(between):
            continue
        if left.is_bare and not left.written.needs_unit:
            shared[index] = evolve(left, unit=right.unit, currencies=right.currencies)
        elif right.is_bare and left.currencies and "and" not in between and "or" not in between:
            shared[index + 1] = evolve(right, currencies=left.currencies)
    return shared


def _joined(text: str, found: Sequence[_Amount]) -> list[_Amount]:
    """With the parts of one amount put together."""
    joined: list[_Amount] = []
    for amount in found:
        whole = _together(text, joined[-1], amount) if joined else None
        if whole:
            joined[-1] = whole
        else:
            joined.append(amount)
    return joined


def _together(text: str, left: _Amount, right: _Amount) -> _Amount | None:
    if not _JOINT.fullmatch(text, left.span.end, right.span.start):
        return None
    span, more = Span(left.span.start, right.span.end), right.readings[0]
    if left.currencies and right.is_bare and text[left.span.end : right.span.start] == " " and _is_cents(left, more):
        cents = more.times(Decimal("0.01"))
        return evolve(left, readings=tuple(each.plus(cents) for each in left.readings), span=span, unit=None)
    if right.is_bare and left.unit == unit_named("hour") and _are_minutes(text, left, right):
        right = evolve(right, unit=unit_named("minute"))
    if left.currencies & right.currencies and right.hundredths and not left.hundredths:
        return evolve(left, readings=tuple(each.plus(more) for each in left.readings), span=span, unit=None)
    if not (left.unit and right.unit and left.unit.name != right.unit.name and left.unit.is_said_for(right.unit)):
        return None
    factor = left.unit.factor(right.unit)
    if factor <= 1 or more.value >= factor:
        return None
    readings = tuple(Numeral(each.times(factor).plus(more).value, more.step) for each in left.readings)
    return evolve(right, readings=readings, span=span)


def _are_minutes(text: str, left: _Amount, right: _Amount) -> bool:
    """Whether a number behind hours is their minutes: "four hours twenty-six"."""
    return text[left.span.end : right.span.start] == " " and _ENDS.match(text, right.span.end) is not None


def _is_cents(left: _Amount, more: Numeral) -> bool:
    """Whether a number behind a whole sum is its hundredths: "four euros fifty"."""
    whole = left.readings[0].value == left.readings[0].value.to_integral_value()
    return whole and _LEAST_CENTS <= more.value < _HUNDRED

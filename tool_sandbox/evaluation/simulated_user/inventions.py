"""Numbers, dates and names that a simulated user says without having them from anywhere."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import cached_property

from attrs import evolve, frozen

from tool_sandbox.evaluation.facts.mentions.amounts import Quantity
from tool_sandbox.evaluation.facts.mentions.days import Day
from tool_sandbox.evaluation.facts.mentions.mention import Agreement, Amount
from tool_sandbox.evaluation.facts.mentions.reading import Mention, agreement
from tool_sandbox.evaluation.facts.mentions.times import TimeOfDay
from tool_sandbox.evaluation.facts.mentions.units import unit_named
from tool_sandbox.evaluation.facts.reading import Reading, reading_of
from tool_sandbox.evaluation.facts.surroundings import Surroundings
from tool_sandbox.evaluation.simulated_user.names import is_known, names_in, words_in

MOST_COUNTED = 12
"""A number alone up to this one counts or points at what is there: "the 2 of them", "number 3"."""
_LONGEST_DERIVED = 366 * 24 * 60
"""Minutes; what is farther away is not counted from now."""
_ADDRESS = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_IDIOM = re.compile(
    r"24/7|50/50|100 ?%|(?:one|an?|1|2|two|couple) (?:hundred percent|secs?|seconds?|mins?|minutes?|moments?)\b",
    re.IGNORECASE,
)
_PAST = re.compile(r"yesterday|last night", re.IGNORECASE)
"""What people add to tell how something came about."""
_FEWEST_AT_END = 3
"""So many digits at the end of a number stand for it."""
_DAYS_OF = (("day", 1), ("week", 7), ("fortnight", 14))
_ANY_DAY = date(2000, 1, 15)
_DENIED = re.compile(r"\bnot (?:(?:on|at|in|for|from|to|until|the|with) )*$", re.IGNORECASE)


@frozen(slots=False)
class Known:
    """What somebody knows who was told some texts.

    Args:
        surroundings: The world in which they were told; of it the date is known to everybody.
        texts: What was told.
    """

    surroundings: Surroundings
    texts: tuple[str, ...] = ()

    def told(self, text: str) -> Known:
        """The same after one more text."""
        return evolve(self, texts=(*self.texts, text))

    @cached_property
    def words(self) -> frozenset[str]:
        """All words, in lower case and without accents."""
        return frozenset().union(*map(words_in, self.texts))

    @cached_property
    def digits(self) -> frozenset[str]:
        """All rows of digits, and those of numbers in groups as a whole, too."""
        numbers = [number for text in self.texts for number in _numbers(text)]
        return frozenset([*numbers, str(self.surroundings.now.year)])

    def makes(self, amount: Amount, written: str) -> bool:
        """Whether a number is known, whatever it counts, perhaps rounded, or follows from two that are.

        Args:
            amount: The number.
            written: How it is written.
        """
        told = [mention for mention in self.mentions if isinstance(mention, Amount)]
        if any(each.equals(amount) or amount.equals(each) for each in told) or amount.value in self.reckoned:
            return True
        numbers = set(_numbers(written))
        return bool(numbers) and all(map(self.has_digits, numbers))

    def has_digits(self, number: str) -> bool:
        """Whether these digits were told, or are the last ones of a longer number."""
        is_end = len(number) >= _FEWEST_AT_END and any(known.endswith(number) for known in self.digits)
        return number in self.digits or is_end

    @cached_property
    def reckoned(self) -> frozenset[Decimal]:
        """What two known amounts make together: their product, their sum and their difference."""
        numbers = [mention.value for mention in self.mentions if isinstance(mention, Amount)]
        pairs = itertools.combinations_with_replacement(numbers, 2)
        return frozenset(made for one, two in pairs for made in (one * two, one + two, abs(one - two)))

    @cached_property
    def mentions(self) -> tuple[Mention, ...]:
        """All amounts, times, days and phone numbers, and the times and days that follow from them."""
        now = self.surroundings.now
        told = tuple(mention for text in self.texts for mention in reading_of(text, self.surroundings).mentions)
        begin = (*told, Day.of(now.date()), *self._of_weekend(), *self._implied())
        spans = {minutes for mention in begin if isinstance(mention, Quantity) and (minutes := _minutes(mention))}
        from_now = [mention for span in spans for shift in (span, -span) for mention in _at(now + shift)]
        return (*begin, *from_now, *_shifted(begin, spans))

    def _implied(self) -> Iterator[Quantity]:
        """What a word says without a number: "next week", "the day before"."""
        yield from (Quantity.of(days, "day") for word, days in _DAYS_OF if word in self.words)

    def _of_weekend(self) -> Iterator[Day]:
        if "weekend" in self.words:
            yield from (Day.on(name, self.surroundings.now.date()) for name in ("saturday", "sunday"))


def _at(moment: datetime) -> tuple[Day, TimeOfDay]:
    return Day.of(moment.date()), TimeOfDay.of(moment.time())


def _shifted(mentions: Iterable[Mention], spans: Iterable[timedelta]) -> Iterator[Mention]:
    """The days and times that lie so far before and after those that were told."""
    shifts = [shift for span in spans for shift in (span, -span)]
    for mention in mentions:
        if isinstance(mention, Day):
            dates = {date for each in mention.dates if mention.today and (date := each.meant(mention.today))}
            yield from (Day.of(date + shift) for date in dates for shift in shifts)
        elif isinstance(mention, TimeOfDay):
            moments = [datetime.combine(_ANY_DAY, time) for time in mention.times]
            yield from (TimeOfDay.of((moment + shift).time()) for moment in moments for shift in shifts)


def inventions(text: str, known: Known, asked: str = "") -> Iterator[str]:
    """What a user says that is neither in its task nor in the conversation so far, as it is written.

    Args:
        text: What the user says.
        known: What it was told, and what it said itself before.
        asked: What it was asked last; it decides whether a word alone is a name.
    """
    return iter(dict.fromkeys([*_addresses(text, known), *_mentioned(text, known), *_named(text, known, asked)]))


def _addresses(text: str, known: Known) -> Iterator[str]:
    for match in _ADDRESS.finditer(text):
        if not any(match[0].lower() in each.lower() for each in known.texts):
            yield match[0]


def _mentioned(text: str, known: Known) -> Iterator[str]:
    reading = reading_of(text, known.surroundings)
    for mention in reading.mentions:
        if not _follows(mention, reading, known) and not _DENIED.search(reading.normal.text[: mention.span.start]):
            yield reading.words_at(mention.span)


def _named(text: str, known: Known, asked: str) -> Iterator[str]:
    for name in names_in(_ADDRESS.sub(" ", text), asked):
        if not is_known(name, known.words) and not _DENIED.search(text[: text.find(name)]):
            yield name


def _follows(mention: Mention, reading: Reading, known: Known) -> bool:
    written = reading.words_at(mention.span)
    if _IDIOM.fullmatch(written) or _IDIOM.match(reading.normal.text, mention.span.start):
        return True
    if isinstance(mention, Quantity) and mention.is_bare and abs(mention.value) <= MOST_COUNTED:
        return True
    if isinstance(mention, Day) and _PAST.fullmatch(written):
        return True
    if isinstance(mention, Amount) and known.makes(mention, written):
        return True
    return any(Agreement.SAME in (agreement(each, mention), agreement(mention, each)) for each in known.mentions)


def _minutes(duration: Quantity) -> timedelta | None:
    """How long it is, where it is a duration."""
    minute = unit_named("minute")
    if duration.unit is None or not duration.unit.is_said_for(minute):
        return None
    minutes = float(duration.value * duration.unit.factor(minute))
    return timedelta(minutes=minutes) if abs(minutes) <= _LONGEST_DERIVED else None


def _numbers(text: str) -> Iterator[str]:
    for number in re.findall(r"\d+(?:[ ().:,/-]{1,2}\d+)*", text):
        yield from (parts := re.findall(r"\d+", number))
        if len(parts) > 1:
            yield "".join(parts)

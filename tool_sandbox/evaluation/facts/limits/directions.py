"""Which way an amount counts: until a day or from it on, ago or left, of this year or the next, of which day."""

from __future__ import annotations

import re
from collections.abc import Iterator

from attrs import frozen

from tool_sandbox.evaluation.facts.fact import Fact, Limit
from tool_sandbox.evaluation.facts.mentions.days import Day
from tool_sandbox.evaluation.facts.mentions.mention import Agreement
from tool_sandbox.evaluation.facts.mentions.reading import Mention, agreement
from tool_sandbox.evaluation.facts.mentions.times import TimeOfDay
from tool_sandbox.evaluation.facts.reading import Reading

_NOWHERE = r"(?!)"
_OF_DAYS = {
    "until": (re.compile(r"\b(?:until|till|by)(?: the)? $"), re.compile(_NOWHERE)),
    "from": (re.compile(r"\b(?:from|since|after|starting|beginning)(?: on)?(?: the)? $"), re.compile(_NOWHERE)),
}
_OF_SPANS = {
    "ago": (re.compile(_NOWHERE), re.compile(r"^ (?:ago|late|overdue|past due)\b")),
    "left": (re.compile(r"\bin $"), re.compile(r"^ (?:left|to go|remaining|remain|until|till|from now)\b")),
}
"""A way an amount counts → what stands before it, or behind it."""
_AGAINST = {"until": "from", "from": "until", "ago": "left", "left": "ago", "new": "old", "this": "another"}
_REACH = 20
_PRESENT = re.compile(r"\b(?:now|currently|at the moment|at present)\b")
_OTHER_PERIOD = re.compile(r"\b(?:next|last|previous|following|coming) (?:year|month)\b")


@frozen
class Direction(Limit):
    """An amount that counts one way, such as until a day; it is wrong to say it only of the other.

    Args:
        wanted: The amount.
        way: Which way it counts: a key of ``_AGAINST``.
    """

    wanted: Mention
    way: str

    def _broken(self, reading: Reading) -> str | None:
        same = reading.saying(self.wanted)
        if same and all(_AGAINST[self.way] in _ways(reading, each) for each in same):
            return f"counts {reading.words_at(same[0].span)!r} the other way"
        return None

    def __str__(self) -> str:
        return f"{self.wanted} counted the right way"


@frozen
class OfDay(Limit):
    """An amount that belongs to a day; it is wrong to say it of another.

    Args:
        wanted: The amount.
        day: Its day.
    """

    wanted: Mention
    day: Mention

    def _broken(self, reading: Reading) -> str | None:
        stated = [reading.clause_at(each.span.start) for each in reading.saying(self.day)]
        if any(clause and not clause.denies for clause in stated):
            return None
        same = [each for each in reading.saying(self.wanted) if not isinstance(each, Day)]
        places = {reading.clause_at(each.span.start) for each in same}
        present = next((_PRESENT.search(clause.plain) for clause in places if clause), None)
        if present and not self._is_today(reading):
            return f"says of {present.group()!r} what is so at another time"
        for day in reading.mentions:
            here = isinstance(day, Day) and reading.clause_at(day.span.start) in places
            if here and agreement(self.day, day) is Agreement.OTHER:
                return f"says of {reading.words_at(day.span)!r} what is so on another day"
        return None

    def _is_today(self, reading: Reading) -> bool:
        return agreement(self.day, Day.of(reading.surroundings.now.date())) is Agreement.SAME

    def __str__(self) -> str:
        return f"{self.wanted} of {self.day}"


def directions(good: Reading) -> Iterator[Fact]:
    """Which way the amounts of a good answer count."""
    another = any(_OTHER_PERIOD.search(clause.plain) for text in (good, *good.heard) for clause in text.clauses)
    for mention in good.mentions:
        for way in _ways(good, mention):
            if way in _AGAINST and not (way == "this" and another):
                yield Direction(mention, way)
        clause = good.clause_at(mention.span.start)
        if isinstance(mention, Day):
            others = (each for each in good.mentions if not isinstance(each, Day))
            yield from (OfDay(each, mention) for each in others if good.clause_at(each.span.start) is clause)


def _ways(reading: Reading, mention: Mention) -> Iterator[str]:
    text = reading.normal.text.lower()
    before = text[max(0, mention.span.start - _REACH) : mention.span.start]
    behind = text[mention.span.end : mention.span.end + _REACH]
    if isinstance(mention, TimeOfDay):
        yield "old" if before.endswith("from ") and behind.startswith(" to ") else "new"
        return
    for way, (left, right) in (_OF_DAYS if isinstance(mention, Day) else _OF_SPANS).items():
        if left.search(before) or right.search(behind):
            yield way
    if isinstance(mention, Day):
        clause = reading.clause_at(mention.span.start)
        yield "another" if clause and _OTHER_PERIOD.search(clause.plain) else "this"

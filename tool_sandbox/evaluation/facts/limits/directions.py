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

_WAYS = (
    (re.compile(r"\b(?:until|till|by)(?: the)? $"), re.compile(r"")),
    (re.compile(r"\b(?:from|since|after|starting|beginning|starting on|beginning on)(?: the)? $"), re.compile(r"")),
    (re.compile(r""), re.compile(r"^ (?:ago|late|overdue|past due)\b")),
    (re.compile(r"\bin $"), re.compile(r"^ (?:left|to go|remaining|remain|until|till|from now)\b")),
)
_UNTIL, _FROM, _AGO, _LEFT, _TO, _MOVED = range(6)
_AGAINST = {_UNTIL: _FROM, _FROM: _UNTIL, _AGO: _LEFT, _LEFT: _AGO, _TO: _MOVED}
_REACH = 20
_PRESENT = re.compile(r"\b(?:now|currently|at the moment|at present)\b")
_OTHER_PERIOD = re.compile(r"\b(?:next|last|previous|following|coming) (?:year|month)\b")


@frozen
class Direction(Limit):
    """An amount that counts one way, such as until a day; it is wrong to say it of the other.

    Args:
        wanted: The amount.
        way: Which way it counts.
    """

    wanted: Mention
    way: int

    def _broken(self, reading: Reading) -> str | None:
        same = reading.saying(self.wanted)
        against = [each for each in same if _way(reading, each) == _AGAINST.get(self.way)]
        if against and len(against) == len(same):
            return f"counts {reading.words_at(against[0].span)!r} the other way"
        return None

    def __str__(self) -> str:
        return f"{self.wanted} counted the right way"


@frozen
class ThisPeriod(Limit):
    """A day of this year and month, as nobody speaks of the next.

    Args:
        wanted: The day.
    """

    wanted: Mention

    def _broken(self, reading: Reading) -> str | None:
        same = reading.saying(self.wanted)
        other = [_OTHER_PERIOD.search(_clause(reading, each)) for each in same]
        return f"says {other[0].group()!r}" if other and other[0] and all(other) else None

    def __str__(self) -> str:
        return f"{self.wanted} of this year"


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
        if self._is_stated(reading):
            return None
        places = {
            reading.clause_at(each.span.start) for each in reading.saying(self.wanted) if not isinstance(each, Day)
        }
        present = next((_PRESENT.search(clause.plain) for clause in places if clause), None)
        if present and not self._is_today(reading):
            return f"says it of {present.group()!r}"
        for day in reading.mentions:
            if not isinstance(day, Day) or reading.clause_at(day.span.start) not in places:
                continue
            if agreement(self.day, day) is Agreement.OTHER:
                return f"says it of {reading.words_at(day.span)!r}"
        return None

    def _is_today(self, reading: Reading) -> bool:
        return agreement(self.day, Day.of(reading.surroundings.now.date())) is Agreement.SAME

    def _is_stated(self, reading: Reading) -> bool:
        clauses = [reading.clause_at(each.span.start) for each in reading.saying(self.day)]
        return any(clause is not None and not clause.denies for clause in clauses)

    def __str__(self) -> str:
        return f"{self.wanted} of {self.day}"


def directions(good: Reading) -> Iterator[Fact]:
    """Which way the amounts of a good answer count."""
    said = " ".join((good.answer, *good.surroundings.heard)).lower()
    for mention in good.mentions:
        way = _way(good, mention)
        if way is not None:
            yield Direction(mention, way)
        elif isinstance(mention, TimeOfDay):
            yield Direction(mention, _TO)
        if isinstance(mention, Day):
            if not _OTHER_PERIOD.search(said):
                yield ThisPeriod(mention)
            clause = good.clause_at(mention.span.start)
            for other in good.mentions:
                if not isinstance(other, Day) and good.clause_at(other.span.start) is clause:
                    yield OfDay(other, mention)


def _way(reading: Reading, mention: Mention) -> int | None:
    text = reading.normal.text.lower()
    before = text[max(0, mention.span.start - _REACH) : mention.span.start]
    behind = text[mention.span.end : mention.span.end + _REACH]
    if isinstance(mention, TimeOfDay):
        return _MOVED if before.endswith("from ") and behind.startswith(" to ") else None
    for way, (left, right) in enumerate(_WAYS):
        if isinstance(mention, Day) is not (way in (_UNTIL, _FROM)):
            continue
        if (left.pattern and left.search(before)) or (right.pattern and right.search(behind)):
            return way
    return None


def _clause(reading: Reading, mention: Mention) -> str:
    clause = reading.clause_at(mention.span.start)
    return clause.plain if clause else ""

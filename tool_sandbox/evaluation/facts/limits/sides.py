"""The side of a pair of opposites: it is wrong to say the other one, "high" for "low"."""

from __future__ import annotations

import re
from collections.abc import Iterator

from attrs import frozen

from tool_sandbox.evaluation.facts.clauses import Clause
from tool_sandbox.evaluation.facts.fact import Explained, Fact
from tool_sandbox.evaluation.facts.limits.wholly import content_of
from tool_sandbox.evaluation.facts.opposites import HOW_MUCH_LATER, both_ways
from tool_sandbox.evaluation.facts.phrases import denied, foretold, mentioned, places_of, stated
from tool_sandbox.evaluation.facts.reading import Reading

_OF_VALUES = ("low", "minimum", "lowest", "high", "maximum", "highest", "increase", "decrease", "higher", "lower")
_COMPARED = ("cheaper", "less expensive", "more expensive", "dearer")
_NUMBER = re.compile(r"\d+(?:\.\d+)?")


@frozen
class Side(Fact):
    """One side of a pair of opposites.

    Args:
        phrases: Ways to say the side that is true.
        opposites: Ways to say the other one.
        numbers: If there are any, the other side is only wrong beside one of them: another number may well be the high.
        things: The same for words: what is cheaper here is more expensive there.
    """

    phrases: tuple[str, ...]
    opposites: tuple[str, ...]
    numbers: frozenset[float] = frozenset()
    things: frozenset[str] = frozenset()

    def _found(self, reading: Reading) -> bool:
        return any(foretold(phrase, reading) for phrase in self.phrases)

    def _wrong(self, reading: Reading, explained: Explained) -> str | None:
        del explained
        for phrase in self.opposites:
            if foretold(phrase, reading) and self._is_beside(phrase, reading):
                return f"says {phrase!r}, the opposite of {self.phrases[0]!r}"
        for phrase in self.phrases:
            if denied(phrase, reading):
                return f"denies {phrase!r}"
        return None

    def _is_beside(self, phrase: str, reading: Reading) -> bool:
        clauses = [clause for clause, _, _ in places_of(phrase, reading)]
        numbered = not self.numbers or any(self.numbers & _numbers(clause) for clause in clauses)
        return numbered and (not self.things or any(self.things & content_of(clause, reading) for clause in clauses))

    def __str__(self) -> str:
        return self.phrases[0]


def sides(reading: Reading) -> Iterator[Fact]:
    """The sides of pairs of opposites that a good answer is on."""
    named = "low battery" in reading.normal.text.lower()
    for side, other in both_ways():
        held = [phrase for phrase in mentioned(side, reading) if stated(phrase, reading)]
        if side in HOW_MUCH_LATER and not held:
            held = _asked_for(side, other, reading)
        if held and not named and not any(stated(each, reading) for each in other):
            numbers = map(_numbers, reading.clauses) if set(held) & set(_OF_VALUES) else ()
            things = (content_of(each, reading) for each in reading.clauses) if set(held) & set(_COMPARED) else ()
            yield Side(side, other, frozenset().union(*numbers), frozenset().union(*things))


def _asked_for(side: tuple[str, ...], other: tuple[str, ...], good: Reading) -> list[str]:
    """What of a side the user says, where nothing of the other is said: "half an hour earlier"."""
    both = (*side, *other)
    said = {
        phrase for each in good.heard for phrase in mentioned(both, each) if any(True for _ in places_of(phrase, each))
    }
    return [] if said & set(other) else [phrase for phrase in side if phrase in said]


def _numbers(clause: Clause) -> frozenset[float]:
    return frozenset(float(word) for word in clause.words if _NUMBER.fullmatch(word))

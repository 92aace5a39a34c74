"""Facts made of others: alternatives, of which one is enough, and parts that only count together."""

from __future__ import annotations

import re

from attrs import frozen

from tool_sandbox.evaluation.facts.fact import Explained, Fact
from tool_sandbox.evaluation.facts.phrases import Words
from tool_sandbox.evaluation.facts.reading import Reading


@frozen
class _Combined(Fact):
    facts: tuple[Fact, ...]

    def _places(self, reading: Reading) -> Explained:
        return frozenset().union(*(fact.places(reading) for fact in self.facts))

    def _wrong(self, reading: Reading, explained: Explained) -> str | None:
        known = explained | self._places(reading)
        return next(filter(None, (fact.contradicted_by(reading, known) for fact in self.facts)), None)


@frozen
class AnyOf(_Combined):
    """One of several facts. It is contradicted when none is found and one of them is contradicted."""

    def _found(self, reading: Reading) -> bool:
        return any(fact.found_in(reading) for fact in self.facts)

    def _said(self, reading: Reading) -> bool:
        return any(fact.said_in(reading) for fact in self.facts)

    def in_words(self, s: str = "s") -> str:
        """Its alternatives, or the first of many."""
        phrases = tuple(phrase for fact in self.facts if isinstance(fact, Words) for phrase in fact.phrases)
        ways = [fact.in_words(s) for fact in self.facts if not isinstance(fact, Words)]
        ways += [Words(phrases).in_words(s)] if phrases else []
        told = ", or ".join(dict.fromkeys(ways))
        plain = all(re.match(rf"say{s} (?!that\b)", way) for way in ways)
        return told.replace(f", or say{s} ", " or ") if plain else told

    def __str__(self) -> str:
        return " or ".join(map(str, self.facts))


@frozen
class AllOf(_Combined):
    """One fact in several parts, such as a day and a time of day: found when all are, contradicted when one is."""

    def _found(self, reading: Reading) -> bool:
        return all(fact.found_in(reading) for fact in self.facts)

    def _said(self, reading: Reading) -> bool:
        return all(fact.said_in(reading) for fact in self.facts)

    def in_words(self, s: str = "s") -> str:
        """All of its parts."""
        return " and ".join(fact.in_words(s) for fact in self.facts)

    def __str__(self) -> str:
        return " and ".join(map(str, self.facts))

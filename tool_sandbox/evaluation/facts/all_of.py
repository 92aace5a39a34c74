"""Several facts that only count together: a day and a time of day."""

from __future__ import annotations

from attrs import frozen

from tool_sandbox.evaluation.facts.fact import Explained, Fact
from tool_sandbox.evaluation.facts.reading import Reading


@frozen
class AllOf(Fact):
    """One fact in several parts. It is found when all are, and contradicted when one is."""

    facts: tuple[Fact, ...]

    def _found(self, reading: Reading) -> bool:
        return all(fact.found_in(reading) for fact in self.facts)

    def _said(self, reading: Reading) -> bool:
        return all(fact.said_in(reading) for fact in self.facts)

    def _places(self, reading: Reading) -> Explained:
        return frozenset().union(*(fact.places(reading) for fact in self.facts))

    def _wrong(self, reading: Reading, explained: Explained) -> str | None:
        known = explained | self._places(reading)
        return next(filter(None, (fact.contradicted_by(reading, known) for fact in self.facts)), None)

    def __str__(self) -> str:
        return " and ".join(map(str, self.facts))

"""Alternatives of any kinds: one of them is enough."""

from __future__ import annotations

from attrs import frozen

from tool_sandbox.evaluation.facts.fact import Explained, Fact
from tool_sandbox.evaluation.facts.reading import Reading


@frozen
class AnyOf(Fact):
    """One of several facts. It is contradicted when none is found and one of them is contradicted."""

    facts: tuple[Fact, ...]

    def _found(self, reading: Reading) -> bool:
        return any(fact.found_in(reading) for fact in self.facts)

    def _said(self, reading: Reading) -> bool:
        return any(fact.said_in(reading) for fact in self.facts)

    def _places(self, reading: Reading) -> Explained:
        return frozenset().union(*(fact.places(reading) for fact in self.facts))

    def _wrong(self, reading: Reading, explained: Explained) -> str | None:
        known = explained | self._places(reading)
        return next(filter(None, (fact.contradicted_by(reading, known) for fact in self.facts)), None)

    def __str__(self) -> str:
        return " or ".join(map(str, self.facts))

"""What a clause says of somebody or something else than the agent: it is wrong to deny it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from attrs import frozen

from tool_sandbox.evaluation.facts.clauses import Clause
from tool_sandbox.evaluation.facts.fact import Explained, Fact
from tool_sandbox.evaluation.facts.limits.wholly import content_of
from tool_sandbox.evaluation.facts.reading import Reading

_LIMITS = re.compile(
    r"\b(?:after|until|till|before|more|longer|anymore|only|yet|else|other|another|if|any|without|unless)\b"
)
_FIRST_PERSON = re.compile(r"(?:\w+ ){0,3}(?:i|we) (?:\w+ )?(?:can|could|am|was|are|were|do|did|will|would|have|had)\b")
_LEAST, _SHARE = 2, 0.6


@frozen
class Affirmed(Fact):
    """What a clause of a good answer says of somebody or something else than the agent.

    Args:
        roots: The roots of its words.
        reported: It is what somebody was told, so that "not yet" denies it too.
    """

    roots: frozenset[str]
    reported: bool = False

    def _found(self, reading: Reading) -> bool:
        return any(self._is_about(clause, reading) and not clause.denies for clause in reading.clauses)

    def _wrong(self, reading: Reading, explained: Explained) -> str | None:
        del explained
        for clause in reading.clauses:
            others = not _FIRST_PERSON.match(clause.plain) and not clause.asks and not self._is_limited(clause)
            if clause.denies and others and self._is_about(clause, reading):
                return f"denies {clause.plain!r}"
        return None

    def _is_limited(self, clause: Clause) -> bool:
        if self.reported:
            return clause.words[0] != "that" or _LIMITS.search(clause.plain.replace(" yet", "")) is not None
        return _LIMITS.search(clause.plain) is not None

    def _is_about(self, clause: Clause, reading: Reading) -> bool:
        shared = self.roots & content_of(clause, reading)
        return len(shared) >= (1 if self.reported else _LEAST) and len(shared) >= _SHARE * len(self.roots)

    def __str__(self) -> str:
        return " ".join(sorted(self.roots))


def affirmed(reading: Reading) -> Iterator[Fact]:
    """What the clauses of a good answer say."""
    for clause in reading.clauses:
        roots = content_of(clause, reading)
        if len(roots) >= _LEAST and clause.affirms:
            yield Affirmed(roots)
        elif roots and clause.words[0] == "that" and not clause.denies and not clause.asks:
            yield Affirmed(roots, reported=True)

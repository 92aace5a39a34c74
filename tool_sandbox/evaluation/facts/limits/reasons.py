"""Reasons: what neither a good answer nor anybody else speaks of is no reason for anything."""

from __future__ import annotations

import re
from collections.abc import Iterator

from attrs import frozen

from tool_sandbox.evaluation.facts.fact import Fact, Limit
from tool_sandbox.evaluation.facts.known import heard_roots, name_roots, switch_roots, written_roots
from tool_sandbox.evaluation.facts.phrases import amount_roots, root, roots_in
from tool_sandbox.evaluation.facts.reading import Reading
from tool_sandbox.evaluation.facts.surroundings import Surroundings
from tool_sandbox.evaluation.facts.synonyms import SMALL, light_roots, same_thing

_REASON = re.compile(r"\b(?:because(?: of)?|owing to|due to(?= the))\b (?P<reason>.+)")
_OWN = re.compile(
    r"\b(?:you (?:asked|said|wanted|told|requested)|i (?:had|needed|was|have|need|can|could|do|did|am)"
    r"|access|wi|fi|cellular|location|gps|tools?|permission|settings?|network|internet|connection|online|offline|power"
    r"|battery|mode|service|signal|needed|required|requires?|block\w*)\b"
)
"""What the agent knows of its own doing."""


@frozen
class NoOtherReason(Limit):
    """A reason that speaks of nothing that is known is made up: "because of the traffic".

    Args:
        words: Roots of the words of the good answer and its user.
        surroundings: What they are read against.
    """

    words: frozenset[str]
    surroundings: Surroundings

    def _broken(self, reading: Reading) -> str | None:
        known = light_roots() | _SMALL | switch_roots() | name_roots(self.surroundings) | amount_roots(reading)
        for clause in reading.clauses:
            match = _REASON.search(clause.plain) if clause.asserts and not clause.modals else None
            if match is None or _OWN.search(match["reason"]):
                continue
            said = {root(word) for word in match["reason"].split() if word.isalpha()} - known
            if said and not any(same_thing(one, other) for one in said for other in self.words):
                return f"gives a reason that nobody knows of: {match.group()!r}"
        return None

    def __str__(self) -> str:
        return "gives no other reason"


_SMALL = frozenset(map(root, SMALL))


def no_other_reason(good: Reading) -> Iterator[Fact]:
    """That no reason is given of which neither a good answer nor its user speaks."""
    if good.surroundings.heard:
        words = roots_in(good) | heard_roots(good.surroundings) | written_roots(good.surroundings)
        yield NoOtherReason(words, good.surroundings)

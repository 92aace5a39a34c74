"""What was done wholly: it is wrong that a part of it was left undone."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

from attrs import frozen

from tool_sandbox.evaluation.facts.clauses import Clause
from tool_sandbox.evaluation.facts.deeds import Claim, claims_of
from tool_sandbox.evaluation.facts.fact import Fact, Limit
from tool_sandbox.evaluation.facts.people import is_denied, people_in
from tool_sandbox.evaluation.facts.phrases import root
from tool_sandbox.evaluation.facts.reading import Reading, reading_of
from tool_sandbox.evaluation.facts.states.forms import HAS_VERB
from tool_sandbox.evaluation.facts.states.settings import subject_pattern
from tool_sandbox.evaluation.facts.synonyms import SMALL, light_roots

_BUT_FAILED = re.compile(
    r"^(?:but|though|although|however) (?:\w+ )?(?:i )?"
    r"(?:(?:could|can) not|(?:was|am) (?:unable|not able) to|failed to)"
    r" (?!(?:\w+ )?(?:confirm|check|verify|tell|see)\b)(?!.*\b(?:first|initially|earlier|yet)\b)"
)
_BUT_NOT = re.compile(r"^(?:but |and |though |just |only )?not (?:yet )?(?:the|your|for|to|about|her|his|their)\b")
_BEFORE = re.compile(
    r"\b(?:first|initially|earlier|before|until|else|other|others|another|again|twice|second|anything|any ?more|tries"
    r"|try|attempts?)\b"
)
"""What was so only for a while, or of something that nobody asked for."""
_TO_DO = re.compile(
    r"\b(?:still|yet) (?:has|have|needs?|to)(?: to)? be\b|\byet to be\b|\bmissing\b|\bi (?:still |would )?need\b"
    r"|\b(?:could|can|did) not find\b(?! (?:\w+ ){0,3}'s)|\bno (?:reminder|contact|number) (?:for|about|named)\b"
    r"|\byou (?:would|will|can) (?:\w+ )?(?:have|need) to\b.*\byourself\b"
)
_SOME_OF = re.compile(r"\b(?:one|two|three|four) of the (?:two|three|four|five)\b")
_LEFT = {
    "remove": re.compile(
        r"\bstill (?:in|there|on|listed|saved)\b|\blives? on\b"
        r"|(?<!\byou )\b(?:left|kept|keep|stays?|remains?)\b(?! (?:deleted|gone|off))"
    ),
    "change": re.compile(r"\bstill (?:(?:has|have|had) (?:\w+ )?old|says?|reads?|marked|listed|saved|down)\b"),
    "move": re.compile(
        r"\bstill (?:at|on|for|set for|due)\b|\bstays? (?:at|on)\b"
        r"|(?<!\byou )\bleft\b.*\b(?:as it was|where it was|alone)\b"
    ),
}
"""Deed → how an answer says that something is as it was."""
_STAYS = re.compile(r"\b(?:stays?|keep|kept|leave|left|not|only|remains?|still)\b")
_LEFT_IT = re.compile(r"\b(?:left|kept|keep|leave) (?:it|that|them|those)\b")
_SHARED_VERB = re.compile(r"(?:and|or|nor) (?:\S+ ){1,4}?(?:are|is|were|was|have|has|stay|remain|still)\b")
_LEAST, _LONGEST_ITEM = 2, 4


@frozen
class Wholly(Limit):
    """What was done wholly; it is wrong that a part of it was left undone.

    Args:
        wanted: The roots of all that was asked for.
        names: Those to whom it was done.
        deeds: What was done, as groups of verbs.
    """

    wanted: frozenset[str]
    names: frozenset[str]
    deeds: tuple[str, ...]

    def _broken(self, reading: Reading) -> str | None:
        for clause in reading.clauses:
            if not clause.asserts:
                continue
            first = clause is reading.sentences[clause.sentence].clauses[0]
            left_out = not first and _BUT_NOT.search(clause.plain) and self.wanted & set(map(root, clause.words))
            failed = _BUT_FAILED.match(clause.plain) or _SOME_OF.search(clause.plain)
            if left_out or failed or self._is_left(clause, reading):
                return f"says {clause.plain!r}, as if a part were left undone"
        return None

    def _is_left(self, clause: Clause, reading: Reading) -> bool:
        """Whether a clause says that something wanted was not done, or is as it was: "the cat one is still there"."""
        if _BEFORE.search(clause.plain) or not self._is_undone(clause, reading):
            return False
        clauses = [*_listed_with(clause, reading), *_meant_by_it(clause, reading)]
        roots = frozenset().union(*(content_of(each, reading) - _holders(each) for each in clauses))
        people = (person for person in people_in(reading) if person.clause in clauses)
        return bool(self.wanted & roots) or any(len(each.names) == 1 and each.names <= self.names for each in people)

    def _is_undone(self, clause: Clause, reading: Reading) -> bool:
        if (self.deeds and _TO_DO.search(clause.plain)) or any(
            _LEFT[deed].search(clause.plain) for deed in self.deeds if deed in _LEFT
        ):
            return True
        if not clause.denies:
            return False
        alone = reading_of(clause.plain, reading.surroundings)
        return claims_of(self.deeds, alone) == {Claim.DENIED}

    def __str__(self) -> str:
        return f"done wholly ({' '.join(self.deeds)})"


def _listed_with(clause: Clause, reading: Reading) -> list[Clause]:
    """A clause with those before it that share its verb: "Stuart, Tariq" before "and Rosie are still there"."""
    clauses = reading.sentences[clause.sentence].clauses
    found = [clause]
    if _SHARED_VERB.match(clause.plain):
        for before in reversed(clauses[: clauses.index(clause)]):
            if len(before.words) > _LONGEST_ITEM or HAS_VERB.search(before.plain):
                break
            found.append(before)
    return found


def _meant_by_it(clause: Clause, reading: Reading) -> list[Clause]:
    """The clause before "I left it in place" that says what "it" is: "The rent isn't due yet"."""
    clauses = reading.sentences[clause.sentence].clauses
    before = [each for each in clauses[: clauses.index(clause)] if content_of(each, reading) - light_roots()]
    return before[-1:] if _LEFT_IT.search(clause.plain) else []


def _holders(clause: Clause) -> frozenset[str]:
    """The roots of those to whom something belongs: "your mam's mobile" is no "mam"."""
    return frozenset(root(word) for word, behind in pairwise(clause.words) if behind == "'s")


def done_wholly(good: Reading, deeds: tuple[str, ...]) -> Iterator[Fact]:
    """What a good answer that denies nothing is about: none of it could not be done.

    Args:
        good: The answer.
        deeds: The groups of verbs of which it may tell.
    """
    roots = frozenset().union(*(content_of(clause, good) for clause in good.clauses))
    sentences = [sentence for each in (good, *good.heard) for sentence in each.sentences]
    apart = frozenset(root(word) for each in sentences if _STAYS.search(each.plain) for word in each.plain.split())
    wanted = frozenset(root(word) for each in sentences for word in each.plain.split()) - apart - light_roots()
    names = frozenset().union(
        *(
            each.names
            for each in people_in(good)
            if len(each.names) == 1 and not (each.clause.denies or is_denied(each))
        )
    )
    done = tuple(deed for deed in deeds if Claim.DONE in claims_of((deed,), good))
    if (names or len(roots) >= _LEAST) and not any(clause.denies for clause in good.clauses):
        yield Wholly(wanted, names, done)


def content_of(clause: Clause, reading: Reading) -> frozenset[str]:
    """The roots of the words of a clause that say something of their own: without names and switches."""
    plain = subject_pattern().sub(" ", clause.plain)
    names = {word for person in people_in(reading) for word in person.said.split()}
    return frozenset(root(word) for word in plain.split() if word not in SMALL and word not in names)

"""What a good answer says of nobody else: no further people."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

from attrs import frozen

from tool_sandbox.evaluation.facts.fact import Fact, Limit
from tool_sandbox.evaluation.facts.people import Person, is_addressed, is_denied, is_left, people_in
from tool_sandbox.evaluation.facts.reading import Reading
from tool_sandbox.evaluation.facts.verbs import TREATED

_JOINED = r"(?: ,)?(?: and| or| plus| as well as| along with| together with)(?: also| then)?(?: your| the)? "
_ALL_OF_THEM = re.compile(r"\b(?:all|both|every\w*|they|them|two|three|four|five|others?|done)\b")


@frozen
class NobodyElse(Limit):
    """Those whom a good answer and its user speak of. Nobody else is named beside them, or was told anything.

    Args:
        names: Full names.
    """

    names: frozenset[str]

    def _broken(self, reading: Reading) -> str | None:
        people = people_in(reading)
        right = {person.said for person in people if person.names & self.names}
        for person in people:
            if self._is_asked_about(person):
                return f"asks about {person.said!r}, of whom nobody speaks"
            if self._is_another(person, reading) and (_is_treated(person) or _is_beside(person, right, reading)):
                return f"names {person.said!r}, whom it does not concern"
        return None

    def _is_asked_about(self, person: Person) -> bool:
        """Whether something is asked about somebody of whom nobody speaks: "What is Wanda's number?"."""
        asked = person.clause.asks and re.match(r"(?:what|which|where|who)\b", person.clause.plain)
        return bool(asked and person.names and self.names and not person.names & self.names)

    def _is_another(self, person: Person, reading: Reading) -> bool:
        spoken_of = person.clause.asserts and not _is_denied_before(person)
        others = bool(person.names) and not person.names & self.names
        return others and spoken_of and not is_denied(person) and not is_left(reading, person)

    def __str__(self) -> str:
        return f"nobody but {' and '.join(sorted(self.names))}"


def _is_denied_before(person: Person) -> bool:
    """Whether a negation stands before the name; "Wanda is no longer there" speaks of Wanda."""
    at = f" {person.clause.plain} ".find(f" {person.said} ")
    return person.clause.negated(max(at, 0))


def _is_treated(person: Person) -> bool:
    """Whether something was done to somebody, or something told."""
    named = r"saved\b.* (?:as|under)"
    done = re.search(rf"\b(?:(?:{TREATED}) (?:also )?|{named} ){re.escape(person.said)}\b", person.clause.plain)
    return is_addressed(person) or bool(done)


def _is_beside(person: Person, right: set[str], reading: Reading) -> bool:
    """Whether somebody is named together with the right person: "both Dana Osei and Dana Whitlock"."""
    plain = " ".join(token.word for token in reading.sentences[person.clause.sentence].tokens)
    other = re.escape(person.said)
    return any(
        re.search(rf"\b{one}{_JOINED}{two}\b", plain)
        for each in map(re.escape, right)
        for one, two in ((each, other), (other, each))
    )


@frozen
class Everybody(Limit):
    """Those whom a good answer lists; it is wrong to name some of them and leave out another.

    Args:
        names: Full names.
    """

    names: frozenset[str]

    def _broken(self, reading: Reading) -> str | None:
        named = frozenset().union(*(person.names for person in people_in(reading) if not is_denied(person)))
        if not named & self.names or any(_ALL_OF_THEM.search(clause.plain) for clause in reading.clauses):
            return None
        return next((f"leaves out {name}" for name in sorted(self.names - named)), None)

    def __str__(self) -> str:
        return f"each of {', '.join(sorted(self.names))}"


def nobody_else(good: Reading) -> Iterator[Fact]:
    """The people of a good answer, if it names some."""
    here = _unmistakable(good)
    heard = frozenset().union(*map(_unmistakable, good.heard))
    if here or (good.heard and not heard):
        yield NobodyElse(here | heard)
    if len(listed := _listed(good)) > 1:
        yield Everybody(listed)


def _listed(good: Reading) -> frozenset[str]:
    """The people that stand in one list: "Maud, Sylvie and Karim"."""
    people = [person for person in people_in(good) if len(person.names) == 1 and not person.by_role]
    plain = " ".join(token.word for sentence in good.sentences for token in sentence.tokens)
    pairs = (
        one.names | other.names
        for one, other in pairwise(people)
        if re.search(rf"\b{re.escape(one.said)}(?: ,)?(?: and)? {re.escape(other.said)}\b", plain)
        or (_is_treated(one) and _is_treated(other))
    )
    return frozenset().union(*pairs)


def _unmistakable(reading: Reading) -> frozenset[str]:
    return frozenset().union(*(person.names for person in people_in(reading) if len(person.names) == 1))

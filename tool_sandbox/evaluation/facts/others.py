"""What a good answer says of nobody and nothing else: no further people, no deeds that nobody asked for."""

from __future__ import annotations

import re
from collections.abc import Iterator

from attrs import frozen

from tool_sandbox.evaluation.facts.deeds import Claim, claims_of
from tool_sandbox.evaluation.facts.fact import Explained, Fact
from tool_sandbox.evaluation.facts.people import Person, is_addressed, is_denied, is_left, people_in
from tool_sandbox.evaluation.facts.phrases import root
from tool_sandbox.evaluation.facts.reading import Reading, reading_of
from tool_sandbox.evaluation.facts.synonyms import same_thing

_JOINED = r"(?: ,)?(?: and| or| plus| as well as| along with| together with)(?: also| then)?(?: your| the)? "
_DOER = r"(?:^|\b(?:i|we|and|then|also|just|already|so|have|'ve) )(?:(?:have|just|also|already|then|even) )*"
_CLAIMS = {
    "send": re.compile(rf"{_DOER}(?:texted|messaged|told|notified|informed|emailed)\b(?! (?:you|me|us)\b)"),
    "call": re.compile(rf"{_DOER}(?:called|phoned|rang) (?!it\b|them\b|off\b)"),
    "save": re.compile(rf"{_DOER}(?:added|saved|stored)\b(?! as\b).*\b(?:contacts?|him|her|as (?:a|an|your))\b"),
    "remove": re.compile(rf"{_DOER}(?:removed|deleted|erased)\b.*\bcontacts?\b"),
}
_ORDERED = {
    "send": re.compile(
        r"(?:^|\b(?:to|and|please|you|then|just|also|now|can|could|but) )"
        r"(?:texts?|tell|message|send|let|write|reply|answer|inform|notify|say|respond|e?mail)\b"
    ),
    "call": re.compile(r"\b(?:call|phone|ring|dial)\b"),
    "save": re.compile(r"\b(?:save|add|store|put|create)\b"),
    "remove": re.compile(r"\b(?:remove|delete|erase|rid|drop|throw|take)\b"),
}
_TREATED = (
    "(?:texted|told|messaged|informed|notified|removed|deleted|erased|replied to|answered|emailed|called|added|saved)"
)
_ROLES = (
    "boss", "manager", "friend", "colleague", "coworker", "neighbour", "neighbor", "plumber", "landlord", "flatmate",
    "roommate", "sister", "brother", "mother", "mom", "mum", "father", "dad", "wife", "husband", "partner", "doctor",
    "dentist", "son", "daughter", "aunt", "uncle", "cousin", "teacher", "assistant", "electrician", "vet",
)  # fmt: skip
_ROLE = re.compile(rf"\b(?:{_TREATED}|as) (?:your|a|an) (?P<role>{'|'.join(_ROLES)})\b")
_ALL = re.compile(
    r"\b(?:removed|deleted|cleared|erased) all (?:of )?(?:your |the )?(?:friends|contacts|reminders|messages)\b"
    r"(?! (?:that|which|who|what|with|past|due|in))"
)
_DUPLICATE = re.compile(
    r"\b(?:a|one|another|as) (?:second|additional|duplicate|separate|further) (?:contact|reminder|entry|number)\b"
    r"|\b(?:kept|left|keeping) (?:the |your |her |his )?(?:old|previous|original) (?:one|contact|number|reminder)"
)

_EVERY = re.compile(
    r"\b(?:everybody|everyone|everything"
    r"|(?:all|every)(?: of)?(?: my| your| the)? (?:friend|contact|reminder|message)s?)\b"
)


@frozen
class NobodyElse(Fact):
    """Those whom a good answer and its user speak of. Nobody else is named beside them, or was told anything.

    Args:
        names: Full names.
    """

    names: frozenset[str]

    def _found(self, reading: Reading) -> bool:
        return not self._wrong(reading, frozenset())

    def _wrong(self, reading: Reading, explained: Explained) -> str | None:
        del explained
        people = people_in(reading)
        right = {person.said for person in people if person.names & self.names}
        for person in people:
            if self._is_another(person, reading) and (_is_treated(person) or _is_beside(person, right, reading)):
                return f"names {person.said!r}"
        return None

    def _is_another(self, person: Person, reading: Reading) -> bool:
        spoken_of = not person.clause.asks and not person.clause.imagined and not _is_denied_before(person)
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
    done = re.search(rf"\b{_TREATED} (?:also )?{re.escape(person.said)}\b", person.clause.plain)
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
class NothingElse(Fact):
    """Deeds that neither the good answer nor its user speaks of. To claim one is wrong.

    Args:
        deeds: Names of the groups of these deeds.
        once: There is to be one, not a second beside it.
        some: Nobody speaks of all there are.
        words: The words of the good answer and its user, and what the people are to the user whom they name.
    """

    deeds: tuple[str, ...]
    once: bool
    some: bool
    words: frozenset[str]

    def _found(self, reading: Reading) -> bool:
        return not self._wrong(reading, frozenset())

    def _wrong(self, reading: Reading, explained: Explained) -> str | None:
        del explained
        for clause in reading.clauses:
            if clause.asks or clause.imagined or clause.denies:
                continue
            for deed in self.deeds:
                claimed = _CLAIMS[deed].search(clause.plain)
                if claimed and not clause.wished(claimed.start()):
                    return f"claims {claimed.group().strip()!r}"
            if self.some and _ALL.search(clause.plain):
                return f"says {clause.plain!r}"
            if self.once and _DUPLICATE.search(clause.plain):
                return f"says {clause.plain!r}"
        return self._other_role(reading)

    def _other_role(self, reading: Reading) -> str | None:
        """Somebody who is something else to the user: "texted your neighbour"."""
        for clause in reading.clauses:
            for match in _ROLE.finditer(clause.plain):
                known = any(same_thing(root(match["role"]), word) for word in self.words)
                if not known and not clause.asks and not clause.imagined and not clause.negated(match.start("role")):
                    return f"says {match['role']!r}"
        return None

    def __str__(self) -> str:
        return f"nothing else done ({', '.join(self.deeds)})"


def nobody_else(good: Reading) -> Iterator[Fact]:
    """The people of a good answer, if it names some."""
    here = _unmistakable(good)
    if here:
        heard = (_unmistakable(reading_of(text, good.surroundings)) for text in good.surroundings.heard)
        yield NobodyElse(here.union(*heard))


def _unmistakable(reading: Reading) -> frozenset[str]:
    return frozenset().union(*(person.names for person in people_in(reading) if len(person.names) == 1))


def nothing_else(good: Reading) -> Iterator[Fact]:
    """The deeds that a good answer does not tell of, if it tells of one."""
    heard = [clause.plain for text in good.surroundings.heard for clause in reading_of(text, good.surroundings).clauses]
    some = not any(_EVERY.search(plain) for plain in (*(clause.plain for clause in good.clauses), *heard))
    told = [deed for deed in _CLAIMS if Claim.DONE in claims_of((deed,), good)]
    done = told or [deed for deed in ("remind", "change", "move") if Claim.DONE in claims_of((deed,), good)]
    if done:
        others = (
            deed for deed in _CLAIMS
            if deed not in told and not any(_ORDERED[deed].search(plain) for plain in heard)
        )  # fmt: skip
        once = not told or told == ["remove"]
        yield NothingElse(tuple(others), once, some, _words_of(good, heard))


def _words_of(good: Reading, heard: list[str]) -> frozenset[str]:
    named = frozenset().union(*(person.names for person in people_in(good)))
    relations = [relation for name, relation in good.surroundings.relationships if name in named]
    said = " ".join((*(clause.plain for clause in good.clauses), *heard, *relations))
    return frozenset(map(root, said.split()))

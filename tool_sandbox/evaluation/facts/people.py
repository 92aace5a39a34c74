"""People: which of them an answer speaks of."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from attrs import frozen

from tool_sandbox.evaluation.facts.clauses import Clause
from tool_sandbox.evaluation.facts.fact import Explained, Fact, Said
from tool_sandbox.evaluation.facts.mentions.normalisation import folded
from tool_sandbox.evaluation.facts.phrases import places_of
from tool_sandbox.evaluation.facts.reading import Reading
from tool_sandbox.evaluation.facts.surroundings import Surroundings
from tool_sandbox.evaluation.facts.tokens import plain_words
from tool_sandbox.evaluation.facts.verbs import TOLD

_ADDRESSING = re.compile(
    r"\b(?:(?:[Tt]old|[Tt]exted|[Mm]essaged|[Ii]nformed|[Nn]otified|[Ee]-?mailed|[Cc]alled|[Rr]eplied to|[Ll]et"
    r"|[Ss]ent (?:it|that|this|the \w+|a \w+|your \w+) to|[Ww]rote to|[Ss]ent to|[Rr]emoved|[Dd]eleted|[Ss]aved"
    r"|[Aa]dded|message to|text to|reply to) )(?P<name>[A-Z][a-z]+(?: [A-Z][a-z]+)*)"
)
_NO_NAMES = frozenset(
    {"the", "your", "you", "my", "it", "i", "this", "that", "him", "her", "them", "he", "she", "they", "everyone",
     "everybody", "somebody", "someone", "all", "both", "one", "two", "wi", "gps", "location", "cellular", "low",
     "thanks", "done", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday", "january",
     "february", "march", "april", "may", "june", "july", "august", "september", "october", "november", "december",
     "contact", "contacts", "reminder", "reminders", "message"}
)  # fmt: skip
_LEFT = re.compile(
    r"\b(?:still|remains?|stays?|left|untouched|unchanged|others?|kept|once|got nothing|not (?:get|receive|hear))\b"
)
"""What is said of people whom nothing was done to."""
_RELATIVE = "(?:brother|sister|mother|father|mum|mom|dad|wife|husband|partner|son|daughter|boss|friend)"
_SHORTEST_SURNAME = 3


class Person(NamedTuple):
    """A place of an answer that names somebody: whom it may be, and how it is said."""

    names: frozenset[str]
    said: str
    clause: Clause
    place: Said
    by_role: bool = False


@lru_cache(maxsize=1 << 10)
def people_in(reading: Reading) -> tuple[Person, ...]:
    """Everybody whom an answer names, in order: contacts of the world, and others whom something was sent to."""
    forms, beginnings = _forms(reading.surroundings), _beginnings(reading.surroundings)
    found = []
    for clause in reading.clauses:
        if beginnings.isdisjoint(clause.words):
            continue
        at = 0
        while at < len(clause.words):
            names, length = _longest(clause.words, at, forms)
            if names:
                found.append(_person(reading, clause, at, length, names))
            at += max(length, 1)
    return tuple(found) + tuple(_strangers(reading, forms))


@lru_cache(maxsize=1 << 8)
def _forms(surroundings: Surroundings) -> dict[tuple[str, ...], frozenset[str]]:
    """Everybody that the words of a name or of a relationship may mean."""
    forms: dict[tuple[str, ...], set[str]] = {}
    for name in surroundings.people:
        words = plain_words(name)
        surname = () if len(words) == 1 or len(words[-1]) < _SHORTEST_SURNAME else (words[-1:],)
        for form in {words, words[:1], *surname}:
            forms.setdefault(form, set()).add(name)
    for name, relationship in surroundings.relationships:
        for article in ("your", "the"):
            forms.setdefault((article, *plain_words(relationship)), set()).add(name)
    return {form: frozenset(names) for form, names in forms.items() if form}


@lru_cache(maxsize=1 << 8)
def _beginnings(surroundings: Surroundings) -> frozenset[str]:
    """The first words of these."""
    return frozenset(form[0] for form in _forms(surroundings))


def _longest(
    words: tuple[str, ...], at: int, forms: dict[tuple[str, ...], frozenset[str]]
) -> tuple[frozenset[str], int]:
    for length in range(min(4, len(words) - at), 0, -1):
        names = forms.get(words[at : at + length])
        if names:
            return names, length
    return frozenset(), 1


def _person(reading: Reading, clause: Clause, at: int, length: int, names: frozenset[str]) -> Person:
    words = clause.words[at : at + length]
    start = clause.start + sum(len(word) + 1 for word in clause.words[:at])
    unknown = _other_surname(reading, words[0]) if length == 1 else ""
    said = " ".join((*words, *unknown.split()))
    place = Said("person", start, start + len(said))
    return Person(frozenset() if unknown else names, said, clause, place, words[0] in ("your", "the"))


@lru_cache(maxsize=1 << 12)
def _other_surname(reading: Reading, first: str) -> str:
    """A surname behind a first name that nobody of this name has: "Dana Miller" is neither of two other Danas."""
    text = reading.normal.text
    for match in re.finditer(rf"\b{re.escape(first)}\b", folded(text)):
        following = re.match(r" ([A-Z][a-z]{2,})\b", text[match.end() :])
        if following is None:
            return ""
        surname = folded(following.group(1))
        if surname in _NO_NAMES or any(surname in plain_words(name) for name in reading.surroundings.people):
            return ""
        if text[match.start()].isupper():
            return surname
    return ""


def _strangers(reading: Reading, forms: dict[tuple[str, ...], frozenset[str]]) -> list[Person]:
    """People outside of the world whom something was sent to."""
    found = []
    text = reading.normal.text
    plain = text if text.isascii() else _without_accents(text)
    for match in _ADDRESSING.finditer(plain):
        words = plain_words(match["name"])
        clause = reading.clause_at(match.start("name"))
        known = any(_longest(words, at, forms)[0] for at in range(len(words)))
        if clause is not None and not known and words[0] not in _NO_NAMES:
            place = Said("person", match.start("name"), match.end("name"))
            found.append(Person(frozenset(), match["name"], clause, place))
    return found


def _without_accents(text: str) -> str:
    """The text with its capitals."""
    return "".join(low.upper() if here.isupper() else low for low, here in zip(folded(text), text, strict=True))


@frozen
class PersonNamed(Fact):
    """Somebody, by first name, surname, full name, what the user calls them, or another word that is allowed.

    Args:
        name: The full name.
        aliases: Other words for this person.
    """

    name: str
    aliases: tuple[str, ...] = ()

    def _found(self, reading: Reading) -> bool:
        return bool(self._places(reading))

    def _places(self, reading: Reading) -> Explained:
        known = {
            person.place
            for person in people_in(reading)
            if self._may_be(person) and not (person.by_role and len(person.names) > 1) and not is_denied(person)
        }
        if not any(_same(self.name, name) for name in reading.surroundings.people):
            known |= self._worded((self.name, self.name.split()[0]), reading)
        return frozenset(known | self._worded(self.aliases, reading))

    def _wrong(self, reading: Reading, explained: Explained) -> str | None:
        for person in people_in(reading):
            spoken_of = (
                person.clause.asserts
                and person.place not in explained
                and not is_denied(person)
                and not is_left(reading, person)
                and not self._is_heard(person, reading)
            )
            if spoken_of and not (person.by_role and not is_addressed(person)) and not self._means(person):
                return f"names {person.said!r} instead of {self.name}"
        return None

    @staticmethod
    def _is_heard(person: Person, reading: Reading) -> bool:
        """Whether somebody who is no contact is called so by the user: the name that a contact is to have."""
        return not person.names and any(folded(person.said) in folded(text) for text in reading.surroundings.heard)

    def _means(self, person: Person) -> bool:
        return self._may_be(person) or any(person.said in folded(alias) for alias in (self.name, *self.aliases))

    def _may_be(self, person: Person) -> bool:
        return any(_same(self.name, name) for name in person.names)

    def _worded(self, aliases: tuple[str, ...], reading: Reading) -> set[Said]:
        return {
            Said("person", clause.start + first, clause.start + last)
            for alias in aliases
            for clause, first, last in places_of(alias, reading)
        }

    def in_words(self, s: str = "s") -> str:
        """That somebody is named."""
        return f"name{s} {self.name}"

    def __str__(self) -> str:
        return self.name


@lru_cache(maxsize=1 << 10)
def _same(name: str, other: str) -> bool:
    return plain_words(name) == plain_words(other)


def is_left(reading: Reading, person: Person) -> bool:
    """Whether nothing was done to this person: "Tomás and Priya are still in your contacts"."""
    clauses = reading.sentences[person.clause.sentence].clauses
    following = clauses[clauses.index(person.clause) :]
    listed = [clause for clause in following[1:2] if len(following[0].words) <= len(person.said.split()) + 1]
    return any(_LEFT.search(clause.plain) for clause in (following[0], *listed))


_DENYING = re.compile("not|'s|just|same")


def is_denied(person: Person) -> bool:
    """Whether it is said not to be this person: "not from Priya", "Priya's brother"."""
    if not _DENYING.search(person.clause.plain):
        return False
    said = re.escape(person.said)
    return bool(
        re.search(
            rf"\bnot (?:(?:from|to|for|by|with) )?{said}\b|\b{said} 's {_RELATIVE}\b"
            rf"|\b(?:just|same) (?:like|as) {said}\b",
            person.clause.plain,
        )
    )


def is_addressed(person: Person) -> bool:
    """Whether something was told to this person."""
    return bool(
        re.search(
            rf"\b(?:{TOLD}|emailed|to|to your(?: contact)?|let)"
            rf" {re.escape(person.said)}\b"
            rf"|{re.escape(person.said)} (?:has|was|knows|have|had|is now) ?(?:been )?(?:told|informed|notified"
            rf"|aware)?",
            person.clause.plain,
        )
    )

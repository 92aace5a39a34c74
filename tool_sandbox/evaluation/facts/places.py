"""Places, and others who are nobody in the world: which of them an answer speaks of."""

from __future__ import annotations

import re

from attrs import frozen

from tool_sandbox.evaluation.facts.fact import Explained, Fact, any_of_words
from tool_sandbox.evaluation.facts.mentions.normalisation import folded
from tool_sandbox.evaluation.facts.phrases import Place, column, places_of, root, roots_in
from tool_sandbox.evaluation.facts.reading import Reading
from tool_sandbox.evaluation.facts.synonyms import light_roots
from tool_sandbox.evaluation.facts.tokens import plain_words

_NO_OTHERS = ("the", "your", "that", "this", "mr", "mrs", "ms", "miss", "dr", "mx")
_NAMED = re.compile(
    r"\b(?:[Aa]s|[Aa]t|named|called|saved|[Ss]aved|[Aa]dded|[Ss]tored|under|name|to|near|in|is)\b:? "
    r"(?:(?:the|a|an|new|contact|name) )*(?P<name>[A-Z][a-z]+(?: [A-Z][a-z]+)+)"
)
"""Where a name of two or more words stands."""


_SURNAME = re.compile(r"\b(?:surname|last name|family name)(?: is|:| to)(?: now)? (?P<name>[A-Z]\w+)")


@frozen
class PlaceNamed(Fact):
    """A place, by one of its names.

    Args:
        names: Its names, such as ``("Corner Shop", "the shop")``.
    """

    names: tuple[str, ...]

    def _found(self, reading: Reading) -> bool:
        return any(not clause.negated(column(clause, first)) for clause, first, _ in self._said_at(reading))

    def _said_at(self, reading: Reading) -> list[Place]:
        return [place for name in self.names for place in places_of(name, reading)]

    def _wrong(self, reading: Reading, explained: Explained) -> str | None:
        del explained
        if any(not clause.asks for clause, _, _ in self._said_at(reading)):
            return f"denies {self.names[0]!r}"
        others = (*(self._other(name, reading) for name in self.names), self._another(reading))
        other = next(filter(None, others), None)
        return f"says {other!r} instead of {self.names[0]!r}" if other else None

    def _another(self, reading: Reading) -> str | None:
        """Another name where one should be: "saved it as Parcel Service"."""
        heard = " ".join(word for text in reading.surroundings.heard for word in (*plain_words(text), ";"))
        here = roots_in(reading)
        known = frozenset(root(word) for name in self.names for word in plain_words(name))
        people = {word for name in reading.surroundings.people for word in plain_words(name)}
        surname = _SURNAME.search(reading.normal.text)
        if surname and folded(surname["name"]) not in (word for name in self.names for word in plain_words(name)):
            return surname["name"]
        for match in _NAMED.finditer(reading.normal.text):
            words = plain_words(match["name"])
            strange = any(root(word) not in light_roots() | known for word in words) and " ".join(words) not in heard
            if (known & {root(word) for word in words} or not known & here) and strange and people.isdisjoint(words):
                return match["name"]
        return None

    def _other(self, name: str, reading: Reading) -> str | None:
        """Another name with the same last word: "Harbor Pharmacy" is not Valley Pharmacy."""
        first, _, last = name.rpartition(" ")
        if not first or not last[:1].isupper():
            return None
        for match in re.finditer(rf"\b([A-Z]\w+) {re.escape(last)}\b", reading.normal.text):
            if folded(match[1]) not in (*map(folded, first.split()), *_NO_OTHERS):
                return match.group()
        return None

    def in_words(self, s: str = "s") -> str:
        """That it is named by one of its names."""
        return f"name{s} {any_of_words(self.names)}"

    def __str__(self) -> str:
        return " or ".join(map(repr, self.names))

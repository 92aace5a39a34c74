"""What a good answer holds by itself: another may leave it out, but not get it wrong."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from functools import lru_cache

from attrs import frozen

from tool_sandbox.evaluation.facts.addresses import addresses
from tool_sandbox.evaluation.facts.amounts import Amount, Told
from tool_sandbox.evaluation.facts.bindings import bindings
from tool_sandbox.evaluation.facts.clauses import Clause
from tool_sandbox.evaluation.facts.combined import AnyOf
from tool_sandbox.evaluation.facts.counts import Count, counted_at
from tool_sandbox.evaluation.facts.directions import directions
from tool_sandbox.evaluation.facts.fact import Explained, Fact
from tool_sandbox.evaluation.facts.further import nothing_else
from tool_sandbox.evaluation.facts.invented import nothing_invented
from tool_sandbox.evaluation.facts.mentions.amounts import Quantity
from tool_sandbox.evaluation.facts.mentions.mention import EXACT, Tolerance
from tool_sandbox.evaluation.facts.mentions.money import Money
from tool_sandbox.evaluation.facts.mentions.normalisation import folded
from tool_sandbox.evaluation.facts.mentions.phones import Phone
from tool_sandbox.evaluation.facts.opposites import both_ways
from tool_sandbox.evaluation.facts.others import nobody_else
from tool_sandbox.evaluation.facts.people import PersonNamed, people_in
from tool_sandbox.evaluation.facts.phrases import denied, foretold, places_of, root, stated
from tool_sandbox.evaluation.facts.places import PlaceNamed
from tool_sandbox.evaluation.facts.reading import Reading, reading_of
from tool_sandbox.evaluation.facts.replacements import Undisturbed, has_frames
from tool_sandbox.evaluation.facts.settings import subject_pattern
from tool_sandbox.evaluation.facts.statements import statements_in
from tool_sandbox.evaluation.facts.states import State
from tool_sandbox.evaluation.facts.surroundings import Surroundings
from tool_sandbox.evaluation.facts.switches import these_switches
from tool_sandbox.evaluation.facts.synonyms import SMALL, light_roots
from tool_sandbox.evaluation.facts.topics import same_topic

_LIMITS = re.compile(
    r"\b(?:after|until|till|before|more|longer|anymore|only|yet|else|other|another|if|any|without|unless)\b"
)
_NAME = re.compile(r"\b[A-Z][a-z]+(?: [A-Z][a-z]+)+\b")
_OF_VALUES = ("low", "minimum", "lowest", "high", "maximum", "highest", "increase", "decrease", "higher", "lower")
_NUMBER = re.compile(r"\d+(?:\.\d+)?")
_NOT_DONE = re.compile(
    r"\b(?:could|can) not (?:yet )?be (?:removed|deleted|cleared|moved|changed|set|saved|added|created|sent|delivered)$"
)
_UNREACHED = re.compile(
    r"^(?!.*\b(?:first|initially|earlier|yet)\b).*"
    r"(?:\b(?:could not|unable to|failed to) (?:reach|text|message|notify|inform|tell|save|add|remove|delete)\b"
    r"|^(?:but|though|although|however) (?:i )?have not"
    r" (?:told|texted|sent|saved|removed|deleted|moved|changed)\b"
    r"|^(?:but|though|although|however) (?:\w+ )?(?:i )?(?:could not|was unable to|failed to)"
    r" (?!(?:\w+ )?(?:confirm|check|verify|tell|see)\b))"
)
"""Somebody was not told after all; "at first" is another matter."""
_FIRST_PERSON = re.compile(r"(?:\w+ ){0,3}(?:i|we) (?:\w+ )?(?:can|could|am|was|are|were|do|did|will|would|have|had)\b")
_LEAST, _SHARE = 2, 0.6
_SHARE_OF = re.compile(r"(\d+(?:\.\d+)?)%")
_BUT_NOT = re.compile(r"^(?:but |and |though |just |only )?not (?:yet )?(?:the|your|for|to|about|her|his|their)\b")
_STAYS = re.compile(r"\b(?:stays?|keep|kept|leave|not|only|remains?)\b")
_COMPARED = ("cheaper", "less expensive", "more expensive", "dearer")


@lru_cache(maxsize=1 << 10)
def implied_by(said: str, surroundings: Surroundings) -> tuple[Fact, ...]:
    """The facts that a good answer holds by itself: its amounts, people and states, and what has a listed opposite."""
    reading = reading_of(said, surroundings)
    found = (
        *_amounts(reading),
        *_people(reading),
        *_states(reading),
        *_places(reading),
        *_sides(reading),
        *_affirmed(reading),
        *nobody_else(reading),
        *nothing_else(reading),
        *nothing_invented(reading),
        *directions(reading),
        *these_switches(reading),
        *addresses(reading),
        *bindings(reading),
        *same_topic(reading),
        *_told(reading),
        *_deeds(reading),
        *([Undisturbed(said, surroundings)] if has_frames(reading) else ()),
    )
    return tuple(dict.fromkeys(found))


def _amounts(reading: Reading) -> Iterator[Fact]:
    for mention in reading.mentions:
        if not isinstance(mention, Quantity) or mention.unit is not None:
            yield Amount(mention, said=reading.words_at(mention.span))
        elif counted_at(reading, mention.span.end):
            yield Count(mention, counted_at(reading, mention.span.end))


def _told(reading: Reading) -> Iterator[Fact]:
    """The only sum of money or quantity of something in a text that has to be written."""
    shares = (_SHARE_OF.fullmatch(text) for text in reading.surroundings.written)
    tolerance = Tolerance(relative=max((Decimal(each[1]) / 100 for each in shares if each), default=Decimal(0)))
    for text in reading.surroundings.written:
        found = [each for each in reading_of(text, reading.surroundings).mentions if not isinstance(each, Phone)]
        sums = [each for each in found if isinstance(each, Money)]
        (only,) = sums or found if len(sums or found) == 1 else (None,)
        if not _SHARE_OF.fullmatch(text) and (sums or (isinstance(only, Quantity) and only.unit)) and only:
            yield Told(only, tolerance if len(found) > 1 else EXACT, said=text)


def _people(reading: Reading) -> Iterator[Fact]:
    for person in people_in(reading):
        named = tuple(PersonNamed(name) for name in sorted(person.names))
        if named:
            yield named[0] if len(named) == 1 else AnyOf(named)


def _places(reading: Reading) -> Iterator[Fact]:
    """Names of two and more words that are nobody's: "Corner Shop"."""
    known = {word for name in reading.surroundings.people for word in folded(name).split()}
    for match in _NAME.finditer(reading.normal.text):
        if not known & set(folded(match.group()).split()):
            yield PlaceNamed((match.group(),))


def _states(reading: Reading) -> Iterator[Fact]:
    for each in statements_in(reading):
        if each.subject is not None and each.on is not None and not each.past:
            yield State(each.subject, each.on, named=True)


def _sides(reading: Reading) -> Iterator[Fact]:
    for side, other in both_ways():
        held = [phrase for phrase in side if stated(phrase, reading)]
        if (
            held
            and "low battery" not in reading.normal.text.lower()
            and not any(stated(each, reading) for each in other)
        ):
            numbers = frozenset().union(*map(_numbers, reading.clauses))
            things = frozenset().union(*(_content(clause, reading) for clause in reading.clauses))
            yield Side(
                side,
                other,
                numbers if set(held) & set(_OF_VALUES) else frozenset(),
                things if set(held) & set(_COMPARED) else frozenset(),
            )


def _numbers(clause: Clause) -> frozenset[float]:
    return frozenset(float(word) for word in clause.words if _NUMBER.fullmatch(word))


def _affirmed(reading: Reading) -> Iterator[Fact]:
    for clause in reading.clauses:
        roots = _content(clause, reading)
        if len(roots) >= _LEAST and not clause.denies and not clause.asks and not clause.imagined:
            yield Affirmed(roots)
        elif roots and clause.words[0] == "that" and not clause.denies and not clause.asks:
            yield Affirmed(roots, reported=True)


def _deeds(reading: Reading) -> Iterator[Fact]:
    """What a good answer that denies nothing is about: none of it could not be done."""
    roots = frozenset().union(*(_content(clause, reading) for clause in reading.clauses))
    heard = [reading_of(text, reading.surroundings) for text in reading.surroundings.heard]
    sentences = [sentence for each in (reading, *heard) for sentence in each.sentences]
    apart = frozenset(root(word) for each in sentences if _STAYS.search(each.plain) for word in each.plain.split())
    wanted = frozenset(root(word) for each in sentences for word in each.plain.split()) - apart - light_roots()
    if len(roots) >= _LEAST and not any(clause.denies for clause in reading.clauses):
        yield Wholly(roots, wanted)


def _content(clause: Clause, reading: Reading) -> frozenset[str]:
    """The roots of the words of a clause that say something of their own: without names and switches."""
    plain = subject_pattern().sub(" ", clause.plain)
    names = {word for person in people_in(reading) for word in person.said.split()}
    return frozenset(root(word) for word in plain.split() if word not in SMALL and word not in names)


@frozen
class Side(Fact):
    """One side of a pair of opposites.

    Args:
        phrases: Ways to say the side that is true.
        opposites: Ways to say the other one.
        numbers: If there are any, the other side is only wrong beside one of them: another number may well be the high.
        things: The same for words: what is cheaper here is more expensive there.
    """

    phrases: tuple[str, ...]
    opposites: tuple[str, ...]
    numbers: frozenset[float] = frozenset()
    things: frozenset[str] = frozenset()

    def _found(self, reading: Reading) -> bool:
        return any(foretold(phrase, reading) for phrase in self.phrases)

    def _wrong(self, reading: Reading, explained: Explained) -> str | None:
        del explained
        for phrase in self.opposites:
            if foretold(phrase, reading) and self._is_beside(phrase, reading):
                return f"says {phrase!r}"
        for phrase in self.phrases:
            if denied(phrase, reading):
                return f"denies {phrase!r}"
        return None

    def _is_beside(self, phrase: str, reading: Reading) -> bool:
        clauses = [clause for clause, _, _ in places_of(phrase, reading)]
        numbered = not self.numbers or any(self.numbers & _numbers(clause) for clause in clauses)
        return numbered and (not self.things or any(self.things & _content(clause, reading) for clause in clauses))

    def __str__(self) -> str:
        return self.phrases[0]


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
        shared = self.roots & _content(clause, reading)
        return len(shared) >= (1 if self.reported else _LEAST) and len(shared) >= _SHARE * len(self.roots)

    def __str__(self) -> str:
        return " ".join(sorted(self.roots))


@frozen
class Wholly(Fact):
    """What was done wholly; it is wrong that a part of it could not be done.

    Args:
        roots: The roots of the words for what it was done to.
        wanted: The roots of all that was asked for.
    """

    roots: frozenset[str]
    wanted: frozenset[str] = frozenset()

    def _found(self, reading: Reading) -> bool:
        return not self._wrong(reading, frozenset())

    def _wrong(self, reading: Reading, explained: Explained) -> str | None:
        del explained
        for clause in reading.clauses:
            failed = not clause.asks and not clause.imagined and _NOT_DONE.search(clause.plain)
            if failed and self.roots & _content(clause, reading):
                return f"denies {clause.plain!r}"
            first = clause is reading.sentences[clause.sentence].clauses[0]
            left_out = not first and _BUT_NOT.search(clause.plain) and self.wanted & set(map(root, clause.words))
            if not clause.asks and not clause.imagined and (left_out or _UNREACHED.search(clause.plain)):
                return f"says {clause.plain!r}"
        return None

    def __str__(self) -> str:
        return f"done wholly ({' '.join(sorted(self.roots))})"

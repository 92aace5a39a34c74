"""What a good answer holds by itself: another may leave it out, but not get it wrong."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from functools import lru_cache

from attrs import frozen

from tool_sandbox.evaluation.facts.amounts import Amount, Told
from tool_sandbox.evaluation.facts.clauses import Clause
from tool_sandbox.evaluation.facts.combined import AnyOf
from tool_sandbox.evaluation.facts.counts import Count, counted_at
from tool_sandbox.evaluation.facts.fact import Explained, Fact
from tool_sandbox.evaluation.facts.limits.addresses import addresses
from tool_sandbox.evaluation.facts.limits.bindings import bindings
from tool_sandbox.evaluation.facts.limits.directions import directions
from tool_sandbox.evaluation.facts.limits.further import nothing_else
from tool_sandbox.evaluation.facts.limits.others import nobody_else
from tool_sandbox.evaluation.facts.limits.replacements import Undisturbed, has_frames
from tool_sandbox.evaluation.facts.limits.topics import same_topic
from tool_sandbox.evaluation.facts.limits.wholly import content_of, done_wholly
from tool_sandbox.evaluation.facts.mentions.amounts import Quantity
from tool_sandbox.evaluation.facts.mentions.mention import EXACT, Tolerance
from tool_sandbox.evaluation.facts.mentions.money import Money
from tool_sandbox.evaluation.facts.mentions.normalisation import folded
from tool_sandbox.evaluation.facts.mentions.phones import Phone
from tool_sandbox.evaluation.facts.opposites import HOW_MUCH_LATER, both_ways
from tool_sandbox.evaluation.facts.people import PersonNamed, people_in
from tool_sandbox.evaluation.facts.phrases import denied, foretold, mentioned, places_of, stated
from tool_sandbox.evaluation.facts.places import PlaceNamed
from tool_sandbox.evaluation.facts.reading import Reading, reading_of
from tool_sandbox.evaluation.facts.states.statements import statements_in
from tool_sandbox.evaluation.facts.states.states import State
from tool_sandbox.evaluation.facts.surroundings import Surroundings
from tool_sandbox.evaluation.facts.verbs import GROUPS

_LIMITS = re.compile(
    r"\b(?:after|until|till|before|more|longer|anymore|only|yet|else|other|another|if|any|without|unless)\b"
)
_NAME = re.compile(r"\b[A-ZÀ-Þ][a-zß-ÿ]+(?: [A-ZÀ-Þ][a-zß-ÿ]+)+\b")
_OF_VALUES = ("low", "minimum", "lowest", "high", "maximum", "highest", "increase", "decrease", "higher", "lower")
_NUMBER = re.compile(r"\d+(?:\.\d+)?")
_FIRST_PERSON = re.compile(r"(?:\w+ ){0,3}(?:i|we) (?:\w+ )?(?:can|could|am|was|are|were|do|did|will|would|have|had)\b")
_LEAST, _SHARE = 2, 0.6
_DEEDS = tuple(group.name for group in GROUPS if group.name != "switch")
_SHARE_OF = re.compile(r"(\d+(?:\.\d+)?)%")
_COMPARED = ("cheaper", "less expensive", "more expensive", "dearer")


@lru_cache(maxsize=1 << 10)
def implied_by(said: str, surroundings: Surroundings) -> tuple[Fact, ...]:
    """The facts that a good answer holds by itself: its amounts, people and states, and what has a listed opposite."""
    reading = reading_of(said, surroundings)
    found = (
        *_amounts(reading),
        *_people(reading),
        *_places(reading),
        *_states(reading),
        *_sides(reading),
        *_affirmed(reading),
        *nobody_else(reading),
        *nothing_else(reading),
        *directions(reading),
        *addresses(reading),
        *bindings(reading),
        *same_topic(reading),
        *_told(reading),
        *done_wholly(reading, _DEEDS),
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
    for text in reading.written:
        found = [each for each in text.mentions if not isinstance(each, Phone)]
        sums = [each for each in found if isinstance(each, Money)]
        (only,) = sums or found if len(sums or found) == 1 else (None,)
        if not _SHARE_OF.fullmatch(text.answer) and (sums or (isinstance(only, Quantity) and only.unit)) and only:
            yield Told(only, tolerance if len(found) > 1 else EXACT, said=text.answer)


def _people(reading: Reading) -> Iterator[Fact]:
    for person in people_in(reading):
        named = tuple(PersonNamed(name) for name in sorted(person.names))
        if named:
            yield named[0] if len(named) == 1 else AnyOf(named)


def _places(reading: Reading) -> Iterator[Fact]:
    """Names of two and more words that are nobody's: "Corner Shop", and "Aisling Rivera" beside "Tomás Rivera"."""
    people = reading.surroundings.people
    known = {word for name in people for word in folded(name).split()}
    first = {folded(name).split()[0] for name in people}
    for match in _NAME.finditer(reading.normal.text):
        words = folded(match.group()).split()
        if not known & set(words):
            yield PlaceNamed((match.group(),))
        elif match.group() not in people and words[-1] not in first:
            yield PlaceNamed((match.group(), match.group().split()[0]))


def _states(reading: Reading) -> Iterator[Fact]:
    for each in statements_in(reading):
        if each.subject is not None and each.on is not None and not each.past:
            yield State(each.subject, each.on, named=True)


def _sides(reading: Reading) -> Iterator[Fact]:
    for side, other in both_ways():
        held = [phrase for phrase in mentioned(side, reading) if stated(phrase, reading)]
        if side in HOW_MUCH_LATER and not held:
            held = _asked_for(side, other, reading)
        if (
            held
            and "low battery" not in reading.normal.text.lower()
            and not any(stated(each, reading) for each in other)
        ):
            numbers = frozenset().union(*map(_numbers, reading.clauses))
            things = frozenset().union(*(content_of(clause, reading) for clause in reading.clauses))
            yield Side(
                side,
                other,
                numbers if set(held) & set(_OF_VALUES) else frozenset(),
                things if set(held) & set(_COMPARED) else frozenset(),
            )


def _asked_for(side: tuple[str, ...], other: tuple[str, ...], good: Reading) -> list[str]:
    """What of a side the user says, where nothing of the other is said: "half an hour earlier"."""
    both = (*side, *other)
    said = {
        phrase for each in good.heard for phrase in mentioned(both, each) if any(True for _ in places_of(phrase, each))
    }
    return [] if said & set(other) else [phrase for phrase in side if phrase in said]


def _numbers(clause: Clause) -> frozenset[float]:
    return frozenset(float(word) for word in clause.words if _NUMBER.fullmatch(word))


def _affirmed(reading: Reading) -> Iterator[Fact]:
    for clause in reading.clauses:
        roots = content_of(clause, reading)
        if len(roots) >= _LEAST and clause.affirms:
            yield Affirmed(roots)
        elif roots and clause.words[0] == "that" and not clause.denies and not clause.asks:
            yield Affirmed(roots, reported=True)


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
        return numbered and (not self.things or any(self.things & content_of(clause, reading) for clause in clauses))

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
        shared = self.roots & content_of(clause, reading)
        return len(shared) >= (1 if self.reported else _LEAST) and len(shared) >= _SHARE * len(self.roots)

    def __str__(self) -> str:
        return " ".join(sorted(self.roots))

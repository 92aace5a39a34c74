"""What a good answer holds by itself: another may leave it out, but not get it wrong."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from functools import lru_cache

from tool_sandbox.evaluation.facts.amounts import Amount, Told
from tool_sandbox.evaluation.facts.combined import AnyOf
from tool_sandbox.evaluation.facts.counts import Count, counted_at
from tool_sandbox.evaluation.facts.fact import Fact
from tool_sandbox.evaluation.facts.limits.addresses import addresses
from tool_sandbox.evaluation.facts.limits.affirmed import affirmed
from tool_sandbox.evaluation.facts.limits.bindings import bindings
from tool_sandbox.evaluation.facts.limits.directions import directions
from tool_sandbox.evaluation.facts.limits.further import nothing_else
from tool_sandbox.evaluation.facts.limits.others import nobody_else
from tool_sandbox.evaluation.facts.limits.reasons import no_other_reason
from tool_sandbox.evaluation.facts.limits.replacements import undisturbed
from tool_sandbox.evaluation.facts.limits.sides import sides
from tool_sandbox.evaluation.facts.limits.topics import same_topic
from tool_sandbox.evaluation.facts.limits.wholly import done_wholly
from tool_sandbox.evaluation.facts.mentions.amounts import Quantity
from tool_sandbox.evaluation.facts.mentions.mention import EXACT, Tolerance
from tool_sandbox.evaluation.facts.mentions.money import Money
from tool_sandbox.evaluation.facts.mentions.normalisation import folded
from tool_sandbox.evaluation.facts.mentions.phones import Phone
from tool_sandbox.evaluation.facts.people import PersonNamed, people_in
from tool_sandbox.evaluation.facts.places import PlaceNamed
from tool_sandbox.evaluation.facts.reading import Reading, reading_of
from tool_sandbox.evaluation.facts.states.statements import statements_in
from tool_sandbox.evaluation.facts.states.states import State
from tool_sandbox.evaluation.facts.surroundings import Surroundings
from tool_sandbox.evaluation.facts.verbs import GROUPS

_NAME = re.compile(r"\b[A-ZÀ-Þ][a-zß-ÿ]+(?: [A-ZÀ-Þ][a-zß-ÿ]+)+\b")
_DEEDS = tuple(group.name for group in GROUPS if group.name != "switch")
_SHARE_OF = re.compile(r"(\d+(?:\.\d+)?)%")


@lru_cache(maxsize=1 << 10)
def implied_by(said: str, surroundings: Surroundings) -> tuple[Fact, ...]:
    """The facts that a good answer holds by itself: its amounts, people and states, and what has a listed opposite."""
    reading = reading_of(said, surroundings)
    found = (
        *_amounts(reading),
        *_people(reading),
        *_places(reading),
        *_states(reading),
        *sides(reading),
        *affirmed(reading),
        *nobody_else(reading),
        *nothing_else(reading),
        *directions(reading),
        *addresses(reading),
        *bindings(reading),
        *same_topic(reading),
        *no_other_reason(reading),
        *_told(reading),
        *done_wholly(reading, _DEEDS),
        *undisturbed(reading),
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

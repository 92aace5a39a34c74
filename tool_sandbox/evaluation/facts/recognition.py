"""The short forms of facts: which kind a plain text is."""

from __future__ import annotations

from datetime import datetime

from tool_sandbox.evaluation.facts.amounts import Amount
from tool_sandbox.evaluation.facts.combined import AllOf
from tool_sandbox.evaluation.facts.fact import Fact
from tool_sandbox.evaluation.facts.mentions.days import Day
from tool_sandbox.evaluation.facts.mentions.normalisation import folded, normalised
from tool_sandbox.evaluation.facts.mentions.reading import mention_of, mentions_in
from tool_sandbox.evaluation.facts.mentions.times import TimeOfDay
from tool_sandbox.evaluation.facts.people import PersonNamed
from tool_sandbox.evaluation.facts.phrases import Words
from tool_sandbox.evaluation.facts.surroundings import Surroundings
from tool_sandbox.evaluation.facts.tokens import plain_words, words_of

_SMALL = frozenset({"at", "on", "in", "the", "of", "and", "by", "until", "till", "from"})


def fact_from_text(text: str, surroundings: Surroundings) -> Fact:
    """The fact that a plain text stands for: an amount, time, day, phone number or known person, else these words.

    Raises:
        ValueError: There is no word in the text.
    """
    whole = mention_of(text, surroundings.now, surroundings.country)
    if whole is not None:
        return Amount(whole, said=text)
    moment = _moment(text, surroundings)
    if moment is not None:
        return moment
    words = plain_words(text)
    if not words:
        raise ValueError(f"{text!r} has no word; a fact is what an answer says, such as '18:15' or 'sold out'.")
    return _person(words, surroundings) or Words((text,))


def moment(at: datetime) -> Fact:
    """The day and the time of a point in time, as one fact."""
    day, time = Amount(Day.of(at.date()), said=f"{at:%Y-%m-%d}"), Amount(TimeOfDay.of(at.time()), said=f"{at:%H:%M}")
    return AllOf((day, time))


def _moment(text: str, surroundings: Surroundings) -> Fact | None:
    """Several amounts with nothing but small words between them: "tomorrow at 5:30 PM"."""
    plain = normalised(text).text
    found = mentions_in(plain, surroundings.now, surroundings.country)
    rest = list(plain)
    for mention in found:
        rest[mention.span.start : mention.span.end] = " " * (mention.span.end - mention.span.start)
    if not found or any(word not in _SMALL for word in words_of("".join(rest))):
        return None
    return AllOf(tuple(Amount(each, said=plain[each.span.start : each.span.end]) for each in found))


def _person(words: tuple[str, ...], surroundings: Surroundings) -> Fact | None:
    """Somebody whose full name, or first name that nobody else has, is all of the text."""
    named = [name for name in surroundings.people if words_of(folded(name)) == words]
    first = [name for name in surroundings.people if words_of(folded(name))[:1] == words]
    known = named or first
    return PersonNamed(known[0]) if len(known) == 1 else None

"""All mentions in a text, and what one says about another."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from tool_sandbox.evaluation.facts.mentions.amounts import Quantity, amounts_in
from tool_sandbox.evaluation.facts.mentions.day_forms import counted_days_in, days_in
from tool_sandbox.evaluation.facts.mentions.days import Day
from tool_sandbox.evaluation.facts.mentions.mention import EXACT, Agreement, Span, Tolerance
from tool_sandbox.evaluation.facts.mentions.money import Money
from tool_sandbox.evaluation.facts.mentions.normalisation import normalised
from tool_sandbox.evaluation.facts.mentions.phones import Phone, phones_in
from tool_sandbox.evaluation.facts.mentions.times import TimeOfDay, times_in

Mention = Quantity | Money | TimeOfDay | Day | Phone


def mentions_in(text: str, now: datetime, country: str = "US") -> tuple[Mention, ...]:
    """The mentions in a normalised text, in their order.

    The digits of a date, a time or a phone number are no quantity, and a year is none. Two mentions share a place only
    where the words mean both: "in 13 days" is a duration and a day, "230 pounds" a weight and a sum.

    Args:
        text: What is read.
        now: The moment at which it is said, in the zone of who says it.
        country: Where phone numbers without a country's code belong: its two letters, or a number of it in E.164.
    """
    counted = tuple(counted_days_in(text, now))
    days = tuple(day for day in days_in(text, now) if not any(day.span.overlaps(each.span) for each in counted))
    rest = _without(text, days)
    phones = tuple(phones_in(rest, country))
    rest = _without(rest, phones)
    times = tuple(times_in(rest, text))
    amounts = amounts_in(_without(rest, times))
    return tuple(sorted((*counted, *days, *phones, *times, *amounts), key=lambda mention: mention.span))


def mention_of(text: str, now: datetime, country: str = "US") -> Mention | None:
    """The mention that a text, not yet normalised, consists of; None where there is none or something besides."""
    plain = normalised(text.strip()).text
    whole = Span(0, len(plain))
    return next((mention for mention in mentions_in(plain, now, country) if mention.span == whole), None)


def agreement(wanted: Mention, said: Mention, tolerance: Tolerance = EXACT) -> Agreement:
    """What a mention in an answer says about a wanted one.

    A number without a unit or currency says the same number with one, but isn't held against it when it is another.

    Args:
        wanted: What should be said.
        said: What is said.
        tolerance: How far an amount may be off, besides being rounded.
    """
    return wanted.beside(said, tolerance)


def _without(text: str, mentions: Iterable[Mention]) -> str:
    """The text with a character that belongs to no mention in place of what was read."""
    for mention in mentions:
        start, end = mention.span
        text = text[:start] + "\ufffc" * (end - start) + text[end:]
    return text

"""When things are: whether a date falls on the weekday that is named, and by how much a reminder was moved."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import chain

from tool_sandbox.common.vocabulary import DatabaseNamespace
from tool_sandbox.evaluation.facts.mentions.amounts import Quantity
from tool_sandbox.evaluation.facts.mentions.days import Day
from tool_sandbox.evaluation.facts.mentions.mention import Agreement
from tool_sandbox.evaluation.facts.mentions.reading import agreement
from tool_sandbox.evaluation.facts.mentions.units import unit_named
from tool_sandbox.evaluation.facts.reading import reading_of
from tool_sandbox.evaluation.truth.message import Message, Rule

_LATEST = 4e9
"""Seconds since 1970 in this century."""
_TIME = unit_named("second").dimension
_MOVED = re.compile(r"\b(?:moved|pushed|postponed|rescheduled|brought|delayed|shifted|bumped|deferred|put)\b")
_BY, _BACK = re.compile(r"\bby (?:an? |another )?$"), re.compile(r" (?:back|forward|ahead|earlier|later)\b")
_SET = re.compile(rf"{_MOVED.pattern}|\b(?:set|remind|reminder|reminded|created|added|scheduled)\b")
_NOT_ITS_DAY = re.compile(
    r"\b(?:from|was|were|originally|previously|instead of|rather than|before|after|eve of|until|today is|is|it's"
    r"|this is|by)[\s\W]*$"
)
_NUMBER = re.compile(r"\d{9,}(?:\.\d+)?")


def _no_such_day(message: Message) -> str | None:
    """A weekday with a date that does not fall on it."""
    for mention in message.said.mentions:
        if isinstance(mention, Day) and mention.weekday is not None and not mention.is_weekday_only:
            words = message.said.words_at(mention.span)
            # a date that falls on it in a year that is over, which nobody speaks of
            past = [
                each.year
                for each in mention.dates
                if each.year is not None and each.year < message.said.surroundings.now.year
            ]
            if len(past) == len(mention.dates) and not any(str(year) in words for year in past):
                return f"says {words!r}, which is another weekday"
    return None


def _moved_otherwise(message: Message) -> str | None:
    """By how much the only reminder that was moved is said to have been moved, where it was by something else."""
    durations = [each for each in message.said.mentions if isinstance(each, Quantity) and _is_time(each)]
    if not durations:
        return None
    before = {row["reminder_id"]: row for row in message.past.before(DatabaseNamespace.REMINDER)}
    moves = {
        abs(row["reminder_timestamp"] - before[row["reminder_id"]]["reminder_timestamp"])
        for row in message.past.new(DatabaseNamespace.REMINDER)
        if row["reminder_id"] in before
        and row["reminder_timestamp"]
        and before[row["reminder_id"]]["reminder_timestamp"]
    } - {0}
    text = message.said.normal.text
    moved = Quantity.of(min(moves, default=0), "second")
    for mention in durations if len(moves) == 1 else ():
        clause = message.said.clause_at(mention.span.start)
        if clause is None:
            continue
        said_so = _BY.search(text[: mention.span.start]) or _BACK.match(text, mention.span.end)
        stated = clause.affirms and _MOVED.search(clause.plain)
        if said_so and stated and agreement(moved, mention) is not Agreement.SAME:
            return f"says {message.said.words_at(mention.span)!r}, by which nothing was moved"
    return None


def _is_time(quantity: Quantity) -> bool:
    return quantity.unit is not None and quantity.unit.dimension == _TIME


def _other_day(message: Message) -> str | None:
    """The day to which the only reminder that is new or was changed is said to be set, where it is on another."""
    past, here = message.past, message.said
    days = [each for each in here.mentions if isinstance(each, Day)]
    if not days:
        return None
    new = [row["reminder_timestamp"] for row in past.new(DatabaseNamespace.REMINDER) if row["reminder_timestamp"]]
    if len(new) != 1 or len(past.changed(DatabaseNamespace.REMINDER)) > 2:  # noqa: PLR2004 -- as it was, as it is
        return None
    now = here.surroundings.now
    wanted = Day.of(datetime.fromtimestamp(new[0], now.tzinfo).date())
    others = [
        Day.of(datetime.fromtimestamp(row["reminder_timestamp"], now.tzinfo).date())
        for row in (*past.before(DatabaseNamespace.REMINDER), *past.now(DatabaseNamespace.REMINDER))
        if row["reminder_timestamp"]
    ]
    for mention in days:
        clause = here.clause_at(mention.span.start)
        if clause is None or not clause.affirms or not _SET.search(clause.plain):
            continue
        if _NOT_ITS_DAY.search(here.normal.text[: mention.span.start]):
            continue
        if all(agreement(each, mention) is not Agreement.SAME for each in (wanted, *others)):
            return f"says {here.words_at(mention.span)!r} of what is on another day"
    return None


def _unheard_date(message: Message) -> str | None:
    """A date, beside a holiday that was looked up, that stands nowhere: not in the tables, nor in what was said."""
    here, past = message.said, message.past
    now = here.surroundings.now
    said = [each for each in here.mentions if isinstance(each, Day) and not each.is_weekday_only]
    dated = [each for each in said if any(char.isdigit() for char in here.words_at(each.span))]
    if not dated or "search_holiday" not in past.called:
        return None
    stamps = map(float, _NUMBER.findall(past.texts))
    days = {datetime.fromtimestamp(each, now.tzinfo).date() for each in stamps if each < _LATEST} | {now.date()}
    near = [Day.of(each + timedelta(shift)) for each in days for shift in (-1, 0, 1)]
    for mention in dated:
        known = chain(near, _told_days(message))
        if not message.asks_for(mention.span) and all(agreement(each, mention) is not Agreement.SAME for each in known):
            return f"says {here.words_at(mention.span)!r}, a time that nobody named"
    return None


def _told_days(message: Message) -> Iterator[Day]:
    """The days that stand in what is wanted, heard and to be written, and then in all that was said and returned."""
    around = message.said.surroundings
    for text in (message.wanted.sentence, *around.heard, *around.written, message.past.texts):
        yield from (each for each in reading_of(text, around).mentions if isinstance(each, Day))


RULES: tuple[Rule, ...] = (_no_such_day, _moved_otherwise, _other_day, _unheard_date)
"""Why a message is untrue of times."""

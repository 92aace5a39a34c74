"""Whether what an answer says of the phone is so: its switches, its contacts, its tools, whatever is asked for."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Protocol

from attrs import frozen

from tool_sandbox.common.vocabulary import DatabaseNamespace
from tool_sandbox.evaluation.comparing.answers import MOST_READ, TextSimilarity, WantedText
from tool_sandbox.evaluation.facts.combined import AllOf, AnyOf
from tool_sandbox.evaluation.facts.fact import Fact
from tool_sandbox.evaluation.facts.people import people_in
from tool_sandbox.evaluation.facts.reading import Reading, reading_of
from tool_sandbox.evaluation.facts.statements import statements_in
from tool_sandbox.evaluation.facts.states import State

if TYPE_CHECKING:
    from tool_sandbox.evaluation.comparing.targets import Target
    from tool_sandbox.evaluation.comparing.views import View

_SWITCHES = {
    "wifi": "wi-fi",
    "cellular": "cellular",
    "location_service": "location",
    "low_battery_mode": "low battery mode",
}
"""Columns of the settings, and what facts call them."""

_NEVER = r"\b(?:(?:can|could) not|am not able to|unable to|have no way to|am not allowed to)"


@frozen
class _Ability:
    """What a tool is for.

    Args:
        name: In words.
        denied: How an answer says that it is not possible at all, with whatever content.
        service: The switch that has to be on for it.
    """

    name: str
    denied: re.Pattern[str]
    service: str | None = None


_ABILITIES = {
    "send_message_with_phone_number": _Ability(
        "send texts", re.compile(rf"{_NEVER} (?:send|write) (?:any )?(?:texts|text messages|messages|sms)$"), "cellular"
    ),
    "add_reminder": _Ability("set reminders", re.compile(rf"{_NEVER} (?:set|create|add|make) (?:any )?reminders$")),
}
"""Tool → what an agent that has it must not deny."""


class Views(Protocol):
    """A trajectory, as far as tables are looked at."""

    def view(self, namespace: str, index: int) -> View:
        """The table's visible rows at a message."""
        ...


def untrue(target: Target | None, trajectory: Views, index: int) -> str | None:
    """Why a message is untrue: a switch is not as it says, somebody is in the contacts, or a tool is at hand after all.

    Args:
        target: What is wanted of the message; where that is not facts, nothing is looked at.
        trajectory: The trajectory.
        index: The message.
    """
    measure = target.measures.get("content") if target is not None else None
    rows = trajectory.view(DatabaseNamespace.SANDBOX, index).rows
    settings = trajectory.view(DatabaseNamespace.SETTING, index).rows
    if not isinstance(measure, TextSimilarity) or measure.whole or len(rows) != 1 or len(settings) != 1:
        return None
    wanted = next(iter(measure.texts.values()))
    reading = reading_of(str(rows[0]["content"])[:MOST_READ], wanted.surroundings)
    contacts = {str(row["name"]) for row in trajectory.view(DatabaseNamespace.CONTACT, index).rows}
    return (
        _wrong_switch(reading, settings[0], _judged(wanted))
        or _denied_contact(reading, contacts)
        or _denied_ability(reading, settings[0])
    )


def _wrong_switch(reading: Reading, settings: Mapping[str, Any], judged: frozenset[str]) -> str | None:
    """A switch that is not as the message says, without those that its facts speak of."""
    said = [each for each in statements_in(reading) if not each.past and each.on is not None]
    for column, subject in _SWITCHES.items():
        states = {each.on for each in said if each.subject == subject}
        if states and subject not in judged and settings.get(column) not in states:
            return f"says that {subject} is {'off' if settings[column] else 'on'}, which it is not"
    return None


def _denied_contact(reading: Reading, contacts: set[str]) -> str | None:
    """Somebody who is said not to be in the contacts, and is."""
    for person in people_in(reading):
        named = len(person.names) == 1 and person.names <= contacts and not person.clause.imagined
        if named and not person.clause.asks and _denies(person.said).search(person.clause.plain):
            return f"says that {person.said!r} is not in the contacts"
    return None


def _denied_ability(reading: Reading, settings: Mapping[str, Any]) -> str | None:
    """What the agent says it can never do, though a tool for it is on offer: "I can't send texts, only e-mails"."""
    for tool in reading.surroundings.tools & _ABILITIES.keys():
        ability = _ABILITIES[tool]
        works = ability.service is None or settings.get(ability.service)
        said = (each.plain for each in reading.clauses if not (each.asks or each.imagined))
        if works and any(ability.denied.search(plain) for plain in said):
            return f"says that it cannot {ability.name}, which it can"
    return None


@lru_cache(maxsize=1 << 8)
def _denies(name: str) -> re.Pattern[str]:
    name, listed = re.escape(name), r"(?:in|among|on) (?:your|the) (?:contacts?|phone|address book|phonebook)\b"
    return re.compile(
        rf"\b(?:no|nobody|no one|not)\b.* (?:named|called|by the name of|with the name) {name}\b"
        rf"|\b{name} (?:is|was) not (?:\w+ )?{listed}"
        rf"|\b(?:not (?:find|have|see)|(?:found|is|have|see) no) (?:(?:an?|any|contact|entry|one|for) )*{name}\b"
        rf"(?! 's).* {listed}"
    )


@lru_cache(maxsize=1 << 8)
def _judged(wanted: WantedText) -> frozenset[str]:
    """The switches that the facts of a text speak of: what is wrong about them is found there."""
    return frozenset(_subjects(wanted.facts(wanted.sentence).required + wanted.facts(wanted.sentence).implied))


def _subjects(facts: Iterable[Fact]) -> Iterator[str]:
    for fact in facts:
        if isinstance(fact, State):
            yield fact.subject
        elif isinstance(fact, AnyOf | AllOf):
            yield from _subjects(fact.facts)

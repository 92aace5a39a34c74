"""What the phone is like: its switches, its contacts, what can be done with it, its numbers and values."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache

from attrs import frozen

from tool_sandbox.common.tool_effects import TELL_NO_AMOUNTS, WRITTEN_BY
from tool_sandbox.common.vocabulary import DatabaseNamespace
from tool_sandbox.evaluation.comparing.answers import WantedText
from tool_sandbox.evaluation.facts.combined import AllOf, AnyOf
from tool_sandbox.evaluation.facts.fact import Fact
from tool_sandbox.evaluation.facts.limits.invented import nothing_invented
from tool_sandbox.evaluation.facts.mentions.phones import Phone
from tool_sandbox.evaluation.facts.people import people_in
from tool_sandbox.evaluation.facts.reading import reading_of
from tool_sandbox.evaluation.facts.states.statements import statements_in
from tool_sandbox.evaluation.facts.states.states import State
from tool_sandbox.evaluation.truth.message import Message, Rule

_SWITCHES = {
    "wifi": "wi-fi",
    "cellular": "cellular",
    "location_service": "location",
    "low_battery_mode": "low battery mode",
}
"""Columns of the settings, and what facts call them."""

_ALREADY = re.compile(r"\b(?:is|are|was|were|'s|been) (?:\w+ )?already\b|\b(?:was|were) never\b")
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


def _wrong_switch(message: Message) -> str | None:
    """A switch that is not as the message says, without those that its facts speak of."""
    judged, settings = _judged(message.wanted), message.past.now(DatabaseNamespace.SETTING)[0]
    said = [each for each in statements_in(message.said) if not each.past and each.on is not None]
    for column, subject in _SWITCHES.items():
        states = {each.on for each in said if each.subject == subject}
        if states and subject not in judged and settings.get(column) not in states:
            return f"says that {subject} is {'off' if settings[column] else 'on'}, which it is not"
    return None


@lru_cache(maxsize=1 << 8)
def _judged(wanted: WantedText) -> frozenset[str]:
    """The switches that the facts of a text speak of: what is wrong about them is found there."""
    facts = wanted.facts(wanted.sentence)
    return frozenset(_subjects(facts.required + facts.implied))


def _subjects(facts: Iterable[Fact]) -> Iterator[str]:
    for fact in facts:
        if isinstance(fact, State):
            yield fact.subject
        elif isinstance(fact, AnyOf | AllOf):
            yield from _subjects(fact.facts)


def _wrong_before(message: Message) -> str | None:
    """A switch that is said to have been so already, and was not."""
    settings = message.past.before(DatabaseNamespace.SETTING)[0]
    for clause in message.said.clauses:
        if clause.asserts and _ALREADY.search(clause.plain):
            statements = statements_in(reading_of(clause.plain, message.said.surroundings))
            said = {each.subject: each.on for each in statements}
            for column, subject in _SWITCHES.items():
                if said.get(subject) not in (None, settings.get(column)):
                    return f"says that {subject} was {'off' if settings[column] else 'on'} already, which it was not"
    return None


def _denied_contact(message: Message) -> str | None:
    """Somebody who is said not to be in the contacts, and is."""
    contacts = {str(row["name"]) for row in message.past.now(DatabaseNamespace.CONTACT)}
    for person in people_in(message.said):
        named = len(person.names) == 1 and person.names <= contacts
        if named and person.clause.asserts and _denies(person.said).search(person.clause.plain):
            return f"says that {person.said!r} is not in the contacts"
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


def _denied_ability(message: Message) -> str | None:
    """What the agent says it can never do, though a tool for it is on offer: "I can't send texts, only e-mails"."""
    settings = message.past.now(DatabaseNamespace.SETTING)[0]
    for tool in message.said.surroundings.tools & _ABILITIES.keys():
        ability = _ABILITIES[tool]
        works = ability.service is None or settings.get(ability.service)
        said = (each.plain for each in message.said.clauses if each.asserts)
        if works and any(ability.denied.search(plain) for plain in said):
            return f"says that it cannot {ability.name}, which it can"
    return None


def _unheard_number(message: Message) -> str | None:
    """A phone number that stands nowhere: neither in the contacts, nor in what was said, returned and is wanted."""
    said = message.said
    unheard = [
        each.span
        for each in said.mentions
        if isinstance(each, Phone) and not message.past.knows(each.digits, said.surroundings)
    ]
    for span in unheard:
        if not any(each.start < span.end and span.start < each.end for each in message.asked_for):
            return f"says {said.words_at(span)!r}, which is nobody's number"
    return None


def _made_up(message: Message) -> str | None:
    """A value where a good answer has none, and no tool has told any."""
    for limit in nothing_invented(reading_of(message.wanted.sentence, message.wanted.surroundings)):
        value = limit.contradicted_by(message.said, message.asked_for)
        if value and message.past.called <= TELL_NO_AMOUNTS | WRITTEN_BY.keys():
            return value
    return None


RULES: tuple[Rule, ...] = (
    _wrong_switch,
    _wrong_before,
    _denied_contact,
    _denied_ability,
    _unheard_number,
    _made_up,
)
"""Why a message is untrue of the phone."""

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
from tool_sandbox.evaluation.facts.limits.invented import is_measured, nothing_invented
from tool_sandbox.evaluation.facts.mentions.phones import Phone
from tool_sandbox.evaluation.facts.people import people_in
from tool_sandbox.evaluation.facts.reading import reading_of
from tool_sandbox.evaluation.facts.states.settings import spoken, subject_named, subject_pattern
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
_NEVER = (
    r"\b(?:(?:can|could) not|am not able to|unable to|have no way to|am not allowed to"
    r"|(?:do not have|have no) (?:any |a )?tools? to)"
)
_BEYOND = r"\b(?:is|are) (?:not (?:something|anything) i (?:can|am able to)|beyond me|not possible)\b"
_IN_GENERAL = r"(?: at all| for you| myself| whatsoever)?$"


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


def _denied(doing: str, what: str, done: str) -> re.Pattern[str]:
    what = rf"(?:(?:e ?mails?|the) (?:or|and) )?(?:any |your )?(?:{what})"
    return re.compile(rf"{_NEVER} (?:{doing}) {what}{_IN_GENERAL}|^(?:but )?(?:{done})(?: {what})? {_BEYOND}")


_ABILITIES = {
    "send_message_with_phone_number": _Ability(
        "send texts", _denied("send|write", "texts|text messages|messages|sms", "sending|writing|texting"), "cellular"
    ),
    "add_reminder": _Ability("set reminders", _denied("set|create|add|make", "reminders", "setting|creating|adding")),
    "remove_reminder": _Ability(
        "remove reminders", _denied("remove|delete|clear", "reminders", "removing|deleting|scrubbing")
    ),
    "search_contacts": _Ability(
        "look up contacts", _denied("search|look up|see|read", "contacts", "searching|looking up")
    ),
}
"""Tool → what an agent that has it must not deny."""


def _wrong_switch(message: Message) -> str | None:
    """A switch that is not as the message says, without those that its facts speak of."""
    judged, settings = _judged(message.wanted), message.past.now(DatabaseNamespace.SETTING)[0]
    said = [each for each in statements_in(message.said) if not each.past and each.on is not None]
    for column, subject in _SWITCHES.items():
        states = [each.on for each in said if each.subject == subject]
        if states and subject not in judged and settings.get(column) != states[-1]:
            return f"says that {spoken(subject)} is {'off' if settings[column] else 'on'}, which it is not"
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
    settings, judged = message.past.before(DatabaseNamespace.SETTING)[0], _judged(message.wanted)
    for clause in message.said.clauses:
        if clause.asserts and _ALREADY.search(clause.plain):
            statements = statements_in(reading_of(clause.plain, message.said.surroundings))
            only = min(judged) if len(judged) == 1 else None  # "it"
            said = {each.subject or only: each.on for each in statements}
            for column, subject in _SWITCHES.items():
                if said.get(subject) not in (None, settings.get(column)):
                    state = "off" if settings[column] else "on"
                    return f"says that {spoken(subject)} was {state} already, which it was not"
    return None


_SWITCHED = re.compile(
    r"(?:(?:^|\b(?:i|and|then|also) )(?:(?:i|have|just|also|then|first|even) )*"
    r"(?:switched|turned|enabled|disabled|activated|deactivated)|\bi had to (?:switch|turn|enable|disable)"
    r"|\b(?:after|by) (?:switching|turning|enabling|disabling))"
    r"(?: back)?(?: on| off)?(?: the| your)? "
)
_SWITCHED_THAT = re.compile(f"{_SWITCHED.pattern}$")
_SETTERS = {
    "cellular": "set_cellular_service_status",
    "location": "set_location_service_status",
    "wi-fi": "set_wifi_status",
}


def _not_switched(message: Message) -> str | None:
    """A switch that the agent says it switched, and never did."""
    for clause in message.said.clauses:
        if not clause.affirms or not _SWITCHED.search(clause.plain):
            continue
        called = message.past.called
        if "set_low_battery_mode_status" in called or not message.past.is_known:
            return None  # it switches others, too
        for found in subject_pattern().finditer(clause.plain):
            did = _SWITCHED_THAT.search(clause.plain[: found.start()])
            setter = _SETTERS.get(subject_named(found.group()), "set_low_battery_mode_status")
            if did and not clause.wished(did.end()) and setter not in called:
                return f"says {clause.plain!r}, which was not done"
    return None


_NO_SWITCH = re.compile(r"\b(?:airplane|aeroplane|flight) mode\b|\b(?:bluetooth|hotspot|do not disturb)\b")


def _no_such_switch(message: Message) -> str | None:
    """A switch that the agent says is on or off, or was switched, and that a phone of ours hasn't got."""
    heard = " ".join(message.said.surroundings.heard).casefold()
    for clause in message.said.clauses:
        found = _NO_SWITCH.search(clause.plain)
        if found and clause.affirms and found.group() not in heard:
            return f"says {clause.plain!r}, of which there is none"
    return None


_OFFERED = re.compile(
    r"^(?:(?:should|shall|can|may) i|(?:would|do) you (?:like|want) me to|want me to) (?:\w+ )?"
    r"(?:switch|turn|put|enable|disable|deactivate|activate)\b"
)


def _empty_offer(message: Message) -> str | None:
    """An offer to switch what the agent has no tool for."""
    tools = message.said.surroundings.tools
    if not message.declines:
        return None
    for clause in message.said.clauses:
        if not (clause.asks and _OFFERED.match(clause.plain) and tools and message.past.is_known):
            continue
        named = [subject_named(each.group()) for each in subject_pattern().finditer(clause.plain)]
        everywhere = (subject_pattern().finditer(each.plain) for each in message.said.clauses)
        meant = named or [subject_named(each.group()) for found in everywhere for each in found]
        setters = {_SETTERS.get(each, "set_low_battery_mode_status") for each in meant}
        if setters and setters.isdisjoint(tools):
            return f"asks {clause.plain!r}, which it cannot do"
    return None


def _denied_contact(message: Message) -> str | None:
    """Somebody who is said not to be in the contacts, and is."""
    for person in people_in(message.said):
        clause = person.clause
        # "no" is in all that denies it
        if len(person.names) != 1 or not clause.asserts or "no" not in clause.plain:
            continue
        named = person.names <= {str(row["name"]) for row in message.past.now(DatabaseNamespace.CONTACT)}
        if named and _denies(person.said).search(clause.plain):
            return f"says that {person.said!r} is not in the contacts, which is not so"
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
        if not message.asks_for(span):
            return f"says {said.words_at(span)!r}, which is a number that nobody here has"
    return None


def _made_up(message: Message) -> str | None:
    """A value where a good answer has none, and no tool has told any."""
    if not any(map(is_measured, message.said.mentions)):
        return None
    for limit in nothing_invented(reading_of(message.wanted.sentence, message.wanted.surroundings)):
        value = limit.contradicted_by(message.said, message.asked_for)
        if value and message.past.called <= TELL_NO_AMOUNTS | WRITTEN_BY.keys():
            return value
    return None


RULES: tuple[Rule, ...] = (
    _wrong_switch,
    _wrong_before,
    _not_switched,
    _no_such_switch,
    _empty_offer,
    _denied_contact,
    _denied_ability,
    _unheard_number,
    _made_up,
)
"""Why a message is untrue of the phone."""

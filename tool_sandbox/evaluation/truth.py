"""Whether what an answer says of the phone is so: its switches, its contacts, its tools, whatever is asked for."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from attrs import frozen

from tool_sandbox.common.tool_effects import LOOK_UP, TELL_NO_AMOUNTS, WRITTEN_BY
from tool_sandbox.common.vocabulary import DatabaseNamespace
from tool_sandbox.evaluation.comparing.answers import MOST_READ, TextSimilarity, WantedText
from tool_sandbox.evaluation.facts.combined import AllOf, AnyOf
from tool_sandbox.evaluation.facts.fact import Explained, Fact
from tool_sandbox.evaluation.facts.further import TRACED, claim_of
from tool_sandbox.evaluation.facts.invented import nothing_invented
from tool_sandbox.evaluation.facts.mentions.normalisation import folded
from tool_sandbox.evaluation.facts.mentions.phones import Phone
from tool_sandbox.evaluation.facts.people import Person, people_in
from tool_sandbox.evaluation.facts.phrases import root
from tool_sandbox.evaluation.facts.reading import Reading, reading_of
from tool_sandbox.evaluation.facts.statements import statements_in
from tool_sandbox.evaluation.facts.states import State
from tool_sandbox.evaluation.facts.synonyms import light_roots
from tool_sandbox.evaluation.facts.tokens import words_of
from tool_sandbox.evaluation.past import Past, Views

if TYPE_CHECKING:
    from tool_sandbox.evaluation.comparing.targets import Target

_SWITCHES = {
    "wifi": "wi-fi",
    "cellular": "cellular",
    "location_service": "location",
    "low_battery_mode": "low battery mode",
}
"""Columns of the settings, and what facts call them."""

_ALREADY = re.compile(r"\b(?:is|are|was|were|'s|been) already\b")
_TREATED = re.compile(
    r"\b(?:moved|pushed|postponed|rescheduled|brought|changed|updated|removed|deleted|cancell?ed|cleared|erased)\b"
    r".*\b(?:reminders?|one)\b"
)
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


def untrue(target: Target | None, trajectory: Views, index: int) -> str | None:
    """Why a message is untrue, as far as the tables and the calls before it show.

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
    past = Past(trajectory, index)
    return (
        _wrong_switch(reading, settings[0], _judged(wanted))
        or _wrong_before(reading, trajectory.view(DatabaseNamespace.SETTING, trajectory.first_user_index).rows[0])
        or _denied_contact(reading, contacts)
        or _denied_ability(reading, settings[0])
        or _not_done(reading, past)
        or _told_nothing(reading, past)
        or _told_more(reading, past)
        or _left_alone(reading, past)
        or _unheard_number(reading, wanted, past)
        or _made_up(reading, wanted, past)
    )


def _wrong_switch(reading: Reading, settings: Mapping[str, Any], judged: frozenset[str]) -> str | None:
    """A switch that is not as the message says, without those that its facts speak of."""
    said = [each for each in statements_in(reading) if not each.past and each.on is not None]
    for column, subject in _SWITCHES.items():
        states = {each.on for each in said if each.subject == subject}
        if states and subject not in judged and settings.get(column) not in states:
            return f"says that {subject} is {'off' if settings[column] else 'on'}, which it is not"
    return None


def _wrong_before(reading: Reading, settings: Mapping[str, Any]) -> str | None:
    """A switch that is said to have been so already, and was not."""
    for clause in reading.clauses:
        if _ALREADY.search(clause.plain) and not (clause.asks or clause.imagined):
            said = {each.subject: each.on for each in statements_in(reading_of(clause.plain, reading.surroundings))}
            for column, subject in _SWITCHES.items():
                if said.get(subject) not in (None, settings.get(column)):
                    return f"says that {subject} was {'off' if settings[column] else 'on'} already, which it was not"
    return None


def _denied_contact(reading: Reading, contacts: set[str]) -> str | None:
    """Somebody who is said not to be in the contacts, and is."""
    for person in people_in(reading):
        named = len(person.names) == 1 and person.names <= contacts and not person.clause.imagined
        if named and not person.clause.asks and _denies(person.said).search(person.clause.plain):
            return f"says that {person.said!r} is not in the contacts"
    return None


def _not_done(reading: Reading, past: Past) -> str | None:
    """A deed that the message claims, and that left no trace in the tables."""
    for deed in TRACED:
        claims = (claim_of(deed, clause) for clause in reading.clauses)
        claimed = next(filter(None, claims), None)
        # what a tool of the user's own does, nobody knows
        if claimed and not past.has_done(deed) and past.called <= LOOK_UP | WRITTEN_BY.keys():
            return f"claims {claimed!r}, which was not done"
    return None


def _told_nothing(reading: Reading, past: Past) -> str | None:
    """Somebody to whom the message claims to have sent something, and nobody did."""
    for person in people_in(reading):
        numbers = past.numbers_of(person.names)
        if numbers and numbers.isdisjoint(past.told) and _is_told(person, reading):
            return f"names {person.said!r} as told, to whom nothing was sent"
    return None


def _is_told(person: Person, reading: Reading) -> bool:
    clause, sentence = person.clause, reading.sentences[person.clause.sentence]
    if told := _telling(person.said).search(clause.plain):
        return not (clause.asks or clause.imagined or clause.denies or clause.wished(told.start()))
    name, role = re.escape(person.said), r"(?:your|the) \w+ "
    sent = (
        rf"\b(?:was|has been|is|got) sent to (?:{role})?{name}\b(?! 's)"
        rf"|\b(?:i|have|and) (?:let|told|texted|messaged|informed|notified) {role}{name}\b(?! 's)"
    )
    stated = not any(each.asks or each.imagined or each.denies for each in sentence.clauses)
    return stated and re.search(sent, sentence.plain) is not None


def _told_more(reading: Reading, past: Past) -> str | None:
    """Somebody who is said to be the only one to whom something was sent, where others got it, too."""
    for person in people_in(reading):
        numbers = past.numbers_of(person.names)
        alone = re.search(rf"\bonly (?:\w+ )?(?:out )?to {re.escape(person.said)}\b", person.clause.plain)
        if alone and not person.clause.asks and numbers and past.told - numbers:
            return f"says that only {person.said!r} was told, and others were, too"
    return None


def _left_alone(reading: Reading, past: Past) -> str | None:
    """A reminder that the message says was changed, in the words of one that is as it was, and of no other."""
    touched = past.changed(DatabaseNamespace.REMINDER)
    if not touched:
        return None
    meant = _words_of(touched)
    for clause in reading.clauses:
        words = frozenset(map(root, clause.words))
        if _TREATED.search(clause.plain) and not (clause.asks or clause.imagined or clause.denies or words & meant):
            for row in past.unchanged(DatabaseNamespace.REMINDER):
                if (own := _words_of([row]) - meant) and own <= words:
                    return f"says that {row['content']!r} was changed, which it was not"
    return None


def _words_of(reminders: Iterable[Mapping[str, Any]]) -> frozenset[str]:
    """The roots of the words of reminders, without those that say little."""
    return frozenset(root(word) for row in reminders for word in words_of(folded(row["content"]))) - light_roots()


def _unheard_number(reading: Reading, wanted: WantedText, past: Past) -> str | None:
    """A phone number that stands nowhere: neither in the contacts, nor in what was said, returned and is wanted."""
    unheard = [
        mention
        for mention in reading.mentions
        if isinstance(mention, Phone) and not past.knows(mention.digits, reading.surroundings)
    ]
    places = _required_places(reading, wanted) if unheard else ()
    for span in (mention.span for mention in unheard):
        if not any(each.start < span.end and span.start < each.end for each in places):
            return f"says {reading.words_at(span)!r}, which is nobody's number"
    return None


def _made_up(reading: Reading, wanted: WantedText, past: Past) -> str | None:
    """A value where a good answer has none, and no tool has told any."""
    for limit in nothing_invented(reading_of(wanted.sentence, wanted.surroundings)):
        value = limit.contradicted_by(reading, _required_places(reading, wanted))
        if value and past.called <= TELL_NO_AMOUNTS | WRITTEN_BY.keys():
            return value
    return None


def _required_places(reading: Reading, wanted: WantedText) -> Explained:
    """Where a message says what its facts ask for."""
    return frozenset().union(*(fact.places(reading) for fact in wanted.facts(wanted.sentence).required))


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
def _telling(name: str) -> re.Pattern[str]:
    """What says that the agent told somebody something now."""
    name = re.escape(name)
    return re.compile(
        rf"(?:^|\b(?:i|we|and|also|just) )(?:(?:have|just|also|then) )*"
        rf"(?:(?:told|texted|messaged|informed|notified|let|replied to|wrote to) (?:\w+ and )?{name}\b(?! 's)"
        rf"|(?:sent|wrote|dropped|forwarded) (?:(?:\S+ ){{1,4}}?to {name}\b(?! 's)|{name} (?:a|the|your|this|that)\b))"
        r"(?!.*\b(?:ago|yesterday|last|before)\b)"
        rf"|\b{name} (?:has been|was|have been|were) (?:also )?(?:told|texted|informed|notified|messaged)\b"
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

"""What the agent did: what it claims to have done, whom it told, which reminders it changed."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from itertools import chain
from typing import Any

from attrs import frozen

from tool_sandbox.common.vocabulary import DatabaseNamespace
from tool_sandbox.evaluation.facts.clauses import Clause
from tool_sandbox.evaluation.facts.limits.further import ROLES, TRACED, claim_of
from tool_sandbox.evaluation.facts.mentions.normalisation import folded
from tool_sandbox.evaluation.facts.people import Person, people_in
from tool_sandbox.evaluation.facts.phrases import root
from tool_sandbox.evaluation.facts.reading import Reading, reading_of
from tool_sandbox.evaluation.facts.synonyms import light_roots, same_thing
from tool_sandbox.evaluation.facts.tokens import words_of
from tool_sandbox.evaluation.facts.verbs import TOLD
from tool_sandbox.evaluation.truth.message import Message, Rule

_TREATED = re.compile(
    r"\b(?:moved|pushed|postponed|rescheduled|brought|changed|updated|removed|deleted|cancell?ed|cleared|erased)\b"
    r".*\b(?:reminders?|one)\b"
)


@frozen
class _Deed:
    """A deed that no tool of ours does.

    Args:
        name: What ``claim_of`` calls it; empty where it knows no words for it.
        told: How else an answer tells of it.
    """

    name: str = ""
    told: str = r"(?!)"

    def named_in(self, clause: Clause) -> str | None:
        """The words by its name with which a clause claims it, or None."""
        return claim_of(self.name, clause) if self.name else None

    def told_in(self, clause: Clause) -> str | None:
        """The other words with which a clause claims it, or None."""
        return _told_by(self.told, clause)


_BEYOND_TOOLS = (
    _Deed("call", told=r"\bcall (?:has been|was) (?:also )?(?:requested|made|booked|placed|arranged)\b"),
    _Deed(
        "book",
        told=r"\bappointment (?:\w+ )?is (?:now )?(?:booked|made|set)\b"
        r"|\b(?:scheduled|booked|made|arranged|requested) an? (?:appointment|booking|reservation)\b(?! reminder)"
        r"|\b(?:appointment|booking|reservation|order) (?:has been|was) (?:also )?"
        r"(?:requested|made|booked|placed|arranged)\b",
    ),
    _Deed("block", told=r"\b(?:number|contact) is (?:now )?(?:blocked|muted)\b"),
    _Deed("share"),
    _Deed(told=r"\b(?:cancell?ed|recalled|unsent|withdrew) (?:the|your) (?:text|message|one to)\b"),
    _Deed(
        told=r"\b(?:deleted|removed|erased|cleared) (?:(?:all|of|your|the|his|her|their) )*"
        r"(?:messages|texts|chats?|history)\b"
    ),
    _Deed(told=r"\b(?:added|saved)\b.*\b(?:e ?mail|company|birthday|photo|job title)\b.* (?:contact|card|entry)\b"),
    _Deed(told=r"^(?:i|i have) exchanged\b"),
)
_HAVE_ALREADY = re.compile(r"\byou already (?:have|had)\b.*\breminder\b|\breminder\b.*\b(?:exists|existed) already\b")
_LOOKED = re.compile(
    r"(?:^|\b(?:i|and|have|also|already|just) )"
    r"(?:went through|looked (?:through|in|at|up)|checked|searched|scanned|read through)"
    r" (?:all )?(?:of )?(?:your|the) (?:\w+ )?(?P<what>reminders|messages|texts|contacts|address book)\b"
)
_TELLS = re.compile(rf"{TOLD}|let|replied|wrote|sent|dropped|forwarded")
"""What there is in all that says that somebody was told something."""
_TOLD_ROLE = re.compile(
    rf"^(?:and |so )?(?:the|your) (?P<role>{'|'.join(ROLES)}) (?:has been|was) (?:{TOLD})\b"
    rf"|\b(?:{TOLD})\b.* and (?:the|your) (?P<also>{'|'.join(ROLES)})\b"
)
_SEARCHES = {
    "reminders": "search_reminder",
    **dict.fromkeys(("messages", "texts"), "search_messages"),
    **dict.fromkeys(("contacts", "address book"), "search_contacts"),
}
"""What is looked through → the tool for it."""


def _not_done(message: Message) -> str | None:
    """A deed that the message claims, and that left no trace in the tables."""
    past = message.past
    for deed in TRACED:
        claims = (claim_of(deed, clause) for clause in message.said.clauses)
        claimed = next(filter(None, claims), None)
        # what a tool of the user's own does, nobody knows
        if claimed and not past.has_done(deed) and past.is_known:
            return f"claims {claimed!r}, which was not done"
    return None


def _told_nothing(message: Message) -> str | None:
    """Somebody to whom the message claims to have sent something, by name or by a role, and nobody did."""
    named = next(chain(_named_as_told(message), _roles_as_told(message)), None)
    return f"names {named!r} as told, to whom nothing was sent" if named else None


def _named_as_told(message: Message) -> Iterator[str]:
    past = message.past
    for person in people_in(message.said):
        numbers = past.numbers_of(person.names)
        if numbers and numbers.isdisjoint(past.told) and _is_told(person, message.said):
            yield person.said


def _roles_as_told(message: Message) -> Iterator[str]:
    """What somebody is to the user, where nobody who was told is that."""
    past = message.past
    told = [row for row in past.now(DatabaseNamespace.CONTACT) if str(row["phone_number"]) in past.told]
    roles = [root(word) for row in told for word in words_of(folded(str(row["relationship"] or "")))]
    for sentence in message.said.sentences if told else ():
        match = _TOLD_ROLE.search(sentence.plain) if sentence.affirms else None
        role = match and (match["role"] or match["also"])
        if role and not any(same_thing(root(role), each) for each in roles):
            yield role


def _is_told(person: Person, reading: Reading) -> bool:
    clause, sentence = person.clause, reading.sentences[person.clause.sentence]
    if not _TELLS.search(sentence.plain):
        return False
    if told := _telling(person.said).search(clause.plain):
        return not (clause.denies or clause.wished(told.start()))
    name, role = re.escape(person.said), r"(?:your|the) \w+ "
    sent = (
        rf"\b(?:was|has been|is|got) sent to (?:{role})?{name}\b(?! 's)"
        rf"|\b(?:sent|wrote|dropped) (?:an? |the |your )?(?:text|message|note|text message) to {role}{name}\b(?! 's)"
        rf"|\b{name} (?:your|the) \w+ (?:has been|was) (?:told|texted|informed|notified|messaged)\b"
        rf"|\b(?:i|have|and) (?:let|{TOLD}) {role}{name}\b(?! 's)"
    )
    return sentence.affirms and re.search(sent, sentence.plain) is not None


@lru_cache(maxsize=1 << 8)
def _telling(name: str) -> re.Pattern[str]:
    """What says that the agent told somebody something now."""
    name = re.escape(name)
    return re.compile(
        rf"(?:^|\b(?:i|we|and|also|just) )(?:(?:have|just|also|then) )*"
        rf"(?:(?:{TOLD}|let|replied to|wrote to) (?:\w+ and )?{name}\b(?! 's)"
        rf"|(?:sent|wrote|dropped|forwarded) (?:(?:\S+ ){{1,4}}?to {name}\b(?! 's)|{name} (?:a|the|your|this|that)\b))"
        r"(?!.*\b(?:ago|yesterday|last|before)\b)"
        rf"|\b{name} (?:has been|was|have been|were) (?:also )?(?:{TOLD})\b"
    )


def _told_more(message: Message) -> str | None:
    """Somebody who is said to be the only one to whom something was sent, where others got it, too."""
    past = message.past
    for person in people_in(message.said):
        numbers = past.numbers_of(person.names)
        if person.clause.asks or not numbers or not past.told - numbers:
            continue
        if re.search(rf"\bonly (?:\w+ )?(?:out )?to {re.escape(person.said)}\b", person.clause.plain):
            return f"says that only {person.said!r} was told, and others were, too"
    return None


def _left_alone(message: Message) -> str | None:
    """A reminder that the message says was changed, in the words of one that is as it was, and of no other."""
    past = message.past
    touched = past.changed(DatabaseNamespace.REMINDER)
    if not touched:
        return None
    meant = _words_of(touched)
    for clause in message.said.clauses:
        words = frozenset(map(root, clause.words))
        if clause.affirms and not words & meant and _TREATED.search(clause.plain):
            for row in past.unchanged(DatabaseNamespace.REMINDER):
                if (own := _words_of([row]) - meant) and own <= words:
                    return f"says that {row['content']!r} was changed, which it was not"
    return None


def _words_of(reminders: Iterable[Mapping[str, Any]]) -> frozenset[str]:
    """The roots of the words of reminders, without those that say little."""
    return frozenset(root(word) for row in reminders for word in words_of(folded(row["content"]))) - light_roots()


def _no_tool_for(message: Message) -> str | None:
    """A deed that the message claims, and that no tool of ours does: "I called the landlord"."""
    claimed = _claimed_beyond_tools(message.said, reading_of(message.wanted.sentence, message.wanted.surroundings))
    return f"claims {claimed!r}, which no tool does" if claimed and message.past.is_known else None


@lru_cache(maxsize=1 << 12)
def _claimed_beyond_tools(said: Reading, good: Reading) -> str | None:
    return next(filter(None, (_claimed(deed, said.clauses, good.clauses) for deed in _BEYOND_TOOLS)), None)


def _claimed(deed: _Deed, said: Iterable[Clause], good: Iterable[Clause]) -> str | None:
    """The words with which an answer claims a deed; its name counts only where a good answer hasn't got it."""
    ways = [deed.told_in] if any(map(deed.named_in, good)) else [deed.named_in, deed.told_in]
    return next(filter(None, (way(clause) for clause in said for way in ways)), None)


@lru_cache(maxsize=1 << 14)  # a clause is asked about every deed, at many messages
def _told_by(words: str, clause: Clause) -> str | None:
    found = re.search(words, clause.plain) if clause.asserts and " not " not in clause.plain else None
    return found.group() if found else None


def _there_already(message: Message) -> str | None:
    """A reminder that is said to have been there already, in words of none that was."""
    for clause in message.said.clauses:
        if clause.affirms and _HAVE_ALREADY.search(clause.plain):
            there = _words_of(message.past.before(DatabaseNamespace.REMINDER))
            if there.isdisjoint(map(root, clause.words)):
                return f"says {clause.plain!r}, of which there was none"
    return None


def _not_looked(message: Message) -> str | None:
    """What the message says was looked through, and was not."""
    for clause in message.said.clauses:
        looked = _LOOKED.search(clause.plain)
        if looked is None or not clause.affirms or not message.past.is_known:
            continue
        if _SEARCHES[looked["what"]] not in message.past.called:
            return f"says {looked.group()!r}, which was not done"
    return None


RULES: tuple[Rule, ...] = (_not_done, _no_tool_for, _not_looked, _there_already, _told_nothing, _told_more, _left_alone)
"""Why a message is untrue of what the agent did."""

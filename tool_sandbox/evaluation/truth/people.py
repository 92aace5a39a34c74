"""What became of people: whether they are in the contacts, under which name and as what, and what they answered."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tool_sandbox.common.vocabulary import DatabaseNamespace
from tool_sandbox.evaluation.facts.clauses import Clause
from tool_sandbox.evaluation.facts.limits.further import ROLES
from tool_sandbox.evaluation.facts.mentions.normalisation import folded
from tool_sandbox.evaluation.facts.mentions.phones import Phone
from tool_sandbox.evaluation.facts.people import people_in
from tool_sandbox.evaluation.facts.phrases import root
from tool_sandbox.evaluation.facts.synonyms import same_thing
from tool_sandbox.evaluation.facts.tokens import plain_words, words_of
from tool_sandbox.evaluation.truth.message import Message, Rule
from tool_sandbox.evaluation.truth.past import Row

_KEPT = re.compile(
    r"\b(?:still|remains?|stays?|kept|keep|left)\b.*\b(?:in|on|among) (?:your|the) "
    r"(?:contacts?|address book|phone ?book)\b"
)
_PRONOUN = re.compile(r"\b(?:he|she|they|him|her|them)\b")
_NAMED = re.compile(
    r"\b(?:saved|filed|stored|added|listed|put)\b[^.!?\n]*?\b(?:under|as)(?: the)?(?: name| contact)?:? [\"'*“]*"
    r"(?P<name>[A-Z]\w+(?: [A-Z]\w+)*)"
)
_MADE = re.compile(rf"\b(?:as|to|into|is|'s|are)(?: now)? (?:an? |your |the )?(?P<role>{'|'.join(ROLES)})\b")
_FORMERLY = re.compile(
    r"\b(?:was|were|used to be|previously|formerly|before|earlier|from|instead of)"
    r"(?: (?:only|just|listed|saved|marked|tagged|entered|down|stored|set|known|labell?ed))* $"
)
_ANSWERED = re.compile(
    r"(?: has| have| 's)?(?: also| already| just)? "
    r"(?:replied|answered|responded|wrote back|written back|texted back|agreed|confirmed"
    r"|said (?:that )?(?:ok|okay|yes|no|thanks|she|he|they)|says (?:ok|okay|yes|no|thanks|she|he|they))\b"
)
_NOW = re.compile(r"\b(?:is|now|to|is now|became)[\s\W]*$")
_WAS = re.compile(r"\b(?:was|from|previously|formerly|used to be)[\s\W]*$")
_EXISTING = re.compile(
    r"\b(?:updated|changed|edited|modified) (?:your|the) (?:existing|old|current) (?:contact|entry)\b"
)


def _stated(message: Message) -> Iterator[Clause]:
    return (each for each in message.said.clauses if each.affirms)


def _kept(message: Message) -> str | None:
    """Somebody who is said to be in the contacts still, and was removed."""
    now = {row["person_id"] for row in message.past.now(DatabaseNamespace.CONTACT)}
    gone = {str(row["name"]) for row in message.past.before(DatabaseNamespace.CONTACT) if row["person_id"] not in now}
    for clause in _stated(message) if gone else ():
        named = frozenset().union(*(each.names for each in people_in(message.said) if each.clause is clause))
        if _KEPT.search(clause.plain) and (named & gone or (not named and _PRONOUN.search(clause.plain))):
            return f"says {clause.plain!r} of somebody who was removed"
    return None


def _changed(message: Message, column: str) -> list[Row]:
    """The contacts that are new, or of which a column is."""
    before = {row["person_id"]: row[column] for row in message.past.before(DatabaseNamespace.CONTACT)}
    now = message.past.now(DatabaseNamespace.CONTACT)
    return [row for row in now if before.get(row["person_id"]) != row[column]]


def _other_name(message: Message) -> str | None:
    """A name under which somebody is said to have been saved, and was not."""
    new = _changed(message, "name")
    if not new:
        return None
    known = {word for row in message.past.now(DatabaseNamespace.CONTACT) for word in plain_words(str(row["name"]))}
    for match in _NAMED.finditer(message.said.normal.text):
        clause = message.said.clause_at(match.start("name"))
        if clause is not None and clause.affirms and known.isdisjoint(plain_words(match["name"])):
            return f"says {match['name']!r}, where the contact is called {new[0]['name']!r}"
    return None


def _other_role(message: Message) -> str | None:
    """What somebody is said to be to the user now, and is not."""
    changed = [row for row in _changed(message, "relationship") if row["relationship"]]
    if len(changed) != 1:
        return None
    (contact,) = changed
    roles = tuple(map(root, words_of(folded(str(contact["relationship"])))))
    for sentence in filter(lambda each: each.affirms, message.said.sentences):
        for match in _MADE.finditer(sentence.plain):
            was = _FORMERLY.search(sentence.plain[: match.start()])
            if not was and not any(same_thing(root(match["role"]), role) for role in roles):
                return f"says {match.group()!r} of {contact['name']!r}, who is not"
    return None


def _other_number(message: Message) -> str | None:
    """A number that is said to be somebody's new one and was the old, or the other way round."""
    changed = _changed(message, "phone_number")
    if len(changed) != 1:
        return None
    new = str(changed[0]["phone_number"]).lstrip("+")
    old = [
        str(row["phone_number"]).lstrip("+")
        for row in message.past.before(DatabaseNamespace.CONTACT)
        if row["person_id"] == changed[0]["person_id"]
    ]
    text = message.said.normal.text
    for mention in message.said.mentions:
        if isinstance(mention, Phone) and old:
            before, digits = text[: mention.span.start], mention.digits.lstrip("+")
            if (digits == old[0] and _NOW.search(before)) or (digits == new and _WAS.search(before)):
                return f"says {message.said.words_at(mention.span)!r} the wrong way round"
    return None


def _answered(message: Message) -> str | None:
    """An answer that somebody is said to have given, though nobody has looked for any."""
    for clause in _stated(message):
        if not _ANSWERED.search(clause.plain):
            continue
        if "search_messages" in message.past.called or not message.past.is_known:
            return None
        who = "|".join(["he", "she", "they", *(re.escape(each.said) for each in people_in(message.said))])
        found = re.search(rf"\b(?:{who}){_ANSWERED.pattern}", clause.plain)
        if found and "already" not in clause.words:
            return f"says {found.group()!r}, of which nothing was heard"
    return None


def _existing(message: Message) -> str | None:
    """A contact that is said to have been there, and is new."""
    before = {row["person_id"] for row in message.past.before(DatabaseNamespace.CONTACT)}
    changed = {row["person_id"] for row in message.past.new(DatabaseNamespace.CONTACT)}
    if not changed or changed & before:
        return None
    return next(
        (
            f"says {each.plain!r}, though the contact is new"
            for each in _stated(message)
            if _EXISTING.search(each.plain)
        ),
        None,
    )


RULES: tuple[Rule, ...] = (_kept, _other_name, _other_role, _other_number, _existing, _answered)
"""Why a message is untrue of people."""

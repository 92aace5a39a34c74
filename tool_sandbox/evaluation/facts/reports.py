"""Reports of a deed in words that name no deed: "Joris is in.", "Collect the cake: now at noon"."""

from __future__ import annotations

import re
from functools import lru_cache

from tool_sandbox.evaluation.facts.clauses import Clause
from tool_sandbox.evaluation.facts.known import heard_roots, name_roots, switch_roots, written_roots
from tool_sandbox.evaluation.facts.people import Person, people_in
from tool_sandbox.evaluation.facts.phrases import root
from tool_sandbox.evaluation.facts.reading import Reading
from tool_sandbox.evaluation.facts.surroundings import Surroundings
from tool_sandbox.evaluation.facts.synonyms import light_roots
from tool_sandbox.evaluation.facts.verbs import GROUPS, VerbGroup, any_of

_KEEPING = frozenset({"remind", "save", "change", "move"})
"""Deeds that are told with each other's verbs: a reminder is added, a number is put in."""
_PERSONAL = re.compile(r"(?:^|\b(?:that|so|and|but|which|here|what) )(?:i|we|you|he|she|they|someone|somebody)\b")
_POSSIBLE = re.compile(r"\b(?:can|will)\b")
"""What may be said of somebody else than the agent where it is so: "she can be reached at"."""
_UNFINISHED = re.compile(
    r"\b(?:draft\w*|ready|waiting|pending|queued|prepared|unsent|in progress|not yet|almost|about to|unknown|missing"
    r"|failed|unable|still (?!set\b|there\b|at\b|on\b|\d)|stops|prevents|keeps me from|here is (?:the|a|your|what))\b"
)
_QUOTED = re.compile(r":\W*[\"'“]|^ *>|[\"”] *(?:[→⇒➜➔➡]|[-=]>)", re.MULTILINE)
"""What was sent, shown in quotes; its content alone is no report: "Dana is at the door"."""
_GONE = re.compile(r"\b(?:off|out|gone)\b")
_DESCRIBES = re.compile(r"\b(?:number|contacts?|belongs|phone|reminders?)\b")
"""What tells of somebody without anything done, where nothing was to be kept."""
_TOLD_USER = re.compile(
    r"(?!^let me\b)\b(?:let|told|texted|messaged|wrote|asked|sent) (?:you|me)\b"
    r"|\b(?:texts?|messages?) (?:is|was|came|are) from\b"
)
"""What somebody else wrote."""
_ANSWERS = r"(?:says|said|thinks|agrees|agreed|replied|answered|asks|asked|wants|confirmed|confirms)\b"
"""Behind a name: what somebody else said."""
_CHANGE = re.compile(
    r"\d(?: ?[ap]m)? ?(?:[→⇒➜➔➡]|[-=]>) ?\+?\d"
    r"|\b(?:old|was|before|from|previous(?:ly)?)(?: \w+)?:.*\b(?:new|now|after|to)(?: \w+)?:",
    re.IGNORECASE | re.DOTALL,
)
"""What was so and what is: "10:00 -> 9:30"."""
_DOES_NOTHING = (
    "tried|wanted|needed|noticed|failed|thought|saw|seen|read|drafted|prepared|started|opened|forgot|forgotten|decided"
    "|assumed|promised|planned|hoped|supposed|meant|looked|checked|written|wrote|called|named|listed|saved|scheduled"
    "|asked|used|given to|received|got|stored|due|based|missed|interested|located|afraid|tired"
)
_ADVERBS = r"(?: (?:now|just|already|also|both|all|\w+ly))*"
_PAST_FORM = (
    rf"(?!(?:{_DOES_NOTHING})\b)(?:\w{{2,}}ed|\w+[ao]ught|struck|stricken|swept|taken|bade|bidden|gone|given|put|cut|made"
    r"|shown|thrown|hung|flung|torn|heard|rid|shed)\b"
)
_WAS_DONE = re.compile(
    rf"(?:\b(?:has|have|had|got)|'s){_ADVERBS} been{_ADVERBS} {_PAST_FORM}"
    rf"|(?:\b(?:was|were|is|are|has|have)|'s){_ADVERBS} {_PAST_FORM}"
)
_I_DID = re.compile(rf"(?:^|\b(?:and|so) )(?:i|we)(?: have)?{_ADVERBS} {_PAST_FORM}")
"""What tells of something done, of whatever kind."""
_HAS = "(?:now |both |all )?(?:'s got|has|have|got|gets|received|has got|have got)(?: now)?"
_CLOSING = re.compile(r"\b(?:else|another|other|anything|too|more|next|as well|help)\b")


def is_reported(group: VerbGroup, reading: Reading) -> bool:
    """Whether an answer states something about what was to be done, and nothing that keeps it from being a report.

    Args:
        group: The deed, of which the answer claims nothing in its own verbs.
        reading: The answer.
    """
    if group.name == "send" and not _QUOTED.search(reading.answer):
        return any(_holds(person) or _is_passive_of(person, reading) for person in people_in(reading))
    if any(clause.asks and not _CLOSING.search(clause.plain) for clause in reading.clauses):
        return False
    if any(re.search(rf"\b{re.escape(person.said)} {_ANSWERS}", person.clause.plain) for person in people_in(reading)):
        return False
    if any(_UNFINISHED.search(clause.plain) or _TOLD_USER.search(clause.plain) for clause in reading.clauses):
        return False
    if group.name in ("change", "move") and _CHANGE.search(reading.normal.text):
        return not any(clause.denies for clause in reading.clauses)
    return any(_reports(clause, group, reading) for clause in reading.clauses)


def _holds(person: Person) -> bool:
    """Whether somebody has what was to be sent: "Lorna's got your address now"."""
    clause = person.clause
    if not clause.affirms or _DESCRIBES.search(clause.plain):
        return False
    said = re.escape(person.said)
    return (
        re.search(rf"\b{said} {_HAS} (?:your|the|it|their|this|that)\b|\b(?:is|are) (?:now )?with {said}", clause.plain)
        is not None
    )


def _is_passive_of(person: Person, reading: Reading) -> bool:
    """Whether something was done to somebody, in whatever words: "The plumber's been given a heads-up"."""
    clause = person.clause
    if not clause.affirms or not _tells_of_a_deed(clause):
        return False
    if any(each.asks and not _CLOSING.search(each.plain) for each in reading.clauses):
        return False
    return re.match(rf"(?:now |so )?{re.escape(person.said)} ?{_WAS_DONE.pattern}", clause.plain) is not None


def _tells_of_a_deed(clause: Clause) -> bool:
    """Whether a clause tells of something done, in a verb of no deed that is known."""
    if clause.modals or _known_deeds().search(clause.plain):
        return False
    return bool(_WAS_DONE.search(clause.plain) or _I_DID.search(clause.plain))


def _reports(clause: Clause, group: VerbGroup, reading: Reading) -> bool:
    if not clause.affirms:
        return False
    if _tells_of_a_deed(clause):
        return not _topic(reading.surroundings).isdisjoint(map(root, clause.words))
    if _is_of_another_deed(clause, group, reading):
        return False
    described = group.name not in _KEEPING and _DESCRIBES.search(clause.plain)
    if (described or group.name == "remove") and not _GONE.search(clause.plain):
        return False
    return not _topic(reading.surroundings).isdisjoint(map(root, clause.words))


def _is_of_another_deed(clause: Clause, group: VerbGroup, reading: Reading) -> bool:
    """Whether a clause tells what somebody did, wishes for something, or orders it."""
    if _PERSONAL.search(clause.plain) or clause.words[0] in group.base or _other_deeds(group.name).search(clause.plain):
        return True
    if any(not _POSSIBLE.match(clause.plain, at) for at in clause.modals):
        return True
    if group.name not in _KEEPING and "remind" in reading.sentences[clause.sentence].plain:
        return True
    return group.name != "search" and bool(_searched().search(reading.sentences[clause.sentence].plain))


@lru_cache(maxsize=1)
def _searched() -> re.Pattern[str]:
    """What was only looked for: "I found your boss, Priya Raman, in your contacts"."""
    return re.compile(rf"\b{any_of(next(group.done for group in GROUPS if group.name == 'search'))}\b")


@lru_cache(maxsize=1)
def _known_deeds() -> re.Pattern[str]:
    return re.compile(rf"(?:\b|^){any_of(tuple(form for group in GROUPS for form in group.done))}\b")


@lru_cache(maxsize=1 << 5)
def _other_deeds(name: str) -> re.Pattern[str]:
    """What says that something else was done, or that somebody else did it."""
    others = [group for group in GROUPS if not {group.name, name} <= _KEEPING or group.name == name]
    forms = (any_of((*group.done, *(group.result if group.name == "remove" else ()))) for group in others)
    return re.compile(rf"(?:\b|^)(?:{'|'.join(forms)})\b")


def _topic(surroundings: Surroundings) -> frozenset[str]:
    """The roots of the words that say what the user wanted, and of everybody's names."""
    known = heard_roots(surroundings) | written_roots(surroundings) | name_roots(surroundings)
    return known - light_roots() - switch_roots()

"""Whether a state is said to be so, or only spoken of, and whether it is said of a switch."""

from __future__ import annotations

import re

from tool_sandbox.evaluation.facts.clauses import Clause
from tool_sandbox.evaluation.facts.states.forms import (
    AFTER_SUBJECT,
    BEYOND,
    CAN_BE_PAST,
    GERUND,
    MEANS,
    PAST,
    PERSONAL,
    REAL,
    STANDS_FOR_IT,
    STAYS,
    TRANSITIVE,
)

_ORDER_ENDS = (",", ":", ";", "please", "but", "and")
_DID = re.compile(r"\b(?:i|we) (?:\w+ )?(?:\w+ed|took|put|had to|went|got)\b.* and $")
"""Before one more thing that was done: "I took it out of low battery mode and put location on"."""
_FOR_A_WHILE = re.compile(
    r" (?:(?:just )?for (?:a (?:moment|second|minute|bit|while)|that|this|the (?:look-?up|search|check))|briefly)\b"
)


def verb_of(match: re.Match[str]) -> str | None:
    """The verb that makes a state: "turned" of "turned off", or the state itself: "disabled"."""
    return match["verb"] or (match["state"] if match["state"] in TRANSITIVE else None)


def is_only_spoken_of(match: re.Match[str], clause: Clause, column: int) -> bool:
    """Whether a state is part of "switching it on is beyond me", or "no way of turning it off".

    Args:
        match: The state.
        clause: Where it stands.
        column: At which place of the clause's plain text.
    """
    end = column + len(match["state"])
    gerund = GERUND.search(clause.plain[:end])
    if gerund is None:
        return False
    return bool(MEANS.search(clause.plain[: gerund.start()]) or BEYOND.match(clause.plain, end))


def is_real(text: str, verb: str, start: int) -> bool:
    """Whether a verb in its base form, at this place of a sentence, tells what was done: "I had to turn off"."""
    before = text[:start]
    if REAL.search(before):
        return True
    if STAYS.search(text[: start + len(verb)]) or re.search(r"\bto ?$", before):
        return False
    ordered = not before.strip() or (before.rstrip().endswith(_ORDER_ENDS) and not _DID.search(before))
    return verb in CAN_BE_PAST and (not ordered or bool(re.search(r"\b(?:kept|left|stays?|still)\b", text)))


def speaks_of_another(before: str, verb: str | None) -> bool:
    """Whether the words before a state name something else than a switch or "it": "I'm on it", "the fridge is on"."""
    if PERSONAL.search(before) and not verb:
        return True
    if before.rstrip().endswith((",", ";", ":", "(")):
        return False
    stripped = AFTER_SUBJECT.sub("", before).strip()
    return bool(stripped) and not STANDS_FOR_IT.search(stripped)


def was_so(before: str, behind: str, since_subject: str) -> bool:
    """Whether a state is what was so: "was on", "on" in "on → off", and "on for a moment".

    Args:
        before: The words before the state.
        behind: The words behind it.
        since_subject: The words between the switch and the state, where the switch is named first.
    """
    was = PAST.search(before) or re.search(r"\b(?:was|were)\b[^,;:]*$", since_subject)
    return bool(was) or behind.startswith(" became ") or _FOR_A_WHILE.match(behind) is not None

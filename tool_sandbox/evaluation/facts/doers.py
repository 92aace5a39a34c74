"""Whose deed a verb tells of: the agent's or that of somebody else."""

from __future__ import annotations

import re

from tool_sandbox.evaluation.facts.clauses import Clause

_NOT_MINE = re.compile(
    r"\b(?:(?:you|he|she|they|who|someone|somebody)(?: (?:have|has|had|did|just|already|also|recently))*|to be) ?$"
)
_NOT_THEIRS = re.compile(r"\b(?:he|she|they|nobody|no one) (?:has|have|had|did|does|do|will|would) not (?:yet )?$")
"""Before what somebody else did not do: "they have not answered yet" says nothing of what was sent."""
_SENDER = re.compile(
    r"(?:(?:^| )(?:that|this|the|an unknown) (?:number|sender|person|caller)|\d)(?: (?:has|have|had|also|just))* $"
)
_WROTE = re.compile(r"(?:texted|messaged|wrote|told|asked|replied|answered)\b")
"""What somebody who is no contact did."""
_PASSIVE = re.compile(r"\b(?:been|was|were|is|are)(?: \w+)? ?$")
_TO_USER = re.compile(r" (?:you|me)\b(?! (?:when|at|will|would|are|have|had|can|could|were)\b)")
_NAMED = re.compile(r"\b(?:contact|entry|reminder|person|company|place) $")
_NAME = re.compile(r" (?!(?:you|me|him|her|them|us|it|back|off|the|your|my|a|an)\b)\S")
"""Behind "called": what may be somebody's name."""
_CALLER = re.compile(r"(?:^|\b(?:i|we|and|then|also|just|already|been|was|were|has|have|had|even|since|\w+ly) )$")


def is_of_others(deed: str, match: re.Match[str], clause: Clause) -> bool:
    """Whether somebody else did it, or it was done to the user: "she texted you".

    Args:
        deed: The name of its group of verbs.
        match: A verb that says it done.
        clause: Where the verb stands.
    """
    before = clause.plain[: match.start()]
    to_user = deed == "send" and not match.group().endswith("know") and not _PASSIVE.search(before)
    return bool(
        gives_name(clause, *match.span())
        or (deed == "send" and _WROTE.match(match.group()) and _SENDER.search(before))
        or _NOT_MINE.search(before)
        or (to_user and _TO_USER.match(clause.plain, match.end()))
    )


def is_agents(before: str) -> bool:
    """Whether the words before a verb name nobody else who did it."""
    return not _NOT_MINE.search(before)


def others_did_not(before: str) -> bool:
    """Whether the words before a verb say that somebody else did not do it."""
    return _NOT_THEIRS.search(before) is not None


def gives_name(clause: Clause, start: int, end: int) -> bool:
    """Whether "called" at this place of a clause says what something is named: "a contact called Harbor Vet"."""
    if clause.plain[max(start, 0) : end] != "called":
        return False
    if end == len(clause.plain):  # the name stands in quotes
        return _NAMED.search(clause.plain[:start]) is not None
    if not _NAME.match(clause.plain, end):
        return False
    return not _CALLER.search(clause.plain[:start]) or (start == 0 and clause.lead in (",", "("))

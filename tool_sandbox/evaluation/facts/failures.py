"""Answers that say of no deed in particular that it was not done, or had not to be."""

from __future__ import annotations

import re

from tool_sandbox.evaluation.facts.reading import Reading

_ANY_FAILURE = re.compile(
    r"\b(?:(?:can|could|do|did|was|am) not (?:\w+ ){0,2}?(?:do (?:that|this|it|so)|able to do|help|complete|work"
    r"|succeed)|not (?:possible|able)|unable|did not work|(?:it|that|this|which) failed|failed$|unsuccessful\w*"
    r"|(?:did|do|does|will|would) not (?:go|get) (?:through|out)|bounced|undelivered|undeliverable"
    r"|(?:is|are|^and)(?: now)? (?:\w+ and )?(?:waiting|queued|pending|on hold)\b"
    r"|went wrong|nothing (?:was|has been) (?:\w+ )?(?:done|changed|sent|deleted|saved)|not (?:been )?(?:done"
    r"|completed))\b"
)
_NOTHING_CHANGED = re.compile(
    r"\b(?:(?:changed|did|done|do|change|switch) nothing|nothing (?:to|was|had|has|needs?|needed|changed)\b"
    r"|(?:no|not) (?:need|changes?|necessary|required)\b|(?:did|have|had) not (?:need|have|change|do|touch)"
    r"|without (?:any|a) changes?|left it (?:as|that way|alone))"
)
_ALREADY = re.compile(r"\balready\b")
_IS_ALREADY = re.compile(
    r"\b(?:is|are|was|were|'s) already (?:in|among|there|saved|listed|marked|on (?:your|the) list)\b"
    r"|\bwas never (?:on|off)\b"
    r"|\bnumber is already (?!updated|changed|saved|corrected|set)"
)
_STILL = re.compile(r"^(?:\w+ )?(?:he|she|it|they) (?:is|are|'s|remains?) still (?:in|on|there|saved|listed)\b")


def says_failed(reading: Reading) -> bool:
    """Whether an answer says that something could not be done."""
    return any(_ANY_FAILURE.search(clause.plain) and clause.asserts for clause in reading.clauses)


def was_so_already(reading: Reading) -> bool:
    """Whether an answer says that there was nothing to be done: "it was off already", "he is already in there"."""
    return any(
        _IS_ALREADY.search(each.plain) or (_ALREADY.search(each.plain) and _NOTHING_CHANGED.search(each.plain))
        for each in reading.sentences
        if not each.asks
    )


def is_still_there(reading: Reading) -> bool:
    """Whether what was to go is still there: "I deleted the number, but she's still in your contacts"."""
    return any(_STILL.search(clause.plain) and not clause.asks for clause in reading.clauses)

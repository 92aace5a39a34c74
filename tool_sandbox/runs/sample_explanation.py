"""What is known about why one sample scored what it did: as found just now, or as its result says."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from attrs import evolve

from tool_sandbox.common.call_text import one_line
from tool_sandbox.common.visible_text import visible
from tool_sandbox.evaluation.explanation.explanation import Explanation
from tool_sandbox.evaluation.explanation.parts import Fault, Loss, NodeExplanation, Party, Reason
from tool_sandbox.evaluation.simulated_user.rules import BrokenRule
from tool_sandbox.runs.outcomes import SampleResult

MISTAKES = {
    "unknown_tools": "call of an unknown tool",
    "invalid_arguments": "call with arguments that cannot be read",
    "empty_answers": "empty answer",
    "truncated_answers": "answer cut by the token limit",
    "malformed_calls": "call that the provider could not read",
    "parse_losses": "call written as text that nobody read",
}
"""What an agent counts as its mistakes, in words."""

_ROUNDING = 1e-6
"""Similarities closer than this are equal: recorded ones may have gone through 32-bit arithmetic."""
_UNKNOWN = "what became of its milestones is not recorded"
_PLACES = {Reason.FORBIDDEN: 0, Reason.UNASKED: 2}
"""Of what is lost otherwise it is 1."""
_REASONS, _PARTIES = frozenset(Reason), frozenset(Party)


def explanation_of(result: SampleResult, found: Explanation | None = None) -> Explanation:
    """Why a sample scored what it did, or why it has no score.

    Args:
        result: What is recorded of it.
        found: What its scenario and world say; without it, what is recorded has to do.
    """
    broken = tuple(str(BrokenRule.from_record(record)) for record in result.broken_rules)
    if not is_judged(result):
        return evolve(_unjudged(result), broken_rules=broken)
    found = _recorded(result) if found is None else found
    counted = {MISTAKES[name]: count for name, count in result.counters.items() if name in MISTAKES}
    mistakes = {**counted, **found.mistakes}
    return evolve(
        found, name=result.name, trial=result.trial, floor=result.floor, mistakes=mistakes, broken_rules=broken
    )


def first_loss(result: SampleResult) -> str:
    """What took the first points of a sample, as far as that is recorded, or why it has none; a minefield is first."""
    if not is_judged(result):
        return _unjudged(result).cause.removeprefix("void, ")
    records = _records(result)
    lost = [record for record in records if record["reason"] is not None]
    if not lost:
        return "" if records else _UNKNOWN
    first = min(lost, key=lambda record: _PLACES.get(record["reason"], 1))
    return f"{first['id']}: {visible(first['text'] or '')}"


def is_judged(result: SampleResult) -> bool:
    """Whether its score comes from its world, and not from an exception that ended it."""
    return result.status == "scored" and result.exception_type is None


def failure_text(result: SampleResult) -> str:
    """What ended a sample that was not played to its end, in words."""
    return visible(f"{result.cause}: {(result.error or {}).get('message') or result.exception_type}")


def _unjudged(result: SampleResult) -> Explanation:
    if result.status == "void":
        cause, score = f"void, {failure_text(result)}", None
    else:
        told = (result.error or {}).get("message")
        error = f"{result.exception_type}: {told}" if told else str(result.exception_type)
        cause, score = f"it ended in {one_line(error)}, which is scored 0 whatever came before", result.similarity
    return Explanation(
        name=result.name, trial=result.trial, floor=result.floor, score=score, cause=cause, ending="it was stopped"
    )


def _recorded(result: SampleResult) -> Explanation:
    records = _records(result)
    nodes = tuple(_node(record, number) for number, record in enumerate(records))
    apart = (Reason.FORBIDDEN, Reason.UNASKED)
    return Explanation(
        name=result.name,
        score=result.similarity,
        outcome=result.outcome,
        cause="" if nodes else _UNKNOWN,
        milestones=tuple(node for node in nodes if _reason(node) not in apart),
        minefields=tuple(node for node in nodes if _reason(node) is Reason.FORBIDDEN),
        unasked=tuple(node for node in nodes if _reason(node) is Reason.UNASKED),
        ending=result.ending,
        tools_called=result.tools_called,
        tools_wanted=result.tools_wanted,
    )


def _records(result: SampleResult) -> Sequence[Mapping[str, Any]]:
    return result.explanation or tuple(_records_of_mappings(result))


def _records_of_mappings(result: SampleResult) -> Iterator[Mapping[str, Any]]:
    """What the original and earlier versions recorded, in the form of today: positions instead of ids, no reasons."""
    for number, (message, similarity) in sorted(result.milestone_mapping.items()):
        lost = None if similarity > 1 - _ROUNDING else Reason.OTHER
        why = {"reason": lost, "where": None, "text": "the run did not record why"}
        place = message if similarity else None
        yield {"id": number, "similarity": similarity, "credit": similarity, "message": place, **why}
    for number, (message, similarity) in sorted(result.minefield_mapping.items()):
        if similarity:
            why = {"reason": Reason.FORBIDDEN, "where": None, "text": "this must not happen"}
            yield {"id": number, "similarity": similarity, "credit": 0.0, "message": message, **why}


def _node(record: Mapping[str, Any], number: int) -> NodeExplanation:
    return NodeExplanation(
        number=number,
        name=str(record["id"]),
        similarity=record["similarity"],
        credit=record["credit"],
        message=record["message"],
        losses=tuple(_losses(record)),
        fault=_fault(record),
    )


def _reason(node: NodeExplanation) -> Reason | None:
    return node.losses[0].reason if node.losses else None


def _fault(record: Mapping[str, Any]) -> Fault:
    party = record.get("fault")
    return Fault(Party(party), "as the run recorded") if party in _PARTIES else Fault()


def _losses(record: Mapping[str, Any]) -> Iterator[Loss]:
    if record["reason"] is not None:
        reason = Reason(record["reason"]) if record["reason"] in _REASONS else Reason.OTHER
        yield Loss(reason=reason, where=record["where"] or "", text=visible(record["text"] or ""))

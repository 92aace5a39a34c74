"""Checks of what was called, requested and said."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from tool_sandbox.common.call_text import value_text
from tool_sandbox.common.not_given import NOT_GIVEN
from tool_sandbox.common.vocabulary import DatabaseNamespace, RoleType
from tool_sandbox.evaluation.comparing.calls import ANY_ITEM, CallSimilarity, RequestSimilarity
from tool_sandbox.evaluation.comparing.columns import column_contains_similarity, golden_traces
from tool_sandbox.evaluation.comparing.targets import Target
from tool_sandbox.evaluation.explanation.cells import cell_losses, row_similarity
from tool_sandbox.evaluation.explanation.log import Call
from tool_sandbox.evaluation.explanation.misses import Miss, Place, bound
from tool_sandbox.evaluation.explanation.parts import Loss, Reason
from tool_sandbox.evaluation.traces import filled_targets
from tool_sandbox.evaluation.truth.untruths import untrue

if TYPE_CHECKING:
    from tool_sandbox.evaluation.constraints import SnapshotConstraint

_LOG = DatabaseNamespace.SANDBOX


def miss_of(constraint: SnapshotConstraint, place: Place) -> Miss:
    """What a check of a message wanted and what came nearest."""
    misses = [_miss(target, place) for target in _targets(constraint, place)]
    if not misses:
        text = f"needs a value that milestone {place.source} did not give"
        return Miss((Loss(reason=Reason.UNDONE, where=place.source, text=text),))
    return max(misses, key=lambda miss: (miss.message is not None, _nearness(miss)))


def _targets(constraint: SnapshotConstraint, place: Place) -> list[Target]:
    """The wanted message; with values that an earlier call gave, one for each of them."""
    target = constraint.prepared().target
    if target is None:
        return []
    given = bound(constraint)
    if not given:
        return [target]
    at = place.trajectory
    references = range(at.first_user_index, at.last_index + 1) if place.reference is None else [place.reference]
    return [each for index in references for each in filled_targets(target, at.view(_LOG, index), **given)]


def _nearness(miss: Miss) -> float:
    return sum(loss.similarity for loss in miss.losses) - len(miss.losses)


def _miss(target: Target, place: Place) -> Miss:
    wanted = target.view.rows[0]
    if wanted.get("tool_trace") is not None:
        return _call_miss(target, golden_traces(wanted["tool_trace"]), place)
    between = wanted.get("sender"), wanted.get("recipient")
    measure = target.measures["content"] if "content" in wanted else None
    names_tools = isinstance(measure, RequestSimilarity) or measure is column_contains_similarity
    if names_tools and between == (RoleType.AGENT, RoleType.EXECUTION_ENVIRONMENT):
        return _request_miss(target)
    return _text_miss(target, place)


# -- called ----------------------------------------------------------------------------------------------------------


def _call_miss(target: Target, wanted: list[Any], place: Place) -> Miss:
    similarity = _call_similarity(target.measures["tool_trace"])
    tried = [
        (tuple(_differences(call, each, similarity)), call)
        for each in wanted
        for call in place.log.calls
        if call.message in place.messages() and call.tool == each["tool_name"]
    ]
    if tried:
        losses, call = min(tried, key=lambda one: (len(one[0]), -one[1].message))
        return Miss(losses or (_elsewhere(call),), call.message)
    tools = dict.fromkeys(each["tool_name"] for each in wanted)
    failed = [call for call in place.log.failed if call.tool in tools]
    if failed:
        last = failed[-1]
        text = f"{last.shown} failed: {last.error}"
        return Miss((Loss(reason=Reason.FAILED_CALL, where=last.tool, text=text, found=last.error),), last.message)
    name = " or ".join(tools)
    return Miss((Loss(reason=Reason.NOT_CALLED, where=name, text=_none_called(list(tools))),))


def _none_called(tools: Sequence[str]) -> str:
    first, *others = tools
    if len(others) > 1:
        return f"none of {', '.join(tools[:-1])} and {tools[-1]} was called"
    return f"neither {first} nor {others[0]} was called" if others else f"{first} was not called"


def _elsewhere(call: Call) -> Loss:
    text = f"{call.tool} was called as wanted, but something else about its message differs"
    return Loss(reason=Reason.OTHER, where=call.tool, text=text, similarity=0.5)


def _call_similarity(measure: Any) -> CallSimilarity:
    """What tells where two calls differ."""
    if isinstance(measure, CallSimilarity):
        return measure
    tolerances = measure.keywords.get("atol_dict") if isinstance(measure, partial) else None
    return CallSimilarity(tolerances or {}, exact=True)


def _differences(call: Call, wanted: Mapping[str, Any], similarity: CallSimilarity) -> Iterator[Loss]:
    trace = {"tool_name": call.tool, "arguments": call.arguments, "result": call.result}
    for part, name, value, found in similarity.differences(trace, wanted):
        reason, where = (Reason.ARGUMENT, f"{call.tool}.{name}") if part == "arguments" else (Reason.RESULT, call.tool)
        was = "was not given" if found is NOT_GIVEN else f"was {value_text(found)}"
        text = f"{name} of {call.tool} {was}, wanted {value_text(value)}"
        if part != "arguments":
            text = _of_result(call.tool, name.replace(ANY_ITEM, "some "), was, value_text(value))
        yield Loss(reason=reason, where=where, text=text, wanted=value, found=None if found is NOT_GIVEN else found)


def _of_result(tool: str, name: str, was: str, wanted: str) -> str:
    if was == "was not given":
        return f"what {tool} gave has no {name}, wanted {wanted}"
    return f"{name or 'the result'} of what {tool} gave {was}, wanted {wanted}"


# -- requested and said ----------------------------------------------------------------------------------------------


def _request_miss(target: Target) -> Miss:
    measure, wanted = target.measures["content"], target.view.rows[0]["content"]
    tool = " or ".join(measure.tools) if isinstance(measure, RequestSimilarity) else str(wanted)
    return Miss((Loss(reason=Reason.NOT_CALLED, where=tool, text=f"no call of {tool} was tried"),))


def _text_miss(target: Target, place: Place) -> Miss:
    wanted = target.view.rows[0]
    rows = [
        (row_similarity(target, wanted, row, place.trajectory.view(_LOG, index).kinds), row, index)
        for index in place.messages()
        for row in place.trajectory.view(_LOG, index).rows
        if all(row[name] == wanted[name] for name in ("sender", "recipient") if name in wanted)
    ]
    if not rows:
        told = wanted.get("recipient", RoleType.USER) == RoleType.USER
        text = "nothing was said to the user" if told else "there is no such message"
        return Miss((Loss(reason=Reason.NOT_SAID, where="said", text=text),))
    kinds = place.trajectory.view(_LOG, place.trajectory.last_index).kinds
    explained = [
        ((*_untruths(target, row, place, index), *cell_losses("said", target, wanted, row, kinds, place.shown)), index)
        for _, row, index in rows
    ]
    at = max(range(len(rows)), key=lambda each: (rows[each][0], _nearest(explained[each][0]), each))
    losses, message = explained[at]
    return Miss(losses, message)


def _untruths(target: Target, row: Mapping[str, Any], place: Place, index: int) -> Iterator[Loss]:
    """What a message says of the phone that is not so."""
    reason = untrue(target, place.trajectory, index)
    if reason:
        yield Loss(reason=Reason.CONTRADICTION, where="said", text=reason, found=row["content"])


def _nearest(losses: Iterable[Loss]) -> float:
    return max((loss.similarity for loss in losses), default=1.0)

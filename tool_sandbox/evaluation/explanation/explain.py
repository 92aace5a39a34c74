"""From a scenario and a played world to an explanation."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from attrs import evolve

from tool_sandbox.common.script import ToolStep
from tool_sandbox.evaluation.comparing.columns import golden_traces
from tool_sandbox.evaluation.constraints import names_of
from tool_sandbox.evaluation.explanation.explanation import Explanation
from tool_sandbox.evaluation.explanation.faults import Faults
from tool_sandbox.evaluation.explanation.log import Log
from tool_sandbox.evaluation.explanation.losses import Losses
from tool_sandbox.evaluation.explanation.parts import Loss, NodeExplanation, Reason
from tool_sandbox.evaluation.explanation.rows import Rows
from tool_sandbox.evaluation.explanation.unasked import unasked_changes
from tool_sandbox.evaluation.matching.similarity import Trajectory

if TYPE_CHECKING:
    from tool_sandbox.common.execution_context import ExecutionContext
    from tool_sandbox.common.scenario import Scenario
    from tool_sandbox.evaluation.outcome import Outcome
    from tool_sandbox.evaluation.result import EvaluationResult


def explain(scenario: Scenario, world: ExecutionContext, result: EvaluationResult | None = None) -> Explanation:
    """Why a played world scores what it does.

    Args:
        scenario: What was played.
        world: The world after the last message, live or read from ``execution_context.json``.
        result: What ``scenario.evaluate(world)`` gave, if that is known.
    """
    result = scenario.evaluate(world) if result is None else result
    trajectory, log = Trajectory(world), Log(world)
    evaluation = scenario.evaluation
    matcher, wanted = evaluation.milestone_matcher, tuple(_tools_wanted(scenario))
    shown = Rows(scenario.clock)
    losses = Losses.of(trajectory, log, matcher, evaluation.credit, result, shown)
    earlier = {node: matcher.milestone_dag.ancestors(node) for node in result.milestone_mapping}
    faults = Faults(scenario, log, wanted, earlier)
    explanation = Explanation(
        name=scenario.name or "scenario",
        score=result.similarity,
        outcome=result.outcome,
        cause="",
        milestones=faults.of_milestones(losses.node(node) for node in sorted(result.milestone_mapping)),
        minefields=tuple(map(faults.of_minefield, _hits(scenario, log, result))),
        unasked=tuple(unasked_changes(trajectory, log, result.unasked, shown)),
        ending=log.ending(scenario.max_messages),
        tools_called=tuple(dict.fromkeys([*(call.tool for call in log.calls), *(call.tool for call in log.failed)])),
        tools_wanted=wanted,
        troubles=log.troubles,
        mistakes=log.mistakes(),
    )
    cause = _cause(explanation, matcher.milestone_dag.sorted(), log)
    return evolve(explanation, cause=cause or _of_the_end(evaluation.outcome, trajectory, result))


def _hits(scenario: Scenario, log: Log, result: EvaluationResult) -> Iterator[NodeExplanation]:
    minefields = scenario.evaluation.minefield_matcher.milestones
    names = names_of(minefields)
    for node, (message, similarity) in sorted(result.minefield_mapping.items()):
        if similarity:
            because = getattr(minefields[node], "because", "")
            loss = Loss(reason=Reason.FORBIDDEN, where=names[node], text=because or "this must not happen")
            yield NodeExplanation(
                number=node,
                name=names[node],
                similarity=similarity,
                credit=0.0,
                message=message,
                shown=log.shown(message),
                losses=(loss,),
            )


def _tools_wanted(scenario: Scenario) -> Iterable[str]:
    steps = scenario.script.steps if scenario.script else ()
    solution = [call.name for step in steps if isinstance(step, ToolStep) for call in step.calls]
    return dict.fromkeys(solution or _tools_of_milestones(scenario))


def _tools_of_milestones(scenario: Scenario) -> Iterator[str]:
    for milestone in scenario.evaluation.milestone_matcher.milestones:
        for constraint in milestone.snapshot_constraints:
            for row in constraint.target_rows or ():
                if row.get("tool_trace"):
                    yield golden_traces(row["tool_trace"])[0]["tool_name"]


def _cause(explanation: Explanation, order: list[int], log: Log) -> str:
    """What took the first points: a hit minefield, the first milestone that was not met, else what nobody asked for."""
    for hit in explanation.minefields:
        return f"{hit.name}: {hit.in_words()}"
    missed = [explanation.milestones[node] for node in order if not explanation.milestones[node].is_met]
    by_themselves = [node for node in missed if node.losses[0].reason is not Reason.UNDONE]
    for node in by_themselves or missed:
        talked = bool(explanation.tools_wanted) and not explanation.tools_called
        parts = [explanation.called if talked else "", f"{node.name}: {node.in_words()}"]
        return "; ".join(filter(None, [*parts, *_failed(node, explanation.tools_wanted, log)]))
    return "; ".join(node.in_words() for node in explanation.unasked)


def _failed(node: NodeExplanation, tools: Iterable[str], log: Log) -> Iterator[str]:
    """The last call that failed, where a table does not show what should have been done."""
    failed = [call for call in log.failed if call.tool in tools]
    if failed and node.losses[0].reason in (Reason.ROWS, Reason.COLUMN):
        yield f"[{failed[-1].message}] {failed[-1].shown} failed: {failed[-1].error}"


def _of_the_end(outcome: Outcome | None, trajectory: Trajectory, result: EvaluationResult) -> str:
    """What is wrong with the end where nothing is with the way there."""
    if outcome is None or result.outcome == 1:
        return ""
    short = [part for part in outcome.parts(trajectory, result.milestone_mapping) if part.similarity < 1]
    return f"in the end, {min(short).short}" if short else ""

"""The milestones and minefields of a sample as plain data: what became of each, and which comes before which."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from tool_sandbox.common.call_text import value_text
from tool_sandbox.common.visible_text import visible
from tool_sandbox.evaluation.explanation.parts import Loss, NodeExplanation, Party

if TYPE_CHECKING:
    from tool_sandbox.common.scenario import Scenario
    from tool_sandbox.evaluation.explanation.explanation import Explanation


def milestones_data(explanation: Explanation, scenario: Scenario | None) -> list[dict[str, Any]]:
    """One mapping for each milestone, each minefield that was hit, and each change that nobody asked for.

    Keys: ``kind`` (``milestone``, ``minefield`` or ``unasked``), ``number``, ``name``, ``similarity``, ``credit``;
    ``message`` that met it or comes nearest; ``after``, the milestones before it as far as the scenario is at hand;
    ``losses`` (``reason``, ``where``, ``text``, ``wanted``, ``found``, ``messages``) and, where the agent is not to
    blame, ``fault``.
    """
    before = _before(scenario)
    milestones = [{**_node("milestone", node), "after": before.get(node.number, [])} for node in explanation.milestones]
    hit = [_node("minefield", node) for node in explanation.minefields]
    return [*milestones, *hit, *(_node("unasked", node) for node in explanation.unasked)]


def _before(scenario: Scenario | None) -> Mapping[int, list[int]]:
    if scenario is None:
        return {}
    graph = scenario.evaluation.milestone_matcher.milestone_dag
    return {node: sorted(graph.predecessors(node)) for node in graph.nodes}


def _node(kind: str, node: NodeExplanation) -> dict[str, Any]:
    data = {
        "kind": kind,
        "number": node.number,
        "name": visible(node.name),
        "similarity": node.similarity,
        "credit": node.credit,
        "message": node.message,
        "losses": [_loss(loss) for loss in node.losses],
    }
    if node.fault.party is Party.AGENT:
        return data
    return {**data, "fault": {"party": str(node.fault.party), "why": visible(node.fault.why)}}


def _loss(loss: Loss) -> dict[str, Any]:
    known = {name: value_text(value) for name in ("wanted", "found") if (value := getattr(loss, name)) is not None}
    shown = {"reason": str(loss.reason), "where": visible(loss.where), "text": visible(loss.text), **known}
    return {**shown, "messages": list(loss.messages)} if loss.messages else shown

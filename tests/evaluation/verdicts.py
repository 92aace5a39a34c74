"""Verdicts on played scenarios, by the evaluator and by the literal transcription of its specification."""

from __future__ import annotations

from collections.abc import Mapping

from attrs import frozen

from tests.evaluation import reference
from tool_sandbox.common.execution_context import DatabaseNamespace, ExecutionContext
from tool_sandbox.common.scenario import Scenario

PRECISION = 1e-6
Mapped = Mapping[int, tuple[int, float]]


@frozen
class Verdict:
    """What is said about one played scenario."""

    milestones: Mapped
    minefields: Mapped
    similarity: float
    turns: int


def verdict(scenario: Scenario, context: ExecutionContext) -> Verdict:
    """The evaluator's."""
    result = scenario.evaluate(context)
    return Verdict(result.milestone_mapping, result.minefield_mapping, result.similarity, result.turn_count)


def literal_verdict(scenario: Scenario, context: ExecutionContext) -> Verdict:
    """The transcription's: slow."""
    evaluation = scenario.evaluation
    empty: tuple[Mapped, float | None] = ({}, None)
    milestones, minefields = (
        reference.match(matcher, context) if matcher.milestones else empty
        for matcher in (evaluation.milestone_matcher, evaluation.minefield_matcher)
    )
    reached = 1.0 if milestones[1] is None else milestones[1]
    log = context.get_database(DatabaseNamespace.SANDBOX, get_all_history_snapshots=True)
    return Verdict(milestones[0], minefields[0], 0.0 if minefields[1] else reached, reference.turn_count(log))


def differences(mine: Verdict, wanted: Verdict) -> list[str]:
    """In what two verdicts are not the same, in words."""
    found = []
    if abs(mine.similarity - wanted.similarity) > PRECISION:
        found.append(f"similarity {mine.similarity!r} instead of {wanted.similarity!r}")
    if mine.turns != wanted.turns:
        found.append(f"{mine.turns} turns instead of {wanted.turns}")
    for name in ("milestones", "minefields"):
        ours, theirs = _rounded(getattr(mine, name)), _rounded(getattr(wanted, name))
        if ours.keys() != theirs.keys() or any(not _same(ours[node], theirs[node]) for node in ours):
            found.append(f"{name} {ours} instead of {theirs}")
    return found


def _rounded(mapping: Mapped) -> dict[int, tuple[int, float]]:
    return {node: (index, float(similarity)) for node, (index, similarity) in mapping.items()}


def _same(mine: tuple[int, float], wanted: tuple[int, float]) -> bool:
    return mine[0] == wanted[0] and abs(mine[1] - wanted[1]) <= PRECISION

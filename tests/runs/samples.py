"""Results to aggregate and store in tests."""

from __future__ import annotations

from typing import Any

from attrs import evolve

from tool_sandbox.runs.outcomes import SampleResult

_SCORED = SampleResult(
    name="one",
    status="scored",
    categories=("SINGLE_TOOL_CALL", "NO_DISTRACTION_TOOLS"),
    milestone_similarity=0.5,
    minefield_similarity=0.0,
    similarity=0.5,
    turn_count=4,
    milestone_mapping={0: (17, 0.25), 1: (19, 0.75)},
)


def scored(name: str = "one", similarity: float = 0.5, **changes: Any) -> SampleResult:
    """A sample with a score."""
    return evolve(_SCORED, name=name, similarity=similarity, milestone_similarity=similarity, **changes)


def void(name: str = "one", cause: str = "provider", **changes: Any) -> SampleResult:
    """A sample without one."""
    return SampleResult(name=name, status="void", cause=cause, categories=_SCORED.categories, **changes)

"""Runs of known scores for the tests of statistics."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tests.runs.samples import scored, void
from tool_sandbox.llm.layers.budget.spending import Spending
from tool_sandbox.runs.outcomes import SampleResult


def run_of(scores: Mapping[str, Sequence[float | None]], cost: float | None = 0.01) -> list[SampleResult]:
    """Scenario → its scores, one per trial; ``None`` is a void sample. Every sample costs the same."""
    spending = Spending(calls=1, cost=cost)
    return [
        void(name, trial=trial, spending=spending)
        if score is None
        else scored(name, score, trial=trial, spending=spending)
        for name, trials in scores.items()
        for trial, score in enumerate(trials)
    ]

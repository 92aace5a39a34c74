"""What runs came to, as the first page says it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import chain
from typing import TYPE_CHECKING, Any

from attrs import frozen

from tool_sandbox.common.visible_text import visible
from tool_sandbox.runs.reasons import VoidGroup, void_groups
from tool_sandbox.runs.run_explanation import RunExplanation, lost_in_words
from tool_sandbox.runs.summary import ALL_CATEGORIES, Score, scores_by, shown_range
from tool_sandbox.viewer.charts import drawn_costs, drawn_scores, drawn_times

if TYPE_CHECKING:
    from markupsafe import Markup

    from tool_sandbox.analysis.comparison import Comparison
    from tool_sandbox.llm.layers.budget.spending import Spending
    from tool_sandbox.runs.run_result import RunResult

GROUPINGS: Mapping[str, str] = {"categories": "category", "presentations": "presentation", "tags": "tag"}
"""How samples are grouped → the column that a filter names."""
_MOST_GROUPS = 12
_LEAST_POINTS = 0.0005
"""Less is shown as nothing."""


@frozen(kw_only=True)
class RunOverview:
    """One run: its score and how sure that is, what is missing, and what took points."""

    name: str
    run: RunResult
    score: Score
    range: str
    """The interval as text, joined with what void samples could have made of it."""
    void: Sequence[VoidGroup]
    explanation: RunExplanation
    lost: str
    """What was lost by others than the agent, in words."""
    spending: Spending

    @classmethod
    def of(cls, name: str, run: RunResult) -> RunOverview:
        """One run under a name."""
        score = Score.over(run.samples)
        explanation = RunExplanation.of(run.samples)
        return cls(
            name=name,
            run=run,
            score=score,
            range=shown_range(score.to_record()),
            void=void_groups(run.samples),
            explanation=explanation,
            lost=lost_in_words(explanation.by_fault),
            spending=run.spending,
        )


@frozen(kw_only=True)
class Overview:
    """All that the first page shows."""

    runs: Sequence[RunOverview]
    groups: Mapping[str, Mapping[str, Mapping[str, Score]]]
    """Grouping → group → run → score."""
    comparison: Comparison | None
    """``None`` of a single run, and of runs that have nothing in common."""
    charts: Mapping[str, Markup] | None
    """Title → SVG; ``None`` where they are still to come."""
    note: str = ""
    """Why there is no comparison, or one without some of the runs."""

    @classmethod
    def of(cls, runs: Mapping[str, RunResult], *, charts: bool = True) -> Overview:
        """Runs by their names, in their order.

        Args:
            runs: They.
            charts: Whether to draw them, which takes a second the first time.
        """
        from tool_sandbox.analysis.comparison import compared  # with scipy, for which no page waits

        comparison, note = compared(runs)
        groups = {grouping: _groups(grouping, runs) for grouping in GROUPINGS}
        return cls(
            runs=[RunOverview.of(name, run) for name, run in runs.items()],
            groups={
                grouping: {group: scores for group, scores in found.items() if group != ALL_CATEGORIES}
                for grouping, found in groups.items()
            },
            comparison=comparison,
            charts=dict(_charts(runs, groups["categories"])) if charts else None,
            note=note,
        )

    @property
    def losses(self) -> list[tuple[str, Any]]:
        """What took most points: pairs of a run's name and a group of losses, the costliest first."""
        pairs = chain.from_iterable(((each.name, group) for group in each.explanation.by_reason) for each in self.runs)
        shown = (pair for pair in pairs if pair[1].points >= _LEAST_POINTS)
        return sorted(shown, key=lambda pair: -pair[1].points)[:_MOST_GROUPS]


def _groups(grouping: str, runs: Mapping[str, RunResult]) -> dict[str, dict[str, Score]]:
    found: dict[str, dict[str, Score]] = {}
    for name, run in runs.items():
        for group, score in scores_by(grouping, run.samples).items():
            found.setdefault(group, {})[name] = score
    return found


def _charts(
    runs: Mapping[str, RunResult], categories: Mapping[str, Mapping[str, Score]]
) -> Iterator[tuple[str, Markup]]:
    played = {name: run for name, run in runs.items() if any(sample.similarity is not None for sample in run)}
    if not played:
        return
    scores = {
        name: {visible(group): scores[name] for group, scores in categories.items() if name in scores}
        for name in played
    }
    yield "Score by category, with its 95% interval", drawn_scores(scores)
    if cost := drawn_costs(played):
        yield "Cost against score", cost
    yield "How long samples took", drawn_times(played)

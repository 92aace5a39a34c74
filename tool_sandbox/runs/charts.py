"""The scores of runs as a chart."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import altair as alt

    from tool_sandbox.runs.summary import Score

WIDTH = 420
"""Points."""
COLOURS = ("#0b5cad", "#b34700", "#14683b", "#7a3fa8", "#a3195b", "#5a6169")
"""Of the runs, where nobody says otherwise; they can be told apart on white and by who sees no red or green."""
_STEP = 22


def score_chart(groups: Mapping[str, Mapping[str, Score]], colours: Sequence[str] = COLOURS) -> alt.LayerChart:
    """The scores of groups of samples with their 95% intervals, joined with what void samples could make of them.

    Args:
        groups: Run → group → score. Groups without a score are left out.
        colours: Of the runs, in turn.
    """
    import altair as alt

    rows = [row for run, scores in groups.items() for row in _intervals(run, scores)]
    base = alt.Chart(alt.InlineData(values=rows)).encode(
        y=alt.Y("group:N", sort=list(dict.fromkeys(str(row["group"]) for row in rows)), title=None),
        yOffset=alt.YOffset("run:N", sort=list(groups)),
        color=colour_of_runs(list(groups), colours),
        tooltip=["run:N", "group:N", alt.Tooltip("score:Q", format=".3f"), "samples:Q"],
    )
    scale = alt.Scale(domain=[0, 1])
    interval = base.mark_rule(strokeWidth=2).encode(x=alt.X("low:Q", scale=scale, title="score"), x2="high:Q")
    points = base.mark_point(filled=True, size=45, opacity=1).encode(x=alt.X("score:Q", scale=scale))
    chart: alt.LayerChart = interval + points
    return chart.properties(width=WIDTH, height=alt.Step(_STEP / max(len(groups), 1)))


def colour_of_runs(runs: Sequence[str], colours: Sequence[str]) -> Any:
    """The colour channel of a chart: a colour for each run and a legend, or of a single run the first colour."""
    import altair as alt

    if len(runs) == 1:
        return alt.value(colours[0])
    domain = [colours[at % len(colours)] for at in range(len(runs))]
    return alt.Color("run:N", scale=alt.Scale(domain=list(runs), range=domain), legend=alt.Legend(title=None))


def _intervals(run: str, scores: Mapping[str, Score]) -> Iterator[dict[str, Any]]:
    for name, score in scores.items():
        if score.similarity is not None:
            sure = score.range_with_void
            numbers = {"score": score.similarity, "low": sure.low, "high": sure.high, "samples": score.samples}
            yield {"run": run, "group": name, **numbers}

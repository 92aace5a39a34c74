"""The charts of the pages, drawn as SVG by Altair; their colours are those of the page around them."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from tool_sandbox.runs.charts import WIDTH, colour_of_runs, score_chart

if TYPE_CHECKING:
    import altair as alt

    from tool_sandbox.runs.run_result import RunResult
    from tool_sandbox.runs.summary import Score

_COLOURS = tuple(f"var(--series-{number})" for number in range(1, 7))


def drawn_scores(groups: Mapping[str, Mapping[str, Score]]) -> Markup:
    """The scores of groups of samples with their 95% intervals, as SVG; the groups are those of ``score_chart``."""
    return _svg(score_chart(groups, _COLOURS))


def drawn_costs(runs: Mapping[str, RunResult]) -> Markup:
    """What a sample of each run cost on average, against its score, as SVG; empty where nothing was paid."""
    import altair as alt

    rows = [
        {"run": name, "score": run.score, "cost": run.spending.cost.total / len(run)}
        for name, run in runs.items()
        if run.spending.cost.total and not math.isnan(run.score)
    ]
    if not rows:
        return Markup()
    base = alt.Chart(alt.InlineData(values=rows)).encode(
        x=alt.X("cost:Q", title="US dollars per sample"),
        y=alt.Y("score:Q", scale=alt.Scale(domain=[0, 1])),
    )
    points = base.mark_point(filled=True, size=90, opacity=1).encode(color=colour_of_runs(list(runs), _COLOURS))
    return _svg(points.properties(width=WIDTH, height=220))


def drawn_times(runs: Mapping[str, RunResult]) -> Markup:
    """How long samples took: the share that was done after so many seconds, as SVG."""
    import altair as alt

    rows = [row for name, run in runs.items() for row in _shares(name, sorted(each.duration for each in run))]
    chart = alt.Chart(alt.InlineData(values=rows)).mark_line(interpolate="step-after")
    return _svg(
        chart.encode(
            x=alt.X("seconds:Q", title="seconds for a sample", axis=alt.Axis(tickCount=6)),
            y=alt.Y("share:Q", title="share of samples", axis=alt.Axis(format="%")),
            color=colour_of_runs(list(runs), _COLOURS),
        ).properties(width=WIDTH, height=180)
    )


def _shares(run: str, seconds: Sequence[float]) -> list[dict[str, Any]]:
    """Points of a curve: at most a hundred of them."""
    count = len(seconds)
    chosen = range(0, count, max(count // 100, 1))
    return [{"run": run, "seconds": seconds[at], "share": (at + 1) / count} for at in chosen]


def _svg(chart: alt.LayerChart | alt.Chart) -> Markup:
    """The chart as SVG without a background, in the colours of the text around it; what it says stands around it."""
    import vl_convert

    quiet = {
        "labelColor": "currentColor",
        "titleColor": "currentColor",
        "labelFontSize": 12,
        "titleFontSize": 12,
        "labelLimit": 240,
    }
    lines = {"gridColor": "var(--line)", "domainColor": "var(--line)", "tickColor": "var(--line)"}
    legend = {"orient": "bottom", "columns": 1, "labelLimit": 400}
    themed = chart.configure(
        aria=False,
        background="transparent",
        font="system-ui, sans-serif",
        axis={**quiet, **lines},
        legend={**quiet, **legend},
    ).configure_view(stroke=None)
    drawn = vl_convert.vegalite_to_svg(themed.to_dict()).replace("<svg ", '<svg aria-hidden="true" ', 1)
    return Markup(drawn)  # noqa: S704 -- texts in it are escaped there

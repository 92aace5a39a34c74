"""The charts of the pages, drawn as SVG by Altair; their colours are those of the page around them."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import altair as alt

    from tool_sandbox.runs.run_result import RunResult
    from tool_sandbox.runs.summary import Score

_WIDTH, _STEP = 420, 22
"""Points: the width of a chart, and the height of a line in it."""
_ACCENT = "var(--accent)"


def score_chart(groups: Mapping[str, Mapping[str, Score]]) -> str:
    """The scores of groups of samples with their 95% intervals, as SVG; a colour for each run.

    Args:
        groups: Run → group → score. Groups without a score are left out.
    """
    import altair as alt

    rows = [row for run, scores in groups.items() for row in _intervals(run, scores)]
    order = list(dict.fromkeys(str(row["group"]) for row in rows))
    base = alt.Chart(alt.InlineData(values=rows)).encode(
        y=alt.Y("group:N", sort=order, title=None, axis=alt.Axis(labelLimit=240)),
        yOffset=alt.YOffset("run:N", sort=list(groups)),
        color=_colour(list(groups)),
    )
    scale = alt.Scale(domain=[0, 1])
    interval = base.mark_rule(strokeWidth=2).encode(x=alt.X("low:Q", scale=scale, title="score"), x2="high:Q")
    points = base.mark_point(filled=True, size=45, opacity=1).encode(x=alt.X("score:Q", scale=scale))
    return _svg((interval + points).properties(width=_WIDTH, height=alt.Step(_STEP / len(groups))))


def cost_chart(runs: Mapping[str, RunResult]) -> str:
    """What a sample of each run cost on average, against its score, as SVG; empty where nothing was paid."""
    import altair as alt

    rows = [
        {"run": name, "score": run.score, "cost": run.spending.cost.total / len(run)}
        for name, run in runs.items()
        if run.spending.cost.total and not math.isnan(run.score)
    ]
    if not rows:
        return ""
    base = alt.Chart(alt.InlineData(values=rows)).encode(
        x=alt.X("cost:Q", title="US dollars per sample"),
        y=alt.Y("score:Q", scale=alt.Scale(domain=[0, 1])),
    )
    points = base.mark_point(filled=True, size=90, opacity=1).encode(color=_colour(list(runs)))
    names = base.mark_text(align="left", dx=8, color="currentColor").encode(text="run:N")
    return _svg((points + names).properties(width=_WIDTH, height=220))


def seconds_chart(runs: Mapping[str, RunResult]) -> str:
    """How long samples took: the share that was done after so many seconds, as SVG."""
    import altair as alt

    rows = [row for name, run in runs.items() for row in _shares(name, sorted(each.duration for each in run))]
    chart = alt.Chart(alt.InlineData(values=rows)).mark_line(interpolate="step-after")
    return _svg(
        chart.encode(
            x=alt.X("seconds:Q", title="seconds for a sample"),
            y=alt.Y("share:Q", title="share of samples", axis=alt.Axis(format="%")),
            color=_colour(list(runs)),
        ).properties(width=_WIDTH, height=180)
    )


def _intervals(run: str, scores: Mapping[str, Score]) -> Iterator[dict[str, Any]]:
    for name, score in scores.items():
        if score.similarity is not None:
            sure = score.range_with_void
            yield {"run": run, "group": name, "score": score.similarity, "low": sure.low, "high": sure.high}


def _shares(run: str, seconds: Sequence[float]) -> list[dict[str, Any]]:
    """Points of a curve: at most a hundred of them."""
    count = len(seconds)
    chosen = range(0, count, max(count // 100, 1))
    return [{"run": run, "seconds": seconds[at], "share": (at + 1) / count} for at in chosen]


def _colour(runs: Sequence[str]) -> Any:
    import altair as alt

    if len(runs) == 1:
        return alt.value(_ACCENT)
    colours = [f"var(--series-{at % 6 + 1})" for at in range(len(runs))]
    return alt.Color("run:N", scale=alt.Scale(domain=list(runs), range=colours), legend=alt.Legend(title=None))


def _svg(chart: alt.LayerChart | alt.Chart) -> str:
    """The chart as SVG without a background, in the colours of the text around it."""
    import vl_convert

    quiet = {"labelColor": "currentColor", "titleColor": "currentColor", "labelFontSize": 12, "titleFontSize": 12}
    lines = {"gridColor": "var(--line)", "domainColor": "var(--line)", "tickColor": "var(--line)"}
    legend = {"orient": "bottom", "labelLimit": 400}
    themed = chart.configure(
        background="transparent", font="system-ui, sans-serif", axis={**quiet, **lines}, legend={**quiet, **legend}
    ).configure_view(stroke=None)
    return vl_convert.vegalite_to_svg(themed.to_dict())

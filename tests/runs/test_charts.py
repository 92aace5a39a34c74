"""The scores of runs as a chart, and explanations, in a notebook."""

from __future__ import annotations

import pytest

import tool_sandbox
from tool_sandbox import RunResult
from tool_sandbox.errors import SettingsError


@pytest.fixture(scope="module")
def run() -> RunResult:
    return tool_sandbox.run("saboteur", scenarios="text_boss_by_relationship", presentations=["plain"])


def test_a_chart_has_a_point_for_each_group_with_its_interval(run: RunResult) -> None:
    chart = run.chart("categories").to_dict()
    (rows,) = chart["datasets"].values()
    assert {row["group"]: row["score"] for row in rows} == {
        name: score.similarity for name, score in run.categories.items()
    }
    assert all(0 <= row["low"] <= row["score"] <= row["high"] <= 1 for row in rows)


def test_a_grouping_that_there_is_not_is_named(run: RunResult) -> None:
    with pytest.raises(SettingsError, match="moods"):
        run.chart("moods")


def test_a_notebook_shows_what_took_points(run: RunResult) -> None:
    told = run.explain()._repr_html_()
    assert "<th>What took it</th>" in told
    assert run.explain().by_reason[0].name in told


def test_a_notebook_shows_why_a_sample_lost_points_in_colours(run: RunResult) -> None:
    told = run["text_boss_by_relationship"].explain()._repr_html_()
    assert '<span style="color:#b3261e">  ✗' in told
    assert "<script" not in told

"""What a notebook shows of a run."""

from __future__ import annotations

import re
from pathlib import Path

from tests.runs.samples import scored, void
from tool_sandbox.runs.outcomes import SampleResult
from tool_sandbox.runs.run_result import RunResult
from tool_sandbox.runs.scheduler import Ending
from tool_sandbox.runs.store import RunStore


def table(*results: SampleResult) -> tuple[RunResult, list[list[str]]]:
    """A run, and the cells of its table in a notebook."""
    run = RunResult.of(results, Ending.DONE, RunStore(Path("run")))
    rows = re.findall("<tr>(.*?)</tr>", run._repr_html_())
    return run, [re.findall("<t[hd]>(.*?)</t[hd]>", row) for row in rows]


def test_a_notebook_shows_how_sure_each_score_is() -> None:
    run, (titles, *rows) = table(scored("a", 1.0, turn_count=4), scored("b", 0.5, turn_count=4))

    assert titles == ["category", "samples", "scored", "score", "95% interval", "turns"]
    assert run.interval is not None
    shown = f"{run.interval.low:.3f}–{run.interval.high:.3f}"
    assert rows[-1] == ["ALL_CATEGORIES", "2", "2", "0.750", shown, "4.000"]


def test_a_notebook_shows_what_void_samples_could_have_made_of_it() -> None:
    run, (titles, *rows) = table(scored("a", 1.0), scored("b", 0.5), void("c"))

    assert titles[4] == "95% range"
    assert rows[-1][4] == f"{run.range_with_void.low:.3f}–{run.range_with_void.high:.3f}"


def test_one_scenario_says_nothing_about_others() -> None:
    _, (_, *rows) = table(scored("a", 1.0))

    assert rows[-1][4] == "–"

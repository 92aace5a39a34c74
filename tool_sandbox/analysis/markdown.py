"""Finished runs, and how they compare, in Markdown: for the page of a build or a comment."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from tool_sandbox.common.visible_text import KEPT
from tool_sandbox.runs.markdown import markdown, markdown_table, markdown_text
from tool_sandbox.runs.run import Report
from tool_sandbox.runs.summary import summarise

if TYPE_CHECKING:
    from tool_sandbox.analysis.comparison import Comparison
    from tool_sandbox.runs.run_result import RunResult

_WIDTH = 100
"""Characters for the names of scenarios."""


def markdown_of_runs(runs: Iterable[RunResult], comparison: Comparison | None = None) -> str:
    """A section for each run, as a run writes it with ``--summary``, then how they compare."""
    told = markdown([_report(run) for run in runs])
    return f"{told}\n### Comparison\n\n{markdown_of(comparison)}" if comparison else told


def markdown_of(comparison: Comparison, *, brief: bool = False) -> str:
    """A comparison: its tables, and what they do not say."""
    lines = [f"- {markdown_text(line.strip())}".replace(KEPT, " ") for line in comparison.lines(_WIDTH, brief=brief)]
    parts = [*(markdown_table(*table_of(rows)) for rows in tables_of(comparison)), lines]
    return "".join(f"{line}\n" for part in parts for line in (*part, ""))


def tables_of(comparison: Comparison) -> Iterator[list[dict[str, str]]]:
    """The runs side by side, and of several differences the differences."""
    yield comparison.rows()
    if len(comparison.contrasts) > 1:
        yield comparison.difference_rows()


def table_of(rows: Sequence[Mapping[str, str]]) -> tuple[list[str], list[list[str]]]:
    """The titles of all columns, and the cells of each row, empty where it has none."""
    titles = list(dict.fromkeys(title for row in rows for title in row))
    return titles, [[row.get(title, "") for title in titles] for row in rows]


def _report(run: RunResult) -> Report:
    """A finished run as it was told when it ended."""
    short = run.coverage_shortfall
    facts = {
        "agent": run.agent,
        "user": run.user,
        "below": [str(each) for each in run.shortfalls],
        "below_coverage": str(short) if short else None,
    }
    summary = summarise(run.samples, git_sha=None, run=facts, pass_at=run.pass_at)
    return Report(results=run.samples, summary=summary, ending=run.ending, directory=str(run.directory))

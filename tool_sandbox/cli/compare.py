"""Runs compared: which one is better, how sure that is, and where they differ."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tool_sandbox import garbage
from tool_sandbox.analysis.comparison import Comparison, compare_runs
from tool_sandbox.analysis.contrast import Contrast
from tool_sandbox.analysis.markdown import markdown_of
from tool_sandbox.analysis.named_runs import named_runs
from tool_sandbox.cli.comparison_text import print_comparison
from tool_sandbox.cli.explain import print_lines
from tool_sandbox.cli.live.loading import Loading
from tool_sandbox.cli.tables import stdout_console
from tool_sandbox.errors import SettingsError, UsageError
from tool_sandbox.runs.recorded_scenarios import scenarios_of_run
from tool_sandbox.runs.run_result import RunResult

if TYPE_CHECKING:
    from tool_sandbox.runs.run import Report

TEXT, MARKDOWN, JSON = "text", "md", "json"

Key = tuple[str, int]


def compare(
    directories: Sequence[str],
    *,
    pass_at: float | None = None,
    flips: int = 0,
    form: str = TEXT,
    scenarios_from: Sequence[str] = (),
    tools_from: Sequence[str] = (),
) -> None:
    """Print runs side by side, and what is between each two of them.

    Args:
        directories: Where the runs are.
        pass_at: The score from which a sample counts as a success; by default what the runs were asked for.
        flips: Of how many scenarios, those that differ most, a sample of both runs is explained.
        form: ``TEXT``, ``MARKDOWN`` or ``JSON``.
        scenarios_from: Scenarios to explain with, in place of those the runs recorded.
        tools_from: Tools in place of those.

    Raises:
        UsageError: A directory is no run, two of them have nothing in common, or a number has no meaning.
    """
    _check(form, flips)
    with Loading.at_a_terminal("reading runs"), garbage.kept():
        runs = named_runs(directories)
        comparison = compare_runs(runs, pass_at=pass_at)
    if form == JSON:
        print(json.dumps(_record(comparison, runs, flips)))
        return
    if form == MARKDOWN:
        print(markdown_of(comparison), end="")
    else:
        print_comparison(comparison, stdout_console())
    explained = {
        name: _explained(run, _examples(comparison, name, flips), scenarios_from, tools_from)
        for name, run in runs.items()
        if flips
    }
    for contrast in comparison.contrasts if flips else ():
        lines = _flip_lines(contrast, explained, flips)
        print_lines(["", "```text", *lines, "```"] if form == MARKDOWN else lines)


def compare_reports(reports: Sequence[Report]) -> Comparison | None:
    """The runs of one command against each other; ``None`` where there is nothing to compare."""
    agents = Counter(str(report.summary["run"]["agent"]) for report in reports)
    by_name = {}
    for report in reports:
        agent = str(report.summary["run"]["agent"])
        by_name[agent if agents[agent] == 1 else Path(report.directory).name] = report.results
    try:
        return compare_runs(by_name, pass_at=reports[0].summary["score"]["pass_at"])
    except SettingsError:  # it was one run, or two of them have no scored sample in common
        return None


def _check(form: str, flips: int) -> None:
    if form not in {TEXT, MARKDOWN, JSON}:
        message = f"--format {form!r} must be {TEXT!r} or {MARKDOWN!r}."
        raise UsageError(message)
    if flips < 0:
        message = f"--flips {flips} must be a whole number of at least 0."
        raise UsageError(message)


def _examples(comparison: Comparison, name: str, flips: int) -> list[Key]:
    """The samples of a run that show its flips most, each once."""
    contrasts = (each for each in comparison.contrasts if name in (each.first, each.second))
    return list(dict.fromkeys(flip.example for contrast in contrasts for flip in contrast.flips[:flips]))


def _explained(
    run: RunResult, samples: Iterable[Key], scenarios_from: Sequence[str], tools_from: Sequence[str]
) -> dict[Key, str]:
    """Sample → why it scored what it did, or why nobody can say that any more."""
    found: dict[Key, str] = {}
    try:
        with scenarios_of_run(run.store, scenarios_from, tools_from) as scenarios:
            for key in samples:
                try:
                    found[key] = str(run[key].explained_by(scenarios))
                except (SettingsError, UsageError) as error:
                    found[key] = f"cannot be explained: {error}"
    except UsageError as error:
        return dict.fromkeys(samples, f"cannot be explained: {error}")
    return found


def _flip_lines(contrast: Contrast, explained: Mapping[str, Mapping[Key, str]], flips: int) -> Iterator[str]:
    if not contrast.flips:
        yield ""
        yield f"No scenario differs between {contrast.first} and {contrast.second}."
    for flip in contrast.flips[:flips]:
        yield ""
        yield f"{flip.scenario}: {contrast.first} {flip.first:.2f}, {contrast.second} {flip.second:.2f}"
        for name in (contrast.first, contrast.second):
            yield f"  {name}"
            yield from (f"    {line}" for line in explained[name][flip.example].splitlines())


def _record(comparison: Comparison, runs: Mapping[str, RunResult], flips: int) -> dict[str, Any]:
    record = comparison.to_record()
    for name, run in runs.items():
        record["runs"][name] = {"directory": run.directory, **record["runs"][name]}
    return {**record, "flips": list(_flip_records(comparison, runs, flips))}


def _flip_records(comparison: Comparison, runs: Mapping[str, RunResult], flips: int) -> Iterator[dict[str, Any]]:
    """The flips with what became of the milestones of both samples, as results have it."""
    for contrast in comparison.contrasts:
        names = (contrast.first, contrast.second)
        for flip in islice(contrast.flips, flips):
            yield {
                "scenario": flip.scenario,
                "example": flip.example,
                "scores": dict(zip(names, (flip.first, flip.second), strict=True)),
                "explanations": {name: runs[name][flip.example].explanation for name in names},
            }

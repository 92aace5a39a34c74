"""Why a run, or samples of it, lost points."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from functools import partial
from typing import TYPE_CHECKING

from tool_sandbox.cli.chosen_samples import chosen_samples, run_with_samples
from tool_sandbox.cli.live.loading import Loading
from tool_sandbox.cli.tables import stdout_console
from tool_sandbox.common.visible_text import hanging, visible
from tool_sandbox.errors import UsageError
from tool_sandbox.runs.recorded_scenarios import scenarios_of_run
from tool_sandbox.runs.run_explanation import RunExplanation, with_records

if TYPE_CHECKING:
    from tool_sandbox.runs.run_result import RunResult


def explain_run(directory: str, sample: str | None, scenarios_from: Sequence[str], tools_from: Sequence[str]) -> None:
    """Print where a run lost its points, or why some of its samples did.

    Args:
        directory: The run directory.
        sample: ``NAME`` for every trial of a scenario, or ``NAME#TRIAL``; ``None`` for the whole run.
        scenarios_from: Scenarios in place of those the run recorded.
        tools_from: Tools in place of those.

    Raises:
        UsageError: There is no such sample, or its scenario is not to be found.
    """
    with Loading.at_a_terminal("reading the run") as loading:
        run = run_with_samples(directory)
        scenarios = partial(scenarios_of_run, run.store, scenarios_from, tools_from)
        if sample is None:
            _check_scored(run, directory)
            lines = list(RunExplanation.of(with_records(run.samples, scenarios)).lines())
            loading.close()
            print_lines(lines)
            return
        chosen = chosen_samples(run, sample)
        with scenarios() as known:
            explanations = [each.explained_by(known) for each in chosen]
    for number, explanation in enumerate(explanations):
        print_lines([*([""] if number else []), *explanation.lines()])


def print_lines(lines: Iterable[str]) -> None:
    """Print lines; on a terminal none is wider than that."""
    console = stdout_console()
    for line in lines:
        print("\n".join(hanging(line, console.width)) if console.is_terminal else visible(line))


def _check_scored(run: RunResult, directory: str) -> None:
    if all(each.status == "void" for each in run):
        causes = ", ".join(f"{count} {cause}" for cause, count in Counter(each.cause for each in run).items())
        message = f"no sample of {directory!r} has a score; void: {causes}."
        again = f"'tool_sandbox resume {directory} --retry-void' plays them again."
        raise UsageError(f"{message} {again}")

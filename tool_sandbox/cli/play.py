"""Starting runs, or going on with them, from the command line."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from tool_sandbox.cli.interrupts import INTERRUPTED, Interrupts
from tool_sandbox.cli.progress import Progress, progress_display
from tool_sandbox.cli.tables import print_report
from tool_sandbox.errors import MissingDependencyError, MissingKeyError
from tool_sandbox.redaction import redact_text
from tool_sandbox.registry.objects import Objects
from tool_sandbox.registry.settings import RunSettings
from tool_sandbox.runs.continuation import stopped_runs
from tool_sandbox.runs.preparation import PreparedRun, new_runs
from tool_sandbox.runs.run import Report
from tool_sandbox.runs.scheduler import Ending
from tool_sandbox.runs.thresholds import shortfalls

if TYPE_CHECKING:
    from tool_sandbox.common.scenario import Scenario

OK, SOME_VOID, BUDGET, BELOW = 0, 1, 3, 4
_WORST_FIRST = (INTERRUPTED, BUDGET, BELOW, SOME_VOID, OK)


def play_all(every: Sequence[RunSettings], scenarios: Mapping[str, Scenario] | None = None) -> int:
    """Play one run after the other.

    Args:
        every: The settings of each run.
        scenarios: What to play, when it is not what the settings name.

    Returns:
        The worst exit code of them.
    """
    return _play_in_turn(new_runs(every, Objects(scenarios=scenarios)))


def resume_run(location: str, changes: Mapping[str, Any], *, retry_void: bool) -> int:
    """Play what a stopped run has left to play, and what those have left that were started with it.

    Args:
        location: The run directory.
        changes: The settings that are different from now on; ``None`` for those that stay.
        retry_void: Whether void samples of this run are played again.

    Returns:
        The worst exit code of them.

    Raises:
        SettingsError: A run cannot be continued as asked.
    """
    runs = stopped_runs(location, changes, retry_void=retry_void)
    for one in runs:
        every = len(one.samples())
        told = f"{every - len(one.done)} of {every} samples are left to play in {one.store.directory}"
        print(told, file=sys.stderr, flush=True)
    return _play_in_turn(runs)


def _play_in_turn(runs: Sequence[PreparedRun]) -> int:
    codes = []
    try:
        for number, each in enumerate(runs):
            codes.append(_play(each, later=runs[number + 1 :]))
            if codes[-1] == INTERRUPTED:
                break
    finally:
        for each in runs:
            each.close()
    return min(codes, key=_WORST_FIRST.index)


def _play(one: PreparedRun, later: Sequence[PreparedRun]) -> int:
    interrupts = Interrupts.current()
    progress = progress_display(len(one.samples()), len(one.done), interrupts, somebody_types=one.cast.somebody_types)
    go_on = _how_to_go_on(one, later)
    try:
        with interrupts.during(lambda: _leave(progress, one, go_on)):
            one.open()
            with progress:
                report = one.play(progress)
            print_report(report)
            return _code(report, one.settings, go_on)
    except (MissingKeyError, MissingDependencyError):
        print(f"What was finished is kept. Go on with: {go_on}", file=sys.stderr)
        raise
    finally:
        one.cast.close()


def _how_to_go_on(one: PreparedRun, later: Sequence[PreparedRun]) -> str:
    """The command that goes on with a run, and what else it plays."""
    command = f"tool_sandbox resume {one.store.directory}"
    if not later:
        return command
    agents = ", ".join(redact_text(each.settings.agent) for each in later)
    return f"{command} (it then plays what is left with {agents}, too)"


def _leave(progress: Progress, one: PreparedRun, go_on: str) -> None:
    """Leave nothing running when the process is about to end the hard way."""
    progress.close()
    print(f"Interrupted. Go on with: {go_on}", file=sys.stderr, flush=True)
    one.cast.close()


def _code(report: Report, settings: RunSettings, go_on: str) -> int:
    void = any(result.status == "void" for result in report.results)
    if report.ending is Ending.INTERRUPTED:
        print(f"Interrupted. Go on with: {go_on}", file=sys.stderr)
        return INTERRUPTED
    if report.ending is Ending.BUDGET:
        more = "--budget USD" if settings.budget is not None else "--param max_budget=USD (or --user-param)"
        print(f"The budget is reached. Go on with: tool_sandbox resume {report.directory} {more}", file=sys.stderr)
        return BUDGET
    if report.ending is Ending.VOID:
        print(
            f"Stopped, because {settings.max_void} samples in a row were void for the same reason (--max-void). Once "
            f"that is mended, go on with: tool_sandbox resume {report.directory} --retry-void",
            file=sys.stderr,
        )
    if missed := shortfalls(settings.fail_under, report.results):
        print(f"Below --fail-under: {'; '.join(map(str, missed))}", file=sys.stderr)
        return BELOW
    return SOME_VOID if void else OK

"""Starting runs, or going on with them, from the command line."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping, Sequence
from contextlib import nullcontext, redirect_stdout
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from attrs import field, frozen

from tool_sandbox.cli.interrupts import INTERRUPTED, Interrupts
from tool_sandbox.cli.lines import print_line, print_message
from tool_sandbox.cli.live.display import Watched
from tool_sandbox.cli.live.events import EventFile, RunEvents
from tool_sandbox.cli.live.loading import Loading
from tool_sandbox.cli.live.opening import display_of
from tool_sandbox.cli.live.status import load_arithmetic
from tool_sandbox.cli.live.together import Together
from tool_sandbox.cli.plan import agree
from tool_sandbox.cli.run_report import print_report
from tool_sandbox.cli.tables import stderr_console, stdout_console
from tool_sandbox.common.counted import counted
from tool_sandbox.errors import MissingDependencyError, MissingKeyError
from tool_sandbox.redaction import redact_text
from tool_sandbox.registry.names import is_remote
from tool_sandbox.registry.objects import Objects
from tool_sandbox.registry.settings import RunSettings
from tool_sandbox.runs.continuation import stopped_runs
from tool_sandbox.runs.latest import mark_latest
from tool_sandbox.runs.markdown import markdown
from tool_sandbox.runs.preparation import PreparedRun, new_runs
from tool_sandbox.runs.report_files import write_files
from tool_sandbox.runs.run import Report
from tool_sandbox.runs.scheduler import Ending
from tool_sandbox.runs.summary import GROUPINGS

if TYPE_CHECKING:
    from tool_sandbox.common.scenario import Scenario
    from tool_sandbox.runs.estimates.estimate import Estimate

OK, SOME_VOID, BUDGET, BELOW = 0, 1, 3, 4
_WORST_FIRST = (INTERRUPTED, BUDGET, BELOW, SOME_VOID, OK)
_NAMED = 5
"""How many of the scenarios that have changed are named."""


STEP_SUMMARY = "GITHUB_STEP_SUMMARY"
"""A variable that names the file which becomes the page of a job on GitHub."""


@frozen(kw_only=True)
class Display:
    """What a command shows of its runs, and where."""

    as_json: bool = False
    """Whether standard output gets one JSON object, and what is for people goes to standard error."""
    quiet: bool = False
    """Whether progress and tables are left out."""
    asks: bool = False
    """Whether somebody at the terminal is asked before runs that are expected to cost more than ``ASKED_ABOVE``."""
    loading: Loading = field(factory=lambda: Loading(shown=False))
    """What is told before a run begins."""
    events: EventFile | None = None
    """Where what happens is written for other programs."""
    is_shared: bool = False
    """Whether others write on the terminal meanwhile, so that no progress is shown there."""
    marks_latest: bool = True
    """Whether ``latest`` beside the run directories leads to the one that is played."""

    @property
    def leaves_standard_output(self) -> bool:
        """Whether standard output is for programs, so that what is for people goes to standard error."""
        return self.as_json or (self.events is not None and self.events.is_standard_output)


EVERYTHING = Display()


def play_all(
    every: Sequence[RunSettings], scenarios: Mapping[str, Scenario] | None = None, display: Display = EVERYTHING
) -> int:
    """Play one run after the other.

    Args:
        every: The settings of each run.
        scenarios: What to play, when it is not what the settings name.
        display: What is shown.

    Returns:
        The worst exit code of them.
    """

    def shown(estimates: Sequence[Estimate]) -> None:
        if display.asks:
            display.loading.close()
            agree(estimates, every)

    objects = Objects(scenarios=scenarios)
    return play_in_turn(new_runs(every, objects, agree=shown, told=display.loading.tell), display)


def resume_run(
    location: str, changes: Mapping[str, Any], display: Display = EVERYTHING, *, retry_void: bool = False
) -> int:
    """Play what a stopped run has left to play, and what those have left that were started with it.

    Args:
        location: The run directory.
        changes: The settings that are different from now on; ``None`` for those that stay.
        display: What is shown.
        retry_void: Whether void samples of this run are played again.

    Returns:
        The worst exit code of them.

    Raises:
        SettingsError: A run cannot be continued as asked.
    """
    display.loading.tell("loading scenarios")
    runs = stopped_runs(location, changes, retry_void=retry_void)
    if not display.quiet:
        display.loading.close()  # how wide the terminal is cannot be seen while it is there
        for one in runs:
            _tell_what_is_left(one)
    return play_in_turn(runs, display)


def _tell_what_is_left(one: PreparedRun) -> None:
    every = len(one.samples())
    most = "at most " if one.settings.until_decided else ""
    print_message(f"{most}{every - len(one.done)} of {every} samples are left to play in {one.store.directory}")
    if one.changed:
        named = ", ".join(one.changed[:_NAMED])
        more = f" and {len(one.changed) - _NAMED} more" if len(one.changed) > _NAMED else ""
        changed = f"{counted(len(one.changed), 'scenario')} {'has' if len(one.changed) == 1 else 'have'} changed since"
        print_message(f"{changed}, to be played anew: {named}{more}")


def play_in_turn(runs: Sequence[PreparedRun], display: Display) -> int:
    """Play prepared runs one after the other, and close them.

    Returns:
        The worst exit code of them.
    """
    play = _play_until_decided if runs[0].settings.until_decided else _play_to_the_end
    try:
        with redirect_stdout(sys.stderr) if display.leaves_standard_output else nullcontext():
            reports, codes, told = play(runs, display)
    finally:
        for each in runs:
            each.close()
    code = min(codes, key=_WORST_FIRST.index)
    if display.as_json:
        print(json.dumps({"exit_code": code, "runs": [_record(report) for report in reports], **told}))
    return code


_Ended = tuple[list[Report], list[int], dict[str, Any]]
"""The runs that were played, exit codes, and what else programs are told."""


def _play_to_the_end(runs: Sequence[PreparedRun], display: Display) -> _Ended:
    codes: list[int] = []
    reports: list[Report] = []
    for number, each in enumerate(runs):
        go_on = _how_to_go_on(each, runs[number + 1 :])
        report = _play(each, go_on, display)
        _print(report, go_on, display)
        codes.append(_code(report, each.settings, go_on))
        reports.append(report)
        write_files(each.settings, reports)
        if codes[-1] == INTERRUPTED:
            break
    compared, told = _compare(reports, display)
    if compared:
        write_files(runs[0].settings, reports, compared)
    _add_to_page(reports, compared)
    return reports, codes, told


def _compare(reports: Sequence[Report], display: Display) -> tuple[str, dict[str, Any]]:
    """Print how several runs compare; gives the same in Markdown and for programs."""
    if len(reports) < 2:  # noqa: PLR2004 -- nothing to compare
        return "", {}
    from tool_sandbox.analysis.markdown import markdown_of
    from tool_sandbox.cli.compare import compare_reports  # numpy and scipy are slow to import
    from tool_sandbox.cli.comparison_text import print_short_comparison

    comparison = compare_reports(reports)
    if comparison is None:
        return "", {}
    print_short_comparison(comparison, stdout_console(), quiet=display.quiet)
    record = {"contrasts": [contrast.to_record() for contrast in comparison.contrasts]}
    return f"\n### Comparison\n\n{markdown_of(comparison, brief=True)}", record


def _play_until_decided(runs: Sequence[PreparedRun], display: Display) -> _Ended:
    from tool_sandbox.cli.until_decided import Series, named  # numpy and scipy are slow to import

    go_on = _how_to_go_on(runs[0], [])
    series = Series(
        runs=named(runs),
        play=lambda one: _play(one, go_on, display),
        told=lambda line: None if display.quiet else print_line(stderr_console(), line),
    )
    try:
        series.play_until_decided()
    except KeyboardInterrupt:  # between two runs
        _say_interrupted(go_on)
        raise
    reports, codes, decision = list(series.reports.values()), [OK], series.to_record()
    for each in runs:
        each.store.write_run({**each.store.read_run(), "decision": decision})
    for name, report in series.reports.items():
        series.runs[name].store.write_summary({**report.summary, "decision": decision})
        _print(report, go_on, display)
        codes.append(_code(report, runs[0].settings, go_on))
    write_files(runs[0].settings, reports)
    _add_to_page(reports)
    for sentence in series.sentences():
        print_line(stdout_console(), sentence)
    if series.why == "budget" and BUDGET not in codes:
        codes.append(_out_of_money(str(runs[0].store.directory), runs[0].settings))
    return reports, codes, {"decision": decision}


def _add_to_page(reports: Sequence[Report], more: str = "") -> None:
    """Add the numbers, and more in Markdown, to the page of the job, where this runs on GitHub."""
    if page := os.environ.get(STEP_SUMMARY):
        try:
            with Path(page).open("a", encoding="utf-8", errors="replace") as file:
                file.write(markdown(reports) + more)
        except OSError as error:  # the runs themselves are on the disk
            print_message(f"note: the file in {STEP_SUMMARY} cannot be written: {error.strerror}.")


def _record(report: Report) -> dict[str, Any]:
    """A run for programs: its summary, without what a line of ``results.jsonl`` has."""
    keys = ("run", "score", "outcomes", *GROUPINGS, "spending")
    asked = {key: report.summary[key] for key in ("estimate", "regression") if key in report.summary}
    return {"directory": report.directory, **{key: report.summary[key] for key in keys}, **asked}


def _play(one: PreparedRun, go_on: str, display: Display) -> Report:
    if display.marks_latest:
        mark_latest(one.store.directory)
    interrupts = Interrupts.current()
    try:
        with interrupts.during(lambda: _leave(display.loading, one, go_on)):
            display.loading.tell("getting ready")
            one.open()
            if len(one.scenarios) > 1:  # of one alone nothing is reckoned
                load_arithmetic()
        display.loading.close()  # what the terminal can do is hidden while it is there
        hidden = one.cast.somebody_types or display.quiet or display.is_shared
        shown = display_of(_watched(one, interrupts), shows_nothing=hidden)
        events = None if display.events is None else RunEvents(display.events, one, _watched(one))
        together = Together([shown] if events is None else [shown, events])
        with interrupts.during(lambda: _leave(together, one, go_on), lambda: one.cast.is_flushing), together:
            report = one.play(together)
            if events is not None:
                events.ended(report)
            return report
    except (MissingKeyError, MissingDependencyError):
        display.loading.close()
        print_message(f"What was finished is kept. Go on with: {go_on}")
        raise
    finally:
        one.cast.close()


def _watched(one: PreparedRun, interrupts: Interrupts | None = None) -> Watched:
    return Watched(
        total=len(one.samples()),
        done=one.done,
        budget=one.settings.budget,
        has_trials=one.settings.trials > 1,
        meter=one.cast,
        interrupts=interrupts,
    )


def _how_to_go_on(one: PreparedRun, later: Sequence[PreparedRun]) -> str:
    """The command that goes on with a run, and what else it plays."""
    command = one.how_to_go_on or _resuming(str(one.store.directory), one.settings)
    if not later:
        return command
    agents = ", ".join(redact_text(each.settings.agent) for each in later)
    return f"{command} (it then plays what is left with {agents}, too)"


def _resuming(directory: str, settings: RunSettings) -> str:
    """The command that goes on with a run."""
    return f"tool_sandbox {'serve --resume' if is_remote(settings.agent) else 'resume'} {directory}"


def _leave(shown: Together | Loading, one: PreparedRun, go_on: str) -> None:
    """Leave nothing running when the process is about to end the hard way."""
    shown.close()
    _say_interrupted(go_on)
    one.cast.close()


def _print(report: Report, go_on: str, display: Display) -> None:
    """Print what a run came to. Many samples take a while: how to go on is said even if the process ends meanwhile."""
    is_interrupted = report.ending is Ending.INTERRUPTED
    with Interrupts.current().during(partial(_say_interrupted, go_on)) if is_interrupted else nullcontext():
        print_report(report, brief=display.quiet)


def _say_interrupted(go_on: str) -> None:
    print_message(f"Interrupted. Go on with: {go_on}")


def _code(report: Report, settings: RunSettings, go_on: str) -> int:
    if report.ending is Ending.INTERRUPTED:
        _say_interrupted(go_on)
        return INTERRUPTED
    if report.ending is Ending.BUDGET:
        return _out_of_money(report.directory, settings)
    if report.ending is Ending.VOID:
        print_message(
            f"Stopped, because {settings.max_void} samples in a row were void for the same reason (--max-void). Once "
            f"that is mended, go on with: {_resuming(report.directory, settings)} --retry-void",
        )
    facts = report.summary["run"]
    if facts["below_coverage"]:
        print_message(f"Below --min-coverage: {facts['below_coverage']}")
    if facts["below"]:
        print_message(f"Below --fail-under: {'; '.join(facts['below'])}")
    regression = report.summary.get("regression")
    if regression:
        told = "Below" if regression["is_too_large"] else "Within"
        print_message(f"{told} --fail-on-regression: {regression['text']}")
    if facts["below"] or (regression and regression["is_too_large"]):
        return BELOW
    return SOME_VOID if _lacks_scores(report, settings) else OK


def _lacks_scores(report: Report, settings: RunSettings) -> bool:
    """Whether more samples are void than is fine: any at all, where nobody says which share is."""
    if report.ending is Ending.VOID or settings.min_coverage is None:
        return bool(report.summary["outcomes"]["void"])
    return report.summary["run"]["below_coverage"] is not None


def _out_of_money(directory: str, settings: RunSettings) -> int:
    of_a_role = settings.budget is None and "max_budget" in {**settings.params, **settings.user_params}
    more = "--param max_budget=USD (or --user-param)" if of_a_role else "--budget USD"
    print_message(f"The budget is reached. Go on with: {_resuming(directory, settings)} {more}")
    return BUDGET

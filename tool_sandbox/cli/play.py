"""Starting a run, or going on with one, from the command line."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from attrs import evolve

from tool_sandbox.cli.cast import RoleCast
from tool_sandbox.cli.progress import progress_display
from tool_sandbox.cli.sources import load_scenarios
from tool_sandbox.cli.tables import print_report
from tool_sandbox.common.compatibility import set_original_rules
from tool_sandbox.errors import MissingKeyError, SettingsError
from tool_sandbox.llm.redaction import MASK, redact_text
from tool_sandbox.runs.outcomes import SampleResult
from tool_sandbox.runs.run import Plan, Report, check_resumable, run, run_record
from tool_sandbox.runs.scheduler import INTERRUPTED, Ending
from tool_sandbox.runs.settings import RunSettings
from tool_sandbox.runs.store import RunStore
from tool_sandbox.tools.search import set_backend
from tool_sandbox.tools.search.rapid_api import KEY_VARIABLE, RapidApiSearch

if TYPE_CHECKING:
    from tool_sandbox.common.scenario import Scenario

OK, SOME_VOID, BUDGET = 0, 1, 3
_WORST_FIRST = (INTERRUPTED, BUDGET, SOME_VOID, OK)


def play_all(every: Sequence[RunSettings], scenarios: Mapping[str, Scenario] | None = None) -> int:
    """Play one run after the other; everything that can be wrong with the input is found before the first one starts.

    Args:
        every: The settings of each run.
        scenarios: What to play, when it is not what the settings name.

    Returns:
        The worst exit code of them.
    """
    chosen = load_scenarios(every[0]) if scenarios is None else dict(scenarios)
    _check_search(every[0])
    casts = [RoleCast(settings, chosen) for settings in every]
    codes = []
    for cast in casts:
        settings = cast.settings
        store = RunStore.create(settings.output, redact_text(settings.agent), redact_text(settings.user))
        store.claim()
        store.write_run(run_record(settings, chosen))
        codes.append(_play(cast, store, chosen, done=[], fresh=True))
        if codes[-1] == INTERRUPTED:
            break
    return min(codes, key=_WORST_FIRST.index)


def resume_run(
    location: str, changes: Mapping[str, Any], *, params: Mapping[str, Any], user: Mapping[str, Any], retry_void: bool
) -> int:
    """Play what a stopped run has left to play.

    Args:
        location: The run directory.
        changes: Settings that may change on the way, ``None`` for those that do not.
        params: Configuration of the agent to change; secrets have to be given again, they are not stored.
        user: The same for the simulated user.
        retry_void: Whether void samples are played again.

    Raises:
        SettingsError: The run cannot be continued as asked.
    """
    store = RunStore.open(location)
    record = store.read_run()
    settings = RunSettings.from_record(record.get("settings") or {}, **changes)
    settings = evolve(settings, params={**settings.params, **params}, user_params={**settings.user_params, **user})
    _check_secrets(settings)
    _check_search(settings)
    chosen = _recorded_scenarios(record, settings)
    check_resumable(record, chosen)
    cast = RoleCast(settings, chosen)
    store.claim()
    done = store.read_results()
    if retry_void:
        done = [result for result in done if result.status == "scored"]
    store.write_run({**record, "settings": settings.to_record()})
    store.rewrite_results(done)  # also drops a line that a crash tore
    return _play(cast, store, chosen, done=done, fresh=False)


def _play(
    cast: RoleCast, store: RunStore, chosen: Mapping[str, Scenario], *, done: Sequence[SampleResult], fresh: bool
) -> int:
    settings = cast.settings
    _lay_down_rules(settings)
    total = len(chosen) * settings.trials
    try:
        cast.open(store)
    except BaseException:
        cast.close()
        if fresh:
            store.discard()
        store.release()
        raise
    try:
        with progress_display(total, len(done), cast.close) as progress:
            plan = Plan(settings=settings, scenarios=chosen, cast=cast, store=store, done=done, observer=progress)
            report = run(plan)
    finally:
        cast.close()
        store.release()
    print_report(report)
    return _code(report, settings)


def _check_search(settings: RunSettings) -> None:
    if settings.search == "rapidapi" and not os.environ.get(KEY_VARIABLE):
        message = (
            f"--search rapidapi needs a key in the environment variable {KEY_VARIABLE}, which is not set. "
            f"Set it, or leave --search out: the shipped data needs no key."
        )
        raise MissingKeyError(message)


def _lay_down_rules(settings: RunSettings) -> None:
    """What tools of this run go by; every sample inherits it."""
    set_original_rules(settings.compat == "original")
    if settings.search == "rapidapi":
        set_backend(RapidApiSearch())
    else:
        set_backend(None)


def _code(report: Report, settings: RunSettings) -> int:
    if report.ending is Ending.INTERRUPTED:
        print(f"Interrupted. Go on with: tool_sandbox resume {report.directory}", file=sys.stderr)
        _leave_without_waiting()
    if report.ending is Ending.BUDGET:
        more = "--budget USD" if settings.budget is not None else "--param max_budget=USD (or --user-param)"
        print(f"The budget is reached. Go on with: tool_sandbox resume {report.directory} {more}", file=sys.stderr)
        return BUDGET
    return SOME_VOID if any(result.status == "void" for result in report.results) else OK


def _leave_without_waiting() -> None:
    """End the process now: a thread in which a role still waits for something must not hold it."""
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(INTERRUPTED)


def _check_secrets(settings: RunSettings) -> None:
    for flag, given in (("--param", settings.params), ("--user-param", settings.user_params)):
        missing = [name for name, value in given.items() if MASK in str(value)]
        if missing:
            message = (
                f"secrets are not kept in a run directory; give {', '.join(missing)} again with {flag} {missing[0]}=…"
            )
            raise SettingsError(message)
    if MASK in str(settings.cache):
        message = "the cache's password is not kept in a run directory; set TOOL_SANDBOX_CACHE or start a new run."
        raise SettingsError(message)


def _recorded_scenarios(record: Mapping[str, Any], settings: RunSettings) -> dict[str, Scenario]:
    names = list(record.get("scenarios") or ())
    everything = load_scenarios(evolve(settings, scenarios=(), tags=()))
    missing = [name for name in names if name not in everything]
    if missing:
        message = f"the run's scenario {missing[0]!r} does not exist any more, so the run cannot be continued."
        raise SettingsError(message)
    return {name: everything[name] for name in names}

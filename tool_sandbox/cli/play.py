"""Starting runs, or going on with them, from the command line."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from attrs import evolve, frozen

from tool_sandbox.cli.interrupts import INTERRUPTED, Interrupts
from tool_sandbox.cli.progress import Progress, progress_display
from tool_sandbox.cli.tables import print_report
from tool_sandbox.common.compatibility import set_original_rules
from tool_sandbox.errors import MissingDependencyError, MissingKeyError, SettingsError
from tool_sandbox.llm.transports.http_text import check_variable
from tool_sandbox.plugins import is_reference
from tool_sandbox.redaction import MASK, redact_text
from tool_sandbox.registry.cast import RoleCast
from tool_sandbox.registry.effects import Given, check_effects
from tool_sandbox.registry.settings import RunSettings
from tool_sandbox.registry.sources import load_scenarios
from tool_sandbox.runs.outcomes import SampleResult
from tool_sandbox.runs.provenance import clock_of_run, loaded_at
from tool_sandbox.runs.run import Plan, Report, check_resumable, run, run_record
from tool_sandbox.runs.scheduler import Ending
from tool_sandbox.runs.store import RUN, RunStore
from tool_sandbox.tools.search import set_backend
from tool_sandbox.tools.search.rapid_api import KEY_VARIABLE, RapidApiSearch

if TYPE_CHECKING:
    from tool_sandbox.common.scenario import Scenario

OK, SOME_VOID, BUDGET = 0, 1, 3
_WORST_FIRST = (INTERRUPTED, BUDGET, SOME_VOID, OK)


@frozen(kw_only=True)
class _Run:
    """A run that is about to be played."""

    cast: RoleCast
    store: RunStore
    scenarios: Mapping[str, Scenario]
    done: Sequence[SampleResult] = ()
    """What an earlier part of it has finished."""

    @property
    def samples(self) -> int:
        return len(self.scenarios) * self.cast.settings.trials

    @property
    def left(self) -> int:
        return self.samples - len(self.done)


@frozen(kw_only=True)
class _Changes:
    """What ``resume`` changes in the settings of a run."""

    settings: Mapping[str, Any]
    params: Mapping[str, Any]
    user: Mapping[str, Any]

    def applied_to(self, settings: RunSettings) -> RunSettings:
        params, user_params = {**settings.params, **self.params}, {**settings.user_params, **self.user}
        return evolve(settings, params=params, user_params=user_params)


def play_all(every: Sequence[RunSettings], scenarios: Mapping[str, Scenario] | None = None) -> int:
    """Play one run after the other; everything that can be wrong with the input is found before the first one starts.

    The directories of all are made before that, too: whatever stops one of them, the others can be gone on with.

    Args:
        every: The settings of each run.
        scenarios: What to play, when it is not what the settings name.

    Returns:
        The worst exit code of them.
    """
    chosen = load_scenarios(every[0]) if scenarios is None else dict(scenarios)
    _check_search(every[0])
    casts = [RoleCast(settings, chosen) for settings in every]
    for settings in every:
        check_effects(casts, Given.of(settings))
    runs: list[_Run] = []
    try:
        for cast in casts:
            runs.append(_Run(cast=cast, store=_new_store(cast.settings), scenarios=chosen))
            runs[-1].store.claim()
        together = [each.store.directory.name for each in runs]
        for each in runs:
            each.store.write_run(run_record(each.cast.settings, chosen, together))
        runs[0].cast.open(runs[0].store.local_directory)
    except BaseException:
        for each in runs:
            each.cast.close()
            each.store.discard()
            each.store.release()
        raise
    return _play_in_turn(runs)


def resume_run(
    location: str, changes: Mapping[str, Any], *, params: Mapping[str, Any], user: Mapping[str, Any], retry_void: bool
) -> int:
    """Play what a stopped run has left to play, and what those have left that were started with it.

    Args:
        location: The run directory.
        changes: Settings that may change on the way, ``None`` for those that do not.
        params: Configuration of the agent to change; secrets have to be given again, they are not stored.
        user: The same for the simulated user.
        retry_void: Whether void samples of this run are played again.

    Raises:
        SettingsError: A run cannot be continued as asked.
    """
    store = RunStore.open(location)
    changed = _Changes(settings=changes, params=params, user=user)
    runs = [
        _stopped_run(store, changed, retry_void=retry_void),
        *(_stopped_run(beside, changed) for beside in _started_with(store) if _is_unfinished(beside)),
    ]
    given = [name for name, value in changes.items() if value is not None]
    check_effects([each.cast for each in runs], Given(settings=given, params=params, user_params=user))
    for each in runs:
        each.store.claim()
    for each in runs:
        _tell_what_is_left(each)
        record = each.store.read_run()
        settings, loaded = each.cast.settings.to_record(), loaded_at(each.scenarios)
        each.store.write_run({**record, "settings": settings, "loaded_at": loaded})
        each.store.rewrite_results(each.done)  # also drops a line that a crash tore
    return _play_in_turn(runs)


def _new_store(settings: RunSettings) -> RunStore:
    return RunStore.create(settings.output, *map(_short, (settings.agent, settings.user)))


def _stopped_run(store: RunStore, changed: _Changes, *, retry_void: bool = False) -> _Run:
    record = store.read_run()
    settings = changed.applied_to(_recorded_settings(store, record, changed.settings))
    _check_secrets(settings)
    _check_search(settings)
    with clock_of_run(record, store.directory.name):
        chosen = _recorded_scenarios(_recorded_names(store, record), settings)
    check_resumable(record, chosen)
    done = [result for result in store.read_results() if not retry_void or result.status == "scored"]
    return _Run(cast=RoleCast(settings, chosen), store=store, scenarios=chosen, done=done)


def _started_with(store: RunStore) -> list[RunStore]:
    """The other runs of the command that began this one, as far as they are still there."""
    together = store.read_run().get("started_together")
    names = [str(name) for name in together if name != store.directory.name] if isinstance(together, list) else []
    beside = [store.directory.parent / name for name in names if "/" not in name]
    return [RunStore(directory) for directory in beside if (directory / RUN).exists()]


def _is_unfinished(store: RunStore) -> bool:
    record = store.read_run()
    trials = _recorded_settings(store, record, {}).trials
    return len(store.read_results()) < len(_recorded_names(store, record)) * trials


def _tell_what_is_left(one: _Run) -> None:
    print(f"{one.left} of {one.samples} samples are left to play in {one.store.directory}", file=sys.stderr, flush=True)


def _play_in_turn(runs: Sequence[_Run]) -> int:
    codes = []
    try:
        for number, each in enumerate(runs):
            codes.append(_play(each, later=runs[number + 1 :]))
            if codes[-1] == INTERRUPTED:
                break
    finally:
        for each in runs:
            each.store.release()
    return min(codes, key=_WORST_FIRST.index)


def _play(one: _Run, later: Sequence[_Run]) -> int:
    settings, interrupts = one.cast.settings, Interrupts.current()
    _lay_down_rules(settings)
    progress = progress_display(one.samples, len(one.done), interrupts, somebody_types=one.cast.somebody_types)
    go_on = _how_to_go_on(one, later)
    try:
        with interrupts.during(lambda: _leave(progress, one, go_on)):
            one.cast.open(one.store.local_directory)
            one.cast.watch(progress.waiting)
            with progress:
                report = run(_plan(one, progress))
            print_report(report)
            return _code(report, settings, go_on)
    except (MissingKeyError, MissingDependencyError):
        print(f"What was finished is kept. Go on with: {go_on}", file=sys.stderr)
        raise
    finally:
        one.cast.close()


def _plan(one: _Run, progress: Progress) -> Plan:
    return Plan(
        settings=one.cast.settings,
        scenarios=one.scenarios,
        cast=one.cast,
        store=one.store,
        done=one.done,
        observer=progress,
    )


def _how_to_go_on(one: _Run, later: Sequence[_Run]) -> str:
    """The command that goes on with a run, and what else it plays."""
    command = f"tool_sandbox resume {one.store.directory}"
    if not later:
        return command
    agents = ", ".join(redact_text(each.cast.settings.agent) for each in later)
    return f"{command} (it then plays what is left with {agents}, too)"


def _leave(progress: Progress, one: _Run, go_on: str) -> None:
    """Leave nothing running when the process is about to end the hard way."""
    progress.close()
    print(f"Interrupted. Go on with: {go_on}", file=sys.stderr, flush=True)
    one.cast.close()


def _short(name: str) -> str:
    """Who plays, for the name of a directory: a file without the folders it is in."""
    return redact_text(Path(name).name if is_reference(name) else name)


def _check_search(settings: RunSettings) -> None:
    if settings.search == "rapidapi" and not os.environ.get(KEY_VARIABLE):
        message = (
            f"--search rapidapi needs a key in the environment variable {KEY_VARIABLE}, which is not set. "
            f"Set it, or leave --search out: the shipped data needs no key."
        )
        raise MissingKeyError(message)
    if settings.search == "rapidapi":
        check_variable(KEY_VARIABLE, os.environ[KEY_VARIABLE])


def _lay_down_rules(settings: RunSettings) -> None:
    """What tools of this run go by; every sample inherits it."""
    set_original_rules(settings.compat == "original")
    if settings.search == "rapidapi":
        set_backend(RapidApiSearch())
    else:
        set_backend(None)


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
    return SOME_VOID if void else OK


def _check_secrets(settings: RunSettings) -> None:
    for flag, given in (("--param", settings.params), ("--user-param", settings.user_params)):
        missing = [name for name, value in given.items() if MASK in str(value)]
        if missing:
            message = (
                f"secrets are not kept in a run directory; give {', '.join(missing)} again with {flag} {missing[0]}=…"
            )
            raise SettingsError(message)
    _check_addresses(settings)
    if MASK in str(settings.cache):
        message = "the cache's password is not kept in a run directory; set TOOL_SANDBOX_CACHE or start a new run."
        raise SettingsError(message)


def _check_addresses(settings: RunSettings) -> None:
    """Make sure that no password is missing in the address of a model."""
    rules = " ".join(rule.agent for rule in settings.agent_rules)
    addresses: tuple[tuple[str, Mapping[str, Any], str, str], ...] = (
        (settings.agent, settings.params, "api_base", "--param api_base=URL"),
        (settings.user, settings.user_params, "api_base", "--user-param api_base=URL"),
        (" ".join(settings.fallbacks), settings.params, "fallbacks", "--param 'fallbacks=[MODEL, …]'"),
        (rules, {}, "", "a new run"),
    )
    for names, given, key, again in addresses:
        if MASK in names and not given.get(key):
            message = f"passwords are not kept in a run directory; {names!r} needs {again} with the password."
            raise SettingsError(message)


def _recorded_settings(store: RunStore, record: Mapping[str, Any], changes: Mapping[str, Any]) -> RunSettings:
    try:
        return RunSettings.from_record(record.get("settings"), **changes)  # type: ignore[arg-type]  # anything, as yet
    except SettingsError as error:
        message = f"the {RUN} in {str(store.directory)!r} holds no settings to go on with: {error}"
        raise SettingsError(message) from error


def _recorded_names(store: RunStore, record: Mapping[str, Any]) -> list[str]:
    names = record.get("scenarios")
    if not isinstance(names, list) or not names or not all(isinstance(name, str) for name in names):
        message = f"the {RUN} in {str(store.directory)!r} names no scenarios, so the run cannot be continued."
        raise SettingsError(message)
    return names


def _recorded_scenarios(names: Sequence[str], settings: RunSettings) -> dict[str, Scenario]:
    everything = load_scenarios(evolve(settings, scenarios=(), tags=()))
    missing = [name for name in names if name not in everything]
    if missing:
        message = f"the run's scenario {missing[0]!r} does not exist any more, so the run cannot be continued."
        raise SettingsError(message)
    return {name: everything[name] for name in names}

"""Going on with runs that were stopped."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from attrs import evolve

from tool_sandbox.errors import SettingsError
from tool_sandbox.llm.layers.limits.endpoints import Endpoints
from tool_sandbox.nearest import hint
from tool_sandbox.redaction import MASK
from tool_sandbox.registry.cast import RoleCast
from tool_sandbox.registry.effects import check_effects
from tool_sandbox.registry.objects import Objects
from tool_sandbox.registry.settings import WORKERS, RunSettings
from tool_sandbox.registry.sources import scenarios_of
from tool_sandbox.runs.baseline import Baseline
from tool_sandbox.runs.digests import Digests, digest_of_all
from tool_sandbox.runs.estimates.estimate import kept_estimate
from tool_sandbox.runs.preparation import PreparedRun, check_search, is_loadable
from tool_sandbox.runs.provenance import clock_of_run, loaded_at
from tool_sandbox.runs.run import check_resumable
from tool_sandbox.runs.store import RUN, RunStore
from tool_sandbox.runs.workers.number import number_of_workers

if TYPE_CHECKING:
    from tool_sandbox.common.scenario import Scenario
    from tool_sandbox.runs.outcomes import SampleResult


CHANGEABLE = ("concurrency", *WORKERS, "budget", "rpm", "tpm", "max_void", "params", "user_params")
"""The settings that may be different when a run goes on."""


def stopped_runs(
    location: str,
    changes: Mapping[str, Any],
    objects: Objects | None = None,
    *,
    retry_void: bool = False,
    alone: bool = False,
) -> list[PreparedRun]:
    """Prepare what a stopped run has left to play, and what those have left that were started with it.

    Args:
        location: The run directory.
        changes: What is different from now on: ``CHANGEABLE`` settings by name, ``None`` for those that stay. Of the
            configurations it holds only the keys that change; secrets are among them, because they are not stored.
        objects: What the settings cannot hold.
        retry_void: Whether void samples of this run are played again.
        alone: Whether those that were started with it are left for another time.

    Raises:
        SettingsError: A run cannot be continued as asked.
    """
    changes = {name: value for name, value in changes.items() if value is not None}
    for name in changes:
        if name not in CHANGEABLE:
            message = f"{name!r} cannot change when a run goes on; {hint(name, CHANGEABLE)}"
            raise SettingsError(message)
    store, objects = RunStore.open(location), objects or Objects()
    if origin := store.read_run().get("replay_of"):
        message = f"{str(store.directory)!r} is played from the journal of {origin!r}; use run --replay again."
        raise SettingsError(message)
    endpoints = Endpoints()
    others = [] if alone else [beside for beside in _started_with(store) if _is_unfinished(beside)]
    runs = [
        _stopped_run(store, changes, objects, endpoints, retry_void=retry_void),
        *(_stopped_run(beside, changes, objects, endpoints) for beside in others),
    ]
    if runs[0].settings.until_decided:
        runs = _in_order(runs)
    check_effects([each.cast for each in runs], changes)
    try:
        for each in runs:
            each.store.claim()
        return [_taken_up(each) for each in runs]
    except BaseException:
        for each in runs:
            each.close()
        raise


def _stopped_run(
    store: RunStore, changes: Mapping[str, Any], objects: Objects, endpoints: Endpoints, *, retry_void: bool = False
) -> PreparedRun:
    record = store.read_run()
    settings = _changed(recorded_settings(store, record), changes)
    _check_secrets(settings)
    check_search(settings)
    with clock_of_run(record, store.directory.name):
        chosen = recorded_scenarios(recorded_names(store, record), settings, objects)
    check_resumable(record)
    digests, changed = Digests(), set[str]()

    def is_done(result: SampleResult) -> bool:
        if result.name not in chosen or result.digest != digests.of(chosen[result.name]):
            changed.add(result.name)
            return False
        return result.finished and (not retry_void or result.status == "scored")

    done = store.read_results(is_done)
    cast = RoleCast(settings, chosen, objects.roles, endpoints=endpoints)
    return PreparedRun(
        settings=cast.settings,
        cast=cast,
        store=store,
        scenarios=chosen,
        done=done,
        changed=sorted(changed),
        estimate=kept_estimate(record.get("estimate")),
        baseline=Baseline.of(settings, chosen),
        digests=digests,
        workers=number_of_workers(cast, objects),
        is_loadable=is_loadable(cast, objects),
    )


def _changed(settings: RunSettings, changes: Mapping[str, Any]) -> RunSettings:
    """The settings with the changes laid over them, key by key where they are configurations."""
    for name in ("params", "user_params"):
        changes = {**changes, name: {**getattr(settings, name), **changes.get(name, {})}}
    return evolve(settings, **changes)


def _started_with(store: RunStore) -> list[RunStore]:
    """The other runs of the command that began this one, as far as they are still there."""
    together = store.read_run().get("started_together")
    names = [str(name) for name in together if name != store.directory.name] if isinstance(together, list) else []
    beside = [store.directory.parent / name for name in names if "/" not in name]
    return [RunStore(directory) for directory in beside if (directory / RUN).exists()]


def _is_unfinished(store: RunStore) -> bool:
    record = store.read_run()
    settings = recorded_settings(store, record)
    finished = sum(result.finished for result in store.read_results())
    return settings.until_decided or finished < len(recorded_names(store, record)) * settings.trials


def _in_order(runs: Sequence[PreparedRun]) -> list[PreparedRun]:
    """Runs that are compared while they are played, in the order in which they were started.

    Raises:
        SettingsError: One of them is not among them.
    """
    names = runs[0].store.read_run().get("started_together", [])
    found = {one.store.directory.name: one for one in runs}
    missing = [name for name in names if name not in found]
    if missing or len(found) < 2:  # noqa: PLR2004 -- there is nothing to decide
        message = (
            f"{str(runs[0].store.directory)!r} was played with --until-decided beside {', '.join(missing)}; it goes on "
            "with 'tool_sandbox resume', and where they are, too."
        )
        raise SettingsError(message)
    return [found[name] for name in names]


def _taken_up(one: PreparedRun) -> PreparedRun:
    """The run, after it is written down how it goes on."""
    record = one.store.read_run()
    settings, loaded = one.settings.to_record(), loaded_at(one.scenarios)
    scenarios = digest_of_all(one.scenarios, one.digests)
    now = {"settings": settings, "loaded_at": loaded, "scenario_set": scenarios, "workers": one.workers}
    one.store.write_run({**record, **now})
    done = one.store.rewrite_results(one.done)  # which also drops a line that a crash tore
    return evolve(one, done=done)


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


def recorded_settings(store: RunStore, record: Mapping[str, Any]) -> RunSettings:
    """What the run in a directory was asked to do.

    Args:
        store: The directory.
        record: The content of its ``run.json``.

    Raises:
        SettingsError: It does not say so.
    """
    try:
        return RunSettings.from_record(record.get("settings"))  # type: ignore[arg-type]  # anything, as yet
    except SettingsError as error:
        message = f"the {RUN} in {str(store.directory)!r} holds no settings to go on with: {error}"
        raise SettingsError(message) from error


def recorded_names(store: RunStore, record: Mapping[str, Any]) -> list[str]:
    """The scenarios of the run in a directory.

    Raises:
        SettingsError: It does not name them.
    """
    names = record.get("scenarios")
    if not isinstance(names, list) or not names or not all(isinstance(name, str) for name in names):
        message = f"the {RUN} in {str(store.directory)!r} names no scenarios, so the run cannot be continued."
        raise SettingsError(message)
    return names


def recorded_scenarios(names: Sequence[str], settings: RunSettings, objects: Objects) -> dict[str, Scenario]:
    """What a recorded run plays, as it is today.

    Raises:
        SettingsError: One of the scenarios is not there any more.
    """
    everything = objects.scenarios
    if everything is None:
        everything = scenarios_of(settings, objects.tools)
    missing = [name for name in names if name not in everything]
    if missing:
        message = f"the run's scenario {missing[0]!r} does not exist any more, so the run cannot be continued."
        raise SettingsError(message)
    return {name: everything[name] for name in names}

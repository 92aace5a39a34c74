"""Runs that are about to be played: everything that can be wrong with what was asked for is found before they start."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from itertools import zip_longest
from pathlib import Path
from typing import TYPE_CHECKING, Any

from attrs import evolve, frozen

from tool_sandbox.common.compatibility import use_original_rules
from tool_sandbox.common.folder_names import readable_name
from tool_sandbox.errors import MissingKeyError, SettingsError
from tool_sandbox.llm.layers.limits.endpoints import Endpoints
from tool_sandbox.llm.transports.http_text import check_variable
from tool_sandbox.plugins import is_reference
from tool_sandbox.redaction import redact_text
from tool_sandbox.registry.cast import RoleCast
from tool_sandbox.registry.effects import check_effects, chosen_in
from tool_sandbox.registry.objects import Objects
from tool_sandbox.registry.run_resources import Seat
from tool_sandbox.registry.settings import RunSettings
from tool_sandbox.registry.sources import load_scenarios, selected
from tool_sandbox.runs.baseline import Baseline
from tool_sandbox.runs.digests import Digests
from tool_sandbox.runs.estimates.estimate import Estimate
from tool_sandbox.runs.estimates.estimator import estimate
from tool_sandbox.runs.failed import failed_scenarios
from tool_sandbox.runs.outcomes import SampleResult
from tool_sandbox.runs.report_files import check_files
from tool_sandbox.runs.reuse import Reusable, loading_as_before
from tool_sandbox.runs.run import Observer, Plan, Report, run, run_record
from tool_sandbox.runs.statistics.looks import check_decidable
from tool_sandbox.runs.store import RunStore, cannot_write
from tool_sandbox.runs.thresholds import check_thresholds
from tool_sandbox.runs.workers.number import executor_of, number_of_workers
from tool_sandbox.runs.workers.players import by_workers
from tool_sandbox.tools.search import use_backend
from tool_sandbox.tools.search.rapid_api import KEY_VARIABLE, RapidApiSearch

if TYPE_CHECKING:
    from tool_sandbox.common.scenario import Scenario


@frozen(kw_only=True)
class PreparedRun(Plan):
    """A run that can be played: its roles are cast, its directory is there and nobody else's."""

    cast: RoleCast
    changed: Sequence[str] = ()
    """Scenarios that are not what they were when the run began; their samples are played anew."""
    workers: int = 1
    """How many processes play it."""

    def part(self, trials: int, done: Sequence[SampleResult], budget: float | None) -> PreparedRun:
        """The same run up to so many trials, with roles that can be played once more.

        Args:
            trials: How many there are for now.
            done: The samples that were played before.
            budget: US dollars that all of them may cost.
        """
        now = self.store.read_run()["settings"]["concurrency"]  # somebody may have changed it in an earlier part
        settings = evolve(self.settings, budget=budget, concurrency=now)
        cast = self.cast if self.cast.is_open else self._cast_anew(settings)
        return evolve(self, settings=settings, cast=cast, trials=trials, done=done, estimate=None)

    @property
    def how_to_go_on(self) -> str:
        """The command that goes on with it, where another one than for most runs does."""
        return ""

    def _cast_anew(self, settings: RunSettings) -> RoleCast:
        return RoleCast(settings, self.scenarios, endpoints=self.cast.endpoints)

    def open(self) -> None:
        """Start what the roles need, such as the server of a local model, unless that was done before."""
        seat = Seat() if self._has_workers else None
        self.cast.open(self.store.local_directory, self.store.calls, seat)

    def play(self, observer: Observer) -> Report:
        """Play what is left, with the rules for tools and the search that were asked for; others keep theirs."""
        self.open()
        self.cast.watch(observer.waiting)
        money = self.cast if self.cast.asks_models and not self.settings.until_decided else None
        with self.rules():
            return run(evolve(self, observer=observer, at_once=self.cast.at_once, money=money, players=self._players()))

    @contextmanager
    def rules(self) -> Iterator[None]:
        """The rules for tools and the search that were asked for, inside the block; others keep theirs."""
        search = RapidApiSearch() if self.settings.search == "rapidapi" else None
        with use_original_rules(self.settings.compat == "original"), use_backend(search):
            yield

    @property
    def _has_workers(self) -> bool:
        return self.workers > 1 or self.settings.executor == "ray"

    def _players(self) -> Any:
        if not self._has_workers:
            return None
        return partial(
            by_workers, executor=executor_of(self.settings), workers=self.workers, resources=self.cast.resources
        )

    def close(self) -> None:
        """Stop what it started, and let others go on with it."""
        self.cast.close()
        self.store.release()


Agree = Callable[[Sequence[Estimate]], None]
"""Is shown what runs will take, before anything of them is there; raises whatever stops them."""


def planned_runs(every: Sequence[RunSettings], objects: Objects | None = None) -> list[Estimate]:
    """What runs would take. Nobody is asked, no key is needed, and nothing is written.

    Args:
        every: The settings of each run.
        objects: What goes with them.

    Raises:
        UsageError: Something about them is wrong.
    """
    return [_estimated(each) for each in _intended(every, objects or Objects(), needs_keys=False)]


def check_runs(every: Sequence[RunSettings], objects: Objects) -> None:
    """Make sure that runs can be played; nothing is written.

    Raises:
        UsageError: Something about them is wrong, or a key is missing.
    """
    _intended(every, objects, needs_keys=True)


def new_runs(
    every: Sequence[RunSettings],
    objects: Objects | None = None,
    *,
    temporary: bool = False,
    agree: Agree | None = None,
    told: Callable[[str], None] = lambda _what: None,
) -> list[PreparedRun]:
    """Prepare runs of the same scenarios, one for each agent.

    The directories of all are made before one starts: whatever stops one of them, the others can be gone on with.

    Args:
        every: The settings of each run.
        objects: What goes with them.
        temporary: Whether the directories are among temporary files, wherever the settings want them.
        agree: Is shown what they will take; without it that is not reckoned.
        told: Is told in words what is being done.

    Raises:
        UsageError: Something about them is wrong; nothing is left behind.
    """
    told("loading scenarios")
    intended = _intended(every, objects or Objects(), needs_keys=True)
    if temporary and every[0].name is not None and "name" not in every[0].ambient:
        message = "--name would have no effect: no run directory is left. Say where it is made with --output."
        raise SettingsError(message)
    estimates: list[Estimate] = []
    if agree is not None:
        told("estimating what it will take")
        estimates = [_estimated(each) for each in intended]
        agree(estimates)
    told("getting ready")
    runs: list[PreparedRun] = []
    try:
        for each, reckoned in zip_longest(intended, estimates):
            store = RunStore.temporary() if temporary else new_store(each.cast.settings, alone=len(intended) == 1)
            runs.append(each.prepared(store, reckoned))
            store.claim()
        runs = [evolve(run, done=each.reusable.take_over(run.store)) for run, each in zip(runs, intended, strict=True)]
        together = [each.store.directory.name for each in runs]
        for run in runs:
            _record(run, together)
        runs[0].open()
    except BaseException:
        for run in runs:
            run.cast.close()
            run.store.discard()
            run.store.release()
        raise
    return runs


def _record(run: PreparedRun, together: Sequence[str]) -> None:
    """Write what a new run is asked to do, in directories that are called so."""
    record = run_record(run.settings, run.scenarios, together, run.estimate, run.digests)
    try:
        run.store.write_run({**record, "workers": run.workers})
    except OSError as error:
        raise cannot_write(str(run.store.directory), error) from error


@frozen(kw_only=True)
class _Intended:
    """A run that is asked for, as far as it is clear before it has a directory."""

    cast: RoleCast
    scenarios: Mapping[str, Scenario]
    reusable: Reusable
    baseline: Baseline | None
    digests: Digests
    workers: int
    is_loadable: bool

    def prepared(self, store: RunStore, reckoned: Estimate | None) -> PreparedRun:
        kept = reckoned.to_record() if reckoned and reckoned.roles else None
        return PreparedRun(
            settings=self.cast.settings,
            cast=self.cast,
            store=store,
            scenarios=self.scenarios,
            estimate=kept,
            baseline=self.baseline,
            digests=self.digests,
            workers=self.workers,
            is_loadable=self.is_loadable,
        )


def is_loadable(cast: RoleCast, objects: Objects) -> bool:
    """Whether another process finds the scenarios of a run, and their tools, by what its directory says."""
    is_here = objects.scenarios is not None or objects.tools or cast.has_servers
    return not is_here and cast.settings.search != "rapidapi"


def _estimated(intended: _Intended) -> Estimate:
    return estimate(intended.cast, intended.scenarios, reused=intended.reusable.keys)


def _intended(every: Sequence[RunSettings], objects: Objects, *, needs_keys: bool) -> list[_Intended]:
    """What is played and by whom, after everything that can be wrong with it was looked at.

    Raises:
        UsageError: Something is.
    """
    with loading_as_before(every[0]):
        chosen = _chosen(every[0], objects)
    if needs_keys:
        check_search(every[0])
    check_thresholds(every[0].fail_under, chosen)
    if every[0].until_decided:
        check_decidable(len(every), chosen)
    check_files(every[0])
    baseline = Baseline.of(every[0], chosen)
    every = [baseline.named_in(settings) if baseline else settings for settings in every]
    endpoints = Endpoints()
    casts = [
        RoleCast(settings, chosen, objects.roles, needs_keys=needs_keys, endpoints=endpoints) for settings in every
    ]
    for settings in every:
        check_effects(casts, chosen_in(settings))
    digests = Digests()
    return [
        _Intended(
            cast=cast,
            scenarios=chosen,
            reusable=Reusable.of(settings, chosen),
            baseline=baseline,
            digests=digests,
            workers=number_of_workers(cast, objects) if needs_keys else 1,
            is_loadable=is_loadable(cast, objects),
        )
        for cast, settings in zip(casts, every, strict=True)
    ]


def _chosen(settings: RunSettings, objects: Objects) -> dict[str, Scenario]:
    among = failed_scenarios(settings.failed) if settings.failed else None
    if objects.scenarios is None:
        return load_scenarios(settings, objects.tools, among)
    return selected(objects.scenarios, settings, among)


def check_search(settings: RunSettings) -> None:
    """Make sure that the search tools can be answered.

    Raises:
        MissingKeyError: They need a key, which is not there.
    """
    if settings.search != "rapidapi":
        return
    if not os.environ.get(KEY_VARIABLE):
        message = (
            f"--search rapidapi needs a key in the environment variable {KEY_VARIABLE}, which is not set. "
            f"Set it, or leave --search out: the shipped data needs no key."
        )
        raise MissingKeyError(message)
    check_variable(KEY_VARIABLE, os.environ[KEY_VARIABLE])


def new_store(settings: RunSettings, *, alone: bool) -> RunStore:
    """The directory of a new run.

    Args:
        settings: Of the run.
        alone: Whether it is the only one of its command, so that it has the very name that the settings may give.

    Raises:
        SettingsError: It cannot be made.
    """
    agent, user = map(short_name, (settings.agent, settings.user))
    called = settings.name if alone or settings.name is None else f"{settings.name}_{readable_name(agent)}"
    return RunStore.create(settings.output, agent, user, called=called)


def short_name(name: str) -> str:
    """Who plays, in few words: a file without the folders it is in."""
    return redact_text(Path(name).name if is_reference(name) else name)

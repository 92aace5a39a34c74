"""One run that is played for many tests: all of it at once, or each scenario when its test needs it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from attrs import evolve

from tool_sandbox.common.folder_names import readable_name
from tool_sandbox.errors import SettingsError, UsageError
from tool_sandbox.registry.cast import RoleCast
from tool_sandbox.registry.keywords import in_words_of_python
from tool_sandbox.registry.settings import RunSettings
from tool_sandbox.runs.latest import mark_latest
from tool_sandbox.runs.places import open_location, refusals
from tool_sandbox.runs.preparation import PreparedRun, check_runs, new_runs
from tool_sandbox.runs.run import report_of, run_record
from tool_sandbox.runs.run_result import RunResult
from tool_sandbox.runs.run_thread import RunThread
from tool_sandbox.runs.scheduler import Ending
from tool_sandbox.runs.store import SUMMARY, RunStore
from tool_sandbox.testing.names import OPTIONS, SCENARIOS

if TYPE_CHECKING:
    from tool_sandbox.runs.places import AnyPath
    from tool_sandbox.testing.asked import Asked
    from tool_sandbox.testing.terminal import Terminal

TOGETHER = ("budget", "reuse")
"""Settings that hold for all samples of a run together."""
_FLAGS = {name: f"{SCENARIOS}-{name.replace('_', '-')}" for name in OPTIONS}


class Play(ABC):
    """One run of which each test gets its part.

    Args:
        asked: What there is to play.
        terminal: Where it is shown how far the run is.
    """

    def __init__(self, asked: Asked, terminal: Terminal) -> None:
        self._asked, self._terminal = asked, terminal
        self._wanted: dict[str, None] = {}
        self._failure: UsageError | None = None
        self._store: RunStore | None = None

    @property
    def scenarios(self) -> list[str]:
        """The names of what can be played."""
        return list(self._asked.scenarios)

    @property
    def directory(self) -> str | None:
        """The run directory, once there is one."""
        return None if self._store is None else str(self._store.directory)

    def want(self, names: Collection[str]) -> None:
        """Have these scenarios played, once something is."""
        self._wanted |= dict.fromkeys(names)

    def prepare(self) -> None:
        """Find what is wrong before the first test.

        Raises:
            UsageError: Something is wrong, such as a key that is missing.
        """
        self._asked = self._asked.only(list(self._wanted))
        with self._remembered():
            self._prepare()

    def result(self, name: str | None) -> RunResult:
        """What one scenario came to, or all of them.

        Raises:
            UsageError: Something is missing without which nothing can be played, which only a call showed.
            KeyboardInterrupt: Somebody pressed Ctrl-C; what was finished is in the run directory.
        """
        if self._failure is not None:
            raise self._failure
        with self._remembered():
            return self._result(name)

    @abstractmethod
    def end(self) -> None:
        """Leave the run directory as a run leaves it, or none if nothing was played."""

    @abstractmethod
    def _prepare(self) -> None:
        """As ``prepare``, with nothing in what was asked but what is wanted."""

    @abstractmethod
    def _result(self, name: str | None) -> RunResult:
        """As ``result``, unless that failed before."""

    @contextmanager
    def _remembered(self) -> Iterator[None]:
        """Have what is wrong told in the words of pytest, and again to whoever asks for a result."""
        try:
            with in_words_of_python(_FLAGS):
                yield
        except UsageError as error:
            self._failure = error
            raise

    def _played(self, prepared: PreparedRun) -> RunResult:
        mark_latest(prepared.store.directory)
        with self._terminal.progress(len(prepared.samples())) as observer:
            report = self._asked.context.run(RunThread, prepared.play, observer).result()
        return RunResult.of(report.results, report.ending, prepared.store, scenarios=prepared.scenarios)


class AllAtOnce(Play):
    """Plays everything when the first test needs something, scenarios and trials at the same time."""

    _prepared: PreparedRun | None = None
    _whole: RunResult | None = None

    def end(self) -> None:
        """Leave the run directory as a run leaves it, or none if nothing was played."""
        if self._prepared is None:
            return
        self._prepared.cast.close()
        store = self._prepared.store
        if not (store.directory / SUMMARY).exists():
            store.discard()
        store.release()

    def _prepare(self) -> None:
        self._prepared = self._asked.context.run(new_runs, [self._asked.settings], self._asked.objects)[0]
        self._store = self._prepared.store

    def _result(self, name: str | None) -> RunResult:
        if self._whole is None:
            assert self._prepared is not None  # the tests begin after that
            self._whole = self._played(self._prepared)
        if name is None:
            return self._whole
        trials = range(self._asked.settings.trials)
        return evolve(self._whole, samples=tuple(self._whole[name, trial] for trial in trials))


class PieceByPiece(Play):
    """Plays each scenario when its test needs it, because the first failure or several processes share the tests.

    Args:
        asked: What there is to play.
        terminal: Where it is shown how far the run is.
        shared: The name of the run directory, where other processes write into the same one.
    """

    def __init__(self, asked: Asked, terminal: Terminal, shared: str | None = None) -> None:
        super().__init__(asked, terminal)
        self._shared = shared
        self._results: dict[str, RunResult] = {}

    def check(self) -> None:
        """Find what is wrong, without a trace on the disk.

        Raises:
            UsageError: Something is wrong.
        """
        with in_words_of_python(_FLAGS):
            self._prepare()

    def end(self) -> None:
        """Leave the run directory as a run leaves it; one that others share is left to who waits for them."""
        if self._store is not None and self._shared is None:
            finish(self._store.directory)
            self._store.release()

    def _prepare(self) -> None:
        for name in TOGETHER:
            if getattr(self._asked.settings, name) is not None:
                message = (
                    f"{name} is for scenarios that are played together: leave out -n and -x, or {name}. Without -n "
                    "they are played at the same time, too."
                )
                raise SettingsError(message)
        self._asked.context.run(check_runs, [self._asked.settings], self._asked.objects)

    def _result(self, name: str | None) -> RunResult:
        if name is None:
            parts = [self._result(each) for each in self._asked.scenarios]
            return evolve(parts[0], samples=tuple(sample for part in parts for sample in part))
        if name not in self._results:
            self._results[name] = self._piece(name)
        return self._results[name]

    def _piece(self, name: str) -> RunResult:
        store = self._opened_store()
        asked = self._asked.only([name])
        cast = RoleCast(asked.settings, asked.scenarios, asked.objects.roles)
        prepared = PreparedRun(settings=cast.settings, cast=cast, store=store, scenarios=asked.scenarios)
        if self._shared is not None:
            cast.open(None)  # processes cannot share a journal of calls
        try:
            return self._played(prepared)
        finally:
            cast.close()

    def _opened_store(self) -> RunStore:
        if self._store is None:
            settings = self._asked.settings
            if self._shared is None:
                self._store = RunStore.create(settings.output, *who_plays(settings))
                self._store.claim()
            else:
                self._store = _shared_store(settings.output, self._shared)
            self._store.write_run(run_record(settings, self._asked.scenarios))
        return self._store


def who_plays(settings: RunSettings) -> list[str]:
    """Agent and user, for the name of a directory: files without the folders they are in."""
    return [readable_name(Path(name).name) for name in (settings.agent, settings.user)]


def finish(directory: AnyPath) -> None:
    """Write the summary of a run that was played piece by piece, over all pieces."""
    store = RunStore(directory)
    record = store.read_run()
    settings = RunSettings.from_record(record["settings"])
    order = {name: at for at, name in enumerate(record["scenarios"])}
    results = sorted(store.read_results(), key=lambda result: (result.trial, order.get(result.name, 0)))
    is_whole = len(results) == len(order) * settings.trials
    report_of(settings, results, Ending.DONE if is_whole else Ending.INTERRUPTED, store)


def _shared_store(base: str, name: str) -> RunStore:
    root = open_location(base)
    try:
        (root / name).mkdir(parents=True, exist_ok=True)
    except refusals(root) as error:
        message = f"cannot write to {base!r}: {error}. Choose another directory with --tool-sandbox-output."
        raise SettingsError(message) from error
    return RunStore(root / name)

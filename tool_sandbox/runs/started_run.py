"""A prepared run played for a caller in Python, at once or while the caller does something else."""

from __future__ import annotations

import threading

from attrs import frozen

from tool_sandbox.errors import ToolSandboxError
from tool_sandbox.registry.sample import Sample
from tool_sandbox.runs.latest import mark_latest
from tool_sandbox.runs.outcomes import SampleResult
from tool_sandbox.runs.preparation import PreparedRun
from tool_sandbox.runs.regression import Regression
from tool_sandbox.runs.report_files import write_files
from tool_sandbox.runs.run import Observer
from tool_sandbox.runs.run_result import RunResult
from tool_sandbox.runs.run_thread import RunThread
from tool_sandbox.runs.sample_keys import Key
from tool_sandbox.runs.scheduler import Ending
from tool_sandbox.runs.store import RunStore
from tool_sandbox.runs.written_results import NOWHERE, WrittenResults


def played(prepared: PreparedRun, observer: Observer, *, is_kept: bool = True) -> RunResult:
    """Play a run, write the files that it was asked for, and close it.

    Args:
        prepared: The run.
        observer: Is told how it goes.
        is_kept: Whether its directory outlives the result.
    """
    store = prepared.store if is_kept else prepared.store.removed_with_it()
    if is_kept:
        mark_latest(store.directory)
    try:
        report = prepared.play(observer)
        write_files(prepared.settings, [report])
    finally:
        prepared.close()
    settings = prepared.settings
    told = report.summary.get("regression")
    return RunResult.of(
        report.results,
        report.ending,
        store,
        is_kept=is_kept,
        scenarios=prepared.scenarios,
        thresholds=settings.fail_under,
        min_coverage=settings.min_coverage,
        pass_at=settings.pass_at,
        regression=Regression.from_record(told) if told else None,
    )


@frozen(kw_only=True)
class Progress:
    """How far a run is."""

    samples: int
    """How many it has."""
    playing: tuple[str, ...]
    """The scenarios that are being played."""
    finished: int
    """How many of them were played to their end."""
    so_far: RunResult
    """What it has come to, of the samples that are over; as long as it is played, its ending says nothing."""
    waiting: str
    """What its calls wait for, such as an endpoint that is down; empty when they do not."""
    is_over: bool
    error: str | None
    """What ended it before its end, in words."""


class StartedRun:
    """A run that is played in a thread of its own, from now on.

    Args:
        prepared: The run; its directory is there already.
    """

    def __init__(self, prepared: PreparedRun) -> None:
        self.directory = str(prepared.store.directory)
        """Its run directory."""
        self.settings = prepared.settings
        """What it was asked to do."""
        self._prepared, self._seen = prepared, _Seen(prepared.store)
        self._thread = RunThread(lambda observer: played(prepared, observer), self._seen)

    @property
    def is_over(self) -> bool:
        """Whether it has ended, whatever ended it."""
        return self._thread.is_over

    def stop(self, patience: float) -> bool:
        """Have it stop, and wait so many seconds at most until it has; whether it has. What is finished stays."""
        self._thread.stop()
        return self._thread.wait(patience)

    def progress(self) -> Progress:
        """How far it is."""
        from tool_sandbox.runs.numbers import RunNumbers  # numpy is slow to import

        is_over, error = self.is_over, None
        playing, results = self._seen.now()
        so_far = RunResult.of(results, Ending.INTERRUPTED, self._prepared.store)
        if is_over:
            try:
                so_far = self._thread.result()
            except (ToolSandboxError, OSError) as failure:
                error = f"{type(failure).__name__}: {failure}"
        return Progress(
            samples=len(self._prepared.samples()),
            finished=int(RunNumbers.of(so_far.samples).columns.is_finished.sum()),
            playing=() if is_over else playing,
            so_far=so_far,
            waiting="" if is_over else self._seen.reason,
            is_over=is_over,
            error=error,
        )


class _Seen(Observer):
    """What was told so far, and what of it is on the disk.

    Args:
        store: Where the run is written.
    """

    def __init__(self, store: RunStore) -> None:
        from tool_sandbox.runs.numbers import NumbersReader  # numpy is slow to import

        self.reason = ""
        """What calls wait for."""
        self._lock = threading.Lock()
        self._playing: dict[Key, str] = {}
        self._stopped: list[SampleResult] = []
        """What was not finished, and so is not written."""
        self._reading = threading.Lock()
        self._added, self._results = store.result_lines(), WrittenResults(store.result_lines())
        self._numbers = NumbersReader()

    def started(self, sample: Sample) -> None:
        """Note it."""
        with self._lock:
            self._playing[sample.key] = sample.name

    def finished(self, result: SampleResult) -> None:
        """Note it."""
        with self._lock:
            self._playing.pop(result.key, None)
            if not result.finished:
                self._stopped.append(result)

    def waiting(self, reason: str) -> None:
        """Note it."""
        self.reason = reason

    def now(self) -> tuple[tuple[str, ...], WrittenResults]:
        """What is being played, and what is over."""
        with self._reading:
            for place, result in self._added.more():
                self._keep(result, place)
            with self._lock:
                stopped, self._stopped = self._stopped, []
                playing = dict(self._playing)
            for result in stopped:
                self._keep(result, NOWHERE)
            results = self._results.copy()
            results.numbers = self._numbers.numbers()
        return tuple(name for key, name in playing.items() if results.find(key) is None), results

    def _keep(self, result: SampleResult, place: int) -> None:
        self._results.keep(result, place)
        self._numbers.add(result)

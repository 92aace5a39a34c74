"""The runs that are looked at: read when they are first asked for, and again when they have grown."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from attrs import frozen

from tool_sandbox.analysis.named_runs import named_runs
from tool_sandbox.common.visible_text import visible
from tool_sandbox.runs.explained_sample import ExplainedSample, as_recorded, explained_by
from tool_sandbox.runs.places import is_local, refusals
from tool_sandbox.runs.recorded_scenarios import scenarios_of_run
from tool_sandbox.runs.run_result import open_run
from tool_sandbox.runs.store import RESULTS, SUMMARY, RunStore
from tool_sandbox.viewer.data.calls import CallIndex, packed_calls
from tool_sandbox.viewer.data.rows import COLUMNS, row_data
from tool_sandbox.viewer.filters import Row, matcher

if TYPE_CHECKING:
    from tool_sandbox.common.scenario import Scenario
    from tool_sandbox.runs.run_result import RunResult
    from tool_sandbox.runs.stored_sample import StoredSample

Stamp = tuple[tuple[int, int], ...]
"""Sizes and times of the files that say what is known about a run; other ones mean that it has grown."""

_REST = 5
"""A run that grows is read again after so many times what reading it took, so that looking costs little."""


@frozen
class _Opened:
    """A run as it was at one time."""

    run: RunResult
    rows: Sequence[Row]
    names: Mapping[str, str]
    """The name of a scenario by what rows show."""
    stamp: Stamp
    rests_until: float


class RunLibrary:
    """Runs by name. Safe for threads.

    Args:
        locations: Run directories.

    Raises:
        SettingsError: One cannot be read.
    """

    def __init__(self, locations: Sequence[str]) -> None:
        self._lock = threading.Lock()
        runs = {visible(name): run for name, run in named_runs(locations).items()}
        self._opened = {name: _opened(name, run, stamp_of(run.store), 0) for name, run in runs.items()}
        self._loading = threading.Lock()
        self._scenarios: dict[str, Mapping[str, Scenario] | str] = {}
        """What runs played, or why it is not to be found."""
        self._calls = {name: CallIndex(each.run.store) for name, each in self._opened.items()}

    def runs(self) -> dict[str, RunResult]:
        """The runs as they are now."""
        return {name: each.run for name, each in self._fresh().items()}

    def rows(self, where: str = "") -> list[Row]:
        """The rows of all samples that match a filter.

        Raises:
            UsageError: The filter cannot be read.
        """
        matches = matcher(where, list(COLUMNS))
        return [row for each in self._fresh().values() for row in each.rows if matches(row)]

    def sample(self, run: str, name: str, trial: int) -> StoredSample | None:
        """One sample by the name that its row shows; ``None`` where there is no such one."""
        opened = self._fresh().get(run)
        if opened is None or name not in opened.names:
            return None
        try:
            return opened.run[opened.names[name], trial]
        except KeyError:
            return None

    def explained(self, run: str, sample: StoredSample) -> ExplainedSample:
        """A sample of a run with why it scored what it did."""
        store = self._opened[run].run.store
        with self._loading:
            if run not in self._scenarios:
                self._scenarios[run] = _scenarios(store)
        found = self._scenarios[run]
        if isinstance(found, str):
            return as_recorded(sample, found)
        with scenarios_of_run(store, known=found) as known:
            return explained_by(sample, known)

    def calls(self, run: str, sample: StoredSample) -> dict[str, Any]:
        """What models were asked for a sample, and what they answered, as far as the run keeps a journal."""
        return packed_calls(sample, self._calls[run])

    def _fresh(self) -> dict[str, _Opened]:
        with self._lock:
            for name, each in self._opened.items():
                stamp = stamp_of(each.run.store)
                if stamp != each.stamp and time.monotonic() >= each.rests_until:
                    began = time.monotonic()
                    run = open_run(str(each.run.store.directory))
                    self._opened[name] = _opened(name, run, stamp, time.monotonic() - began)
            return dict(self._opened)


def in_order(rows: Sequence[Row], sort: str) -> list[Row]:
    """Rows by ``column`` or ``-column``, those without a value last; as they are where there is no such column."""
    column, falling = sort.removeprefix("-"), sort.startswith("-")
    if column not in COLUMNS:
        return list(rows)
    at = list(COLUMNS).index(column)
    known = [row for row in rows if row[at] is not None]
    return [*sorted(known, key=lambda row: _key(row[at]), reverse=falling), *(row for row in rows if row[at] is None)]


def stamp_of(store: RunStore) -> Stamp:
    """What changes when a run has grown; nothing of one that is not on this machine's disk, which is read once."""
    if not is_local(store.directory):
        return ()
    return tuple(_stamp(store, name) for name in (RESULTS, SUMMARY))


def _stamp(store: RunStore, name: str) -> tuple[int, int]:
    path = store.directory / name
    try:
        found = path.stat()
    except refusals(path):
        return 0, 0
    return found.st_size, found.st_mtime_ns


def _opened(name: str, run: RunResult, stamp: Stamp, seconds: float) -> _Opened:
    rows, names, cells = list[Row](), dict[str, str](), dict[Any, Any]()
    for sample in run:
        rows.append([_shared(cell, cells) for cell in row_data(name, sample)])
        names.setdefault(visible(sample.name), sample.name)
    return _Opened(run, rows, names, stamp, time.monotonic() + seconds * _REST)


def _shared(cell: Any, known: dict[Any, Any]) -> Any:
    """A cell, or the same one of an earlier row: most texts and lists of a long run repeat."""
    if isinstance(cell, list):
        return known.setdefault(tuple(cell), cell)
    return known.setdefault(cell, cell) if isinstance(cell, str) else cell


def _scenarios(store: RunStore) -> Mapping[str, Scenario] | str:
    """What a run played, which takes a second or two to load, or why that is not possible."""
    try:
        with scenarios_of_run(store) as known:
            return known
    except Exception as error:  # noqa: BLE001 -- scenarios of users are their own code, which may raise anything
        return str(error)


def _key(cell: Any) -> Any:
    """What a cell is sorted by."""
    return cell.lower() if isinstance(cell, str) else cell

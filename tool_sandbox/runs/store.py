"""The run directory: what is on disk at every instant can be read, and continued from."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
import weakref
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

if sys.platform != "win32":
    import fcntl

from tool_sandbox.common.folder_names import folder_name, readable_name
from tool_sandbox.common.indented_json import indented_json, indented_parts
from tool_sandbox.errors import SettingsError
from tool_sandbox.llm.layers.journal.files import JournalFiles, RecordedFiles
from tool_sandbox.llm.layers.journal.segments import JournalSegments
from tool_sandbox.llm.layers.journal.store import CALLS, JournalStore
from tool_sandbox.redaction import redact_text
from tool_sandbox.runs.json_files import read_object
from tool_sandbox.runs.latest import found_through_latest
from tool_sandbox.runs.places import is_local, open_location, refusals
from tool_sandbox.runs.results_file import ResultsFile
from tool_sandbox.runs.whole_files import write_whole, write_whole_files

if TYPE_CHECKING:
    from tool_sandbox.runs.outcomes import SampleResult
    from tool_sandbox.runs.places import AnyPath
    from tool_sandbox.runs.result_lines import ResultLines
    from tool_sandbox.runs.written_results import WrittenResults

RUN, RESULTS, SUMMARY, TRAJECTORIES = "run.json", "results.jsonl", "result_summary.json", "trajectories"
TRIAL = "trial_"
"""How the folder of each trial below that of the scenario begins, when there are several."""
LONGEST_ROLE_NAME = 100
"""Bytes of an agent's or user's name that the name of a run directory shows."""
_FORMER_LENGTH = 100
"""Characters at which earlier versions cut the names of trajectory folders."""


class RunStore:
    """Reads and writes one run directory."""

    def __init__(self, directory: AnyPath) -> None:
        self.directory = directory
        self._claim: int | None = None
        self._results = ResultsFile(directory / RESULTS)

    @classmethod
    def create(cls, base: str, *names: str, now: datetime | None = None, called: str | None = None) -> RunStore:
        """A new, empty run directory under ``base``, never one that exists.

        Args:
            base: Directory or fsspec URL.
            names: Who plays; the directory is ``<time>_<name>_<name>``.
            now: The time; by default this one.
            called: What the directory is called instead.

        Raises:
            SettingsError: ``base`` cannot be written to, or has a directory that is called so.
        """
        root = open_location(base)
        stamp = (now or datetime.now().astimezone()).strftime("%Y-%m-%d_%H-%M-%S")
        stem = called or "_".join((stamp, *(readable_name(name, LONGEST_ROLE_NAME) for name in names)))
        for number in range(1, 2 if called else 10_000):
            directory = root / (stem if number == 1 else f"{stem}_{number}")
            try:
                directory.mkdir(parents=True, exist_ok=False)
            except FileExistsError:
                if root.exists() and not root.is_dir():
                    break
                continue
            except refusals(root) as error:
                raise cannot_write(base, error) from error
            return cls(directory)
        if called and root.is_dir():
            message = f"{str(root / called)!r} is there already; choose another --name, or go on with it by resume."
            raise SettingsError(message)
        message = f"cannot write to {base!r}: it is not a directory. Choose another one with -o."
        raise SettingsError(message)

    @classmethod
    def temporary(cls) -> RunStore:
        """A new, empty run directory among temporary files."""
        return cls(Path(tempfile.mkdtemp(prefix="tool_sandbox-")))

    def removed_with_it(self) -> RunStore:
        """The same directory, which is removed when the object that is returned is gone, or with the process."""
        store = RunStore(self.directory)
        weakref.finalize(store, shutil.rmtree, str(self.directory), ignore_errors=True)
        return store

    @classmethod
    def open(cls, location: str | os.PathLike[str]) -> RunStore:
        """An existing run directory.

        Raises:
            SettingsError: There is none.
        """
        directory = found_through_latest(open_location(location))
        try:
            found, why = directory.is_dir(), ""
        except refusals(directory) as error:
            found, why = False, f" ({_reason(error)})"
        if not found:
            message = f"{redact_text(os.fspath(location))!r} is not a run directory{why}; give the one a run printed."
            raise SettingsError(message)
        return cls(directory)

    @property
    def local_directory(self) -> Path | None:
        """The directory, if it is on this machine's disk."""
        return self.directory if is_local(self.directory) else None

    def calls(self, segment: str | None = None) -> JournalStore:
        """Open the place where the finished calls of models are kept.

        Args:
            segment: What is written of it, where several processes write; nobody else may write the same.

        Raises:
            OSError: The system refuses what it takes.
        """
        if is_local(self.directory):
            return JournalFiles(self.directory, segment)
        remote: Any = self.directory
        return JournalSegments(remote.fs, remote.path, redact_text(str(remote)))

    def recorded_calls(self) -> JournalStore:
        """Open that place only to read it."""
        return RecordedFiles(self.directory) if is_local(self.directory) else self.calls()

    def write_run(self, record: Mapping[str, Any]) -> None:
        """Write what the run was asked to do."""
        write_whole(self.directory / RUN, _encoded((indented_json(record, 2), "\n")))

    def read_run(self) -> dict[str, Any]:
        """What the run was asked to do.

        Raises:
            SettingsError: The directory holds no run of ours.
        """
        try:
            return read_object(self.directory / RUN)
        except SettingsError as error:
            message = f"{str(self.directory)!r} has no readable {RUN}, so it cannot be continued: {error}"
            raise SettingsError(message) from error

    def append_result(self, result: SampleResult) -> None:
        """Add one finished sample; it is on the disk when this returns."""
        self.append_results([result])

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Say what to do when something of a run that is played cannot be written inside the block.

        Raises:
            SettingsError: It cannot.
        """
        try:
            yield
        except OSError as error:
            message = (
                f"cannot write to {str(self.directory)!r}: {error.strerror or error}. What was finished before is "
                f"kept; once there is room again, 'tool_sandbox resume {self.directory}' goes on with it."
            )
            raise SettingsError(message) from error

    def append_results(self, results: Iterable[SampleResult]) -> list[int]:
        """Add finished samples; they are on the disk when this returns.

        Returns:
            Where the line of each begins, for ``result_lines``.
        """
        return self._results.append(results)

    def result_lines(self) -> ResultLines:
        """Reads again what this object appends."""
        return self._results.lines()

    def read_results(self, is_wanted: Callable[[SampleResult], bool] = lambda _result: True) -> WrittenResults:
        """Every finished sample, in the order they finished; a line torn by a crash is skipped.

        Args:
            is_wanted: Which of them are meant.

        Raises:
            SettingsError: A line is whole and yet no result of ours; nothing is thrown away for that.
        """
        return self._results.read(is_wanted)

    def rewrite_results(self, results: Iterable[SampleResult]) -> WrittenResults:
        """Replace the finished samples, in one step.

        Returns:
            The same, as they are written now.
        """
        return self._results.rewrite(results)

    def write_summary(self, summary: Mapping[str, Any]) -> None:
        """Write the aggregated results."""
        write_whole(self.directory / SUMMARY, _encoded(chain(indented_parts(summary, 4), "\n")))

    def claim(self) -> None:
        """Keep other processes from writing into the same run until this object, or this process, is gone.

        Raises:
            SettingsError: Another process plays the run just now.
        """
        if sys.platform == "win32" or not is_local(self.directory):
            return
        self._claim = os.open(self.directory, os.O_RDONLY)
        try:
            fcntl.flock(self._claim, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            self.release()
            message = f"{str(self.directory)!r} is being played by another process; wait for it, or stop it first."
            raise SettingsError(message) from error

    def release(self) -> None:
        """Let other processes continue the run."""
        if self._claim is not None:
            os.close(self._claim)
            self._claim = None

    def discard(self) -> None:
        """Remove the directory of a run that never began, with what it took over from another one."""
        if is_local(self.directory):
            shutil.rmtree(self.directory, ignore_errors=True)
            return
        for name in (RUN, CALLS):
            path = self.directory / name
            if path.exists():
                path.unlink()
        self.directory.rmdir()

    def trajectory_of(self, result: Mapping[str, Any]) -> AnyPath:
        """Where the files of a finished sample are.

        Args:
            result: Its record. Runs of earlier versions and of the original's do not say where; then it is the first
                of the places they used that exists.
        """
        if recorded := result.get("trajectory"):
            return self.directory / str(recorded)
        places = self._former_places(str(result["name"]), int(result.get("trial") or 0))
        return next((place for place in places if place.is_dir()), places[-1])

    def _former_places(self, name: str, trial: int) -> list[AnyPath]:
        names = dict.fromkeys((name, readable_name(name)[:_FORMER_LENGTH], folder_name(name)))
        folders = [self.directory / TRAJECTORIES / each for each in names]
        return [*(folder / f"{TRIAL}{trial}" for folder in folders), *(folders if trial == 0 else [])]

    def write_trajectory(self, directory: AnyPath, files: Mapping[str, str]) -> None:
        """Write the files of one sample, each in one step, in place of those an interrupted try left."""
        write_trajectory(directory, files)


def trajectory_place(name: str, trial: int, trials: int) -> str:
    """How a result says where its trajectory is: from the run directory on, with slashes on every system."""
    folder = f"{TRAJECTORIES}/{folder_name(name)}"
    return folder if trials == 1 else f"{folder}/{TRIAL}{trial}"


def write_trajectory(directory: AnyPath, files: Mapping[str, str]) -> None:
    """Write the files of one sample, each in one step.

    Args:
        directory: Is made where there is none.
        files: Text by name.
    """
    write_whole_files(directory, dict(zip(files, _encoded(files.values()), strict=True)))


def _encoded(parts: Iterable[str]) -> Iterator[bytes]:
    return (part.encode("utf-8", "backslashreplace") for part in parts)  # writes a lone surrogate as its JSON escape


def cannot_write(where: str, error: Exception) -> SettingsError:
    """That a new run cannot be written.

    Args:
        where: Its directory, or the one in which that was to be made.
        error: Why.
    """
    return SettingsError(f"cannot write to {redact_text(where)!r}: {_reason(error)}. Choose another directory with -o.")


def _reason(error: Exception) -> str:
    return redact_text(str(getattr(error, "strerror", None) or str(error) or type(error).__name__))

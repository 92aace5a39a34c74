"""The run directory: what is on disk at every instant can be read, and continued from."""

from __future__ import annotations

import json
import os
import shutil
import sys
import tempfile
import threading
import weakref
from collections.abc import Iterable, Mapping
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeGuard

if sys.platform != "win32":
    import fcntl

from tool_sandbox.common.folder_names import folder_name, readable_name
from tool_sandbox.errors import SettingsError
from tool_sandbox.redaction import redact_text
from tool_sandbox.registry.run_resources import CALLS
from tool_sandbox.registry.settings import LATEST
from tool_sandbox.runs.json_files import read_object
from tool_sandbox.runs.outcomes import SampleResult

if TYPE_CHECKING:
    from upath import UPath

    AnyPath = Path | UPath

RUN, RESULTS, SUMMARY, TRAJECTORIES = "run.json", "results.jsonl", "result_summary.json", "trajectories"
TRIAL = "trial_"
"""How the folder of each trial below that of the scenario begins, when there are several."""
LONGEST_ROLE_NAME = 100
"""Bytes of an agent's or user's name that the name of a run directory shows."""
_FORMER_LENGTH = 100
"""Characters at which earlier versions cut the names of trajectory folders."""


def is_local(path: AnyPath) -> TypeGuard[Path]:
    """Whether a path is on this machine's disk; some versions of ``UPath`` derive from ``Path`` wherever they are."""
    return type(path).__module__.startswith("pathlib")


def open_location(location: str | os.PathLike[str]) -> AnyPath:
    """The path behind a directory name or an fsspec URL.

    Raises:
        SettingsError: No installed package understands the URL.
    """
    text = os.fspath(location)
    if "://" not in text or text.startswith("file://"):
        return _at_home(Path(text.removeprefix("file://")))
    try:
        from upath import UPath

        return UPath(text)
    except (ImportError, ValueError) as error:
        message = f"cannot write to {text!r}: {error}. Use a directory, or install the fsspec package for this URL."
        raise SettingsError(message) from error


def _at_home(path: Path) -> Path:
    try:
        return path.expanduser()
    except RuntimeError as error:
        message = f"{str(path)!r} begins in a home directory that is not known here; write the whole path."
        raise SettingsError(message) from error


def _refusals(path: AnyPath) -> tuple[type[Exception], ...]:
    """What opening a path may raise; the packages for other storage have errors of their own."""
    return (OSError, ValueError) if is_local(path) else (Exception,)


class RunStore:
    """Reads and writes one run directory."""

    def __init__(self, directory: AnyPath) -> None:
        self.directory = directory
        self._claim: int | None = None

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
            except _refusals(root) as error:
                message = f"cannot write to {redact_text(base)!r}: {_reason(error)}. Choose another directory with -o."
                raise SettingsError(message) from error
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
        directory = open_location(location)
        try:
            found, why = directory.is_dir(), ""
        except _refusals(directory) as error:
            found, why = False, f" ({_reason(error)})"
        if not found and why == "" and (led := _led_to(directory)) is not None:
            return cls(led)
        if not found:
            message = f"{redact_text(os.fspath(location))!r} is not a run directory{why}; give the one a run printed."
            raise SettingsError(message)
        if directory.name == LATEST and _is_link(directory):
            return cls(directory.parent / directory.readlink())
        return cls(directory)

    def mark_latest(self) -> None:
        """Have ``latest`` beside the directory lead to it: a link, or where there are none a file with its name.

        What is called so and leads to no run directory is left alone, and so is everything when that fails.
        """
        latest = self.directory.parent / LATEST
        with suppress(*_refusals(latest)):
            if latest.exists() and not _is_link(latest) and not latest.is_file():
                return
            if is_local(latest):
                _link(latest, self.directory.name)
            else:
                latest.write_text(self.directory.name + "\n")

    @property
    def local_directory(self) -> Path | None:
        """The directory, if it is on this machine's disk."""
        return self.directory if is_local(self.directory) else None

    def write_run(self, record: Mapping[str, Any]) -> None:
        """Write what the run was asked to do."""
        self._write(self.directory / RUN, _json(record, 2))

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
        line = json.dumps(result.to_record(), ensure_ascii=False).encode("utf-8", "backslashreplace") + b"\n"
        path = self.directory / RESULTS
        if not is_local(path):
            _append_remotely(path, line)
            return
        with path.open("ab") as file:
            file.write(line)
            file.flush()
            os.fsync(file.fileno())

    def read_results(self) -> list[SampleResult]:
        """Every finished sample, in the order they finished; a line torn by a crash is skipped.

        Raises:
            SettingsError: A line is whole and yet no result of ours; nothing is thrown away for that.
        """
        path = self.directory / RESULTS
        if not path.exists():
            return []
        results = {}
        for number, line in enumerate(path.read_bytes().split(b"\n"), 1):
            record = _whole_record(line)
            if record is None:
                continue
            try:
                result = SampleResult.from_record(record)
            except ValueError as error:
                message = f"{str(path)!r}, line {number}, is not a result that this version wrote: {error}."
                raise SettingsError(message) from error
            results[result.key] = result
        return list(results.values())

    def rewrite_results(self, results: Iterable[SampleResult]) -> None:
        """Replace the finished samples, in one step."""
        lines = [json.dumps(result.to_record(), ensure_ascii=False) + "\n" for result in results]
        self._write(self.directory / RESULTS, "".join(lines).encode("utf-8", "backslashreplace"))

    def write_summary(self, summary: Mapping[str, Any]) -> None:
        """Write the aggregated results."""
        self._write(self.directory / SUMMARY, _json(summary, 4))

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
        """Remove the directory of a run that never began."""
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
        directory.mkdir(parents=True, exist_ok=True)
        for name, text in files.items():
            self._write(directory / name, text.encode("utf-8", "backslashreplace"))

    def _write(self, path: AnyPath, content: bytes) -> None:
        if not is_local(path):  # object stores show a file only when it is whole
            path.write_bytes(content)
            return
        unfinished = path.with_name(f".{path.name}.{os.getpid()}.tmp")
        unfinished.write_bytes(content)
        unfinished.replace(path)


def _is_link(path: AnyPath) -> TypeGuard[Path]:
    return is_local(path) and path.is_symlink()


def _link(latest: Path, name: str) -> None:
    """Make ``latest`` lead to a directory beside it, in one step."""
    unfinished = latest.with_name(f".{latest.name}.{os.getpid()}.{threading.get_ident()}.tmp")
    unfinished.unlink(missing_ok=True)
    try:
        unfinished.symlink_to(name, target_is_directory=True)
    except (OSError, NotImplementedError):  # Windows allows it to few
        unfinished.write_text(f"{name}\n", encoding="utf-8")
    try:
        unfinished.replace(latest)
    except OSError:  # Windows replaces no link to a directory
        latest.unlink()
        unfinished.replace(latest)


def _led_to(path: AnyPath) -> AnyPath | None:
    """The run directory whose name a file has, as ``mark_latest`` writes it where there are no links."""
    if path.name != LATEST or not path.is_file():
        return None
    directory = path.parent / path.read_text(encoding="utf-8").strip()
    return directory if directory.parent == path.parent and directory.is_dir() else None


def trajectory_place(name: str, trial: int, trials: int) -> str:
    """How a result says where its trajectory is: from the run directory on, with slashes on every system."""
    folder = f"{TRAJECTORIES}/{folder_name(name)}"
    return folder if trials == 1 else f"{folder}/{TRIAL}{trial}"


def _json(value: Any, indent: int) -> bytes:
    text = json.dumps(value, indent=indent, ensure_ascii=False) + "\n"
    return text.encode("utf-8", "backslashreplace")  # writes a lone surrogate as its JSON escape


def _whole_record(line: bytes) -> dict[str, Any] | None:
    try:
        record = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return record if isinstance(record, dict) else None


def _append_remotely(path: AnyPath, line: bytes) -> None:
    try:
        with path.open("ab") as file:
            file.write(line)
    except (NotImplementedError, ValueError, FileNotFoundError):  # a store without appending
        path.write_bytes((path.read_bytes() if path.exists() else b"") + line)


def _reason(error: Exception) -> str:
    return redact_text(str(getattr(error, "strerror", None) or str(error) or type(error).__name__))

"""Single lines of the file with the results of a run."""

from __future__ import annotations

import json
import threading
import weakref
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from tool_sandbox.errors import SettingsError
from tool_sandbox.runs.json_files import decoded
from tool_sandbox.runs.outcomes import SampleResult

if TYPE_CHECKING:
    from tool_sandbox.runs.places import AnyPath


def line_of(result: SampleResult) -> bytes:
    """The line that holds a result."""
    return f"{json.dumps(result.to_record(), ensure_ascii=False)}\n".encode("utf-8", "backslashreplace")


class ResultLines:
    """Reads results again, also when the file was replaced or removed meanwhile. May be used from any thread.

    Args:
        path: The file.
        copy: What is read in its place, where it is on another machine.
    """

    def __init__(self, path: AnyPath, copy: Path | None = None) -> None:
        self._path, self._copy, self._lock = path, copy or path, threading.Lock()
        self._file: BinaryIO | None = None
        self._end = self._number = 0
        """Where the last line that was read ends, and which one it is."""

    def open(self) -> BinaryIO:
        """Hold on to the file as it is."""
        if self._file is None:
            self._file = self._copy.open("rb")
            weakref.finalize(self, self._file.close)
        return self._file

    def close(self) -> None:
        """Let go of it until something is looked at again."""
        if self._file is not None:
            self._file.close()
            self._file = None

    def all(self) -> Iterator[tuple[int, SampleResult]]:
        """Where each line begins, and its result; a line torn by a crash is passed over.

        Nothing else is to be read meanwhile.

        Raises:
            SettingsError: A line is whole and yet no result of ours.
        """
        self._end = self._number = 0
        return self._further(until_torn=False)

    def more(self) -> Iterator[tuple[int, SampleResult]]:
        """The same of the whole lines that were added since, or of all of them the first time."""
        return self._further(until_torn=True)

    def line(self, place: int) -> bytes:
        """The line that begins after so many bytes."""
        file = self.open()
        with self._lock:
            file.seek(place)
            return file.readline()

    def record(self, place: int) -> Mapping[str, Any]:
        """What it says.

        Raises:
            SettingsError: Nothing that a run writes.
        """
        record = decoded(self.line(place))
        if record is None:
            message = f"{str(self._path)!r} holds no result any more {place} bytes from its beginning."
            raise SettingsError(message)
        return record

    def result(self, place: int) -> SampleResult:
        """The result in it.

        Raises:
            SettingsError: There is none that this version wrote.
        """
        return self._result(self.record(place), f" holds something else than a result {place} bytes from its beginning")

    def _further(self, *, until_torn: bool) -> Iterator[tuple[int, SampleResult]]:
        if self._file is None and not self._copy.exists():
            return
        file = self.open()
        file.seek(self._end)
        for line in file:
            if until_torn and not line.endswith(b"\n"):
                return
            place, self._end, self._number = self._end, self._end + len(line), self._number + 1
            if (record := decoded(line)) is not None:
                otherwise = f", line {self._number}, is not a result that this version wrote"
                yield place, self._result(record, otherwise)

    def _result(self, record: Mapping[str, Any], otherwise: str) -> SampleResult:
        try:
            return SampleResult.from_record(record)
        except ValueError as error:
            message = f"{str(self._path)!r}{otherwise}: {error}."
            raise SettingsError(message) from error

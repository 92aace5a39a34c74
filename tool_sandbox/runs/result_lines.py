"""Single lines of the file with the results of a run."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any, BinaryIO

from tool_sandbox.errors import SettingsError
from tool_sandbox.runs.json_files import decoded
from tool_sandbox.runs.outcomes import SampleResult


class ResultLines:
    """Reads results again, also when the file was replaced or removed meanwhile. May be used from any thread.

    Args:
        path: The file, on this machine's disk.
    """

    def __init__(self, path: Path) -> None:
        self._path, self._lock = path, threading.Lock()
        self._file: BinaryIO | None = None

    def open(self) -> None:
        """Hold on to the file as it is."""
        if self._file is None:
            self._file = self._path.open("rb")

    def record(self, place: int) -> Mapping[str, Any]:
        """What the line says that begins after so many bytes.

        Raises:
            SettingsError: Nothing that a run writes.
        """
        self.open()
        assert self._file is not None
        with self._lock:
            self._file.seek(place)
            line = self._file.readline()
        record = decoded(line)
        if record is None:
            message = f"{str(self._path)!r} holds no result any more {place} bytes from its beginning."
            raise SettingsError(message)
        return record

    def result(self, place: int) -> SampleResult:
        """The result in the line that begins after so many bytes.

        Raises:
            SettingsError: There is none that this version wrote.
        """
        try:
            return SampleResult.from_record(self.record(place))
        except ValueError as error:
            message = (
                f"{str(self._path)!r} holds something else than a result {place} bytes from its beginning: {error}."
            )
            raise SettingsError(message) from error

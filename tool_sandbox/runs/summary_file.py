"""A summary of a run, whose results are read one by one, as there may be many."""

from __future__ import annotations

import shutil
import tempfile
import threading
import weakref
from collections.abc import Iterator, Mapping
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, cast

from tool_sandbox.errors import SettingsError
from tool_sandbox.runs.json_files import no_object, readable
from tool_sandbox.runs.json_parts import JsonParts
from tool_sandbox.runs.outcomes import SampleResult
from tool_sandbox.runs.places import is_local

if TYPE_CHECKING:
    from tool_sandbox.runs.json_files import AnyPath

_RESULTS = "per_scenario_results"


def read_summary(path: AnyPath) -> dict[str, Any]:
    """The content of a ``result_summary.json``.

    Raises:
        SettingsError: It is not a summary: it lacks the results of the samples, or they are not objects with a name.
    """
    with closing(SummaryFile(path)) as file:
        records = [record for _, record in file.records()]
        return {_RESULTS: records, **file.others}


class SummaryFile:
    """Reads a summary as it is now, also when it is replaced or removed later. May be used from any thread.

    Args:
        path: The file.

    Raises:
        SettingsError: It cannot be read.
    """

    def __init__(self, path: AnyPath) -> None:
        self._path, self._lock = path, threading.Lock()
        with readable(path):
            self._file = _opened(path)
        weakref.finalize(self, self._file.close)
        self.others: dict[str, Any] = {}
        """What it says beside the results of the samples; known when these were all read."""

    def close(self) -> None:
        """Let go of it."""
        self._file.close()

    def records(self) -> Iterator[tuple[int, dict[str, Any]]]:
        """Where the result of each sample begins, and what it says, in the order of the run.

        Nothing else is to be read meanwhile.

        Raises:
            SettingsError: It is not a summary: it lacks the results of the samples, or they are not objects with a
                name.
        """
        with readable(self._path):
            parts, are_there = JsonParts(self._file), False
            if parts.next() not in {"", "{"}:
                raise no_object(self._path, parts.value()[1])
            for key in parts.members():
                if key != _RESULTS:
                    self.others[key] = parts.value()[1]
                    continue
                self._check(is_one=parts.next() == "[")
                are_there = True
                for place, record in parts.items():
                    self._check(is_one=isinstance(record, dict) and "name" in record)
                    yield place, record
            parts.end()
            self._check(is_one=are_there)

    def result(self, place: int) -> SampleResult:
        """The result that begins after so many bytes.

        Raises:
            SettingsError: There is none that a run writes.
        """
        with self._lock, readable(self._path):
            record = JsonParts(self._file, place).value()[1]
        return self.result_of(record)

    def result_of(self, record: Mapping[str, Any]) -> SampleResult:
        """What is said of a sample as a result; in the original, each is scored.

        Raises:
            SettingsError: It is none.
        """
        try:
            return SampleResult.from_record({"status": "scored", **record})
        except ValueError as error:
            message = f"{str(self._path)!r} has a result for {record['name']!r} that cannot be read: {error}."
            raise SettingsError(message) from error

    def _check(self, *, is_one: bool) -> None:
        if not is_one:
            message = (
                f"{str(self._path)!r} is not a result summary: expected {_RESULTS!r}, a list with one object for each "
                "sample."
            )
            raise SettingsError(message)


def _opened(path: AnyPath) -> BinaryIO:
    """The file, or a copy of one that is on another machine."""
    if is_local(path):
        return Path(path).open("rb")
    copy = cast("BinaryIO", tempfile.TemporaryFile())  # noqa: SIM115 -- closed by whoever reads it
    with path.open("rb") as there:
        shutil.copyfileobj(there, copy)
    return copy

"""The file with the results of a run, on this machine's disk or elsewhere."""

from __future__ import annotations

import shutil
import tempfile
import weakref
from collections.abc import Callable, Iterable, Iterator
from itertools import accumulate
from pathlib import Path
from typing import TYPE_CHECKING

from tool_sandbox.llm.layers.journal.files import sync
from tool_sandbox.runs.places import is_local
from tool_sandbox.runs.result_lines import ResultLines, line_of
from tool_sandbox.runs.whole_files import fetch, send, write_whole
from tool_sandbox.runs.written_results import WrittenResults

if TYPE_CHECKING:
    from tool_sandbox.runs.outcomes import SampleResult
    from tool_sandbox.runs.places import AnyPath

_PREFIX = "tool_sandbox-results-"


class ResultsFile:
    """Results, one in a line. Those of a file elsewhere are read again from a copy among temporary files.

    Args:
        path: Where it is, or will be.
    """

    def __init__(self, path: AnyPath) -> None:
        self._path = path
        self._folder: str | None = None
        """Holds the copy."""

    def append(self, results: Iterable[SampleResult]) -> list[int]:
        """Add results; they are on the disk when this returns.

        Returns:
            Where the line of each begins.
        """
        lines = [line_of(result) for result in results]
        here = self._filled_here()
        with here.open("ab") as file:
            begin = file.tell()
            file.write(b"".join(lines))
            file.flush()
            sync(file.fileno())
        if not is_local(self._path):
            _append_remotely(self._path, b"".join(lines), here)
        return list(accumulate(map(len, lines[:-1]), initial=begin))

    def lines(self) -> ResultLines:
        """Reads again what this object writes."""
        return ResultLines(self._path, self._filled_here())

    def read(self, is_wanted: Callable[[SampleResult], bool]) -> WrittenResults:
        """What it holds now.

        Raises:
            SettingsError: A line is whole and yet no result of ours.
        """
        if is_local(self._path):
            return WrittenResults.of(ResultLines(self._path), is_wanted)
        with tempfile.TemporaryDirectory(prefix=_PREFIX, ignore_cleanup_errors=True) as folder:
            # Not the copy: others may have written meanwhile, and what this object appends is read from that.
            fetch(self._path, Path(folder, self._path.name))
            lines = ResultLines(self._path, Path(folder, self._path.name))
            lines.open()  # it stays readable when the folder is gone
        return WrittenResults.of(lines, is_wanted)

    def rewrite(self, results: Iterable[SampleResult]) -> WrittenResults:
        """Hold other results from now on.

        Returns:
            The same, as they are written now.
        """
        here = self._here()
        found = WrittenResults(ResultLines(self._path, here))
        write_whole(here, _added(found, results))
        if not is_local(self._path):
            send(here, self._path)
        return found

    def _here(self) -> Path:
        if is_local(self._path):
            return self._path
        if self._folder is None:
            self._folder = tempfile.mkdtemp(prefix=_PREFIX)
            weakref.finalize(self, shutil.rmtree, self._folder, ignore_errors=True)
        return Path(self._folder, self._path.name)

    def _filled_here(self) -> Path:
        """The file or its copy, with what is written elsewhere already."""
        here = self._here()
        if not is_local(self._path) and not here.exists():
            fetch(self._path, here)
        return here


def _added(found: WrittenResults, results: Iterable[SampleResult]) -> Iterator[bytes]:
    """The lines of results as they are made; where each begins is added to what is found."""
    made = results.encoded() if isinstance(results, WrittenResults) else ((each.key, line_of(each)) for each in results)
    place = 0
    for key, line in made:
        found.add(key, place)
        place += len(line)
        yield line


def _append_remotely(path: AnyPath, lines: bytes, copy: Path) -> None:
    try:
        with path.open("ab") as file:
            file.write(lines)
    except (NotImplementedError, ValueError, FileNotFoundError):  # a store without appending
        send(copy, path)

"""Segments of a journal on this machine's disk.

A line that was taken is the system's: it is there whatever becomes of this process. The disk has it with the next
``sync``: only when the machine itself stops can later ones be lost.
"""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path

from tool_sandbox.llm.layers.journal.store import CALLS, SEGMENTS, Place

sync: Callable[[int], None] = getattr(os, "fdatasync", os.fsync)
"""Waits until the disk has all of an open file that is needed to read it; not the times at which it was written."""


class RecordedFiles:
    """Every segment in a run directory, only to be read.

    Args:
        directory: The run directory.
    """

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._files: list[int] = []
        self._ends: list[int] = []
        """Of each file, up to where it was read."""
        self._numbers: dict[Path, int] = {}
        self._passed_over: set[Path] = set()
        """Segments that have nothing unread, whatever is in them."""

    @property
    def name(self) -> str:
        """The path of the run directory."""
        return str(self._directory)

    @property
    def has_room(self) -> bool:
        """Always: a disk that is full says so when it is written to."""
        return True

    def unread(self) -> Iterator[tuple[Place, bytes]]:
        """Every whole line that was not given before, also of segments that have come since."""
        for path in journal_files(self._directory):
            if path in self._passed_over:
                continue
            number = self._number_of(path)
            with path.open("rb") as file:
                file.seek(self._ends[number])
                for line in file:
                    if not line.endswith(b"\n"):  # another process is writing it, or never will
                        break
                    place = Place(number, self._ends[number], len(line))
                    self._ends[number] += len(line)
                    yield place, line

    def read(self, place: Place) -> bytes:
        """The line at a place."""
        return os.pread(self._files[place.segment], place.length, place.offset)

    def append(self, line: bytes) -> Place:
        """Refuse a line.

        Raises:
            OSError: In any case.
        """
        message = f"a line of {len(line)} bytes is too much: it is only read"
        raise OSError(message)

    def await_room(self) -> None:
        """There is room."""

    def sync(self) -> None:
        """Nothing is left to do, since nothing was written."""

    def flush(self) -> None:
        """As ``sync``."""
        self.sync()

    def close(self) -> None:
        """Close the files."""
        files, self._files = self._files, []
        for file in files:
            os.close(file)

    def _number_of(self, path: Path) -> int:
        if path not in self._numbers:
            self._add(path, os.open(path, os.O_RDONLY))
        return self._numbers[path]

    def _add(self, path: Path, file: int) -> None:
        self._numbers[path] = len(self._files)
        self._files.append(file)
        self._ends.append(0)


class JournalFiles(RecordedFiles):
    """Reads every segment in a run directory and appends to one of them, which no other process may write.

    A last line of its own segment that a crash tore apart is cut off.

    Args:
        directory: The run directory; made if it is not there.
        segment: The name of the segment to write; by default the run's ``calls.jsonl``.
    """

    def __init__(self, directory: Path, segment: str | None = None) -> None:
        super().__init__(directory)
        self.path = directory / CALLS if segment is None else directory / SEGMENTS / f"{segment}.jsonl"
        """The file that is written."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self._own = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o644)
        self._is_torn = False
        """Whether a write that failed may have left something behind."""
        self._synced = 0
        """Bytes of it that the disk has."""
        self._add(self.path, self._own)
        _mend(self._own, self.path)
        _sync_directory(self.path.parent)

    @property
    def name(self) -> str:
        """The path of the file that is written."""
        return str(self.path)

    def unread(self) -> Iterator[tuple[Place, bytes]]:
        """As ``RecordedFiles.unread``; of its own segment only what was there before."""
        yield from super().unread()
        self._passed_over.add(self.path)

    def append(self, line: bytes) -> Place:
        """Write a line; nothing of it stays when that fails."""
        place = Place(0, self._ends[0], len(line))
        try:
            if self._is_torn:
                os.ftruncate(self._own, place.offset)
            self._is_torn = True
            _write_all(self._own, line)
            self._is_torn = False
        except OSError:
            with contextlib.suppress(OSError):  # tried again before the next write
                os.ftruncate(self._own, place.offset)
            raise
        self._ends[0] += len(line)
        return place

    def sync(self) -> None:
        """Wait until the disk has what was written."""
        if (end := self._ends[0]) != self._synced:
            sync(self._own)
            self._synced = end

    def close(self) -> None:
        """Have the disk keep everything, and close the files."""
        if self._files:
            with contextlib.suppress(OSError):  # the system has it, and tries on
                self.sync()
        super().close()


def journal_files(directory: Path) -> list[Path]:
    """The segments of the journal in a run directory on this machine's disk; empty where there is none."""
    alone = directory / CALLS
    return [*([alone] if alone.exists() else []), *sorted((directory / SEGMENTS).glob("*.jsonl"))]


def _mend(file: int, path: Path) -> None:
    """Cut off a last line that is torn; end one that only lacks its end."""
    line, offset = b"", 0
    with path.open("rb") as lines:
        for line in lines:
            offset += len(line)
    if not line or line.endswith(b"\n"):
        return
    try:
        json.loads(line)
    except (ValueError, RecursionError):
        os.ftruncate(file, offset - len(line))
    else:
        os.write(file, b"\n")


def _write_all(file: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(file, view) :]


def _sync_directory(path: Path) -> None:
    """Make a new file's name as durable as its contents."""
    directory = os.open(path, os.O_RDONLY)
    try:
        os.fsync(directory)
    finally:
        os.close(directory)

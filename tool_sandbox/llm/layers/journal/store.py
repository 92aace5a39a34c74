"""Where the lines of a journal are kept: in segments, of which one process writes one and everybody reads all."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple, Protocol

CALLS = "calls.jsonl"
"""The segment of a process that plays a run alone, in the run directory."""
SEGMENTS = "calls"
"""The folder of the run directory that holds all other segments, each ``NAME.jsonl``."""


class Place(NamedTuple):
    """Where a line stands."""

    segment: int
    """The number that the store gave to its segment."""
    offset: int
    """Bytes before it."""
    length: int
    """Bytes with its line end."""


class JournalStore(Protocol):
    """Keeps lines. ``append`` and ``flush`` are called in one thread at a time and may block; ``read`` in any."""

    @property
    def name(self) -> str:
        """What to call it in messages: the path or URL of what is written."""
        ...

    def unread(self) -> Iterator[tuple[Place, bytes]]:
        """Every whole line that it has not given before and that was not appended through it, in all segments."""
        ...

    def read(self, place: Place) -> bytes:
        """The line at a place."""
        ...

    def append(self, lines: Sequence[bytes]) -> list[Place]:
        """Take lines, each with its line end: all of them, or none if it raises.

        Raises:
            OSError: It cannot take them.
        """
        ...

    def flush(self) -> None:
        """Bring to its place what was taken and is not there yet.

        Raises:
            OSError: That is not possible; the message says what is missing.
        """
        ...

    def close(self) -> None:
        """Flush, and let go of files and threads."""
        ...

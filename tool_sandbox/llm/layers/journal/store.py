"""Where the lines of a journal are kept: in segments, of which one process writes one and everybody reads all."""

from __future__ import annotations

from collections.abc import Iterator
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
    """Keeps lines. ``append`` is called by one thread at a time and waits for nothing; what may wait says so."""

    @property
    def name(self) -> str:
        """What to call it in messages: the path or URL of what is written."""
        ...

    @property
    def has_room(self) -> bool:
        """Whether it takes a line now; who appends all the same is not refused."""
        ...

    def unread(self) -> Iterator[tuple[Place, bytes]]:
        """Every whole line that it has not given before and that was not appended through it, in all segments."""
        ...

    def read(self, place: Place) -> bytes:
        """The line at a place."""
        ...

    def append(self, line: bytes) -> Place:
        """Take a line with its line end. It outlives this process from then on, if not yet the machine.

        Raises:
            OSError: It cannot take it.
        """
        ...

    def await_room(self) -> None:
        """Wait until there is room.

        Raises:
            OSError: There has been none for too long.
        """
        ...

    def sync(self) -> None:
        """Have the machine's disk keep what was taken, which takes milliseconds.

        Raises:
            OSError: That is not possible.
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

"""A line at the bottom of a terminal that stays there, whatever else the process and its children write."""

from __future__ import annotations

import os
import sys
import tempfile
import time
from contextlib import suppress

from tool_sandbox.cli.interrupts import flush_streams

_ERASE = b"\r\x1b[2K"
_ERASE_THE_REST = b"\x1b[K"
_CHUNK = 65536


class BottomLine:
    """Owns the terminal behind standard error while it is open.

    Everything else that is written there, with ``print``, by logging, from threads, from C or from a child process,
    goes to a file first and is shown above the line by the next ``draw``. A file, unlike a pipe, never makes anybody
    wait: nothing can stand still because the terminal is slow or because somebody holds the interpreter.

    Its methods are for one thread at a time.

    Raises:
        OSError: There is no such terminal, or no room for the file.
    """

    def __init__(self) -> None:
        self._others = tempfile.TemporaryFile(buffering=0)  # noqa: SIM115 -- closed by close()
        self._terminal = os.dup(sys.stderr.fileno())
        self._shown = 0
        self._drawn = False
        self._at_line_start = True
        flush_streams()
        self._saved = {number: os.dup(number) for number in _descriptors_of(self._terminal)}
        for number in self._saved:
            os.dup2(self._others.fileno(), number)

    @property
    def columns(self) -> int:
        """Width of the terminal, now."""
        try:
            return os.get_terminal_size(self._terminal).columns or 80
        except OSError:
            return 80

    def draw(self, line: bytes) -> None:
        """Show what others have written since the last time, and the line below it.

        The line is left out as long as what others wrote ends in the middle of one of theirs: somebody may be asked
        something there.

        Args:
            line: Without a line break, narrower than the terminal.
        """
        shown = self._what_others_wrote()
        if self._at_line_start:
            shown += b"\r" + line + _ERASE_THE_REST
        self._drawn = self._at_line_start
        self._write(shown)

    def close(self) -> None:
        """Take the line away and give the terminal back."""
        flush_streams()
        for number, saved in self._saved.items():
            os.dup2(saved, number)
            os.close(saved)
        others = self._what_others_wrote() or (_ERASE if self._drawn else b"")
        self._write(others if self._at_line_start else others + b"\n")
        self._others.close()
        os.close(self._terminal)

    def _what_others_wrote(self) -> bytes:
        """What is new in the file, to be written in place of the line."""
        new = b""
        while chunk := os.pread(self._others.fileno(), _CHUNK, self._shown):
            self._shown += len(chunk)
            new += chunk
        if not new:
            return b""
        self._at_line_start = new.endswith(b"\n")
        return _ERASE + new if self._drawn else new

    def _write(self, content: bytes) -> None:
        rest = memoryview(content)
        with suppress(OSError):  # the terminal is gone; the run goes on without it
            while rest:
                try:
                    rest = rest[os.write(self._terminal, rest) :]
                except BlockingIOError:  # somebody who shares the terminal made it so
                    time.sleep(0.01)


def _descriptors_of(terminal: int) -> list[int]:
    """Standard output and standard error, as far as they are this terminal."""
    device = os.fstat(terminal).st_rdev
    found = []
    for number in (1, 2):
        with suppress(OSError):
            if os.isatty(number) and os.fstat(number).st_rdev == device:
                found.append(number)
    return found

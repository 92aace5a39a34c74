"""Lines at the bottom of a terminal that stay there, whatever else the process and its children write."""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import suppress

from tool_sandbox.cli.interrupts import flush_streams

_ERASE_THE_REST = b"\x1b[K"
_ERASE_BELOW = b"\x1b[J"
_CHUNK = 65536


class BottomBlock:
    """Owns the terminal behind standard error while it is open.

    Everything else that is written there, with ``print``, by logging, from threads, from C or from a child process,
    goes to a file first and is shown above the lines by the next ``draw``. A file, unlike a pipe, never makes anybody
    wait: nothing can stand still because the terminal is slow or because somebody holds the interpreter.

    Its methods are for one thread at a time.

    Raises:
        OSError: There is no such terminal, or no room for the file.
    """

    def __init__(self) -> None:
        self._others = tempfile.TemporaryFile(buffering=0)  # noqa: SIM115 -- closed by close()
        self._terminal = os.dup(sys.stderr.fileno())
        self._read = 0
        self._new = b""
        self._drawn: tuple[bytes, ...] = ()
        self._at_line_start = True
        flush_streams()
        self._saved = {number: os.dup(number) for number in _descriptors_of(self._terminal)}
        for number in self._saved:
            os.dup2(self._others.fileno(), number)

    @property
    def size(self) -> os.terminal_size:
        """Columns and lines of the terminal, now."""
        size = os.terminal_size((80, 24))
        with suppress(OSError):
            size = os.get_terminal_size(self._terminal)
        return os.terminal_size((size.columns or 80, size.lines or 24))

    def look(self) -> bool:
        """Look at what others have written since the last time.

        Returns:
            Whether it ends with a whole line; somebody may be asked something where it does not.
        """
        while chunk := os.pread(self._others.fileno(), _CHUNK, self._read):
            self._read += len(chunk)
            self._new += chunk
        if self._new:
            self._at_line_start = self._new.endswith(b"\n")
        return self._at_line_start

    def draw(self, lines: Sequence[bytes]) -> None:
        """Show what others had written at the last look, and the lines below it, unless that ends in half a line.

        Args:
            lines: Without line breaks, narrower than the terminal; fewer than it has.
        """
        others, self._new = self._new, b""
        wanted = tuple(lines) if self._at_line_start else ()
        if others or wanted != self._drawn:
            self._write(self._to_the_top() + _erasing(others) + self._below(wanted, fresh=bool(others)))
            self._drawn = wanted

    def leave(self) -> None:
        """Leave the lines to whoever writes next, such as a shell: the next ones stand below all that."""
        if self._drawn:
            self._write(b"\r\n")
        self._drawn = ()

    def close(self) -> None:
        """Take the lines away and give the terminal back."""
        flush_streams()
        for number, saved in self._saved.items():
            os.dup2(saved, number)
            os.close(saved)
        self.look()
        others, self._new = self._new, b""
        shown = self._to_the_top() + (_ERASE_BELOW if self._drawn else b"") + others
        self._write(shown if self._at_line_start else shown + b"\n")
        self._others.close()
        os.close(self._terminal)

    def _to_the_top(self) -> bytes:
        """Where the first of the lines begins. What a window made narrower has broken in two stays above."""
        up = len(self._drawn) - 1
        if up < 0:
            return b""
        return b"\r" + (b"\x1b[%dA" % up if up else b"")

    def _below(self, lines: Sequence[bytes], *, fresh: bool) -> bytes:
        """The lines in place of those that are there; nothing is erased first, so that nothing flickers."""
        content = b"\r\n".join(line + _ERASE_THE_REST for line in lines)
        content = b"\r" + content if content else b""
        return content if fresh or len(lines) >= len(self._drawn) else content + _ERASE_BELOW

    def _write(self, content: bytes) -> None:
        rest = memoryview(content)
        with suppress(OSError):  # the terminal is gone; the run goes on without it
            while rest:
                try:
                    rest = rest[os.write(self._terminal, rest) :]
                except BlockingIOError:  # somebody who shares the terminal made it so
                    time.sleep(0.01)


def _erasing(content: bytes) -> bytes:
    """Content in place of all that is below."""
    return _ERASE_BELOW + content if content else b""


def _descriptors_of(terminal: int) -> list[int]:
    """Standard output and standard error, as far as they are this terminal."""
    device = os.fstat(terminal).st_rdev
    found = []
    for number in (1, 2):
        with suppress(OSError):
            if os.isatty(number) and os.fstat(number).st_rdev == device:
                found.append(number)
    return found

"""What only a person at a terminal is shown: how far a run is, and lines that are not broken within a word."""

from __future__ import annotations

import os
import sys
from contextlib import AbstractContextManager, nullcontext, suppress
from typing import TYPE_CHECKING, Any

from tool_sandbox.cli.lines import filled
from tool_sandbox.cli.live.progress import Progress
from tool_sandbox.runs.run import Observer

if TYPE_CHECKING:
    import pytest

    from tool_sandbox.registry.sample import Sample
    from tool_sandbox.runs.outcomes import SampleResult

_SAVE, _RESTORE, _CLEAR = "\x1b7", "\x1b8", "\x1b[K"
"""What has a terminal remember where it writes, go back there, and empty the rest of the line."""


class Terminal:
    """The terminal that pytest writes to, if it is one.

    Args:
        config: That of the session.
    """

    _columns: int | None = None
    _stream: int | None = None

    def __init__(self, config: pytest.Config) -> None:
        self._config = config

    def open(self) -> None:
        """Take hold of it, while pytest does not capture what is written."""
        reporter: Any = self._config.pluginmanager.getplugin("terminalreporter")  # workers have none
        if reporter is not None and reporter.isatty and os.name == "posix":
            with suppress(OSError, ValueError):  # somebody has put another stream in its place
                self._columns = os.get_terminal_size(sys.stdout.fileno()).columns
                self._stream = os.dup(sys.stdout.fileno())

    def close(self) -> None:
        """Let go of it."""
        if self._stream is not None:
            os.close(self._stream)
            self._stream = None

    def fitting(self, text: str) -> str:
        """Text whose lines end between two words, where it is read on a terminal; else as it is."""
        columns = self._columns
        if columns is None:
            return text
        return "\n".join(line for each in text.splitlines() for line in filled(each, columns))

    def progress(self, total: int) -> AbstractContextManager[Observer]:
        """Shows how far a run of so many samples is, while it lasts."""
        if self._stream is None or self._columns is None or self._config.get_verbosity() < 0:
            return nullcontext(Observer())
        room = self._columns - self._config.get_terminal_writer().width_of_current_line - 1
        return _Count(total, self._stream, room)


class _Count(Progress):
    """How many samples are played, behind what pytest has written of its line, and gone when all are.

    Args:
        total: How many there are.
        stream: The terminal.
        room: Columns that are left.
    """

    def __init__(self, total: int, stream: int, room: int) -> None:
        super().__init__(total)
        self._stream, self._room = stream, room
        self._draw()

    def started(self, sample: Sample) -> None:
        """Count a sample in flight and show it."""
        super().started(sample)
        self._draw()

    def finished(self, result: SampleResult) -> None:
        """Count a sample and show it."""
        super().finished(result)
        self._draw()

    def waiting(self, reason: str) -> None:
        """Show what calls wait for."""
        super().waiting(reason)
        self._draw()

    def close(self) -> None:
        """Take it away."""
        self._write(_CLEAR)

    def _draw(self) -> None:
        text = f"{self.done}/{self.total} samples, {self.status()}"
        self._write(f"{_CLEAR}{_SAVE}{text[: self._room]}{_RESTORE}")

    def _write(self, text: str) -> None:
        with suppress(OSError):  # nobody looks any more; the run goes on
            os.write(self._stream, text.encode("utf-8", "replace"))

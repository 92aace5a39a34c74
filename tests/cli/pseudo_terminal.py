"""The command line in a pseudo-terminal, and what stands on its screen and in its scrollback afterwards."""

from __future__ import annotations

import fcntl
import os
import pty
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pyte

from tests.waiting import HANG

ROOT = Path(__file__).resolve().parents[2]
_LINES = 24


class PseudoTerminal:
    """A process in a session and terminal of its own.

    Args:
        arguments: Of ``python``.
        columns: Width of the terminal.
        environment: What to change in that of this process.
        redirect: File descriptors that go to a file instead of the terminal.
    """

    def __init__(
        self,
        *arguments: str,
        columns: int = 80,
        environment: Mapping[str, str] | None = None,
        redirect: Mapping[int, Path] | None = None,
    ) -> None:
        self._master, slave = pty.openpty()
        self.screen = pyte.HistoryScreen(columns, _LINES, history=100_000)
        self._stream = pyte.ByteStream(self.screen)
        self.raw = b""
        self.resize(columns)
        streams: dict[int, Any] = {number: path.open("wb") for number, path in (redirect or {}).items()}
        kept = {
            name: value
            for name, value in os.environ.items()
            if name not in {"COLUMNS", "LINES", "NO_COLOR", "FORCE_COLOR"}
        }
        self.process = subprocess.Popen(
            [sys.executable, *arguments],
            stdin=slave,
            stdout=streams.get(1, slave),
            stderr=streams.get(2, slave),
            env={**kept, "PYTHONPATH": str(ROOT), "TERM": "xterm-256color", **(environment or {})},
            preexec_fn=_with_a_terminal_of_its_own,  # noqa: PLW1509 -- no thread of ours holds a lock it needs
        )
        os.close(slave)
        for stream in streams.values():
            stream.close()

    def resize(self, columns: int) -> None:
        """Change the width, as somebody does with a window."""
        fcntl.ioctl(self._master, termios.TIOCSWINSZ, struct.pack("HHHH", _LINES, columns, 0, 0))
        self.screen.resize(columns=columns)

    def is_line_by_line(self) -> bool:
        """Whether what is typed is shown and comes as lines, as terminals do it unless they are told otherwise."""
        modes = termios.tcgetattr(self._master)[3]
        return bool(modes & termios.ICANON) and bool(modes & termios.ECHO)

    def send(self, text: str) -> None:
        """Type."""
        os.write(self._master, text.encode())

    @contextmanager
    def stopped(self) -> Iterator[None]:
        """The process stands still meanwhile, and all that it has written is read."""
        self.process.send_signal(signal.SIGSTOP)
        os.waitpid(self.process.pid, os.WUNTRACED)
        self.read(0)
        yield
        self.process.send_signal(signal.SIGCONT)

    def wait_for(self, condition: Callable[[], bool]) -> None:
        """Read what the process writes until the condition holds."""
        deadline = time.monotonic() + HANG
        while not condition():
            assert time.monotonic() < deadline, f"it never happened; the screen:\n{self.text}"
            alive = self.read(0.05)
            assert alive or condition(), f"it ended before; the screen:\n{self.text}"

    def end(self, limit: float = HANG) -> int:
        """Read to the end of the process; its exit code."""
        deadline = time.monotonic() + limit
        while self.read(0.1):
            if time.monotonic() > deadline:
                self.process.kill()
                raise AssertionError(f"it does not end; the screen:\n{self.text}")
        return self.process.wait(HANG)

    def close(self) -> None:
        """Leave nothing running."""
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
        os.close(self._master)

    @property
    def lines(self) -> list[str]:
        """The scrollback, then the screen; without empty lines at the end."""
        rows = [*self.screen.history.top, *(self.screen.buffer[row] for row in range(_LINES))]
        found = ["".join(row[column].data for column in range(self.screen.columns)).rstrip() for row in rows]
        while found and not found[-1]:
            found.pop()
        return found

    @property
    def text(self) -> str:
        """The same as one text."""
        return "\n".join(self.lines)

    def read(self, seconds: float) -> bool:
        """Read what there is; whether the process still has the terminal."""
        ready, _, _ = select.select([self._master], [], [], seconds)
        if not ready:
            return self.process.poll() is None
        try:
            data = os.read(self._master, 65536)
        except OSError:  # nobody has the terminal any more
            return False
        self.raw += data
        self._stream.feed(data)
        return bool(data)


def _with_a_terminal_of_its_own() -> None:
    os.setsid()
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)

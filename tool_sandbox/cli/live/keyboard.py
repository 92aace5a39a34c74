"""Single keys from the terminal behind standard input, which is given back as it was."""

from __future__ import annotations

import os
import select
import signal
import sys
from contextlib import suppress
from typing import Any

if sys.platform != "win32":
    import termios

_MOST = 64
"""Bytes read at once: a key, or the few that somebody types meanwhile."""
_LOCAL_MODES = 3
_CONTROL_CHARACTERS = 6


class Keyboard:
    """Reads keys as they are pressed, without showing them, while it has the terminal.

    Ctrl-C, Ctrl-Z and their like stay signals. Nothing is read or changed while the process is in the background: the
    system would stop it. Whoever stopped it may change how the terminal behaves, so that this is looked at every time.

    Raises:
        OSError: Standard input is not a terminal.
    """

    def __init__(self) -> None:
        if sys.platform == "win32" or not os.isatty(sys.stdin.fileno()):
            message = "standard input is not a terminal"
            raise OSError(message)
        self._terminal = sys.stdin.fileno()
        self._before: list[Any] | None = None
        self._is_gone = False

    def take(self) -> bool:
        """Have keys come one by one; whether they do."""
        with suppress(OSError, termios.error):
            if self._is_ours() and not self._is_gone:
                settings = termios.tcgetattr(self._terminal)
                if settings[_LOCAL_MODES] & (termios.ICANON | termios.ECHO):
                    self._before = settings
                    termios.tcsetattr(self._terminal, termios.TCSANOW, _key_by_key(settings))
                return True
        return False

    def release(self) -> None:
        """Give the terminal back as it was."""
        before, self._before = self._before, None
        with suppress(OSError, termios.error):
            if before is not None and self._is_ours():
                termios.tcsetattr(self._terminal, termios.TCSANOW, before)

    def wait(self, seconds: float) -> None:
        """Wait until a key is pressed or the time is up."""
        with suppress(OSError, ValueError):
            select.select([self._terminal], [], [], seconds)

    def read(self) -> str:
        """What was pressed since the last time; nothing while the process is in the background."""
        with suppress(OSError, ValueError):
            if self._is_ours() and select.select([self._terminal], [], [], 0)[0]:
                pressed = os.read(self._terminal, _MOST)
                self._is_gone = not pressed
                return pressed.decode("utf-8", "replace")
        return ""

    def _is_ours(self) -> bool:
        """Whether the process is in the foreground."""
        return os.tcgetpgrp(self._terminal) == os.getpgrp()


def without_stopping() -> None:
    """In this thread, have a read fail where it would stop a process that has just come into the background."""
    if hasattr(signal, "pthread_sigmask"):
        signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGTTIN])


def _key_by_key(settings: list[Any]) -> list[Any]:
    changed = list(settings)
    changed[_LOCAL_MODES] = settings[_LOCAL_MODES] & ~(termios.ICANON | termios.ECHO)
    changed[_CONTROL_CHARACTERS] = list(settings[_CONTROL_CHARACTERS])
    changed[_CONTROL_CHARACTERS][termios.VMIN] = (
        1  # with 0, whoever else reads there would take it for the end of input
    )
    changed[_CONTROL_CHARACTERS][termios.VTIME] = 0
    return changed

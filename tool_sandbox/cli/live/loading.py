"""What is done before a command says anything, on standard error from the first second.

Nothing here is slow to import.
"""

from __future__ import annotations

import sys
import threading
import time
from contextlib import ExitStack, suppress
from typing import Self

from tool_sandbox.cli.interrupts import Interrupts
from tool_sandbox.cli.live.bottom import BottomBlock
from tool_sandbox.cli.live.terminals import can_hold_lines, log_line, writable
from tool_sandbox.llm.transports.through_litellm.loading import is_loading

_PAUSE = 0.2
_LONG = 2.0
"""Seconds after which a log is told, too, what is being done."""
_ECHO = 8
"""Columns left free for what the terminal shows for pressed keys (^C)."""


class Loading:
    """Tells what is being done: in a line that is taken away again, or in a log where it takes long.

    Args:
        first: What is being done at first, in the words of ``loading scenarios``.
        shown: Whether anything is told at all.
    """

    def __init__(self, first: str = "starting", *, shown: bool = True) -> None:
        self._first = first
        self._shown = shown and sys.stderr is not None
        self._leaving = ExitStack()
        self._lock = threading.Lock()
        self._what, self._since, self._is_logged = "", 0.0, False
        self._bottom: BottomBlock | None = None
        self._over: threading.Event | None = None

    def tell(self, what: str) -> None:
        """Begin with something, in the words of ``loading scenarios``."""
        with self._lock:
            self._what, self._since, self._is_logged = what, time.monotonic(), False
            if self._over is not None:
                self._show()
            elif self._shown:
                self._over = threading.Event()
                self._open()
                threading.Thread(target=self._keep_telling, args=(self._over,), daemon=True, name="loading").start()

    def close(self) -> None:
        """Take the line away: before somebody is asked, and before the run shows how far it is. ``tell`` goes on."""
        with self._lock:
            bottom, self._bottom = self._bottom, None
            if self._over is not None:
                self._over.set()
                self._over = None
            if bottom is not None:
                bottom.close()

    def __enter__(self) -> Self:
        self._leaving.enter_context(Interrupts.current().during(self.close))
        self.tell(self._first)
        return self

    def __exit__(self, *error: object) -> None:
        """Take the line away."""
        self.close()
        self._leaving.close()

    @classmethod
    def at_a_terminal(cls, first: str) -> Self:
        """What tells somebody who waits, and no log. Nothing may be printed, nor may anybody ask how wide it is."""
        return cls(first, shown=can_hold_lines())

    def _open(self) -> None:
        if can_hold_lines():
            with suppress(OSError):  # no room for a file: it goes on without a display
                self._bottom = BottomBlock()
                self._show()

    def _keep_telling(self, over: threading.Event) -> None:
        while not over.wait(_PAUSE):
            with self._lock:
                if not over.is_set():
                    self._show()

    def _show(self) -> None:
        seconds = time.monotonic() - self._since
        what = f"{self._what}, LiteLLM" if is_loading() else self._what
        if self._bottom is not None:
            line = f"{what} … {seconds:.0f} s" if seconds >= 1 else f"{what} …"
            room = max(0, self._bottom.size.columns - _ECHO)
            self._bottom.look()
            self._bottom.draw([writable(line[:room], sys.stderr.encoding).encode(sys.stderr.encoding)])
        elif seconds >= _LONG and not self._is_logged and not can_hold_lines():
            self._is_logged = True
            log_line(f"{what} …")

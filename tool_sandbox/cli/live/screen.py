"""A run on a terminal: a block of lines at the bottom, drawn a few times a second, and the keys that change the run."""

from __future__ import annotations

import os
import signal
import sys
import threading
from contextlib import suppress
from typing import TYPE_CHECKING, Self

from tool_sandbox.cli.live.block import Block
from tool_sandbox.cli.live.bottom import BottomBlock
from tool_sandbox.cli.live.display import ShownProgress
from tool_sandbox.cli.live.keyboard import Keyboard, without_stopping
from tool_sandbox.cli.live.keys import Keys
from tool_sandbox.cli.live.status import Status

if TYPE_CHECKING:
    from tool_sandbox.runs.control import RunControl

_PATIENCE = 0.5
"""Seconds that Ctrl-Z waits for the lines to be drawn to their end."""


class ScreenProgress(ShownProgress):
    """The block, taken away when the run is over, and the keys, which are read as long as it stands there."""

    pause = 0.2
    _bottom: BottomBlock | None = None
    _keyboard: Keyboard | None = None
    _keys: Keys | None = None
    _has_keys = False
    """Whether keys come one by one just now."""

    def __enter__(self) -> Self:
        self._block = Block(sys.stderr.encoding, has_trials=self.watched.has_trials)
        with suppress(OSError):  # no room for a file: the run goes on without a display
            self._bottom = BottomBlock()
        if threading.current_thread() is threading.main_thread():  # no other one is told of Ctrl-Z
            with suppress(OSError, ValueError, AttributeError):  # nobody types there
                self._keyboard = Keyboard()
                if signal.getsignal(signal.SIGTSTP) == signal.SIG_DFL:  # whoever ignores Ctrl-Z goes on to do so
                    signal.signal(signal.SIGTSTP, self._stop)
        return super().__enter__()

    def adjustable(self, control: RunControl) -> None:
        """Have keys change the run."""
        super().adjustable(control)
        self._keys = Keys(control, self.clock)

    def show(self, status: Status) -> None:
        """Draw it. Whoever writes half a line may ask for something: until it is a whole one, keys are theirs."""
        if self._bottom is None:
            return
        is_free = self._bottom.look()
        if self._keyboard is not None and self._keys is not None:
            self._has_keys = is_free and self._keyboard.take()
            if not is_free:
                self._keyboard.release()
        size, said = self._bottom.size, "" if self._keys is None else self._keys.line()
        hint = "? keys" if self._has_keys else ""
        self._bottom.draw(self._block.drawn(status, size.columns, size.lines, said=said, hint=hint))

    def show_last(self, status: Status) -> None:  # noqa: ARG002 -- the report says it
        """Take it away, and give the terminal back."""
        if self._keyboard is not None:
            self._keyboard.release()
            if threading.current_thread() is threading.main_thread() and self._handles_stop():
                signal.signal(signal.SIGTSTP, signal.SIG_DFL)
        if self._bottom is not None:
            self._bottom.close()

    def wait(self) -> None:
        """Wait for a key, or until it is to be drawn again."""
        if not self._has_keys or self._keyboard is None or self._keys is None:
            super().wait()
            return
        self._keyboard.wait(self.pause)
        pressed = "" if self._is_closed else self._keyboard.read()
        with self._lock:
            if not self._is_closed:
                self._keys.press(pressed)

    def _keep_showing(self) -> None:
        without_stopping()
        super()._keep_showing()

    def _handles_stop(self) -> bool:
        return signal.getsignal(signal.SIGTSTP) == self._stop

    def _stop(self, number: int, _frame: object) -> None:
        """Give the terminal back before Ctrl-Z stops the process; once it goes on, the lines stand below the shell's.

        Nothing may be drawn in between. The one who has the lock may be this thread itself, so that it is not waited
        for without end.
        """
        taken = self._lock.acquire(timeout=_PATIENCE)
        try:
            if self._keyboard is not None:
                self._keyboard.release()
            if self._bottom is not None and taken:
                self._bottom.leave()
            signal.signal(number, signal.SIG_DFL)
            os.kill(os.getpid(), number)
            if not self._is_closed:
                signal.signal(number, self._stop)
        finally:
            if taken:
                self._lock.release()

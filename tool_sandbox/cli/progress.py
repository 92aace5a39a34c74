"""How far a run is, on standard error, while it lasts."""

from __future__ import annotations

import io
import os
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING, Self

from tool_sandbox.cli.interrupts import Interrupts
from tool_sandbox.cli.terminal import BottomLine
from tool_sandbox.runs.run import Observer

if TYPE_CHECKING:
    from tool_sandbox.registry.sample import Sample
    from tool_sandbox.runs.outcomes import SampleResult

_SECONDS_BETWEEN_LINES = 5.0
_SECONDS_BETWEEN_DRAWINGS = 0.1
_WIDEST_BAR = 40
_NARROWEST_BAR = 8
_ECHO = 8
"""Columns left free, so that what the terminal shows for pressed keys (^C) does not begin another line."""


class Progress(Observer):
    """Counts what happens and shows nothing: right beside a person who types. Base of the displays.

    What it is told only changes numbers, so that it costs nothing and can wait for nothing.

    Args:
        total: Samples of the run.
        done: Samples that an earlier part of the run has finished.
        interrupts: Told how to stop the run.
    """

    def __init__(self, total: int, done: int = 0, interrupts: Interrupts | None = None) -> None:
        self.total, self.done = total, done
        self._interrupts = interrupts
        self.running = 0
        self.void = 0
        self.reason = ""
        self.similarity_sum = 0.0
        self.scored = 0

    def begun(self, interrupt: Callable[[], None]) -> None:
        """Have Ctrl-C stop the run."""
        if self._interrupts is not None:
            self._interrupts.stop_with(interrupt)

    def started(self, sample: Sample) -> None:  # noqa: ARG002 -- only their number is shown
        """Count a sample in flight."""
        self.running += 1

    def finished(self, result: SampleResult) -> None:
        """Count a finished sample."""
        self.running -= 1
        self.done += 1
        if result.similarity is None:
            self.void += 1
        else:
            self.scored += 1
            self.similarity_sum += result.similarity

    def waiting(self, reason: str) -> None:
        """Remember what calls wait for, to be shown."""
        self.reason = "".join(letter for letter in " ".join(reason.split()) if letter.isprintable())

    def status(self) -> str:
        """The numbers so far, in words."""
        mean = f"{self.similarity_sum / self.scored:.3f}" if self.scored else "-"
        return f"score {mean}, {self.void} void, {self.reason or f'{self.running} running'}"

    def close(self) -> None:
        """Take the display away; may be called twice, and from another thread."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        """Take the display away."""
        self.close()


class BarProgress(Progress):
    """A bar for terminals, drawn by a thread of its own a few times a second."""

    def __enter__(self) -> Self:
        self._began = time.monotonic()
        self._bar = Bar(sys.stderr.encoding)
        self._line: BottomLine | None = None
        with suppress(OSError):  # no room for a file: the run goes on without a display
            self._line = BottomLine()
        self._lock = threading.Lock()  # taken by the thread that draws and by the one that closes, nowhere else
        self._over = threading.Event()
        threading.Thread(target=self._keep_drawing, name="tool_sandbox-progress", daemon=True).start()
        return self

    def close(self) -> None:
        """Take the bar away."""
        self._over.set()
        with self._lock:
            line, self._line = self._line, None
        if line is not None:
            line.close()

    def _keep_drawing(self) -> None:
        while True:
            with self._lock:
                if self._line is not None:
                    self._line.draw(self._text(self._line.columns))
            if self._over.wait(_SECONDS_BETWEEN_DRAWINGS):
                return

    def _text(self, columns: int) -> bytes:
        seconds = int(time.monotonic() - self._began)
        elapsed = f"{seconds // 3600}:{seconds // 60 % 60:02}:{seconds % 60:02}"
        words = f"{self.done}/{self.total} {elapsed} {self.status()}"
        return self._bar.drawn(self.done, self.total, words, columns)


class Bar:
    """A bar with words behind it, on one line.

    Args:
        encoding: Of the terminal.
    """

    def __init__(self, encoding: str) -> None:
        from rich.console import Console

        self._encoding = encoding
        paper = io.TextIOWrapper(io.BytesIO(), encoding=encoding)
        self._console = Console(file=paper, force_terminal=True, legacy_windows=False, width=_WIDEST_BAR)

    def drawn(self, done: int, total: int, words: str, columns: int) -> bytes:
        """The line, narrower than ``columns``: the bar gives way to the words."""
        from rich.cells import cell_len, set_cell_size

        room = columns - _ECHO
        width = min(_WIDEST_BAR, room - cell_len(words) - 1)
        if width < _NARROWEST_BAR:
            text = words if cell_len(words) <= room else set_cell_size(words, max(0, room - 1)) + "…"[: max(0, room)]
        else:
            text = f"{self._drawn_bar(done, total, width)} {words}"
        return text.encode(self._encoding, "replace")

    def _drawn_bar(self, done: int, total: int, width: int) -> str:
        from rich.progress_bar import ProgressBar
        from rich.text import Text

        with self._console.capture() as drawn:
            self._console.print(ProgressBar(total=max(total, 1), completed=done, width=width), end="")
        # Without colours the part that is left is not drawn at all.
        return drawn.get() + " " * (width - Text.from_ansi(drawn.get()).cell_len)


class LineProgress(Progress):
    """A line now and then, for logs."""

    _next = 0.0

    def finished(self, result: SampleResult) -> None:
        """Write a line if the last one is old enough or the run is complete."""
        super().finished(result)
        self._write_now_and_then(at_once=self.done == self.total)

    def waiting(self, reason: str) -> None:
        """Write what is waited for, as often as other lines."""
        super().waiting(reason)
        self._write_now_and_then()

    def _write_now_and_then(self, *, at_once: bool = False) -> None:
        now = time.monotonic()
        if self._next == 0.0:
            self._next = now + _SECONDS_BETWEEN_LINES
        if now < self._next and not at_once:
            return
        self._next = now + _SECONDS_BETWEEN_LINES
        with suppress(OSError, ValueError):  # nobody reads the log any more; the run goes on
            print(f"{self.done}/{self.total} samples, {self.status()}", file=sys.stderr, flush=True)


def progress_display(
    total: int, done: int = 0, interrupts: Interrupts | None = None, *, shows_nothing: bool = False
) -> Progress:
    """The display that fits standard error; none for a person who types, or who wants none."""
    if shows_nothing or sys.stderr is None:
        return Progress(total, done, interrupts)
    return (BarProgress if _can_hold_a_line() else LineProgress)(total, done, interrupts)


def _can_hold_a_line() -> bool:
    """Whether standard error is a terminal on which something can be taken away again."""
    if os.name != "posix" or os.environ.get("TERM", "dumb") in {"dumb", "unknown"}:
        return False
    try:
        return sys.stderr.isatty() and os.isatty(sys.stderr.fileno())
    except (OSError, ValueError):  # closed, or no stream of the system
        return False

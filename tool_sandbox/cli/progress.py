"""How far a run is, on standard error, while it lasts."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from tool_sandbox.runs.run import Observer

if TYPE_CHECKING:
    from tool_sandbox.runs.outcomes import SampleResult
    from tool_sandbox.runs.session import Sample

_SECONDS_BETWEEN_LINES = 5.0


class Progress(Observer):
    """Base of both displays: counts what happens.

    Args:
        total: Samples of the run.
        done: Samples that an earlier part of the run has finished.
        abort: Called before the process ends the hard way.
    """

    def __init__(self, total: int, done: int = 0, abort: Callable[[], None] = lambda: None) -> None:
        self.total, self.done, self.abort = total, done, abort
        self.running = 0
        self.void = 0
        self.similarities: list[float] = []

    def started(self, sample: Sample) -> None:  # noqa: ARG002 -- only their number is shown
        """Count a sample in flight."""
        self.running += 1
        self.show()

    def finished(self, result: SampleResult) -> None:
        """Count a finished sample."""
        self.running -= 1
        self.done += 1
        if result.similarity is None:
            self.void += 1
        else:
            self.similarities.append(result.similarity)
        self.show()

    def stopping(self) -> None:
        """Leave nothing running."""
        self.abort()

    def show(self) -> None:
        """Bring the display up to date."""

    def status(self) -> str:
        """The numbers so far, in words."""
        mean = f"{sum(self.similarities) / len(self.similarities):.3f}" if self.similarities else "-"
        return f"score {mean}, {self.void} void, {self.running} running"

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the display."""


class BarProgress(Progress):
    """A bar for terminals."""

    def __enter__(self) -> Self:
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn
        from rich.progress import Progress as Bar

        columns: list[Any] = [
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            TextColumn("{task.fields[status]}"),
        ]
        self._bar = Bar(*columns, console=Console(stderr=True), transient=True)
        self._task = self._bar.add_task("", total=self.total, completed=self.done, status=self.status())
        self._bar.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Take the bar away."""
        self._bar.stop()

    def show(self) -> None:
        """Move the bar."""
        self._bar.update(self._task, completed=self.done, status=self.status())


class LineProgress(Progress):
    """A line now and then, for logs."""

    _next = 0.0

    def show(self) -> None:
        """Write a line if the last one is old enough or the run is complete."""
        now = time.monotonic()
        if now < self._next and self.done < self.total:
            return
        if self._next == 0.0:
            self._next = now + _SECONDS_BETWEEN_LINES
            return
        self._next = now + _SECONDS_BETWEEN_LINES
        print(f"{self.done}/{self.total} samples, {self.status()}", file=sys.stderr, flush=True)


def progress_display(total: int, done: int = 0, abort: Callable[[], None] = lambda: None) -> Progress:
    """The display that fits standard error."""
    return (BarProgress if sys.stderr.isatty() else LineProgress)(total, done, abort)

"""What a run tells while it lasts, kept as numbers for whoever shows it."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from typing import TYPE_CHECKING, Self

from tool_sandbox.cli.interrupts import Interrupts
from tool_sandbox.runs.run import Observer

if TYPE_CHECKING:
    from tool_sandbox.registry.sample import Sample
    from tool_sandbox.runs.control import RunControl
    from tool_sandbox.runs.outcomes import SampleResult


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
        self.judged: set[tuple[str, int]] = set()
        """The samples that were played, and are only to be judged, by name and trial."""
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

    def played(self, sample: Sample) -> None:
        """Count it as one that is to be judged."""
        self.running -= 1
        self.judged.add(sample.key)

    def finished(self, result: SampleResult) -> None:
        """Count a finished sample."""
        if result.key in self.judged:
            self.judged.remove(result.key)
        else:
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


class FollowedProgress(Progress):
    """Also keeps what is new, for whoever follows the run from another thread.

    Args:
        total: Samples of the run.
        done: Samples that an earlier part of the run has finished.
        interrupts: Told how to stop the run.
        clock: Seconds on a clock that never goes back.
    """

    def __init__(
        self,
        total: int,
        done: int = 0,
        interrupts: Interrupts | None = None,
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__(total, done, interrupts)
        self.clock = clock
        self.since: dict[tuple[str, int], float] = {}
        """Since when samples are in flight, by name and trial."""
        self.news: deque[tuple[float, SampleResult]] = deque()
        """Results that nobody has looked at yet, and when they came."""
        self.control: RunControl | None = None
        """Changes the run, as soon as it is played."""

    def adjustable(self, control: RunControl) -> None:
        """Keep what changes the run."""
        self.control = control

    def started(self, sample: Sample) -> None:
        """Note when it began."""
        super().started(sample)
        self.since[sample.key] = self.clock()

    def played(self, sample: Sample) -> None:
        """Note that it is not in flight any more."""
        super().played(sample)
        self.since.pop(sample.key, None)

    def finished(self, result: SampleResult) -> None:
        """Keep the result for whoever follows."""
        super().finished(result)
        self.since.pop(result.key, None)
        self.news.append((self.clock(), result))

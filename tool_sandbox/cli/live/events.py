"""A run for other programs: what happens in it as JSON, one object a line."""

from __future__ import annotations

import json
import queue
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from tool_sandbox.cli.lines import print_message
from tool_sandbox.cli.live.display import ShownProgress, Watched
from tool_sandbox.cli.live.status import Status
from tool_sandbox.cli.void import in_short
from tool_sandbox.errors import SettingsError
from tool_sandbox.runs.reasons import reason_of
from tool_sandbox.runs.scheduler import Ending

if TYPE_CHECKING:
    from tool_sandbox.registry.sample import Sample
    from tool_sandbox.runs.control import Adjustment
    from tool_sandbox.runs.outcomes import SampleResult
    from tool_sandbox.runs.run import Plan, Report

STANDARD_OUTPUT = "-"
_LONGEST_END = 5.0
"""Seconds in which whoever reads slowly may take what is left when all runs are over."""


class EventFile:
    """Where events are written, by a thread of its own: no run waits for whoever reads them.

    Args:
        place: The path of a file, to whose end they are added, or ``-`` for standard output.

    Raises:
        SettingsError: The file cannot be written.
    """

    def __init__(self, place: str) -> None:
        self.is_standard_output = place == STANDARD_OUTPUT
        self._place = place
        self._lines: queue.SimpleQueue[str | None] = queue.SimpleQueue()
        try:
            self._file = sys.stdout if self.is_standard_output else Path(place).open("a", encoding="utf-8")  # noqa: SIM115
        except OSError as error:
            message = f"--json-events {place!r} cannot be written: {error.strerror}. Choose another file, or '-'."
            raise SettingsError(message) from error
        self._writer = threading.Thread(target=self._keep_writing, name="tool_sandbox-events", daemon=True)
        self._writer.start()

    def write(self, record: Mapping[str, Any]) -> None:
        """Add a line; it is on its way when this returns."""
        self._lines.put(json.dumps(record) + "\n")

    def close(self) -> None:
        """Write what is left; may be called twice."""
        self._lines.put(None)
        self._writer.join(_LONGEST_END)

    def _keep_writing(self) -> None:
        try:
            while (line := self._lines.get()) is not None:
                self._file.write(line)
                self._file.flush()
        except (OSError, ValueError, AttributeError) as error:  # no reader, no room, no output; the run goes on
            print_message(f"note: no more events are written to {self._place!r}: {error}")
        if not self.is_standard_output:
            with suppress(OSError):
                self._file.close()


@contextmanager
def opened_events(place: str | None, *, as_json: bool = False) -> Iterator[EventFile | None]:
    """Where events go, while the block lasts; ``None`` when nobody wants any.

    Args:
        place: As for ``EventFile``.
        as_json: Whether standard output gets one JSON object at the end.

    Raises:
        SettingsError: The file cannot be written, or standard output would get both.
    """
    if place is None:
        yield None
        return
    if as_json and place == STANDARD_OUTPUT:
        message = "--json and --json-events - would both write to standard output; give the events a file."
        raise SettingsError(message)
    file = EventFile(place)
    try:
        yield file
    finally:
        file.close()


class RunEvents(ShownProgress):
    """The events of one run.

    Args:
        file: Where they go.
        one: The run.
    """

    pause = 10.0

    def __init__(self, file: EventFile, one: Plan, watched: Watched) -> None:
        super().__init__(watched)
        self._file, self._run = file, one
        self._ending = Ending.FAILED

    def __enter__(self) -> Self:
        settings = self._run.settings.to_record()
        told = ("agent", "user", "trials", "seed", "concurrency", "budget")
        self._tell(
            "run_started",
            directory=str(self._run.store.directory),
            **{name: settings[name] for name in told},
            scenarios=len(self._run.scenarios),
            total=self.total,
            done=self.done,
        )
        return super().__enter__()

    def __exit__(self, *error: object) -> None:
        """Tell that it is over, also where nobody came to say how."""
        if KeyboardInterrupt in error:
            self._ending = Ending.INTERRUPTED
        super().__exit__(*error)

    def started(self, sample: Sample) -> None:
        """Tell it."""
        super().started(sample)
        self._tell("sample_started", name=sample.name, trial=sample.trial)

    def finished(self, result: SampleResult) -> None:
        """Tell it."""
        super().finished(result)
        reason = reason_of(result)
        self._tell(
            "sample_finished",
            name=result.name,
            trial=result.trial,
            status=result.status,
            score=result.similarity,
            outcome=result.outcome,
            cause=result.cause,
            reason=None if reason is None else in_short(reason),
            cost=result.spending.cost.total,
            duration=round(result.duration, 3),
        )

    def waiting(self, reason: str) -> None:
        """Tell it."""
        super().waiting(reason)
        self._tell("waiting", reason=self.reason or None)

    def adjusted(self, adjustment: Adjustment) -> None:
        """Tell it."""
        self._tell("adjusted", what=adjustment.what, before=adjustment.before, after=adjustment.after)

    def ended(self, report: Report) -> None:
        """Remember how it ended."""
        self._ending = report.ending

    def show(self, status: Status) -> None:
        """Tell how it stands."""
        self._tell("totals", **_totals(status))

    def show_last(self, status: Status) -> None:
        """Tell how it ended."""
        self._tell("run_ended", ending=self._ending.value, **_totals(status))

    def _tell(self, event: str, **facts: Any) -> None:
        time = datetime.now(UTC).isoformat(timespec="milliseconds")
        self._file.write({"event": event, "time": time, "run": self._run.store.directory.name, **facts})


def _totals(status: Status) -> dict[str, Any]:
    low, high = status.interval or (None, None)
    return {
        "done": status.done,
        "total": status.total,
        "running": status.running,
        "judged": status.judged,
        "paused": status.paused,
        "scored": status.scored,
        "score": status.score,
        "low": low,
        "high": high,
        "void": status.void_by_cause,
        "cost": float(status.spent.known),
        "unpriced_calls": status.spent.unknown_calls,
        "projected": status.projected,
        "budget": status.budget,
        "calls": status.calls,
        "calls_per_second": round(status.calls_per_second, 2),
        "seconds": round(status.seconds, 1),
        "seconds_left": None if status.seconds_left is None else round(status.seconds_left, 1),
    }

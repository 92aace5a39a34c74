"""A run in a log: a line with the time, now and then."""

from __future__ import annotations

from collections.abc import Iterator

from tool_sandbox.cli.live.display import ShownProgress
from tool_sandbox.cli.live.status import Status
from tool_sandbox.cli.live.terminals import log_line
from tool_sandbox.cli.live.wording import running, score, speed, spent, time_left, void, waiting

_SECONDS_BETWEEN_LINES = 5.0
_LONGEST_SILENCE = 60.0
"""Seconds after which a line is written although nothing has changed."""


class LogProgress(ShownProgress):
    """A line at once, one every few seconds in which something changed, and a last one in any case."""

    _written_at = float("-inf")
    _last: tuple[object, ...] = ()

    def show(self, status: Status) -> None:
        """Write a line if it is time for one."""
        since = self.clock() - self._written_at
        seen = (status.done, status.running, status.judged, status.waiting)
        if since >= (_SECONDS_BETWEEN_LINES if seen != self._last else _LONGEST_SILENCE):
            self._write(status)
            self._written_at, self._last = self.clock(), seen

    def show_last(self, status: Status) -> None:
        """Write the last line."""
        self._write(status)

    def _write(self, status: Status) -> None:
        log_line(f"{status.done}/{status.total} samples, {', '.join(filter(None, self._parts(status)))}")

    def _parts(self, status: Status) -> Iterator[str]:
        yield from score(status)
        yield f"{sum(count for _, count in status.void)} void"
        yield from running(status)
        yield from spent(status)
        yield speed(status)
        yield time_left(status)
        yield waiting(status)
        yield from void(status)[:1]

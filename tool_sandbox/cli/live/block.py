"""How a run stands, as the few lines at the bottom of a terminal."""

from __future__ import annotations

from collections.abc import Iterator

from tool_sandbox.cli.live.bar import Bar
from tool_sandbox.cli.live.status import Status
from tool_sandbox.cli.live.terminals import writable
from tool_sandbox.cli.live.wording import (
    GAP,
    clock_time,
    joined,
    running,
    score,
    shortened,
    slowest,
    speed,
    spent,
    time_left,
    void,
    waiting,
)

_WIDEST = 100
"""Wider lines are hard to take in, and break when a window is made a little narrower."""
_ECHO = 8
"""Columns left free, so that what a terminal shows for pressed keys (^C) does not begin another line."""
_MOST_REASONS = 2
"""So many reasons why samples are void have a line of their own."""
_LEAST_AGE = 5.0
"""Samples in flight for less than so many seconds are not slow."""


class Block:
    """Writes how a run stands, the most important first, for as many columns and lines as there are.

    Args:
        encoding: Of the terminal.
        has_trials: Whether scenarios are played more than once.
    """

    def __init__(self, encoding: str, *, has_trials: bool = False) -> None:
        self._encoding, self._has_trials = encoding, has_trials
        self._bar = Bar(encoding)

    def drawn(self, status: Status, columns: int, lines: int, *, said: str = "", hint: str = "") -> list[bytes]:
        """The lines, each narrower than ``columns``, and fewer than ``lines``.

        Args:
            status: How the run stands.
            columns: Width of the terminal.
            lines: Its height.
            said: What stands below the first of them, in answer to a key.
            hint: What stands at the end of another one, where there is room.
        """
        room = max(0, min(columns, _WIDEST) - _ECHO)
        shown = [writable(line, self._encoding) for line in filter(None, self._lines(status, said, hint, room))]
        return [line.encode(self._encoding) for line in shown[: max(1, lines - 2)]]

    def _lines(self, status: Status, said: str, hint: str, room: int) -> Iterator[str]:
        yield self._how_far(status, room)
        yield shortened(said, room)
        void_samples = f"{sum(count for _, count in status.void)} void"
        yield joined([*score(status), void_samples, *running(status), f"{status.scored} scored", hint], room)
        yield joined([*spent(status), speed(status)], room)
        yield shortened(waiting(status), room)
        for reason in void(status)[:_MOST_REASONS]:
            yield shortened(reason, room)
        slow = [sample for sample in status.slowest if sample.seconds >= _LEAST_AGE]
        if slow:
            first, *others = slowest(slow, room - len("slowest "), with_trial=self._has_trials)
            yield joined([f"slowest {first}", *others], room)

    def _how_far(self, status: Status, room: int) -> str:
        share = f"{100 * status.done // max(1, status.total)}%"
        parts = [f"{status.done}/{status.total}", time_left(status), clock_time(status.seconds), share]
        words = joined(parts, room, GAP)
        return self._bar.drawn(status.done, status.total, words, room)

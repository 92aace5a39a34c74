"""What shows a run while it lasts, whatever it looks like."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Self

from attrs import frozen

from tool_sandbox.cli.interrupts import Interrupts
from tool_sandbox.cli.live.progress import FollowedProgress
from tool_sandbox.cli.live.status import Meter, Standing, Status

if TYPE_CHECKING:
    from tool_sandbox.runs.outcomes import SampleResult


@frozen(kw_only=True)
class Watched:
    """A run that is watched."""

    total: int
    """Its samples."""
    done: Sequence[SampleResult] = ()
    """Results that an earlier part of it has written."""
    budget: float | None = None
    """US dollars that it may spend."""
    has_trials: bool = False
    """Whether scenarios are played more than once."""
    meter: Meter | None = None
    """Tells what it spends."""
    interrupts: Interrupts | None = None
    """Told how to stop it."""


class ShownProgress(FollowedProgress):
    """Base of what shows a run: in a thread of its own, so that the run never waits for it.

    Args:
        watched: The run.
        clock: Seconds on a clock that never goes back.
    """

    pause = 1.0
    """Seconds from one look at the run to the next."""

    def __init__(self, watched: Watched, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__(watched.total, len(watched.done), watched.interrupts, clock=clock)
        self.watched = watched
        self._standing = Standing(self, watched.done, watched.meter, watched.budget)
        self._lock = threading.Lock()  # taken by the thread that shows and by the one that closes, nowhere else
        self._over = threading.Event()
        self._is_closed = False

    def show(self, status: Status) -> None:
        """Show how the run stands."""
        raise NotImplementedError

    def show_last(self, status: Status) -> None:
        """Show how it stood when it was over, or take away what is shown."""
        raise NotImplementedError

    def close(self) -> None:
        """End the display."""
        self._over.set()
        with self._lock:
            if not self._is_closed:
                self._is_closed = True
                self.show_last(self._standing.now())

    def __enter__(self) -> Self:
        self.show(self._standing.now())
        threading.Thread(target=self._keep_showing, name="tool_sandbox-progress", daemon=True).start()
        return self

    def wait(self) -> None:
        """Wait until it is to be shown again how the run stands."""
        self._over.wait(self.pause)

    def _keep_showing(self) -> None:
        while not self._over.is_set():
            self.wait()
            with self._lock:
                if not self._is_closed:
                    self.show(self._standing.now())

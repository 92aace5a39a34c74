"""A run in a thread and an event loop of its own: it can be asked for anywhere, also where a loop is running."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import wait
from contextlib import suppress
from functools import partial
from typing import Generic, TypeVar

from tool_sandbox.registry.sample import Sample
from tool_sandbox.runs.control import Adjustment, RunControl
from tool_sandbox.runs.outcomes import SampleResult
from tool_sandbox.runs.run import Observer
from tool_sandbox.threads import begun

Result = TypeVar("Result")

_GLANCE = 0.5
"""Seconds after which the waiting thread wakes: the system may give a Ctrl-C to another one, which cannot tell it."""
_LONGEST_STOP = 10.0
"""Seconds in which a run that is asked to stop may write down what it has; after them nobody waits for it."""


class StoppableObserver(Observer):
    """An observer through which a run can be stopped, also before it has begun.

    Args:
        told: Is told everything, too.
    """

    def __init__(self, told: Observer) -> None:
        self._told = told
        self._lock = threading.Lock()
        self._interrupt: Callable[[], None] | None = None
        self._stopped = False

    def stop(self) -> None:
        """Stop the run, or have it stop as soon as it begins."""
        with self._lock:
            self._stopped, interrupt = True, self._interrupt
        if interrupt is not None:
            interrupt()

    def begun(self, interrupt: Callable[[], None]) -> None:
        """Keep what stops the run."""
        with self._lock:
            self._interrupt, stopped = interrupt, self._stopped
        self._told.begun(interrupt)
        if stopped:
            interrupt()

    def adjustable(self, control: RunControl) -> None:
        """Pass it on."""
        self._told.adjustable(control)

    def adjusted(self, adjustment: Adjustment) -> None:
        """Pass it on."""
        self._told.adjusted(adjustment)

    def started(self, sample: Sample) -> None:
        """Pass it on."""
        self._told.started(sample)

    def played(self, sample: Sample) -> None:
        """Pass it on."""
        self._told.played(sample)

    def finished(self, result: SampleResult) -> None:
        """Pass it on."""
        self._told.finished(result)

    def waiting(self, reason: str) -> None:
        """Pass it on."""
        self._told.waiting(reason)


class RunThread(Generic[Result]):
    """Work that plays a run, in a daemon thread and in a copy of the caller's context.

    Args:
        work: Plays the run and hands its observer to it.
        told: Is told how the run goes, in that thread.
    """

    def __init__(self, work: Callable[[Observer], Result], told: Observer | None = None) -> None:
        self._observer = StoppableObserver(told or Observer())
        self._future = begun(partial(work, self._observer), "tool_sandbox-run")[1]

    def stop(self) -> None:
        """Have the run stop; what is finished stays."""
        self._observer.stop()

    @property
    def is_over(self) -> bool:
        """Whether the work has returned or failed."""
        return self._future.done()

    def wait(self, seconds: float) -> bool:
        """Wait so long at most for the end; whether it came."""
        wait([self._future], seconds)
        return self.is_over

    def result(self) -> Result:
        """What the work returned.

        Raises:
            KeyboardInterrupt: Somebody pressed Ctrl-C; the run was stopped, and what was finished is written down.
        """
        try:
            while not self._future.done():
                wait([self._future], _GLANCE)
            return self._future.result()
        except BaseException:
            if not self._future.done():  # it struck here, not there
                self._observer.stop()
                wait([self._future], _LONGEST_STOP)
            raise

    async def aresult(self) -> Result:
        """What the work returned, without blocking the event loop.

        Raises:
            asyncio.CancelledError: The task was cancelled; the run was stopped, and what was finished is written down.
        """
        try:
            return await asyncio.wrap_future(self._future)
        except asyncio.CancelledError:
            self._observer.stop()
            with suppress(Exception):  # whatever it ended with, the task that asked for it is cancelled
                await asyncio.wait_for(asyncio.wrap_future(self._future), _LONGEST_STOP)
            raise

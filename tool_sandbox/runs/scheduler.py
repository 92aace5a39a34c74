"""Many samples in flight in one event loop, until all are done, the money is spent or somebody interrupts."""

from __future__ import annotations

import asyncio
import contextvars
import os
import signal
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from enum import Enum
from types import FrameType
from typing import Any

from attrs import define, field

from tool_sandbox.runs.outcomes import SampleResult
from tool_sandbox.runs.session import Played, Sample
from tool_sandbox.runs.threads import LoopThreads

INTERRUPTED = 130
_THREADS_PER_SAMPLE = 2
_SIGNALS = (signal.SIGINT, signal.SIGTERM)


class Ending(Enum):
    """Why the scheduler stopped."""

    DONE = "done"
    BUDGET = "budget"
    INTERRUPTED = "interrupted"


@define
class Schedule:
    """Plays samples with at most ``concurrency`` of them in flight.

    Args:
        play: Plays one sample; never raises but when cancelled.
        finished: Told of every sample as it finishes, in the event loop's thread.
        started: Told of every sample as it starts.
        concurrency: Samples in flight at once.
    """

    play: Callable[[Sample], Awaitable[Played]]
    finished: Callable[[Sample, Played], None]
    concurrency: int
    started: Callable[[Sample], None] = lambda _sample: None
    ending: Ending = Ending.DONE
    _workers: set[asyncio.Task[None]] = field(factory=set, init=False)

    async def run(self, samples: Sequence[Sample]) -> Ending:
        """Play every sample, or as many as can be before something stops the run.

        Returns:
            Why it ended. What was finished until then was handed to ``finished``.
        """
        asyncio.get_running_loop().set_default_executor(LoopThreads(self.concurrency * _THREADS_PER_SAMPLE))
        waiting = iter(samples)
        for _ in range(min(self.concurrency, len(samples))):
            worker = asyncio.create_task(self._work(waiting), context=contextvars.copy_context())
            self._workers.add(worker)
        if self._workers:
            await asyncio.wait(self._workers, return_when=asyncio.FIRST_EXCEPTION)
        await self._give_up_the_rest()
        return self.ending

    def interrupt(self) -> None:
        """Stop at once; samples in flight are given up, finished ones stay."""
        self.ending = Ending.INTERRUPTED
        for worker in self._workers:
            worker.cancel()

    async def _give_up_the_rest(self) -> None:
        """Wait until no worker is left; when one failed, the others are stopped, and its error is raised."""
        failed = [worker for worker in self._workers if worker.done() and not worker.cancelled() and worker.exception()]
        if failed:
            for worker in self._workers:
                worker.cancel()
        await asyncio.gather(*self._workers, return_exceptions=True)
        for worker in failed:
            worker.result()

    async def _work(self, waiting: Iterator[Sample]) -> None:
        while self.ending is Ending.DONE and (sample := next(waiting, None)) is not None:
            self.started(sample)
            played = await self.play(sample)
            self.finished(sample, played)
            if played.result.cause == "budget" and self.ending is Ending.DONE:
                self.ending = Ending.BUDGET


@contextmanager
def interruptible(schedule: Schedule, abort: Callable[[], None]) -> Iterator[None]:
    """Within the block, the first Ctrl-C (or SIGTERM) interrupts ``schedule``, the second ends the process.

    Args:
        schedule: What to interrupt.
        abort: Called before the process ends the hard way, to leave nothing running.
    """
    loop = asyncio.get_running_loop()
    before: dict[int, Any] = {}

    def stop(_number: int, _frame: FrameType | None) -> None:
        if schedule.ending is Ending.INTERRUPTED:
            abort()
            os._exit(INTERRUPTED)
        loop.call_soon_threadsafe(schedule.interrupt)
        schedule.ending = Ending.INTERRUPTED

    with suppress(ValueError):  # not in the main thread, where signals never arrive
        before = {number: signal.signal(number, stop) for number in _SIGNALS}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def in_order(samples: Sequence[Sample], results: Sequence[SampleResult]) -> list[SampleResult]:
    """The results in the order of the samples, whatever order they finished in."""
    by_key = {result.key: result for result in results}
    return [by_key[sample.key] for sample in samples if sample.key in by_key]

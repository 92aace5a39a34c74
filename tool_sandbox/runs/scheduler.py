"""Many samples in flight in one event loop, until all are done, the money is spent or somebody interrupts."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Sequence
from enum import Enum

from attrs import define, field

from tool_sandbox.registry.sample import Sample
from tool_sandbox.runs.outcomes import SampleResult
from tool_sandbox.runs.reasons import Reason, reason_of
from tool_sandbox.runs.session import Played
from tool_sandbox.threads import DaemonThreads

_THREADS_PER_SAMPLE = 2


class Ending(Enum):
    """Why a run ended."""

    DONE = "done"
    """Every sample was played."""
    BUDGET = "budget"
    """A call would have passed the budget."""
    VOID = "void"
    """Too many samples in a row were void for the same reason."""
    INTERRUPTED = "interrupted"
    """It was stopped from outside."""
    FAILED = "failed"
    """Something that no sample can be played without is missing, or results could not be written."""


@define
class Schedule:
    """Plays samples with at most ``concurrency`` of them in flight.

    Args:
        play: Plays one sample; never raises but when cancelled.
        finished: Told of every sample as it finishes, in the event loop's thread.
        started: Told of every sample as it starts.
        concurrency: Samples in flight at once.
        max_void: So many void samples in a row with the same reason end the run; 0 for any number.
    """

    play: Callable[[Sample], Awaitable[Played]]
    finished: Callable[[Sample, Played], None]
    concurrency: int
    started: Callable[[Sample], None] = lambda _sample: None
    max_void: int = 0
    ending: Ending = Ending.DONE
    _workers: set[asyncio.Task[None]] = field(factory=set, init=False)
    _row: list[Reason] = field(factory=list, init=False)
    """The reasons of the last samples, as far back as they are void for the same one."""

    async def run(self, samples: Sequence[Sample]) -> Ending:
        """Play every sample, or as many as can be before something stops the run.

        Returns:
            Why it ended. What was finished until then was handed to ``finished``.

        Raises:
            asyncio.CancelledError: The task was cancelled, and with it every sample in flight.
        """
        asyncio.get_running_loop().set_default_executor(DaemonThreads(self.concurrency * _THREADS_PER_SAMPLE))
        waiting = iter(samples)
        for _ in range(min(self.concurrency, len(samples))):
            self._workers.add(asyncio.create_task(self._work(waiting)))
        try:
            if self._workers:
                await asyncio.wait(self._workers, return_when=asyncio.FIRST_EXCEPTION)
        except asyncio.CancelledError:
            self.interrupt()
            raise
        finally:
            await self._give_up_the_rest()
        return self.ending

    def interrupt(self) -> None:
        """Stop at once; samples in flight are given up, finished ones stay."""
        self._stop(Ending.INTERRUPTED)

    def _stop(self, ending: Ending) -> None:
        """Give up the samples in flight; whatever stops a run first says why it ended."""
        if self.ending is Ending.DONE:
            self.ending = ending
        for worker in self._workers:
            worker.cancel()

    async def _give_up_the_rest(self) -> None:
        """Wait until no worker is left; when one failed, the others are stopped, and its error is raised."""
        failed = [worker for worker in self._workers if worker.done() and not worker.cancelled() and worker.exception()]
        if failed:
            self._stop(Ending.FAILED)
        await asyncio.gather(*self._workers, return_exceptions=True)
        for worker in failed:
            worker.result()

    async def _work(self, waiting: Iterator[Sample]) -> None:
        while self.ending is Ending.DONE and (sample := next(waiting, None)) is not None:
            self.started(sample)
            played = await self.play(sample)
            self.finished(sample, played)
            self._end_after(played.result)

    def _end_after(self, result: SampleResult) -> None:
        """End the run if this sample shows that going on has no use, or is not wanted."""
        if result.cause == "budget" and self.ending is Ending.DONE:
            self.ending = Ending.BUDGET  # samples in flight may still fit
        elif result.cause == "cancelled":
            self.interrupt()
        elif self._too_many_void(result):
            self._stop(Ending.VOID)

    def _too_many_void(self, result: SampleResult) -> bool:
        reason = reason_of(result)
        if reason is None or reason not in self._row[-1:]:
            self._row = []
        if reason is not None:
            self._row.append(reason)
        return 0 < self.max_void <= len(self._row)

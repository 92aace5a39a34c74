"""Many samples in flight in one event loop, until all are done, the money is spent or somebody interrupts."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Iterable, Iterator
from enum import Enum
from itertools import islice

from attrs import define, field

from tool_sandbox.open_files import allow_open_files
from tool_sandbox.registry.sample import Sample
from tool_sandbox.runs.outcomes import Played, SampleResult
from tool_sandbox.runs.reasons import Reason, reason_of
from tool_sandbox.threads import DaemonThreads

THREADS_PER_SAMPLE = 2
"""Threads that a sample may need at once: a role or tool that blocks, and a journal or cache beside it."""
CONNECTIONS_PER_SAMPLE = 2
"""Connections that it keeps: to the server of the agent and to that of the user."""


Play = Callable[[Sample, Callable[[], None]], Awaitable[Played]]
"""Plays one sample; never raises but when cancelled, or when something is missing without which none can be played.

What it is given beside the sample is called when the sample is only judged: another one may take its place.
"""


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
    """Plays samples with at most ``concurrency`` of them in flight, each in a task and a context of its own.

    Its methods are for the thread of the event loop in which it runs.

    Args:
        play: Plays one sample.
        finished: Keeps every sample as it finishes; awaited to its end, whatever stops the run meanwhile.
        started: Told of every sample as it starts.
        played: Told of a sample that is only judged from now on.
        concurrency: Samples in flight at once.
        max_void: So many void samples in a row with the same reason end the run; 0 for any number.
    """

    play: Play
    finished: Callable[[Sample, Played], Awaitable[None]]
    concurrency: int
    started: Callable[[Sample], None] = lambda _sample: None
    played: Callable[[Sample], None] = lambda _sample: None
    max_void: int = 0
    ending: Ending = Ending.DONE
    is_open: bool = False
    """Whether more samples may be added: the run goes on without any, and a sample that was given up ends no run."""
    paused: bool = field(default=False, init=False)
    """Whether no further samples begin."""
    _coming: Iterator[Sample] = field(factory=lambda: iter(()), init=False)
    _waiting: deque[Sample] = field(factory=deque, init=False)
    """Those that are next: never empty as long as there is one that may begin."""
    _playing: set[asyncio.Task[None]] = field(factory=set, init=False)
    _finishing: set[asyncio.Task[None] | None] = field(factory=set, init=False)
    """Those of them that were played, and are being judged and kept."""
    _judged: set[asyncio.Task[None] | None] = field(factory=set, init=False)
    """Those of these that have left their room to others."""
    _failed: list[asyncio.Task[None]] = field(factory=list, init=False)
    _changed: asyncio.Event = field(factory=asyncio.Event, init=False)
    """Set when a sample has ended or something else may let another one begin, or end the run."""
    _threads: DaemonThreads | None = field(default=None, init=False)
    _row: list[Reason] = field(factory=list, init=False)
    """The reasons of the last samples, as far back as they are void for the same one."""

    async def run(self, samples: Iterable[Sample]) -> Ending:
        """Play every sample, or as many as can be before something stops the run.

        Args:
            samples: What to play; they are asked for one by one, when there is room for them.

        Returns:
            Why it ended. What was finished until then was handed to ``finished``.

        Raises:
            asyncio.CancelledError: The task was cancelled, and with it every sample in flight.
        """
        self._threads = DaemonThreads(self.concurrency * THREADS_PER_SAMPLE)
        allow_open_files(self.concurrency * CONNECTIONS_PER_SAMPLE)
        asyncio.get_running_loop().set_default_executor(self._threads)
        self._coming = iter(samples)
        self._await_next()
        try:
            while self._playing or ((self._waiting or self.is_open) and self.ending is Ending.DONE):
                await self._begin_samples()
                await self._changed.wait()
                self._changed.clear()
        except asyncio.CancelledError:
            self.interrupt()
            raise
        finally:
            await self._give_up_the_rest()
        return self.ending

    def add(self, sample: Sample) -> None:
        """Play one more sample, in the order in which they are added."""
        self._waiting.append(sample)
        self._changed.set()

    def close(self) -> None:
        """Have the run end when what was added so far is over."""
        self.is_open = False
        self._changed.set()

    def interrupt(self) -> None:
        """Stop at once; samples in flight are given up, finished ones stay."""
        self._stop(Ending.INTERRUPTED)

    def pause(self, *, paused: bool) -> None:
        """Begin no further samples, or go on; those in flight are played to their end."""
        self.paused = paused
        self._changed.set()

    def change_concurrency(self, concurrency: int) -> None:
        """Have so many samples in flight from now on; where they are too many, the next ones wait."""
        self.concurrency = concurrency
        allow_open_files(concurrency * CONNECTIONS_PER_SAMPLE)
        if self._threads is not None:
            self._threads.allow(concurrency * THREADS_PER_SAMPLE)
        self._changed.set()

    async def _begin_samples(self) -> None:
        """Begin as many as there is room for: in the task of ``run``, whose context every sample gets a copy of."""
        while self._waiting and self.ending is Ending.DONE and not self.paused and self._has_room():
            task = asyncio.create_task(self._play(self._waiting.popleft()))
            self._playing.add(task)
            task.add_done_callback(self._ended)
            self._await_next()
            await asyncio.sleep(0)  # many at once would be got ready together, and none ask its model before the last

    def _await_next(self) -> None:
        """Have one sample wait if there is any, without asking for more than that."""
        if not self._waiting:
            self._waiting.extend(islice(self._coming, 1))

    def _has_room(self) -> bool:
        """Whether another sample may begin; samples that are judged leave their room, but only so many of them."""
        in_flight = len(self._playing) - len(self._judged)
        return in_flight < self.concurrency and len(self._playing) < 2 * self.concurrency - 1

    async def _play(self, sample: Sample) -> None:
        self.started(sample)
        task = asyncio.current_task()

        def leave() -> None:
            if task not in self._judged:
                self.played(sample)
            self._finishing.add(task)
            self._judged.add(task)
            self._changed.set()

        played = await self.play(sample, leave)
        self._finishing.add(task)
        await self.finished(sample, played)
        self._end_after(played.result)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._playing.discard(task)
        self._finishing.discard(task)
        self._judged.discard(task)
        if not task.cancelled() and task.exception() is not None:
            self._failed.append(task)
            self._stop(Ending.FAILED)
        self._changed.set()

    def _stop(self, ending: Ending) -> None:
        """Give up the samples in flight; whatever stops a run first says why it ended."""
        if self.ending is Ending.DONE:
            self.ending = ending
        for task in self._playing - self._finishing:
            task.cancel()
        self._changed.set()

    async def _give_up_the_rest(self) -> None:
        """Wait until no sample is in flight; when one failed, its error is raised."""
        failed = list(self._failed)
        await asyncio.gather(*self._playing, return_exceptions=True)
        for task in failed:
            task.result()

    def _end_after(self, result: SampleResult) -> None:
        """End the run if this sample shows that going on has no use, or is not wanted."""
        if result.cause == "budget" and self.ending is Ending.DONE:
            self.ending = Ending.BUDGET  # samples in flight may still fit
        elif result.cause == "cancelled":
            if not self.is_open:  # else only its own agent has left, however often that happens
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

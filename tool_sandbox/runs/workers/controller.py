"""The side of a run that has the samples, the budget and the store: it leases samples to workers and hears of them."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING, Self

from attrs import define, evolve, frozen

from tool_sandbox import errors
from tool_sandbox.errors import HarnessError, ToolSandboxError
from tool_sandbox.llm.layers.budget.lending import Lending, Said
from tool_sandbox.llm.layers.limits.lending import RateLending, RateSaid
from tool_sandbox.runs.digests import Digests
from tool_sandbox.runs.outcomes import Failure, Played
from tool_sandbox.runs.results import unplayable
from tool_sandbox.runs.workers.leases import SUSPECT, Lease, Leases
from tool_sandbox.runs.workers.link import Executor, Link
from tool_sandbox.runs.workers.messages import (
    Beat,
    Ended,
    Failed,
    FromWorker,
    GiveUp,
    Judging,
    Play,
    Ready,
    Setup,
    Stop,
    ToWorker,
    Waiting,
)

if TYPE_CHECKING:
    from tool_sandbox.registry.run_resources import RunResources
    from tool_sandbox.registry.sample import Sample

_PATIENCE = 120.0
"""Seconds in which a worker has to give a sign of life."""
_LOOK = 1.0
"""Seconds between two looks at who has given one."""
_STOPPING = 60.0
"""Seconds in which a worker may close what it has open, such as a journal that is far away."""
_STARTING = 30.0
"""Seconds for which samples wait for a worker that starts; a cluster may have no room for it yet."""
_MOST_LOSSES = SUSPECT + 1
"""A sample that so many workers did not survive is void."""
_REPLACEMENTS = 3
"""So many workers may take the place of each, one after the other."""


@frozen(kw_only=True)
class Shared:
    """What the workers of a run share."""

    setup: Setup
    """What each is told first; the name of a worker is put in."""
    resources: RunResources
    digests: Digests
    """Of the scenarios."""
    waiting: Callable[[str], None]
    """Is told what calls wait for."""


@define(eq=False)
class _Attempt:
    """A sample that is to be played."""

    sample: Sample
    leave: Callable[[], None]
    result: asyncio.Future[Played]
    lease: Lease | None = None


class Controller:
    """Has samples played by workers. It is used in one event loop, inside ``async with``.

    Args:
        executor: Where workers come from.
        workers: How many there are; one that is lost is replaced.
        shared: What they share.
        clock: The time, in seconds.
    """

    def __init__(
        self, executor: Executor, workers: int, shared: Shared, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._executor, self._workers, self._shared, self._clock = executor, workers, shared, clock
        self._leases = Leases(_PATIENCE)
        self._links: dict[str, Link] = {}
        self._starting: dict[str, float] = {}
        """Since when, for each worker that is not ready yet."""
        self._waiting: list[_Attempt] = []
        """Samples for which there is no worker yet."""
        self._played: dict[int, _Attempt] = {}
        """Samples that are played, by the number of their lease."""
        self._serving: set[asyncio.Task[None]] = set()
        self._failure: Exception | None = None
        self._spare = _REPLACEMENTS * workers
        self._count = 0
        ledger = shared.resources.capped_ledger
        self._rates = RateLending(workers, clock)
        self._lending = None if ledger is None else Lending(ledger, self._send, workers)

    async def __aenter__(self) -> Self:
        """Start the workers; samples may wait for them."""
        for _ in range(self._workers):
            self._start()
        self._looking = asyncio.create_task(self._look())
        return self

    async def __aexit__(self, *_error: object) -> None:
        """End the workers; one that still starts has nothing to close."""
        self._looking.cancel()
        self._spare = 0
        for link in self._links.values():
            link.send(Stop())
        ends = [link.end(0 if name in self._starting else _STOPPING) for name, link in self._links.items()]
        await asyncio.gather(*ends, return_exceptions=True)
        for task in self._serving:
            task.cancel()
        await asyncio.gather(*self._serving, return_exceptions=True)

    async def play(self, sample: Sample, leave: Callable[[], None]) -> Played:
        """Have a sample played; by another worker if the first is lost.

        Args:
            sample: What is played.
            leave: Told when it is only judged.

        Raises:
            ToolSandboxError: No worker can play it, nor any other sample.
        """
        while self._leases.losses(sample.key) < _MOST_LOSSES:
            attempt = _Attempt(sample, leave, asyncio.get_running_loop().create_future())
            self._waiting.append(attempt)
            self._assign()
            try:
                return self._checked(sample, await attempt.result)
            except _LostError:
                continue
            finally:
                self._over(attempt)
        return self._void(sample)

    def _start(self) -> None:
        self._count += 1
        name = f"{self._shared.setup.worker}-{self._count:03}"
        self._starting[name] = self._clock()
        task = asyncio.create_task(self._serve(name))
        self._serving.add(task)
        task.add_done_callback(self._served)

    async def _serve(self, worker: str) -> None:
        """Hear a worker from its start to its end."""
        link = self._links[worker] = await self._executor.start(worker)
        link.send(evolve(self._shared.setup, worker=worker))
        if self._lending is not None:
            self._lending.joined(worker)
        was_ready = False
        try:
            while (message := await link.receive()) is not None:
                self._leases.heard(worker, self._clock())
                was_ready = was_ready or isinstance(message, Ready)
                self._handle(worker, message)
        finally:
            await link.end(0)
            await self._lost(worker)
        if self._spare > 0 and was_ready:
            self._spare -= 1
            self._start()

    def _served(self, task: asyncio.Task[None]) -> None:
        self._serving.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            self._fail(error if isinstance(error, Exception) else HarnessError(str(error)))
        elif not self._serving:
            message = f"all {self._workers} workers have ended; what they printed may say why."
            self._fail(HarnessError(message))

    def _handle(self, worker: str, message: FromWorker) -> None:
        if isinstance(message, Judging | Ended):
            self._was_played(message)
        elif isinstance(message, Beat):
            for number, changes in message.spent.items():
                self._shared.resources.ledgers[number].add(changes)
        elif isinstance(message, Said):
            if self._lending is not None:
                self._lending.said(worker, message)
        elif isinstance(message, RateSaid):
            if (lent := self._rates.said(worker, message)) is not None:
                self._send(worker, lent)
        elif isinstance(message, Ready):
            self._starting.pop(worker, None)
            self._leases.joined(worker, self._clock())
            self._assign()
        elif isinstance(message, Waiting):
            self._shared.waiting(message.reason)
        else:
            self._fail(_error_of(message))

    def _was_played(self, said: Judging | Ended) -> None:
        attempt = self._played.get(said.lease)
        if attempt is None or attempt.result.done():
            return
        if isinstance(said, Ended):
            attempt.result.set_result(Played(result=said.result, files=said.files))
        else:
            attempt.leave()

    def _assign(self) -> None:
        """Lease the samples that wait; a worker that still starts has its share of them, too, for a while."""
        if self._failure is not None:
            self._fail(self._failure)
            return
        awaited = sum(self._clock() - since < _STARTING for since in self._starting.values())
        workers = len(self._leases.workers) + awaited
        share = -(-(len(self._waiting) + len(self._played)) // max(1, workers))
        for attempt in tuple(self._waiting):
            if lease := self._leases.lend(attempt.sample.key, share):
                self._waiting.remove(attempt)
                attempt.lease = lease
                self._played[lease.number] = attempt
                self._send(lease.worker, Play(lease.number, *lease.key, again=lease.again))

    def _over(self, attempt: _Attempt) -> None:
        """A sample has been played, has lost its worker, or is given up."""
        if attempt.lease is None:
            self._waiting.remove(attempt)
        elif self._leases.ended(attempt.lease):
            self._played.pop(attempt.lease.number)
            if attempt.result.cancelled():
                self._send(attempt.lease.worker, GiveUp(attempt.lease.number))
        self._assign()

    async def _lost(self, worker: str) -> None:
        """Have the samples of a worker that is gone played by others."""
        self._links.pop(worker, None)
        self._starting.pop(worker, None)
        attempts = [self._played.pop(lease.number) for lease in self._leases.lost(worker)]
        if self._lending is not None:
            self._lending.lost(worker)
            written = await asyncio.to_thread(self._shared.resources.paid_by, worker)
            if written is not None:
                in_flight = len(attempts) if self._executor.delivers_last_words else None
                self._lending.found(worker, written, in_flight)
        for attempt in attempts:
            if not attempt.result.done():
                attempt.result.set_exception(_LostError())

    def _fail(self, error: Exception) -> None:
        self._failure = self._failure or error
        for attempt in (*self._waiting, *self._played.values()):
            if not attempt.result.done():
                attempt.result.set_exception(self._failure)

    def _send(self, worker: str, message: ToWorker) -> None:
        if (link := self._links.get(worker)) is not None:
            link.send(message)

    async def _look(self) -> None:
        while True:
            await asyncio.sleep(_LOOK)
            self._assign()  # a worker may have taken too long to start
            for worker in self._leases.silent(self._clock()):
                with suppress(Exception):  # whatever it is, the worker counts as lost
                    await self._links[worker].end(0)
            if self._lending is not None:
                self._lending.serve()  # somebody may have changed the budget

    def _checked(self, sample: Sample, played: Played) -> Played:
        """What was played, if it was the scenario as it is here.

        Raises:
            HarnessError: It was another one.
        """
        if played.result.digest != self._shared.digests.of(sample.scenario):
            message = (
                f"a worker has loaded another scenario {sample.name!r} than this process: what its module makes is not "
                "the same every time. Play it with --workers 1."
            )
            raise HarnessError(message)
        return played

    def _void(self, sample: Sample) -> Played:
        message = f"{_MOST_LOSSES} workers ended while they played this sample; what they printed may say why."
        result = unplayable(sample, self._shared.setup.settings, Failure.of(HarnessError(message)))
        return Played(result=result, files={})


class _LostError(Exception):
    """The worker that played a sample is gone."""


def _error_of(failed: Failed) -> ToolSandboxError:
    kind = getattr(errors, failed.kind, HarnessError)
    return kind(failed.message) if issubclass(kind, errors.UsageError) else HarnessError(failed.message)

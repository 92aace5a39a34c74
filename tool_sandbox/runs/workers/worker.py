"""A worker: it plays the samples that are leased to it, in an event loop of its own."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Mapping
from contextlib import ExitStack, suppress
from functools import partial
from typing import TYPE_CHECKING, Protocol

from tool_sandbox import garbage
from tool_sandbox.common.compatibility import use_original_rules
from tool_sandbox.common.execution.capture import dispatched_output
from tool_sandbox.errors import HarnessError, ToolSandboxError
from tool_sandbox.llm.layers.budget.borrowing import Borrowing
from tool_sandbox.llm.layers.budget.lending import Answer
from tool_sandbox.llm.layers.limits.borrowing import BorrowedRate
from tool_sandbox.llm.layers.limits.endpoints import Endpoints
from tool_sandbox.llm.layers.limits.lending import RateLent
from tool_sandbox.open_files import allow_open_files
from tool_sandbox.registry.cast import RoleCast
from tool_sandbox.registry.run_resources import Seat
from tool_sandbox.registry.sample import Sample
from tool_sandbox.registry.sources import scenarios_of
from tool_sandbox.runs.digests import Digests
from tool_sandbox.runs.judging.judges import Judges
from tool_sandbox.runs.places import open_location
from tool_sandbox.runs.provenance import clock_of_run
from tool_sandbox.runs.scheduler import CONNECTIONS_PER_SAMPLE, THREADS_PER_SAMPLE
from tool_sandbox.runs.session import play_sample
from tool_sandbox.runs.store import RUN, RunStore
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
from tool_sandbox.threads import DaemonThreads
from tool_sandbox.tools.search import use_backend
from tool_sandbox.tools.search.rapid_api import RapidApiSearch

if TYPE_CHECKING:
    from tool_sandbox.common.scenario import Scenario

_BEAT = 1.0
"""Seconds between two signs of life."""


class Controller(Protocol):
    """The connection to who has the samples."""

    def send(self, message: FromWorker) -> None:
        """Say something, in the thread of the event loop."""
        ...

    async def receive(self) -> ToWorker | None:
        """What is said next; ``None`` when nobody is there any more."""
        ...


async def work(controller: Controller) -> None:
    """Play whatever is leased, until it is enough or nobody is there any more."""
    setup = await controller.receive()
    if not isinstance(setup, Setup):
        return
    try:
        worker = Worker(setup, controller)
    except Exception as error:  # noqa: BLE001 -- users' modules are loaded, which may raise anything
        controller.send(_failure(error))
        return
    await worker.run()


class Worker:
    """Plays samples of one run.

    Args:
        setup: The run.
        controller: Who has the samples.
    """

    def __init__(self, setup: Setup, controller: Controller) -> None:
        self._setup, self._controller = setup, controller
        self._loop, self._thread = asyncio.get_running_loop(), threading.get_ident()
        self._threads = DaemonThreads(THREADS_PER_SAMPLE)
        self._loop.set_default_executor(self._threads)
        self._borrowing = Borrowing(self._tell)
        self._rates: dict[str, BorrowedRate] = {}
        """What is borrowed of caps per minute, by the cap."""
        self._judges = Judges(setup.settings)
        self._playing: dict[int, asyncio.Task[None]] = {}
        self._store = store = RunStore(open_location(setup.directory))
        directory = store.directory
        with clock_of_run(setup.record, directory.name):
            self._scenarios: Mapping[str, Scenario] = scenarios_of(setup.settings)
        chosen = {name: self._scenarios[name] for name in setup.record["scenarios"]}
        self._cast = RoleCast(setup.settings, chosen, endpoints=Endpoints(self._borrow))
        self._run, self._digests = directory.name, Digests()
        seat = Seat(name=setup.worker, lender=self._borrowing)
        if (store.directory / RUN).exists():
            self._cast.open(store.local_directory, partial(store.calls, setup.worker), seat)
        else:  # a node of a cluster that sees other disks
            self._cast.open(None, None, seat)
        self._cast.watch(lambda reason: self._tell(Waiting(reason)))

    async def run(self) -> None:
        """Play until ``Stop`` comes or nobody is there any more."""
        beating = asyncio.create_task(self._beat())
        with ExitStack() as rules:
            rules.enter_context(garbage.SELDOM)
            rules.enter_context(dispatched_output())
            rules.enter_context(use_original_rules(self._setup.settings.compat == "original"))
            rules.enter_context(use_backend(RapidApiSearch() if self._setup.settings.search == "rapidapi" else None))
            try:
                self._controller.send(Ready())
                while not isinstance(message := await self._controller.receive(), Stop | None):
                    self._handle(message)
            finally:
                beating.cancel()
                await self._give_up(list(self._playing.values()))
                await self._cast.aclose()
                self._cast.close()

    def _handle(self, message: ToWorker) -> None:
        if isinstance(message, Play):
            self._threads.allow((len(self._playing) + 1) * THREADS_PER_SAMPLE)
            allow_open_files((len(self._playing) + 1) * CONNECTIONS_PER_SAMPLE)
            task = asyncio.create_task(self._play(message))
            self._playing[message.lease] = task
            task.add_done_callback(lambda _task: self._playing.pop(message.lease, None))
        elif isinstance(message, GiveUp):
            if (playing := self._playing.get(message.lease)) is not None:
                playing.cancel()
        elif isinstance(message, Answer):
            self._borrowing.answered(message)
        elif isinstance(message, RateLent):
            self._rates[message.cap].answered(message)

    def _borrow(self, name: str, per_minute: int) -> BorrowedRate:
        """A source of what is capped for all workers together."""
        cap = f"{name} {per_minute}"
        self._rates[cap] = BorrowedRate(cap, per_minute, self._tell)
        return self._rates[cap]

    async def _play(self, play: Play) -> None:
        try:
            if play.again:
                await asyncio.to_thread(self._cast.resources.read_journal)
            sample = Sample(name=play.name, scenario=self._scenarios[play.name], trial=play.trial)
            played = await play_sample(
                sample,
                self._cast,
                self._setup.settings,
                run=self._run,
                digests=self._digests,
                leave=lambda: self._controller.send(Judging(play.lease)),
                judges=self._judges,
            )
            if played.result.finished:
                self._cast.settle(sample)
                with self._store.writing():
                    await asyncio.to_thread(self._cast.sync)
            self._tell_spent()
            self._controller.send(Ended(play.lease, played.result, played.files))
        except Exception as error:  # noqa: BLE001 -- what is missing is missing for the run, and all else is our fault
            self._controller.send(_failure(error))

    async def _beat(self) -> None:
        while True:
            await asyncio.sleep(_BEAT)
            for rate in list(self._rates.values()):
                rate.give_back()
            self._borrowing.freed()  # also what a call was lent that was given up meanwhile
            self._tell_spent()

    def _tell_spent(self) -> None:
        self._borrowing.tell_spent()
        self._controller.send(Beat(self._cast.resources.take_changes()))

    def _tell(self, message: FromWorker) -> None:
        """Say something from any thread, at once where that is the one of the event loop."""
        if threading.get_ident() == self._thread:
            self._controller.send(message)
        else:
            with suppress(RuntimeError):  # the loop is closed, so nobody listens
                self._loop.call_soon_threadsafe(self._controller.send, message)

    @staticmethod
    async def _give_up(tasks: list[asyncio.Task[None]]) -> None:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def _failure(error: Exception) -> Failed:
    kind = type(error) if isinstance(error, ToolSandboxError) else HarnessError
    said = str(error) if isinstance(error, ToolSandboxError) else f"a worker failed: {type(error).__name__}: {error}"
    return Failed(kind.__name__, said)

"""Workers in the event loop of the test itself, behind the same connection as those in processes."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, ClassVar

from attrs import define, field, frozen

from tool_sandbox.runs.workers.messages import FromWorker, Setup, ToWorker
from tool_sandbox.runs.workers.worker import Controller, work

Body = Callable[[Controller], Awaitable[None]]
"""What a worker does."""


@frozen
class Side:
    """A worker's side of the connection."""

    inbox: asyncio.Queue[ToWorker | None]
    outbox: asyncio.Queue[FromWorker | None]

    def send(self, message: FromWorker) -> None:
        self.outbox.put_nowait(message)

    async def receive(self) -> ToWorker | None:
        return await self.inbox.get()


@define(eq=False)
class MemoryLink:
    """The controller's side; the worker is gone when its body returns."""

    body: Body
    told: list[ToWorker] = field(factory=list)
    """What the controller has said."""
    inbox: asyncio.Queue[Any] = field(factory=asyncio.Queue)
    outbox: asyncio.Queue[Any] = field(factory=asyncio.Queue)
    task: asyncio.Task[None] | None = None
    patience: float = 0.0
    """Seconds that it was given to end."""

    def begin(self) -> None:
        self.task = asyncio.create_task(self._run())

    async def _run(self) -> None:
        try:
            await self.body(Side(self.inbox, self.outbox))
        finally:
            self.outbox.put_nowait(None)

    def send(self, message: ToWorker) -> None:
        self.told.append(message)
        self.inbox.put_nowait(message)

    async def receive(self) -> FromWorker | None:
        message: FromWorker | None = await self.outbox.get()
        return message

    async def end(self, patience: float) -> None:
        assert self.task is not None
        self.patience = self.patience or patience
        if patience:
            await asyncio.wait([self.task], timeout=patience)
        self.task.cancel()
        await asyncio.gather(self.task, return_exceptions=True)


@define
class Memory:
    """Starts workers.

    Args:
        bodies: What each of them does, in the order in which they are started; the later ones work.
    """

    delivers_last_words: ClassVar[bool] = True

    bodies: list[Body] = field(factory=list)
    links: list[MemoryLink] = field(factory=list)

    async def start(self, worker: str) -> MemoryLink:
        number = len(self.links)
        link = MemoryLink(self.bodies[number] if number < len(self.bodies) else work)
        self.links.append(link)
        link.begin()
        return link

    @property
    def names(self) -> list[str]:
        """What the workers were called."""
        return [each.worker for link in self.links for each in link.told if isinstance(each, Setup)]

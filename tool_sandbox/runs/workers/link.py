"""What a controller needs of whatever its workers are: the seam below which processes and clusters stand."""

from __future__ import annotations

from typing import Protocol

from tool_sandbox.runs.workers.messages import FromWorker, ToWorker


class Link(Protocol):
    """The connection to one worker."""

    def send(self, message: ToWorker) -> None:
        """Say something; it does not matter whether the worker is still there."""
        ...

    async def receive(self) -> FromWorker | None:
        """What the worker says next; ``None`` when it is gone."""
        ...

    async def end(self, patience: float) -> None:
        """Wait so many seconds for the worker to end, then end it."""
        ...


class Executor(Protocol):
    """Where workers come from."""

    @property
    def delivers_last_words(self) -> bool:
        """Whether all that a worker said before it was lost arrives."""
        ...

    async def start(self, worker: str) -> Link:
        """Start a worker of this name."""
        ...

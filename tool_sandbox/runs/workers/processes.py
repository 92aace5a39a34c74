"""Workers as processes on this machine."""

from __future__ import annotations

from tool_sandbox.runs.child_processes.started import Child, Starter


class Processes:
    """Starts a fresh interpreter for each worker."""

    delivers_last_words = True

    def __init__(self) -> None:
        self._starter = Starter("tool_sandbox.runs.workers.process")

    async def start(self, worker: str) -> Child:  # noqa: ARG002 -- its first message names it
        """Start a worker."""
        return await self._starter.start()

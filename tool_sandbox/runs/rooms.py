"""The room that a sample takes up among those in flight, until it was played and is only judged."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from attrs import field, frozen

_IDLE = 0.0002
"""Seconds within which an event loop comes round that has nothing to do."""
_PAUSE, _PAUSES = 0.002, 50
"""Seconds after which it is looked at again, and how often: it may never rest, and each look costs a round of it."""


@frozen
class Room:
    """One of the places that a run has for samples in flight."""

    leave: Callable[[], None] = lambda: None
    """Gives it to the next sample: nothing of this one is at a model any more."""
    turns: asyncio.Lock = field(factory=asyncio.Lock)
    """Held by the one sample of the run that is judged."""
    clock: Callable[[], float] = time.perf_counter
    """The time, in seconds."""

    @asynccontextmanager
    async def judging(self) -> AsyncIterator[float]:
        """Leave the room, and be judged as soon as the others leave time for it; how many seconds they did not.

        Answers of models that have come go first: their samples have calls to make, and a verdict can wait.
        """
        self.leave()
        began = self.clock()
        async with self.turns:
            await self.others()
            yield self.clock() - began

    async def others(self) -> None:
        """Let go first whatever else there is to do in the event loop."""
        for _ in range(_PAUSES):
            began = self.clock()
            await asyncio.sleep(0)
            if self.clock() - began < _IDLE:
                return
            await asyncio.sleep(_PAUSE)

"""When an event loop has time for what can wait."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

_IDLE = 0.0002
"""Seconds within which an event loop comes round that has nothing to do."""
_PAUSE, _PAUSES = 0.002, 50
"""Seconds after which it is looked at again, and how often: it may never rest, and each look costs a round of it."""


async def until_idle(clock: Callable[[], float] = time.perf_counter) -> None:
    """Let go first whatever else there is to do in the event loop, for a while at least.

    Args:
        clock: The time, in seconds.
    """
    for _ in range(_PAUSES):
        began = clock()
        await asyncio.sleep(0)
        if clock() - began < _IDLE:
            return
        await asyncio.sleep(_PAUSE)

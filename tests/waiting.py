"""Waiting for what another thread or process does, without a word about how long it takes."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

HANG = 300.0
"""Seconds after which whatever a test waits for is taken to hang; below the limit that pytest has for a whole test."""


def until(condition: Callable[[], object]) -> None:
    """Return as soon as a condition is true."""
    deadline = time.monotonic() + HANG
    while not condition():
        assert time.monotonic() < deadline, "it never came true"
        time.sleep(0.01)


async def auntil(condition: Callable[[], object]) -> None:
    """As ``until``, while the event loop goes on."""
    deadline = time.monotonic() + HANG
    while not condition():
        assert time.monotonic() < deadline, "it never came true"
        await asyncio.sleep(0.001)

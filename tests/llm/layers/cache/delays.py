"""How long tests wait for a cache, and how much longer it makes a call."""

from __future__ import annotations

import time

from tests.llm.fakes import question
from tests.waiting import HANG
from tool_sandbox.llm.layers.cache.layer import Cached

PATIENT = 60.0
"""A deadline that a busy machine meets, for tests of anything else."""


HELD_UP = HANG / 2
"""Seconds after which a call counts as held up by a place that answers nobody before ``HANG``. How exactly the cache
keeps to its deadline on an idle machine is measured in benchmarks/, because a busy one wakes nobody up in time."""


def added_delay(model: Cached, count: int) -> list[float]:
    delays = []
    for number in range(count):
        started = time.perf_counter()
        model.complete(question(str(number)))
        delays.append(time.perf_counter() - started)
    return delays


async def added_delay_async(model: Cached, count: int) -> list[float]:
    delays = []
    for number in range(count):
        started = time.perf_counter()
        await model.acomplete(question(f"async {number}"))
        delays.append(time.perf_counter() - started)
    return delays

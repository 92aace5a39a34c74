"""The samples of a run, played by workers."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from attrs import evolve

from tool_sandbox.runs.run import Plan
from tool_sandbox.runs.scheduler import Play
from tool_sandbox.runs.workers.controller import Controller, Shared
from tool_sandbox.runs.workers.link import Executor
from tool_sandbox.runs.workers.messages import Setup

if TYPE_CHECKING:
    from tool_sandbox.registry.run_resources import RunResources


@asynccontextmanager
async def by_workers(plan: Plan, executor: Executor, workers: int, resources: RunResources) -> AsyncIterator[Play]:
    """Have samples played by so many workers.

    Args:
        plan: The run; its directory says already what it was asked to do.
        executor: Where workers come from.
        workers: How many.
        resources: Keeps the budget of all.
    """
    setup = Setup(
        worker=datetime.now(UTC).strftime("%Y%m%dT%H%M%S"),  # names of all parts of the run sort by time
        settings=evolve(plan.settings, workers=workers),
        directory=str(plan.store.directory),
        record=plan.store.read_run(),
    )
    shared = Shared(setup=setup, resources=resources, digests=plan.digests, waiting=plan.observer.waiting)
    async with Controller(executor, workers, shared) as controller:
        yield controller.play

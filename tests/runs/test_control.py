"""Runs that are changed while they are played."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from attrs import define, evolve, field

from tests.runs.fakes import Cast, Obedient, scenarios, settings
from tests.waiting import auntil
from tool_sandbox.errors import SettingsError
from tool_sandbox.llm.chat import ChatRequest, ChatResponse
from tool_sandbox.registry.sample import Sample
from tool_sandbox.runs.control import Adjustment, RunControl
from tool_sandbox.runs.outcomes import SampleResult
from tool_sandbox.runs.run import Observer, Plan, Report, arun, run_record
from tool_sandbox.runs.scheduler import Ending
from tool_sandbox.runs.store import RunStore


@define
class Held(Obedient):
    """A model that answers when it is let."""

    free: asyncio.Semaphore = field(factory=lambda: asyncio.Semaphore(0))

    async def acomplete(self, request: ChatRequest) -> ChatResponse:
        await self.free.acquire()
        return self.complete(request)

    def answer(self, calls: int) -> None:
        for _ in range(calls):
            self.free.release()


class Watching(Observer):
    """Keeps the control, and what it is told."""

    control: RunControl
    interrupt: Callable[[], None]

    def __init__(self) -> None:
        self.running, self.most, self.done = 0, 0, 0
        self.told: list[Adjustment] = []

    def begun(self, interrupt: Callable[[], None]) -> None:
        self.interrupt = interrupt

    def adjustable(self, control: RunControl) -> None:
        self.control = control

    def adjusted(self, adjustment: Adjustment) -> None:
        self.told.append(adjustment)

    def started(self, sample: Sample) -> None:
        self.running += 1
        self.most = max(self.most, self.running)

    def finished(self, result: SampleResult) -> None:
        self.running -= 1
        self.done += 1


@define
class Purse:
    """A budget of which one dollar is spent."""

    budget: float | None = 5.0
    fixed_because: str | None = None

    def change_budget(self, dollars: float) -> None:
        if dollars < 1:
            raise SettingsError("1 is spent")
        self.budget = dollars


def _plan(path: Path, model: Held, observer: Observer, count: int = 12, **changes: Any) -> Plan:
    store = RunStore.create(str(path), "speaker", "leaver")
    every = scenarios(count)
    store.write_run(run_record(settings(**changes), every))
    return Plan(
        settings=settings(**changes), scenarios=every, cast=Cast(model), store=store, observer=observer, money=Purse()
    )


def _adjustments(plan: Plan) -> list[tuple[Any, ...]]:
    record = json.loads((plan.store.directory / "run.json").read_text())
    return [(each["what"], each["before"], each["after"]) for each in record.get("adjustments", [])]


async def test_a_paused_run_finishes_what_is_in_flight_and_begins_nothing_until_it_goes_on(tmp_path: Path) -> None:
    model, seen = Held(), Watching()
    plan = _plan(tmp_path, model, seen, concurrency=3)
    running = asyncio.create_task(arun(plan))
    await auntil(lambda: seen.running == 3)
    seen.control.pause()
    model.answer(12)
    await auntil(lambda: seen.done == 3)
    for _ in range(20):
        await asyncio.sleep(0)

    assert (seen.done, seen.running) == (3, 0)
    seen.control.go_on()
    report = await running
    assert report.ending is Ending.DONE
    assert seen.done == 12
    assert _adjustments(plan) == [("paused", False, True), ("paused", True, False)]


async def test_a_paused_run_can_be_interrupted(tmp_path: Path) -> None:
    model, seen = Held(), Watching()
    running = asyncio.create_task(arun(_plan(tmp_path, model, seen, concurrency=2)))
    await auntil(lambda: seen.running == 2)
    seen.control.pause()
    model.answer(2)
    await auntil(lambda: seen.done == 2)
    seen.interrupt()

    assert (await running).ending is Ending.INTERRUPTED


async def test_more_and_fewer_samples_at_once(tmp_path: Path) -> None:
    model, seen = Held(), Watching()
    plan = _plan(tmp_path, model, seen, concurrency=2)
    running = asyncio.create_task(arun(plan))
    await auntil(lambda: seen.running == 2)
    await asyncio.to_thread(seen.control.change_concurrency, 6)
    await auntil(lambda: seen.running == 6)
    seen.control.change_concurrency(1)
    model.answer(5)
    await auntil(lambda: seen.done == 5)
    for _ in range(20):
        await asyncio.sleep(0)

    assert seen.running == 1
    model.answer(12)
    assert (await running).ending is Ending.DONE
    assert seen.most == 6
    assert _adjustments(plan) == [("concurrency", 2, 6), ("concurrency", 6, 1)]
    assert plan.store.read_run()["settings"]["concurrency"] == 1


@pytest.mark.parametrize("samples", [0, -1, 13])
async def test_a_number_of_samples_that_cannot_be_is_refused(tmp_path: Path, samples: int) -> None:
    model, seen = Held(), Watching()
    running = asyncio.create_task(arun(_plan(tmp_path, model, seen)))
    await auntil(lambda: seen.running)

    with pytest.raises(SettingsError, match=f"{samples} must be a whole number from 1 to 12"):
        seen.control.change_concurrency(samples)
    model.answer(12)
    await running
    assert seen.told == []


async def test_who_can_play_one_sample_at_a_time_is_never_asked_for_more(tmp_path: Path) -> None:
    model, seen = Held(), Watching()
    plan = evolve(_plan(tmp_path, model, seen, concurrency=1), at_once=1)
    running = asyncio.create_task(arun(plan))
    await auntil(lambda: seen.running)

    assert seen.control.most == 1
    model.answer(12)
    await running


async def test_another_budget_counts_at_once_and_is_what_the_run_goes_on_with(tmp_path: Path) -> None:
    model, seen = Held(), Watching()
    plan = _plan(tmp_path, model, seen, budget=5.0)
    running = asyncio.create_task(arun(plan))
    await auntil(lambda: seen.running)
    seen.control.change_budget(2.5)
    assert seen.control.budget == 2.5
    with pytest.raises(SettingsError, match="1 is spent"):
        seen.control.change_budget(0.5)
    model.answer(12)
    await running

    assert _adjustments(plan) == [("budget", 5.0, 2.5)]
    assert plan.store.read_run()["settings"]["budget"] == 2.5
    assert [each.what for each in seen.told] == ["budget"]


async def test_a_run_that_began_without_a_budget_gets_one_and_goes_on_with_it(tmp_path: Path) -> None:
    model, seen = Held(), Watching()
    plan = evolve(_plan(tmp_path, model, seen), money=Purse(None))
    running = asyncio.create_task(arun(plan))
    await auntil(lambda: seen.running)
    seen.control.change_budget(2.5)
    model.answer(12)
    await running

    assert _adjustments(plan) == [("budget", None, 2.5)]
    assert plan.store.read_run()["settings"]["budget"] == 2.5


async def test_a_budget_that_nobody_keeps_stays_as_it_is(tmp_path: Path) -> None:
    model, seen = Held(), Watching()
    running = asyncio.create_task(arun(evolve(_plan(tmp_path, model, seen), money=None)))
    await auntil(lambda: seen.running)

    assert seen.control.budget_fixed_because == "the budget of this run stays as it is"
    with pytest.raises(SettingsError, match="stays as it is"):
        seen.control.change_budget(1)
    model.answer(12)
    await running


async def test_a_change_that_comes_too_late_does_no_harm(tmp_path: Path) -> None:
    model, seen = Held(), Watching()
    model.answer(12)
    plan = _plan(tmp_path, model, seen)
    report: Report = await arun(plan)
    seen.control.change_concurrency(3)

    assert report.ending is Ending.DONE


@contextmanager
def _unwritable(store: RunStore) -> Iterator[None]:
    record = store.directory / "run.json"
    record.unlink()
    record.mkdir()
    yield


async def test_a_change_that_cannot_be_written_down_does_not_end_the_run(tmp_path: Path) -> None:
    model, seen = Held(), Watching()
    plan = _plan(tmp_path, model, seen)
    running = asyncio.create_task(arun(plan))
    await auntil(lambda: seen.running)
    with _unwritable(plan.store):
        seen.control.change_concurrency(3)
        model.answer(12)
        assert (await running).ending is Ending.DONE
    assert [each.after for each in seen.told] == [3]

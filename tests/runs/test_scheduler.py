"""Many samples in flight, and what is left of them when something ends the run."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Callable

from tests.runs.fakes import scenario
from tests.runs.samples import scored, void
from tests.waiting import HANG, auntil
from tool_sandbox.registry.sample import Sample
from tool_sandbox.runs.outcomes import Played, SampleResult
from tool_sandbox.runs.scheduler import Ending, Schedule

Leave = Callable[[], None]

SAMPLES = [Sample(name=name, scenario=scenario()) for name in ("first", "second", "third")]


def played(result: SampleResult) -> Played:
    return Played(result=result, files={})


def noted(names: list[str]) -> Callable[[Sample, Played], Awaitable[None]]:
    """What notes the names of finished samples."""

    async def finished(sample: Sample, _played: Played) -> None:
        await asyncio.sleep(0)
        names.append(sample.name)

    return finished


async def test_what_stops_a_run_first_says_why_it_ended() -> None:
    finished: list[str] = []
    both_play = asyncio.Event()

    async def play(sample: Sample, _leave: Leave) -> Played:
        if sample.name == "second":
            both_play.set()
            await asyncio.sleep(HANG)
        await both_play.wait()
        return played(void(sample.name, cause="budget"))

    schedule = Schedule(play, noted(finished), concurrency=2)
    running = asyncio.create_task(schedule.run(SAMPLES))
    await auntil(lambda: finished)
    schedule.interrupt()

    assert await running is Ending.BUDGET
    assert finished == ["first"]


async def test_a_sample_that_survives_its_cancellation_does_not_say_why_the_run_ended() -> None:
    playing = asyncio.Event()

    async def play(sample: Sample, _leave: Leave) -> Played:
        try:
            playing.set()
            await asyncio.sleep(HANG)
        except asyncio.CancelledError:  # as a role of a user's own may do
            return played(void(sample.name, cause="budget"))
        raise AssertionError

    schedule = Schedule(play, noted([]), concurrency=1)
    running = asyncio.create_task(schedule.run(SAMPLES))
    await playing.wait()
    schedule.interrupt()

    assert await running is Ending.INTERRUPTED


async def test_a_sample_that_left_a_thread_hanging_does_not_keep_the_next_one_waiting() -> None:
    release = threading.Event()

    async def play(sample: Sample, _leave: Leave) -> Played:
        if sample.name == "first":
            hanging = asyncio.create_task(asyncio.to_thread(release.wait, HANG))
            await asyncio.sleep(0)
            hanging.add_done_callback(lambda _: None)
        else:
            await asyncio.to_thread(lambda: None)
        return played(scored(sample.name))

    finished: list[str] = []
    schedule = Schedule(play, noted(finished), concurrency=1)

    assert await schedule.run(SAMPLES) is Ending.DONE
    release.set()
    assert finished == ["first", "second", "third"]


async def test_a_sample_that_was_played_is_kept_although_the_run_is_stopped_meanwhile() -> None:
    keeping, kept = asyncio.Event(), []

    async def play(sample: Sample, _leave: Leave) -> Played:
        await asyncio.sleep(0)
        return played(scored(sample.name))

    async def finished(sample: Sample, _played: Played) -> None:
        keeping.set()
        await asyncio.sleep(0.01)
        kept.append(sample.name)

    schedule = Schedule(play, finished, concurrency=1)
    running = asyncio.create_task(schedule.run(SAMPLES))
    await keeping.wait()
    schedule.interrupt()

    assert await running is Ending.INTERRUPTED
    assert kept == ["first"]


async def test_a_sample_asks_its_model_before_the_last_one_has_begun() -> None:
    told: list[str] = []

    async def play(sample: Sample, _leave: Leave) -> Played:
        told.append(f"{sample.name} begins")
        await asyncio.sleep(0)
        told.append(f"{sample.name} asks")
        return played(scored(sample.name))

    await Schedule(play, noted([]), concurrency=len(SAMPLES)).run(SAMPLES)

    first, *_, last = SAMPLES
    assert told.index(f"{first.name} asks") < told.index(f"{last.name} begins")


async def test_the_next_sample_begins_when_one_was_played_and_is_only_judged() -> None:
    begun, other_began = [], asyncio.Event()

    async def play(sample: Sample, leave: Leave) -> Played:
        begun.append(sample.name)
        if len(begun) > 2:
            other_began.set()
        leave()
        await other_began.wait()
        return played(scored(sample.name))

    finished: list[str] = []
    told: list[str] = []
    schedule = Schedule(play, noted(finished), concurrency=2, played=lambda sample: told.append(sample.name))

    assert await schedule.run(SAMPLES) is Ending.DONE
    assert told == begun == ["first", "second", "third"]
    assert sorted(finished) == begun


async def test_no_more_samples_are_judged_than_others_are_in_flight() -> None:
    open_at_once, is_open = [], set()
    samples = [Sample(name=str(number), scenario=scenario()) for number in range(20)]

    async def play(sample: Sample, leave: Leave) -> Played:
        is_open.add(sample.name)
        open_at_once.append(len(is_open))
        leave()
        for _ in range(10):  # time enough for others to begin
            await asyncio.sleep(0)
        return played(scored(sample.name))

    async def finished(sample: Sample, _played: Played) -> None:
        is_open.discard(sample.name)

    await Schedule(play, finished, concurrency=3).run(samples)

    assert max(open_at_once) == 5


async def test_with_one_sample_in_flight_each_is_over_before_the_next_begins() -> None:
    told: list[str] = []

    async def play(sample: Sample, leave: Leave) -> Played:
        told.append(f"{sample.name} begins")
        leave()
        await asyncio.sleep(0)
        return played(scored(sample.name))

    async def finished(sample: Sample, _played: Played) -> None:
        told.append(f"{sample.name} is kept")

    await Schedule(play, finished, concurrency=1).run(SAMPLES)

    assert told == [f"{sample.name} {what}" for sample in SAMPLES for what in ("begins", "is kept")]


async def test_a_sample_that_waits_to_be_judged_is_kept_although_the_run_is_stopped_meanwhile() -> None:
    stop, left, kept = asyncio.Event(), list[str](), []

    async def play(sample: Sample, leave: Leave) -> Played:
        leave()
        left.append(sample.name)
        if len(left) == 2:
            stop.set()
        await asyncio.sleep(0.01)
        return played(scored(sample.name))

    async def finished(sample: Sample, _played: Played) -> None:
        kept.append(sample.name)

    schedule = Schedule(play, finished, concurrency=2)
    running = asyncio.create_task(schedule.run(SAMPLES))
    await stop.wait()
    schedule.interrupt()

    assert await running is Ending.INTERRUPTED
    assert {"first", "second"} <= set(kept)

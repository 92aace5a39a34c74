"""What goes first when a sample is to be judged."""

from __future__ import annotations

import asyncio

from attrs import define

from tool_sandbox.runs.rooms import Room

STEPS = 5


@define
class Clock:
    now: float = 0.0

    def __call__(self) -> float:
        return self.now


async def test_whatever_the_others_have_to_do_is_done_before_a_sample_is_judged() -> None:
    done, clock = [], Clock()

    async def handle_an_answer() -> None:
        for number in range(STEPS):
            clock.now += 1
            done.append(number)
            await asyncio.sleep(0)

    handling = asyncio.create_task(handle_an_answer())
    async with Room(clock=clock).judging() as waited:
        assert done == [*range(STEPS)]
        assert waited == STEPS
    await handling


async def test_an_event_loop_that_never_rests_keeps_no_sample_from_being_judged() -> None:
    clock, rounds = Clock(), 0

    async def work() -> None:
        nonlocal rounds
        while True:
            clock.now += 1
            rounds += 1
            await asyncio.sleep(0)

    working = asyncio.create_task(work())
    async with Room(clock=clock).judging():
        assert rounds > STEPS
    working.cancel()


async def test_a_sample_leaves_its_room_before_it_waits_for_its_turn() -> None:
    left = asyncio.Event()
    turns = asyncio.Lock()
    await turns.acquire()

    async def judge() -> None:
        async with Room(left.set, turns).judging():
            pass

    judging = asyncio.create_task(judge())
    await left.wait()
    assert not judging.done()
    turns.release()
    await judging

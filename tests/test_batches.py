"""Many tasks hand work to one thread, which takes at once what has come while it was busy."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Sequence

import pytest

from tests.waiting import HANG
from tool_sandbox.batches import Batches, ClosedError


class Sums:
    """Work that notes what it was given at once, and waits until it may go on."""

    def __init__(self) -> None:
        self.may_go_on = threading.Event()
        self.batches: list[list[int]] = []

    def __call__(self, numbers: Sequence[int]) -> None:
        self.may_go_on.wait(HANG)
        self.batches.append(list(numbers))


async def begun(batches: Batches[int], sums: Sums, count: int) -> list[asyncio.Task[None]]:
    """So many tasks, the first of which has the thread busy."""
    tasks = [asyncio.create_task(batches.add(number, sums)) for number in range(count)]
    await asyncio.sleep(0)
    return tasks


async def test_what_comes_while_the_thread_is_busy_is_done_at_once() -> None:
    batches: Batches[int] = Batches("test")
    sums = Sums()
    batches.threads.submit(sums.may_go_on.wait, HANG)
    tasks = await begun(batches, sums, 5)
    sums.may_go_on.set()
    await asyncio.gather(*tasks)
    await batches.add(5, sums)

    assert sums.batches == [[0, 1, 2, 3, 4], [5]]
    batches.close()


async def test_who_is_cancelled_takes_no_other_along_and_is_done_all_the_same() -> None:
    batches: Batches[int] = Batches("test")
    sums = Sums()
    batches.threads.submit(sums.may_go_on.wait, HANG)
    first, second = await begun(batches, sums, 2)
    first.cancel()
    await asyncio.sleep(0)
    sums.may_go_on.set()
    await second

    assert first.cancelled()
    assert sums.batches == [[0, 1]]
    batches.close()


async def test_what_goes_wrong_is_told_to_all_whose_work_it_was_and_to_nobody_later() -> None:
    batches: Batches[int] = Batches("test")
    broken = True

    def divided(numbers: Sequence[int]) -> None:
        if broken:
            raise ZeroDivisionError

    batches.threads.submit(threading.Event().wait, 0.01)
    told = await asyncio.gather(*(batches.add(number, divided) for number in range(3)), return_exceptions=True)
    assert [type(each) for each in told] == [ZeroDivisionError] * 3
    broken = False
    await batches.add(3, divided)
    batches.close()


async def test_tasks_of_several_event_loops_are_each_woken_in_their_own() -> None:
    batches: Batches[int] = Batches("test")
    sums = Sums()
    sums.may_go_on.set()
    await asyncio.gather(
        batches.add(0, sums), *(asyncio.to_thread(asyncio.run, batches.add(n, sums)) for n in range(1, 9))
    )

    assert sorted(number for batch in sums.batches for number in batch) == list(range(9))
    batches.close()


async def test_a_closed_one_takes_nothing_and_keeps_nobody_waiting() -> None:
    batches: Batches[int] = Batches("test")
    batches.close()
    for _ in range(2):
        with pytest.raises(ClosedError):
            await batches.add(1, Sums())

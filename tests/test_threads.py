from __future__ import annotations

import asyncio
import contextvars
import threading

import pytest

from tests.waiting import HANG
from tool_sandbox.threads import LoopThreads


def test_work_comes_back_with_its_value_or_its_error() -> None:
    threads = LoopThreads(2)

    assert threads.submit(lambda word: word * 2, "a").result(HANG) == "aa"
    with pytest.raises(ZeroDivisionError):
        threads.submit(lambda: 1 // 0).result(HANG)


def test_no_more_threads_than_allowed_work_at_once() -> None:
    threads = LoopThreads(3)
    running, most, lock = [0], [0], threading.Lock()
    three_at_once = threading.Barrier(3)

    def work() -> None:
        with lock:
            running[0] += 1
            most[0] = max(most[0], running[0])
        three_at_once.wait(HANG)
        with lock:
            running[0] -= 1

    for future in [threads.submit(work) for _ in range(21)]:
        future.result(HANG)

    assert most[0] == 3


def test_a_thread_that_has_nothing_to_do_is_used_again() -> None:
    threads = LoopThreads(8)

    names = set()
    for _ in range(5):
        names.add(threads.submit(lambda: threading.current_thread().name).result(HANG))
        assert threads._idle.acquire(timeout=HANG)
        threads._idle.release()

    assert len(names) == 1


async def test_an_event_loop_can_use_it_and_does_not_wait_for_it_at_the_end() -> None:
    place: contextvars.ContextVar[str] = contextvars.ContextVar("place")
    place.set("here")
    loop = asyncio.get_running_loop()
    loop.set_default_executor(LoopThreads(2))

    assert await asyncio.to_thread(place.get) == "here"
    gate = threading.Event()
    stuck = loop.run_in_executor(None, gate.wait, HANG)
    await loop.shutdown_default_executor()

    assert not stuck.done()
    gate.set()
    await stuck


def test_cancelled_work_is_not_begun() -> None:
    threads = LoopThreads(1)
    begun = threading.Event()
    gate = threading.Event()
    threads.submit(gate.wait, HANG)
    future = threads.submit(begun.set)

    assert future.cancel()
    gate.set()
    threads.submit(lambda: None).result(HANG)
    assert not begun.is_set()

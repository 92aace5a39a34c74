from __future__ import annotations

import asyncio
import contextlib
import contextvars
import threading
import time

import pytest

from tests.waiting import HANG, until
from tool_sandbox.threads import DaemonThreads, run_with_deadline


def test_work_comes_back_with_its_value_or_its_error() -> None:
    threads = DaemonThreads(2)

    assert threads.submit(lambda word: word * 2, "a").result(HANG) == "aa"
    with pytest.raises(ZeroDivisionError):
        threads.submit(lambda: 1 // 0).result(HANG)


def test_no_more_threads_than_allowed_work_at_once() -> None:
    threads = DaemonThreads(3)
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
    threads = DaemonThreads(8)

    names = set()
    for _ in range(5):
        names.add(threads.submit(lambda: threading.current_thread().name).result(HANG))
        until(lambda: threads._idle == 1)

    assert len(names) == 1


async def test_an_event_loop_can_use_it_and_does_not_wait_for_it_at_the_end() -> None:
    place: contextvars.ContextVar[str] = contextvars.ContextVar("place")
    place.set("here")
    loop = asyncio.get_running_loop()
    loop.set_default_executor(DaemonThreads(2))

    assert await asyncio.to_thread(place.get) == "here"
    gate = threading.Event()
    stuck = loop.run_in_executor(None, gate.wait, HANG)
    await loop.shutdown_default_executor()

    assert not stuck.done()
    gate.set()
    await stuck


def test_cancelled_work_is_not_begun() -> None:
    threads = DaemonThreads(1)
    begun = threading.Event()
    gate = threading.Event()
    threads.submit(gate.wait, HANG)
    future = threads.submit(begun.set)

    assert future.cancel()
    gate.set()
    threads.submit(lambda: None).result(HANG)
    assert not begun.is_set()


def test_work_that_is_done_in_time_gives_its_result() -> None:
    assert run_with_deadline(lambda: 3, 60) == 3


def test_what_work_raises_is_raised() -> None:
    with pytest.raises(ZeroDivisionError):
        run_with_deadline(lambda: 1 // 0, 60)


def test_a_limit_beyond_what_threads_can_wait_for_is_no_limit() -> None:
    assert run_with_deadline(lambda: 3, 1e300) == 3


def test_nobody_waits_for_work_that_does_not_end() -> None:
    forever = threading.Event()
    with pytest.raises(TimeoutError, match=r"did not finish within 0\.01 s"):
        run_with_deadline(forever.wait, 0.01)
    forever.set()


def calls() -> set[threading.Thread]:
    """The threads of calls with a deadline; other tests have left some behind."""
    return {thread for thread in threading.enumerate() if thread.name == "tool_sandbox-call"}


def test_work_in_python_code_can_be_stopped() -> None:
    def work() -> None:
        while True:
            with contextlib.suppress(Exception):
                time.sleep(0)

    before = calls()
    with pytest.raises(TimeoutError):
        run_with_deadline(work, 0.01)
    until(lambda: calls() <= before)


def test_threads_finish_what_was_submitted_before_they_end() -> None:
    threads = DaemonThreads(2)
    futures = [threads.submit(lambda number=number: number * 2) for number in range(50)]  # type: ignore[misc]

    assert threads.close(timeout=HANG)
    assert [future.result() for future in futures] == [number * 2 for number in range(50)]
    with pytest.raises(RuntimeError, match="closed"):
        threads.submit(lambda: None)

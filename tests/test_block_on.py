from __future__ import annotations

import asyncio
import contextvars
import os
import signal
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.waiting import HANG, auntil
from tool_sandbox.threads import at_once, block_on

PLACE: contextvars.ContextVar[str] = contextvars.ContextVar("place")


async def _double(number: int) -> int:
    await asyncio.sleep(0)
    return 2 * number


async def _nested(depth: int) -> int:
    await asyncio.sleep(0)
    return depth if not depth else block_on(_nested, depth - 1) + 1


async def _nested_in_threads(depth: int) -> int:
    return depth if not depth else await asyncio.to_thread(block_on, _nested_in_threads, depth - 1) + 1


def test_gives_the_value_or_the_error_of_a_coroutine() -> None:
    async def broken() -> None:
        raise ZeroDivisionError

    assert block_on(_double, 21) == 42
    with pytest.raises(ZeroDivisionError):
        block_on(broken)


async def test_works_inside_a_running_event_loop() -> None:
    assert block_on(_double, 21) == 42


def test_calls_of_several_threads_are_in_flight_at_once() -> None:
    all_here = [0]
    everyone = asyncio.Event()

    async def meet(number: int) -> int:
        all_here[0] += 1
        if all_here[0] == 8:
            everyone.set()
        await asyncio.wait_for(everyone.wait(), HANG)
        return number

    with ThreadPoolExecutor(8) as threads:
        assert list(threads.map(lambda number: block_on(meet, number), range(8))) == list(range(8))


def test_a_call_inside_a_coroutine_of_another_call_does_not_wait_for_ever() -> None:
    assert block_on(_nested, 4) == 4
    assert block_on(_nested_in_threads, 4) == 4


def test_a_nested_call_whose_own_calls_are_made_in_threads_does_not_wait_for_ever() -> None:
    async def outer() -> int:
        return block_on(_nested_in_threads, 3)

    assert block_on(outer) == 3


def test_runs_in_the_context_of_the_caller() -> None:
    async def place() -> str:
        here = PLACE.get()
        PLACE.set("changed")
        return here

    PLACE.set("here")
    assert block_on(place) == "here"
    assert PLACE.get() == "here"


def test_connections_of_one_call_serve_the_next() -> None:
    async def loop() -> asyncio.AbstractEventLoop:
        return asyncio.get_running_loop()

    assert block_on(loop) is block_on(loop)


def test_an_interrupt_of_the_waiting_thread_cancels_the_coroutine() -> None:
    cancelled = threading.Event()
    main = threading.get_ident()

    async def wait() -> None:
        await auntil(lambda: sys._current_frames()[main].f_code.co_name == "wait")
        signal.pthread_kill(main, signal.SIGINT)
        try:
            await asyncio.sleep(HANG)
        except asyncio.CancelledError:
            cancelled.set()
            raise

    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        with pytest.raises(KeyboardInterrupt):
            block_on(wait)
    finally:
        signal.signal(signal.SIGINT, before)
    assert cancelled.is_set()  # before the caller goes on


@pytest.mark.skipif(not hasattr(os, "fork"), reason="forks")
def test_works_in_a_forked_process_and_goes_on_working_in_its_parent() -> None:
    code = (
        "import os, asyncio, warnings\n"
        "from tool_sandbox.threads import block_on\n"
        "warnings.simplefilter('ignore', DeprecationWarning)\n"  # from 3.12 on Python warns of forks beside threads
        "async def one(): await asyncio.sleep(0); return 1\n"
        "block_on(one)\n"
        "child = os.fork()\n"
        "print(block_on(one), flush=True)\n"
        "if child: print(os.waitpid(child, 0)[1] + block_on(one), flush=True)\n"
    )
    done = _run(code)
    assert (done.stdout.split(), done.stderr) == (["1", "1", "1"], "")


def test_the_process_ends_although_a_coroutine_and_its_connections_are_left_behind() -> None:
    code = (
        "import asyncio, threading\n"
        "from tool_sandbox.threads import block_on\n"
        "async def connection():\n"
        "    try: yield\n"
        "    finally: print('closed', flush=True)\n"
        "kept = connection()\n"
        "async def call():\n"
        "    await anext(kept)\n"
        "    asyncio.get_running_loop().run_in_executor(None, threading.Event().wait)\n"
        "block_on(call)\n"
        "print('done', flush=True)\n"
    )
    done = _run(code)
    assert (done.stdout.split(), done.stderr) == (["done", "closed"], "")


def _run(code: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-Wdefault", "-c", code]
    return subprocess.run(command, check=False, capture_output=True, text=True, timeout=HANG)


def test_what_waits_for_nothing_needs_no_event_loop_and_stays_in_its_thread() -> None:
    async def here(text: str) -> tuple[str, threading.Thread]:
        with pytest.raises(RuntimeError):
            asyncio.get_running_loop()
        return text, threading.current_thread()

    async def broken() -> None:
        raise ZeroDivisionError

    assert at_once(here, "done") == ("done", threading.current_thread())
    with pytest.raises(ZeroDivisionError):
        at_once(broken)
    with pytest.raises(RuntimeError, match="_double"):
        at_once(_double, 21)

from __future__ import annotations

import contextlib
import threading
import time

import pytest

from tool_sandbox.llm.transports.deadline import run_with_deadline


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


def test_work_in_python_code_can_be_stopped() -> None:
    stopped = threading.Event()

    def work() -> None:
        try:
            while True:
                with contextlib.suppress(Exception):
                    time.sleep(0)
        finally:
            stopped.set()

    with pytest.raises(TimeoutError):
        run_with_deadline(work, 0.01, stop=True)
    assert stopped.wait(60)

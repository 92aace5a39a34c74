"""Work that is divided among forked processes."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.waiting import HANG
from tool_sandbox.runs.forked import in_processes

DIVIDED = """
import os, threading
from tool_sandbox.runs.forked import in_processes

waiting = threading.Event()
threading.Thread(target=waiting.wait, name="interrupts", daemon=True).start()
found = in_processes(lambda number: (number, os.getpid()), range(7), 3)
assert [number for number, _ in found] == list(range(7))
assert len({process for _, process in found}) == 3
assert os.getpid() not in {process for _, process in found}
"""
BROKEN = """
from tool_sandbox.runs.forked import in_processes

try:
    in_processes(lambda number: 1 // number, range(2), 2)
except RuntimeError as error:
    print(error)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="other systems do not fork well")
def test_results_come_in_the_order_of_the_items_from_as_many_processes() -> None:
    subprocess.run([sys.executable, "-c", DIVIDED], check=True, timeout=HANG)


@pytest.mark.skipif(sys.platform != "linux", reason="other systems do not fork well")
def test_a_process_that_ends_too_early_is_told_of() -> None:
    done = subprocess.run(
        [sys.executable, "-c", BROKEN], capture_output=True, encoding="utf-8", check=True, timeout=HANG
    )
    assert done.stdout == "a process ended before its work was done; what it printed says why\n"
    assert "ZeroDivisionError" in done.stderr


def test_one_process_does_it_all_by_itself() -> None:
    assert in_processes(str, [1, 2, 3], 1) == ["1", "2", "3"]

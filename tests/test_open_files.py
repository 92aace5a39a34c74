"""How many files this process may have open at once."""

from __future__ import annotations

import sys
from collections.abc import Iterator

import pytest

from tool_sandbox.open_files import allow_open_files

if sys.platform == "win32":
    pytest.skip("Windows has no such limit", allow_module_level=True)

import resource


@pytest.fixture
def limits() -> Iterator[tuple[int, int]]:
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    yield before
    resource.setrlimit(resource.RLIMIT_NOFILE, before)


def test_the_limit_is_raised_where_it_is_too_low(limits: tuple[int, int]) -> None:
    _, hard = limits
    low = 512
    resource.setrlimit(resource.RLIMIT_NOFILE, (low, hard))

    allow_open_files(low)

    assert resource.getrlimit(resource.RLIMIT_NOFILE)[0] > low


def test_it_is_never_lowered(limits: tuple[int, int]) -> None:
    allow_open_files(1)

    assert resource.getrlimit(resource.RLIMIT_NOFILE) == limits


def test_no_more_is_asked_for_than_a_process_may_have(limits: tuple[int, int]) -> None:
    soft, hard = limits
    if hard == resource.RLIM_INFINITY:
        pytest.skip("this process may have any number")

    allow_open_files(hard + 1)

    assert resource.getrlimit(resource.RLIMIT_NOFILE)[0] == max(soft, hard)

"""Runs that pages are about, and a browser that opens them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

import tool_sandbox
from tests.viewer.browser import Tab, running, tab

if TYPE_CHECKING:
    from playwright.sync_api import Browser

    from tool_sandbox import RunResult

PLAYED = ("switch_wifi_off", "text_boss_by_relationship")


@pytest.fixture(scope="session")
def runs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, RunResult]:
    """Two agents on the same scenarios: one that does everything right, and one that does what is forbidden."""
    where = tmp_path_factory.mktemp("runs")
    agents = ("oracle", "saboteur")
    return {name: tool_sandbox.run(name, scenarios=PLAYED, presentations=["plain"], output=where) for name in agents}


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with running() as found:
        yield found


@pytest.fixture
def offline(browser: Browser) -> Iterator[Tab]:
    """A tab that reaches nobody."""
    with tab(browser, offline=True) as found:
        yield found


@pytest.fixture
def online(browser: Browser) -> Iterator[Tab]:
    """A tab that reaches servers on this machine."""
    with tab(browser) as found:
        yield found

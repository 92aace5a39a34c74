"""Runs that pages are about, and a browser that opens them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import pytest
from attrs import frozen

import tool_sandbox
from tests.providers.emulator import Emulator
from tests.providers.openai_style import OpenAI
from tests.providers.wire import Answer, Call, Fault
from tests.viewer.browser import Tab, running, tab
from tool_sandbox import RunResult

if TYPE_CHECKING:
    from playwright.sync_api import Browser

ASKED = "switch_wifi_off"
PLAYED = ("switch_wifi_off", "text_boss_by_relationship")


@pytest.fixture(scope="session")
def runs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, RunResult]:
    """Two agents on the same scenarios: one that does everything right, and one that does what is forbidden."""
    where = tmp_path_factory.mktemp("runs")
    agents = ("oracle", "saboteur")
    return {name: tool_sandbox.run(name, scenarios=PLAYED, presentations=["plain"], output=where) for name in agents}


@frozen
class AskedRun:
    """A run in which a model was asked, and the bodies that its server got."""

    run: RunResult
    bodies: Sequence[Mapping[str, Any]]


@pytest.fixture(scope="session")
def asked_run(tmp_path_factory: pytest.TempPathFactory) -> AskedRun:
    """A model that calls a tool, has its second call refused once, and then answers."""
    with Emulator(OpenAI()) as server:
        server.script(
            Answer(calls=[Call(name="set_wifi_status", arguments='{"on": false}')]),
            Fault(status=500),
            Answer(text="Wi-Fi is off."),
        )
        agent = f"direct:test-model@{server.base_url}"
        where = tmp_path_factory.mktemp("asked")
        config: dict[str, Any] = {
            "api_key": "key-for-tests",
            "prices": {"input_per_million": 1, "output_per_million": 5},
        }
        run = tool_sandbox.run(agent, "oracle", scenarios=[ASKED], presentations=["plain"], output=where, **config)
        return AskedRun(run, [request.body for request in server.requests])


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

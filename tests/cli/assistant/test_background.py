from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.waiting import until
from tool_sandbox import open_run
from tool_sandbox.cli.assistant.background import BackgroundTools
from tool_sandbox.errors import SettingsError
from tool_sandbox.registry.settings import RunSettings
from tool_sandbox.runs.scheduler import Ending

EASY = ["switch_wifi_off", "ticker_symbol_of_company"]
SILENT_AGENT = """\
import asyncio

async def answer(messages, tools):
    await asyncio.Event().wait()
"""


def settings(folder: Path) -> RunSettings:
    return RunSettings(agent="oracle", user="oracle", output=str(folder / "runs"))


@pytest.fixture
def tools(tmp_path: Path) -> Iterator[BackgroundTools]:
    made = BackgroundTools(settings(tmp_path), budget=3.0)
    yield made
    made.close()


@pytest.fixture
def silent(tmp_path: Path) -> str:
    """An agent that never answers."""
    (tmp_path / "silent.py").write_text(SILENT_AGENT, encoding="utf-8")
    return f"{tmp_path / 'silent.py'}:answer"


def test_a_run_is_started_at_once_watched_and_stopped_with_what_it_has(tools: BackgroundTools, silent: str) -> None:
    started = tools.start_run(silent, budget=1, limit=2, user="oracle", scenarios=EASY)
    name, directory = started.data["run"], started.data["directory"]
    assert (started.data["samples"], started.data["is_over"], started.data["user"]) == (2, False, "oracle")
    until(lambda: len(tools.run_progress(name).data["playing"]) == 2)
    assert "Being played: switch_wifi_off, ticker_symbol_of_company." in tools.run_progress(name).text
    stopped = tools.stop_run(name)
    assert (stopped.data["is_over"], stopped.data["ending"]) == (True, "interrupted")
    assert f"'tool_sandbox resume {directory}' goes on with it." in stopped.text
    assert open_run(directory).ending is Ending.INTERRUPTED


def test_a_run_that_is_over_tells_its_score(tools: BackgroundTools) -> None:
    name = tools.start_run("oracle", budget=1, limit=1, scenarios=EASY).data["run"]
    until(lambda: tools.run_progress(name).data["is_over"])
    over = tools.run_progress(name)
    assert (over.data["score"], over.data["finished"], over.data["ending"]) == (1.0, 1, "done")
    assert tools.stop_run(name).text.startswith("It was over already.")


def test_all_runs_together_cannot_pass_the_budget_of_the_server(tools: BackgroundTools, silent: str) -> None:
    name = tools.start_run(silent, budget=2, limit=1, user="oracle", scenarios=EASY).data["run"]
    with pytest.raises(SettingsError, match="budget=2 is more than is left for runs started here: 1 of 3 USD"):
        tools.start_run("oracle", budget=2, limit=1)
    tools.stop_run(name)  # it has spent nothing, and can spend no more
    assert tools.start_run("oracle", budget=3, limit=1, scenarios=EASY).data["budget"] == 3


def test_when_the_server_ends_so_do_its_runs(tools: BackgroundTools, silent: str) -> None:
    name = tools.start_run(silent, budget=1, limit=1, user="oracle", scenarios=EASY).data["run"]
    tools.close()
    assert tools.run_progress(name).data["is_over"]


def test_persons_and_where_it_is_restricted_code_cannot_be_named(tmp_path: Path, silent: str) -> None:
    restricted = BackgroundTools(settings(tmp_path), only_here=True)
    with pytest.raises(SettingsError, match="needs a person at a terminal"):
        restricted.start_run("oracle", budget=1, limit=1, user="human")
    for name in (silent, "local:some/model.gguf"):
        with pytest.raises(SettingsError, match="names code or a file"):
            restricted.start_run(name, budget=1, limit=1)


def test_a_run_that_was_not_started_here_is_unknown(tools: BackgroundTools) -> None:
    with pytest.raises(SettingsError, match="'mine' was not started here; summarise_run tells"):
        tools.run_progress("mine")

from __future__ import annotations

import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from mcp import Client, StdioServerParameters
from mcp_types import CallToolResult, TextContent

from tests.cli.command import ROOT
from tests.cli.pseudo_terminal import PseudoTerminal
from tests.ports import free_port
from tests.waiting import HANG
from tool_sandbox import open_run
from tool_sandbox.cli.app import exit_code

EASY = ["switch_wifi_off", "ticker_symbol_of_company"]


@asynccontextmanager
async def assistant(*arguments: str, folder: Path) -> AsyncIterator[Client]:
    """The library's own client, connected to the command line in a process of its own."""
    command = StdioServerParameters(
        command=sys.executable,
        args=["-m", "tool_sandbox", "mcp", *arguments],
        env={"PYTHONPATH": str(ROOT)},
        cwd=folder,
    )
    async with Client(command, read_timeout_seconds=HANG) as client:
        yield client


def text_of(result: CallToolResult) -> str:
    (block,) = result.content
    assert isinstance(block, TextContent)
    return block.text


async def told(client: Client, tool: str, **arguments: Any) -> tuple[str, dict[str, Any]]:
    result = await client.call_tool(tool, arguments)
    assert not result.is_error, text_of(result)
    return text_of(result), dict(result.structured_content or {})


async def refused(client: Client, tool: str, **arguments: Any) -> str:
    result = await client.call_tool(tool, arguments)
    assert result.is_error
    assert "Traceback" not in text_of(result)
    return text_of(result)


async def test_an_assistant_finds_plays_explains_and_compares_over_standard_streams(tmp_path: Path) -> None:
    async with assistant("-o", "runs", folder=tmp_path) as client:
        offered = {tool.name for tool in (await client.list_tools()).tools}
        described = (ROOT / "docs" / "mcp.md").read_text("utf-8")
        assert [name for name in offered if f"`{name}`" not in described] == []
        _, scenarios = await told(client, "list_scenarios", scenarios=EASY)
        assert [each["name"] for each in scenarios["scenarios"]] == EASY
        assert "set_wifi_status(on=False)" in (await told(client, "show_scenario", name=EASY[0]))[0]

        runs = []
        for agent in ("oracle", "nop"):
            _, started = await told(client, "start_run", agent=agent, budget=1, limit=2, scenarios=EASY, user="oracle")
            runs.append(started["run"])
            while not (await told(client, "run_progress", run=started["run"]))[1]["is_over"]:
                pass
        assert [open_run(tmp_path / "runs" / run).score for run in runs] == [1.0, 0.0]

        listed, _ = await told(client, "list_runs")
        assert listed.endswith("2 of 2 runs in runs.")
        assert all(run in listed for run in runs)
        assert "score 1.000" in (await told(client, "summarise_run", run=runs[0]))[0]
        said, _ = await told(client, "explain_sample", run=runs[0], sample=EASY[0], conversation=True)
        assert "set_wifi_status(on=False)" in said
        assert "1.000 of 1 lost over 2 scored samples" in (await told(client, "explain_run", run=runs[1]))[0]
        _, compared = await told(client, "compare_runs", runs=runs)
        assert compared["contrasts"][0]["difference"]["value"] == pytest.approx(1.0)


async def test_what_goes_wrong_is_told_in_a_sentence_and_the_server_lives_on(tmp_path: Path) -> None:
    async with assistant("-o", "runs", folder=tmp_path) as client:
        assert "did you mean 'switch_wifi_off'" in await refused(client, "show_scenario", name="switch_wifi_of")
        assert "limit: Missing required argument" in await refused(client, "start_run", agent="oracle", budget=1)
        assert "there is no tool 'explain'" in await refused(client, "explain")
        assert "needs a person" in await refused(client, "start_run", agent="human", budget=1, limit=1)
        assert "count=0 must be" in await refused(client, "list_scenarios", count=0)
        assert (await told(client, "list_scenarios", scenarios=EASY, first=1))[1]["total"] == 2


@pytest.mark.parametrize("port", [None, free_port()], ids=["streams", "http"])
def test_a_person_who_starts_it_is_told_who_is_awaited_where(port: int | None) -> None:
    where = "at standard input" if port is None else f"at http://127.0.0.1:{port}/mcp"
    screen = PseudoTerminal("-m", "tool_sandbox", "mcp", *([] if port is None else ["--http", str(port)]))
    try:
        screen.wait_for(lambda: where in screen.text)
        screen.send("\x03")
        assert screen.end() == 130
    finally:
        screen.close()


@pytest.mark.parametrize("port", [["--http", "0"], ["--http", "99999"]])
def test_a_port_that_is_none_is_refused(port: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert exit_code(["mcp", *port]) == 2
    assert "must be a port from 1 to 65535" in capsys.readouterr().err


def test_a_budget_that_is_no_amount_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert exit_code(["mcp", "--budget", "-1"]) == 2
    assert "--budget=-1.0 must be a number of at least 0" in capsys.readouterr().err


@pytest.mark.parametrize("missing", ["mcp", "mcp_types"])
def test_without_the_extra_or_with_an_older_version_one_sentence_says_how_to_get_it(
    missing: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, missing, None)
    assert exit_code(["mcp"]) == 2
    assert capsys.readouterr().err == (
        "tool_sandbox: 'tool_sandbox mcp' needs the package 'mcp>=2', which is not installed: "
        ".venv/bin/uv pip install -e '.[mcp]'\n"
    )

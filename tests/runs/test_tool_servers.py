"""Runs whose scenarios call tools of a server."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import tool_sandbox as ts
from tests.scenarios.test_servers import command, file_with
from tests.waiting import until


def calling(**arguments: Any) -> Callable[..., dict[str, Any]]:
    """An agent that calls the server's tool once and repeats what it says."""

    def agent(messages: list[dict[str, Any]], _tools: Any) -> dict[str, Any]:
        if messages[-1]["role"] == "tool":
            return {"role": "assistant", "content": messages[-1]["content"]}
        call = {"name": "find_book", "arguments": json.dumps(arguments)}
        return {"role": "assistant", "tool_calls": [{"id": "1", "type": "function", "function": call}]}

    return agent


def is_gone(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return True
    return False


@pytest.fixture
def starts(tmp_path: Path) -> Path:
    """The file in which the server notes its process each time that it is started."""
    return tmp_path / "starts.txt"


def played(tmp_path: Path, starts: Path, agent: Any, more: str = "", **settings: Any) -> ts.RunResult:
    server = command(json.dumps(str(starts))).removesuffix("}") + more + "}"
    source = file_with(tmp_path, server)
    return ts.run(agent, "oracle", "find_dune", scenarios_from=[source], **settings)


def test_a_run_starts_the_server_once_and_stops_it_and_writes_down_what_it_was(tmp_path: Path, starts: Path) -> None:
    result = played(tmp_path, starts, calling(title="Dune"), trials=3)
    assert result.score == 1.0
    once_to_load, for_the_run = map(int, starts.read_text("utf-8").split())
    assert once_to_load != for_the_run
    until(lambda: is_gone(once_to_load) and is_gone(for_the_run))
    recorded = result.record["mcp"]["library"]
    assert (recorded["command"][0], recorded["writes"], recorded["version"]) == ("python", False, "library 1.2")
    assert list(recorded["tools"]) == ["find_book"]


def test_what_the_server_refuses_is_an_answer_that_the_agent_gets(tmp_path: Path, starts: Path) -> None:
    result = played(tmp_path, starts, calling(title="Dune", kind="old"))
    (sample,) = result
    assert sample.status == "scored"
    assert "Input should be 'any' or 'new'" in str(sample.conversation)


def test_a_server_that_dies_makes_samples_void_and_no_zero(tmp_path: Path, starts: Path) -> None:
    result = played(tmp_path, starts, calling(title="Crash"), trials=2, concurrency=1)
    assert [(each.status, each.cause) for each in result] == [("void", "tool")] * 2
    assert "ended before it answered 'find_book'" in str((result.samples[0].error or {})["message"])
    assert len(starts.read_text("utf-8").split()) == 2  # it is not started again for the second sample


@pytest.mark.parametrize(
    ("more", "settings", "cause"),
    [(", timeout: 0.5", {}, "tool"), ("", {"tool_timeout": 0.5}, "timeout")],
    ids=["of the server", "of the run"],
)
def test_a_call_without_an_answer_ends_at_the_shorter_time_limit(
    tmp_path: Path, starts: Path, more: str, settings: dict[str, Any], cause: str
) -> None:
    result = played(tmp_path, starts, calling(title="Sleep"), more, **settings)
    assert [each.cause for each in result] == [cause]

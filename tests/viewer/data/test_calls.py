"""What models were asked for a sample, and what they answered."""

from __future__ import annotations

from pathlib import Path

import pytest

import tool_sandbox
from tests.providers.emulator import Emulator
from tests.providers.openai_style import OpenAI
from tests.providers.wire import Answer, Call, Fault
from tool_sandbox import RunResult
from tool_sandbox.common.annotations import Annotations
from tool_sandbox.viewer.data.calls import CallIndex, calls_of
from tool_sandbox.viewer.data.messages import messages_data
from tool_sandbox.viewer.report import CHUNK, report

NAME = "switch_wifi_off"


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> RunResult:
    """A model that calls a tool, has its second call refused once, and then answers."""
    monkeypatch.setenv("DIRECT_API_KEY", "key-for-tests")
    with Emulator(OpenAI()) as server:
        server.script(
            Answer(calls=[Call(name="set_wifi_status", arguments='{"on": false}')]),
            Fault(status=500),
            Answer(text="Wi-Fi is off."),
        )
        agent = f"direct:test-model@{server.base_url}"
        return tool_sandbox.run(agent, "oracle", scenarios=[NAME], presentations=["plain"], output=tmp_path)


def test_a_call_has_what_was_asked_what_was_answered_and_the_message_it_became(run: RunResult) -> None:
    sample = run[NAME]
    first, second = calls_of(sample, CallIndex(sample.store))
    assert first["role"] == "agent"
    assert [message["role"] for message in first["asked"]["messages"]] == ["system", "user"]
    assert first["answered"]["tool_calls"][0]["name"] == "set_wifi_status"
    said = {message["number"]: message for message in messages_data(sample.world, Annotations())}
    assert said[first["message"]]["tool"] == "set_wifi_status"
    assert said[second["message"]]["text"] == "Wi-Fi is off."
    assert [attempt["status"] for attempt in second["attempts"]] == [500, 200]
    assert "2 tries" in said[second["message"]]["answered"]


def test_a_journal_that_grows_is_read_on(run: RunResult, tmp_path: Path) -> None:
    sample = run[NAME]
    index = CallIndex(sample.store)
    assert len(index.records(sample.key)) == 2
    (journal,) = tmp_path.rglob("calls.jsonl")
    line = journal.read_text("utf-8").splitlines()[0]
    with journal.open("a", encoding="utf-8") as file:
        file.write(f"{line}\n{line[:40]}")
    assert len(index.records(sample.key)) == 3


def test_without_a_journal_there_are_no_calls(run: RunResult, tmp_path: Path) -> None:
    next(tmp_path.rglob("calls.jsonl")).unlink()
    sample = run[NAME]
    assert calls_of(sample, CallIndex(sample.store)) == []


def test_a_report_holds_the_calls_of_a_run_behind_one_that_asked_nobody(run: RunResult) -> None:
    scripted = tool_sandbox.run("oracle", scenarios="remind*")
    assert len(scripted) > CHUNK
    assert run.score == scripted.score == 1
    html = report({"oracle": scripted, "model": run}, title="Both").html
    assert '<script id="calls-1"' in html
    assert '<script id="calls-0"' not in report({"oracle": scripted}, title="One").html

"""What models were asked for a sample, and what they answered."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from uuid import uuid4

import pytest
from upath import UPath

import tool_sandbox
from tests.viewer.conftest import ASKED, AskedRun
from tool_sandbox.common.annotations import Annotations
from tool_sandbox.errors import SettingsError
from tool_sandbox.runs.stored_sample import StoredSample
from tool_sandbox.viewer.data.calls import CallIndex, calls_of
from tool_sandbox.viewer.data.messages import messages_data
from tool_sandbox.viewer.report import CHUNK, report


@pytest.fixture
def sample(asked_run: AskedRun, tmp_path: Path) -> StoredSample:
    """The sample of a run that may be changed."""
    copied = shutil.copytree(asked_run.run.directory or "", tmp_path / "run")
    return tool_sandbox.open_run(str(copied))[ASKED]


@pytest.fixture
def journal(sample: StoredSample, tmp_path: Path) -> Path:
    (found,) = tmp_path.rglob("calls.jsonl")
    return found


def test_a_call_has_what_went_over_the_wire_and_what_was_answered(asked_run: AskedRun) -> None:
    sample, bodies = asked_run.run[ASKED], asked_run.bodies
    first, second = calls_of(sample, CallIndex(sample.store))
    assert first["role"] == "agent"
    assert [first["asked"], second["asked"]] == [bodies[0], bodies[2]]
    assert first["sent"]
    assert first["answered"]["tool_calls"][0]["name"] == "set_wifi_status"
    assert [attempt["status"] for attempt in second["attempts"]] == [500, 200]
    assert second["seconds"] > 0


def test_the_answers_of_a_role_are_its_messages_that_have_one(asked_run: AskedRun) -> None:
    said = [each for each in messages_data(asked_run.run[ASKED].world, Annotations()) if "answered" in each]
    assert [each["sender"] for each in said] == ["agent", "agent"]
    assert [each.get("tool") or each["text"] for each in said] == ["set_wifi_status", "Wi-Fi is off."]
    assert "2 tries" in said[1]["answered"]


def test_tools_are_written_once_for_all_calls_of_a_run(asked_run: AskedRun, journal: Path) -> None:
    tools = asked_run.bodies[0]["tools"]
    assert asked_run.bodies[2]["tools"] == tools
    assert journal.read_text("utf-8").count(json.dumps(tools[0]["function"]["description"])) == 1


def test_a_journal_that_holds_no_requests_leaves_them_open(sample: StoredSample, journal: Path) -> None:
    lines = [json.loads(line) for line in journal.read_text("utf-8").splitlines()]
    kept = [{name: value for name, value in line.items() if name != "asked"} for line in lines]
    journal.write_text("".join(json.dumps(line, separators=(",", ":")) + "\n" for line in kept), "utf-8")
    calls = calls_of(sample, CallIndex(sample.store))
    assert [call["asked"] for call in calls] == [None, None]
    assert calls[1]["answered"]["text"] == "Wi-Fi is off."


def test_an_answer_that_was_not_taken_is_no_call(sample: StoredSample, journal: Path) -> None:
    first, second = journal.read_text("utf-8").splitlines()
    journal.write_text(f"{first.replace('set_wifi_status', 'nothing')}\n{first}\n{second}\n", "utf-8")
    calls = calls_of(sample, CallIndex(sample.store))
    assert [(call["answered"].get("tool_calls") or [{}])[0].get("name") for call in calls] == ["set_wifi_status", None]


def test_a_journal_that_grows_is_read_on(sample: StoredSample, journal: Path) -> None:
    index = CallIndex(sample.store)
    assert len(index.records(sample.key)) == 2
    line = journal.read_text("utf-8").splitlines()[0]
    with journal.open("a", encoding="utf-8") as file:
        file.write(f"{line}\n{line[:40]}")
    assert len(index.records(sample.key)) == 3


def test_calls_are_read_without_the_conversation(sample: StoredSample, tmp_path: Path) -> None:
    shutil.rmtree(tmp_path / "run" / "trajectories")
    assert len(calls_of(sample, CallIndex(sample.store))) == 2


def test_the_segments_of_a_journal_in_another_storage_are_read_and_read_on(asked_run: AskedRun) -> None:
    recorded, bodies = Path(asked_run.run.directory or ""), asked_run.bodies
    remote = UPath(f"memory://calls-{uuid4()}/one")
    for path in recorded.rglob("*"):
        if path.is_file() and path.name != "calls.jsonl":
            (remote / path.relative_to(recorded).as_posix()).write_bytes(path.read_bytes())
    first, second = (recorded / "calls.jsonl").read_bytes().splitlines(keepends=True)
    (remote / "calls/00000001-aaaa.jsonl").write_bytes(first)
    sample = tool_sandbox.open_run(str(remote))[ASKED]
    index = CallIndex(sample.store)
    assert [call["asked"] for call in calls_of(sample, index)] == [bodies[0]]
    (remote / "calls/00000002-bbbb.jsonl").write_bytes(second)
    assert [call["asked"] for call in calls_of(sample, index)] == [bodies[0], bodies[2]]


def test_a_journal_that_cannot_be_read_is_told_with_its_run(sample: StoredSample, journal: Path) -> None:
    journal.unlink()
    journal.mkdir()
    with pytest.raises(SettingsError, match=r"the calls of '.*run' cannot be read: .*calls\.jsonl"):
        calls_of(sample, CallIndex(sample.store))


def test_without_a_journal_there_are_no_calls(sample: StoredSample, journal: Path) -> None:
    journal.unlink()
    assert calls_of(sample, CallIndex(sample.store)) == []


def test_a_report_holds_the_calls_of_a_run_behind_one_that_asked_nobody(asked_run: AskedRun) -> None:
    scripted = tool_sandbox.run("oracle", scenarios="remind*")
    assert len(scripted) > CHUNK
    assert asked_run.run.score == scripted.score == 1
    html = report({"oracle": scripted, "model": asked_run.run}, title="Both").html
    assert '<script id="calls-1"' in html
    assert '<script id="calls-0"' not in report({"oracle": scripted}, title="One").html

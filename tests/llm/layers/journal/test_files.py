"""Several processes write one journal in a run directory, each its own segment, and all of them read all of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.llm.fakes import FakeModel, answer, question
from tool_sandbox.llm.chat import CallTag, ChatRequest
from tool_sandbox.llm.layers.journal.calls import Journal
from tool_sandbox.llm.layers.journal.files import JournalFiles, journal_files
from tool_sandbox.llm.layers.journal.layer import Journaled


def turn(number: int) -> ChatRequest:
    return question(f"turn {number}", tag=CallTag(scenario="s", turn=number))


def asked(journal: Journal, number: int, text: str = "asked") -> str | None:
    return Journaled(FakeModel(answer(text)), journal).complete(turn(number)).text


def segments(directory: Path) -> list[str]:
    return [path.relative_to(directory).as_posix() for path in journal_files(directory)]


def test_what_every_process_wrote_is_replayed_by_the_next(tmp_path: Path) -> None:
    for number, segment in enumerate((None, "worker-1", "worker-2")):
        journal = Journal(JournalFiles(tmp_path, segment))
        asked(journal, number, f"of {segment}")
        journal.close()

    again = Journal(JournalFiles(tmp_path, "worker-3"))

    assert segments(tmp_path) == [
        "calls.jsonl",
        "calls/worker-1.jsonl",
        "calls/worker-2.jsonl",
        "calls/worker-3.jsonl",
    ]
    assert [asked(again, number) for number in range(4)] == ["of None", "of worker-1", "of worker-2", "asked"]
    assert [entry.key.turn for entry in again.entries()] == [3, 0, 1, 2]
    again.close()


def test_a_journal_takes_in_what_others_have_written_since_it_was_opened(tmp_path: Path) -> None:
    controller = Journal(JournalFiles(tmp_path))
    asked(controller, 0)
    worker = Journal(JournalFiles(tmp_path, "worker"))
    asked(worker, 1, "of the worker")
    asked(worker, 2, "of the worker")

    controller.read_on()
    controller.read_on()

    assert [asked(controller, number) for number in (1, 2)] == ["of the worker"] * 2
    assert len(controller) == 3
    worker.close()
    controller.close()


@pytest.mark.parametrize("torn", [b'{"schema":1,"requ', b'{"schema":1}'])
def test_a_line_that_another_process_has_not_finished_is_left_to_it(tmp_path: Path, torn: bytes) -> None:
    worker = Journal(JournalFiles(tmp_path, "worker"))
    asked(worker, 1, "of the worker")
    worker.close()
    path = tmp_path / "calls" / "worker.jsonl"
    whole = path.read_bytes()
    path.write_bytes(whole + torn)

    journal = Journal(JournalFiles(tmp_path))
    assert (asked(journal, 1), journal.damaged_lines) == ("of the worker", 0)
    assert path.read_bytes() == whole + torn
    path.write_bytes(whole + whole.replace(b'"turn":1', b'"turn":2'))
    journal.read_on()

    assert [entry.key.turn for entry in journal.entries()] == [1, 2]
    journal.close()

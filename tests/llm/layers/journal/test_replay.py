"""A call that a recorded run did not make is told with what is different about it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from attrs import evolve

from tests.llm.fakes import FakeModel, answer, question
from tool_sandbox.errors import UnrecordedCallError
from tool_sandbox.llm.chat import CallTag, ChatRequest
from tool_sandbox.llm.layers.journal.calls import Journal
from tool_sandbox.llm.layers.journal.files import JournalFiles, RecordedFiles
from tool_sandbox.llm.layers.journal.layer import Journaled
from tool_sandbox.llm.layers.journal.replay import Recorded, Replayed

MESSAGES: list[dict[str, Any]] = [
    {"role": "system", "content": "Don't make assumptions about what values to plug into functions."},
    {"role": "user", "content": "Turn off the Wi-Fi."},
]


def tool(name: str, description: str = "Switch it.") -> dict[str, Any]:
    return {"type": "function", "function": {"name": name, "description": description, "parameters": {}}}


ASKED = question(
    tag=CallTag(scenario="wifi", turn=2),
    messages=MESSAGES,
    tools=[tool("set_wifi")],
    params={"temperature": 0, "max_tokens": 9},
)


def replayed(directory: Path, request: ChatRequest, recorded: ChatRequest = ASKED, **sent: Any) -> str | None:
    journal = Journal(JournalFiles(directory))
    Journaled(FakeModel(answer("recorded", sent=sent or None)), journal).complete(recorded)
    journal.close()
    again = Journal(RecordedFiles(directory))
    try:
        return Replayed(Recorded(again, "runs/one", lambda _tag: MESSAGES)).complete(request).text
    finally:
        again.close()


def said(content: str) -> list[dict[str, Any]]:
    return [MESSAGES[0], {"role": "user", "content": content}]


def test_a_recorded_call_has_the_recorded_answer(tmp_path: Path) -> None:
    assert replayed(tmp_path, ASKED) == "recorded"


@pytest.mark.parametrize(
    ("request_", "told"),
    [
        (evolve(ASKED, model="openai/other"), "the model was 'openai/gpt-test' and is 'openai/other'"),
        (evolve(ASKED, params={"temperature": 0.5, "max_tokens": 9}), "temperature was 0 and is 0.5"),
        (evolve(ASKED, params={"temperature": 0}), "max_tokens was 9 and is null"),
        (evolve(ASKED, params={**ASKED.params, "seed": 1}), "seed was null and is 1"),
        (evolve(ASKED, messages=said("Turn on it.")), 'content of message 1 was "Turn off the Wi-Fi." and is "Turn on'),
        (evolve(ASKED, tools=()), "the tool 'set_wifi' is gone"),
        (evolve(ASKED, tools=(*ASKED.tools, tool("set_volume"))), "the tool 'set_volume' is new"),
        (evolve(ASKED, tools=(tool("set_wifi", "Change it."),)), "the tool 'set_wifi' was …description"),
        (evolve(ASKED, tag=CallTag(scenario="other")), "no call of this role in this sample is"),
        (
            evolve(ASKED, tag=evolve(ASKED.tag, turn=3), messages=[*MESSAGES, MESSAGES[1]]),
            "the recorded one came after 2 messages",
        ),
    ],
    ids=["model", "changed", "gone", "new", "message", "no tool", "new tool", "described", "sample", "longer"],
)
def test_another_call_is_told_with_what_is_different(tmp_path: Path, request_: ChatRequest, told: str) -> None:
    with pytest.raises(UnrecordedCallError) as caught:
        replayed(tmp_path, request_)

    sample = f"'{request_.tag.scenario}' (trial 0): the call of AGENT after {len(request_.messages)} messages is not in"
    assert str(caught.value).startswith(f"{sample} the journal of runs/one: ")
    assert told in str(caught.value)
    assert str(caught.value).count(" was ") <= 1


def test_texts_are_shown_from_shortly_before_they_differ(tmp_path: Path) -> None:
    begins, ends = "Please, " * 40, "and then nothing else, " * 40
    before, now = (said(f"{begins}turn {state} the Wi-Fi {ends}") for state in ("off", "on"))

    with pytest.raises(UnrecordedCallError) as caught:
        replayed(tmp_path, evolve(ASKED, messages=now), evolve(ASKED, messages=before))
    assert "was … Please, turn off the Wi-Fi and then" in str(caught.value)
    assert "is … Please, turn on the Wi-Fi and then" in str(caught.value)
    assert len(str(caught.value)) < 300


def test_what_was_sent_in_another_form_is_told_by_what_the_role_saw(tmp_path: Path) -> None:
    other: dict[str, Any] = {
        "system": "Don't …",
        "messages": [MESSAGES[1]],
        "tools": [{"name": "set_wifi", "input_schema": {}}],
    }

    with pytest.raises(UnrecordedCallError, match=r"content of message 1 was .Turn off the Wi-Fi"):
        replayed(tmp_path, evolve(ASKED, messages=said("Hi.")), **other)
    with pytest.raises(UnrecordedCallError, match="of which no record is kept that can be compared"):
        replayed(tmp_path, evolve(ASKED, tools=()), **other)


def test_a_key_is_never_told(tmp_path: Path) -> None:
    with pytest.raises(UnrecordedCallError) as caught:
        replayed(tmp_path, evolve(ASKED, messages=said("My key is sk-abcdefghijklmnop.")))
    assert "abcdefghijklmnop" not in str(caught.value)


def test_what_is_only_read_takes_no_call_and_is_not_changed(tmp_path: Path) -> None:
    replayed(tmp_path, ASKED)
    path = tmp_path / "calls.jsonl"
    torn = path.read_bytes() + b'{"torn'
    path.write_bytes(torn)

    files = RecordedFiles(tmp_path)
    assert len(list(files.unread())) == 1
    with pytest.raises(OSError, match="only read"):
        files.append(b"{}\n")
    files.close()
    assert path.read_bytes() == torn

"""What was asked is read back as it was, and no part of it is written twice."""

from __future__ import annotations

import json
from typing import Any

from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from tests.llm.fakes import answer, question
from tool_sandbox.llm.layers.journal.requests import RequestWriter, read_requests

CONVERSATION = ("text_the_boss", 0, "AGENT")
TOOL = {"type": "function", "function": {"name": "send", "description": "Sends a message."}}

values = st.one_of(st.none(), st.booleans(), st.integers(), st.text(max_size=3))
items = st.dictionaries(st.sampled_from(["role", "content"]), values, max_size=2)
bodies = st.dictionaries(
    st.sampled_from(["model", "messages", "tools", "seed"]), st.one_of(values, st.lists(items, max_size=4)), min_size=1
)


def said(*texts: str) -> list[dict[str, Any]]:
    return [{"role": "user", "content": text} for text in texts]


def written(writer: RequestWriter, *asked: dict[str, Any], conversation: Any = CONVERSATION) -> list[dict[str, Any]]:
    records = [writer.record(conversation, question("?"), evolve(answer(), sent=body)) for body in asked]
    read: list[dict[str, Any]] = json.loads(json.dumps(records))
    return read


def parts_of(records: list[dict[str, Any]]) -> dict[str, Any]:
    return {name: part for record in records for name, part in record.get("parts", {}).items()}


@given(st.lists(bodies, max_size=6))
def test_any_requests_are_read_back_as_they_were(asked: list[dict[str, Any]]) -> None:
    records = written(RequestWriter(), *asked)
    assert list(read_requests(records, parts_of(records))) == asked


def test_a_request_says_only_what_it_adds_to_the_one_before() -> None:
    _, second = written(
        RequestWriter(),
        {"model": "m", "messages": said("Hello."), "tools": [TOOL]},
        {"model": "m", "messages": said("Hello.", "And?"), "tools": [TOOL]},
    )
    assert (second["fields"], second["lists"]) == ({}, {"messages": [1, *said("And?")]})


def test_what_conversations_share_is_written_once() -> None:
    writer = RequestWriter()
    first = written(writer, {"messages": said("Hello."), "tools": [TOOL]})
    second = written(writer, {"messages": said("Hi."), "tools": [TOOL]}, conversation=("another", 0, "AGENT"))
    assert list(second[0]["parts"].values()) == said("Hi.")
    assert list(read_requests(second, parts_of(first + second))) == [{"messages": said("Hi."), "tools": [TOOL]}]


def test_what_cannot_be_put_together_any_more_is_left_open() -> None:
    first, second, third = written(RequestWriter(), *({"messages": said(*texts)} for texts in ("a", "ab", "abc")))
    assert list(read_requests([first, third], parts_of([first]))) == [{"messages": said("a")}, None]
    assert list(read_requests([{}, first, second], {})) == [None, None, None]


def test_a_conversation_that_was_forgotten_begins_anew() -> None:
    writer = RequestWriter()
    written(writer, {"messages": said("Hello.")})
    for number in range(5000):
        written(writer, {"messages": said("Hello.")}, conversation=("another", number, "AGENT"))
    (again,) = written(writer, {"messages": said("Hello.", "And?")})
    assert "before" not in again


def test_the_conversations_of_a_sample_that_is_over_are_forgotten_and_those_of_others_are_not() -> None:
    writer = RequestWriter()
    others = [("text_the_boss", 1, "AGENT"), ("another", 0, "AGENT")]
    over = [CONVERSATION, ("text_the_boss", 0, "USER")]
    for conversation in (*over, *others):
        written(writer, {"messages": said("Hello.")}, conversation=conversation)

    writer.forget("text_the_boss", 0)

    again = [written(writer, {"messages": said("Hello.")}, conversation=each)[0] for each in (*over, *others)]
    assert ["before" in record for record in again] == [False, False, True, True]


def test_an_answer_of_the_cache_has_what_the_role_asked_and_says_that_nothing_was_sent() -> None:
    record = RequestWriter().record(CONVERSATION, question("Hello?"), answer(cached=True, sent={"model": "m"}))
    assert not record["sent"]
    assert said("Hello?")[0] in record["parts"].values()


def test_known_secrets_are_never_written() -> None:
    writer = RequestWriter(("hunter2",))
    records = written(
        writer,
        {"messages": said("It is hunter2."), "user": "hunter2", "extra": {"api_key": "another"}},
        {"messages": said("It is hunter2.", "Is it hunter2?"), "user": "hunter2"},
    )
    assert "hunter2" not in json.dumps(records)
    assert "another" not in json.dumps(records)

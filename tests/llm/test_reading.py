from __future__ import annotations

from typing import Any

import pytest

from tests.llm.loopback import completion
from tool_sandbox.errors import MalformedResponseError, RefusalError
from tool_sandbox.llm.chat import ToolCall, Usage
from tool_sandbox.llm.reading import MALFORMED_CALL, read_completion, read_usage
from tool_sandbox.llm.streaming import StreamAssembler


def read(data: dict[str, Any]) -> Any:
    return read_completion(data, provider="p", model="m")


@pytest.mark.parametrize(
    "broken", [{}, {"choices": []}, {"choices": None}, {"choices": ["x"]}, {"choices": [{"message": None}]}]
)
def test_an_answer_without_a_message_is_no_answer(broken: dict[str, Any]) -> None:
    with pytest.raises(MalformedResponseError):
        read(broken)


def test_a_filtered_answer_is_a_refusal_of_the_provider() -> None:
    with pytest.raises(RefusalError):
        read(completion("half", finish_reason="content_filter"))


def test_a_refusal_of_the_model_is_what_it_says() -> None:
    assert read(completion(None, message={"refusal": "I would rather not."})).text == "I would rather not."


@pytest.mark.parametrize(("content", "text"), [("", ""), (None, None), ([{"type": "text", "text": "a"}], "a")])
def test_empty_text_and_no_text_are_told_apart(content: Any, text: str | None) -> None:
    assert read(completion(content)).text == text


def test_odd_calls_are_made_regular() -> None:
    calls: list[dict[str, Any]] = [
        {"function": {"name": "f", "arguments": {"a": 1}}},
        {"id": "x", "function": {"name": None, "arguments": None}},
    ]
    assert read(completion(None, calls=calls)).tool_calls == (
        ToolCall(id="", name="f", arguments='{"a": 1}'),
        ToolCall(id="x", name="", arguments="{}"),
    )


def test_a_call_the_provider_could_not_read_shows_in_the_finish_reason() -> None:
    data = completion(None)
    data["choices"][0]["provider_specific_fields"] = {"native_finish_reason": "MALFORMED_FUNCTION_CALL"}
    assert read(data).finish_reason == MALFORMED_CALL


def test_thinking_written_into_the_text_is_taken_out_of_it() -> None:
    response = read(completion("<think>\nhm, wifi\n</think>\n\nIt is on."))
    assert response.text == "It is on."
    assert response.provider_fields == {"reasoning_content": "hm, wifi"}


@pytest.mark.parametrize("name", ["reasoning_content", "reasoning"])
def test_thinking_beside_the_text_is_kept(name: str) -> None:
    response = read(completion("\n\nYes.", message={name: "hm"}))
    assert (response.text, response.provider_fields) == ("Yes.", {"reasoning_content": "hm"})


def test_tags_in_the_middle_of_a_text_are_text() -> None:
    assert read(completion("Write <think>x</think> there.")).text == "Write <think>x</think> there."


def test_all_kinds_of_tokens_are_read() -> None:
    usage = {
        "prompt_tokens": 100, "completion_tokens": 50, "cache_creation_input_tokens": 7,
        "prompt_tokens_details": {"cached_tokens": 80}, "completion_tokens_details": {"reasoning_tokens": 30},
    }  # fmt: skip
    assert read_usage(usage) == Usage(
        prompt_tokens=100, completion_tokens=50, cached_tokens=80, cache_write_tokens=7, reasoning_tokens=30
    )
    assert read_usage({"prompt_tokens": 0, "completion_tokens": 0}) is None
    assert read_usage(None) is None


def delta(**fields: Any) -> dict[str, Any]:
    return {"choices": [{"index": 0, "delta": fields}]}


def test_thinking_blocks_of_a_stream_are_put_together_with_their_signatures() -> None:
    stream = StreamAssembler(model="m")
    for block in (
        {"type": "thinking", "thinking": "one "}, {"type": "thinking", "thinking": "two"},
        {"type": "thinking", "thinking": "", "signature": "s1"}, {"type": "thinking", "thinking": "three"},
        {"type": "thinking", "signature": "s2"}, {"type": "redacted_thinking", "data": "zzz"},
    ):  # fmt: skip
        stream.add(delta(thinking_blocks=[block]))
    stream.add({"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]})
    assert stream.completion()["choices"][0]["message"]["thinking_blocks"] == [
        {"type": "thinking", "thinking": "one two", "signature": "s1"},
        {"type": "thinking", "thinking": "three", "signature": "s2"},
        {"type": "redacted_thinking", "data": "zzz"},
    ]


def test_calls_of_a_stream_that_share_an_index_stay_apart() -> None:
    stream = StreamAssembler(model="m")
    for call_id, name in (("a", "f"), ("b", "g")):
        stream.add(delta(tool_calls=[{"index": 0, "id": call_id, "function": {"name": name, "arguments": "{"}}]))
        stream.add(delta(tool_calls=[{"index": 0, "function": {"arguments": "}"}}]))
    stream.add({"choices": [{"index": 0, "delta": {}, "finish_reason": "tool_calls"}]})
    calls = stream.completion()["choices"][0]["message"]["tool_calls"]
    assert [(call["id"], call["function"]["arguments"]) for call in calls] == [("a", "{}"), ("b", "{}")]


def test_an_error_in_mid_stream_is_raised_without_secrets() -> None:
    with pytest.raises(MalformedResponseError, match="mid-stream") as caught:
        StreamAssembler(model="m").add({"error": {"message": "bad key sk-abcdefghijkl"}})
    assert "abcdefghijkl" not in str(caught.value)

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.llm.fakes import question
from tests.llm.loopback import completion
from tool_sandbox.errors import (
    AuthenticationError,
    ContextWindowError,
    InvalidRequestError,
    MalformedResponseError,
    ProviderError,
    ProviderUnavailableError,
    RateLimitError,
    RefusalError,
)
from tool_sandbox.llm.chat import ToolCall, Usage
from tool_sandbox.llm.transports.completions.completion import MALFORMED_CALL, read_completion, read_usage
from tool_sandbox.llm.transports.completions.streams import StreamAssembler


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


@pytest.mark.parametrize("reason", ["MALFORMED_FUNCTION_CALL", "function_call_filter: MALFORMED_FUNCTION_CALL"])
@pytest.mark.parametrize(
    ("message", "calls"),
    [
        (
            "Malformed function call: print(default_api.set_wifi_status(on=False))",
            [("set_wifi_status", '{"on": false}')],
        ),
        ("Malformed function call: print(default_api.set_wifi_status(on=", []),
        ("Malformed function call", []),
        (None, []),
    ],
)
def test_a_call_the_provider_could_not_read_is_read_from_what_it_quotes(
    reason: str, message: str | None, calls: list[tuple[str, str]]
) -> None:
    data = completion(None, finish_reason=reason)
    data["choices"][0]["finish_message"] = message
    tool = {"type": "function", "function": {"name": "set_wifi_status", "parameters": {"type": "object"}}}
    response = read_completion(data, provider="p", model="m", request=question(tools=(tool,)))
    assert response.finish_reason == MALFORMED_CALL
    assert [(call.name, call.arguments) for call in response.tool_calls] == calls
    assert ["quotes" in note for note in response.adjustments] == [True] * len(calls)


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


def test_an_error_in_mid_stream_is_told_without_secrets() -> None:
    stream = StreamAssembler(model="m")
    stream.add(delta(content="Half of"))
    stream.add({"error": {"message": "bad gateway, key sk-abcdefghijkl", "code": 502}})
    assert stream.failed
    with pytest.raises(ProviderUnavailableError, match="bad gateway") as caught:
        read(stream.completion())
    assert "abcdefghijkl" not in str(caught.value)
    assert (caught.value.status, caught.value.retryable) == (502, True)


OPENROUTER = {"code": 502, "message": "Provider returned error", "metadata": {"raw": "upstream hung up"}}


@pytest.mark.parametrize("text", [None, "", "Wi-Fi is swit"])
@pytest.mark.parametrize("reason", ["error", "abort", "insufficient_system_resource", "timeout", "load", "OTHER"])
def test_an_answer_that_the_server_gave_up_is_no_answer(reason: str, text: str | None) -> None:
    with pytest.raises(ProviderUnavailableError, match=reason) as caught:
        read(completion(text, finish_reason=reason))
    assert (caught.value.retryable, caught.value.usage) == (True, Usage(prompt_tokens=100, completion_tokens=10))


@pytest.mark.parametrize(
    "place", ["top", "choice", "beside the choice", "message", "beside the message", "base_resp", "instead"]
)
def test_an_error_anywhere_in_an_answer_is_told_in_the_providers_words(place: str) -> None:
    data = completion("Wi-Fi is swit")
    choice = data["choices"][0]
    match place:
        case "top":
            data["error"] = OPENROUTER
        case "choice":
            choice["error"] = OPENROUTER
        case "beside the choice":
            choice["provider_specific_fields"] = {"error": OPENROUTER}
        case "message":
            choice["message"]["error"] = OPENROUTER
        case "beside the message":
            choice["message"]["provider_specific_fields"] = {"error": OPENROUTER}
        case "base_resp":
            data["base_resp"] = {"status_code": "502", "status_msg": "Provider returned error (upstream hung up)"}
        case _:
            data = {"object": "error", "code": 502, "message": "Provider returned error (upstream hung up)"}
    with pytest.raises(ProviderUnavailableError, match=r"HTTP 502.*upstream hung up") as caught:
        read(data)
    assert (caught.value.status, caught.value.retryable) == (502, True)


@pytest.mark.parametrize(
    ("code", "kind", "retryable"),
    [
        (429, RateLimitError, True),
        ("429", RateLimitError, True),
        ("rate_limit_exceeded", RateLimitError, True),
        ("RESOURCE_EXHAUSTED", RateLimitError, True),
        (400, InvalidRequestError, False),
        (401, AuthenticationError, False),
        ("overloaded_error", ProviderUnavailableError, True),
        ("what?", ProviderUnavailableError, True),
    ],
)  # fmt: skip
def test_the_code_of_an_error_says_whether_trying_again_can_help(
    code: Any, kind: type[ProviderError], retryable: bool
) -> None:
    with pytest.raises(ProviderError) as caught:
        read({"choices": None, "error": {"message": "No.", "code": code}})
    assert (type(caught.value), caught.value.retryable) == (kind, retryable)


@pytest.mark.parametrize("error", [None, {}, "", False])
def test_an_empty_error_beside_an_answer_is_none(error: Any) -> None:
    assert read(completion("hi", error=error)).text == "hi"


@pytest.mark.parametrize("reason", ["SAFETY", "guardrail_intervened", "refusal", "sensitive"])
def test_every_providers_word_for_a_filter_is_a_refusal(reason: str) -> None:
    with pytest.raises(RefusalError):
        read(completion("half", finish_reason=reason))


def test_a_conversation_that_no_longer_fits_is_told_by_the_finish_reason() -> None:
    with pytest.raises(ContextWindowError):
        read(completion("half", finish_reason="model_context_window_exceeded"))


@pytest.mark.parametrize("reason", ["MALFORMED_FUNCTION_CALL", "malformed_tool_use", "UNEXPECTED_TOOL_CALL"])
@pytest.mark.parametrize("where", ["finish_reason", "native_finish_reason"])
def test_a_bad_call_is_the_models_even_where_a_gateway_calls_it_an_error(where: str, reason: str) -> None:
    data = completion(None, finish_reason="error")
    data["choices"][0] |= {"error": {"code": 502, "message": "bad finish"}, where: reason}
    response = read(data)
    assert (response.finish_reason, response.parse_losses) == (MALFORMED_CALL, 1)


def test_an_empty_answer_that_did_not_end_is_none() -> None:
    with pytest.raises(MalformedResponseError, match="answered nothing"):
        read(completion(None, finish_reason=None))
    assert read(completion("hi", finish_reason=None)).finish_reason == "stop"


@pytest.mark.parametrize(
    ("reason", "read_as"), [("end_turn", "stop"), ("MAX_TOKENS", "length"), ("tool_use", "tool_calls")]
)
def test_finish_reasons_are_told_in_one_language(reason: str, read_as: str) -> None:
    assert read(completion("hi", finish_reason=reason)).finish_reason == read_as


@pytest.mark.parametrize(
    ("message", "named"),
    [
        ({"tool_calls": True}, "tool_calls=true"),
        ({"tool_calls": {"name": "f"}}, "tool_calls="),
        ({"tool_calls": ["f"]}, "not a call"),
        ({"tool_calls": [{"id": "a", "function": "set_wifi_status"}]}, "set_wifi_status"),
        ({"tool_calls": [{"id": "a", "function": {"name": 7}}]}, "7"),
        ({"content": 7}, "content=7"),
        ({"content": True}, "content=true"),
    ],
)  # fmt: skip
def test_what_has_another_type_than_it_must_have_is_named(message: dict[str, Any], named: str) -> None:
    with pytest.raises(MalformedResponseError, match=named) as caught:
        read(completion("hi", message=message))
    assert caught.value.status == 200


def test_the_name_of_the_model_may_be_anything() -> None:
    assert read({**completion("hi"), "model": 7}).model == "m"


@pytest.mark.parametrize("tokens", [float("nan"), float("inf"), -1, "many", True, 10**400, [1]])
def test_token_counts_that_cannot_be_are_unknown(tokens: Any) -> None:
    assert read_usage({"prompt_tokens": tokens, "completion_tokens": 1}) is None


def test_token_counts_may_be_floats_or_have_other_names() -> None:
    assert read_usage({"prompt_tokens": 3.0, "completion_tokens": 1}) == Usage(prompt_tokens=3, completion_tokens=1)
    assert read_usage({"input_tokens": 3, "output_tokens": 1}) == Usage(prompt_tokens=3, completion_tokens=1)


@pytest.mark.parametrize("calls", [None, []])
def test_the_older_form_of_a_call_is_read(calls: Any) -> None:
    older = {"function_call": {"name": "f", "arguments": '{"a": 1}'}, "tool_calls": calls}
    response = read(completion("I do that.", message=older, finish_reason="function_call"))
    assert [(call.name, call.arguments) for call in response.tool_calls] == [("f", '{"a": 1}')]
    assert (response.text, response.finish_reason) == ("I do that.", "tool_calls")


def test_the_older_form_of_a_call_is_read_from_a_stream() -> None:
    stream = StreamAssembler(model="m")
    for piece in ({"name": "f", "arguments": ""}, {"arguments": '{"a"'}, {"arguments": ": 1}"}):
        stream.add(delta(function_call=piece))
    stream.add({"choices": [{"index": 0, "delta": {}, "finish_reason": "function_call"}]})
    assert [(call.name, call.arguments) for call in read(stream.completion()).tool_calls] == [("f", '{"a": 1}')]


def test_a_character_cut_in_two_by_a_stream_is_joined() -> None:
    stream = StreamAssembler(model="m")
    for piece in ("\ud83d", "\ude00 hi", " \udcf0\udc9f", "\udc98\udc80"):
        stream.add(delta(content=piece))
    stream.add({"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]})
    assert read(stream.completion()).text == "\U0001f600 hi \U0001f600"


def test_half_a_character_is_replaced_wherever_it_stands() -> None:
    call = {"id": "a\ud83d", "function": {"name": "f\ud83d", "arguments": '{"a": "\ud83d"}'}}
    response = read(completion("on \ud83d", calls=[call], message={"reasoning_content": "\ude00"}))
    response.text.encode()
    assert response.text == "on \ufffd"
    assert response.tool_calls[0] == ToolCall(id="a\ufffd", name="f\ufffd", arguments='{"a": "\ufffd"}')
    assert response.provider_fields == {"reasoning_content": "\ufffd"}


def test_a_stream_that_held_nothing_is_no_answer() -> None:
    stream = StreamAssembler(model="m")
    stream.add({"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]})
    with pytest.raises(MalformedResponseError, match="nothing"):
        stream.completion()


json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(st.characters())
    | st.sampled_from(["f", "error"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=5,
)
KEYS = (
    "choices", "message", "delta", "content", "tool_calls", "function", "function_call", "name", "arguments", "id",
    "index", "finish_reason", "native_finish_reason", "provider_specific_fields", "extra_content", "error", "code",
    "type", "text", "usage", "prompt_tokens", "completion_tokens", "prompt_tokens_details", "cached_tokens", "model",
    "reasoning", "reasoning_content", "reasoning_details", "thinking_blocks", "thinking", "signature", "refusal",
    "metadata", "raw", "base_resp", "status_code", "object", "detail",
)  # fmt: skip


def mutations(data: Any) -> st.SearchStrategy[Any]:
    """The same JSON with anything in place of any part of it."""
    if isinstance(data, dict):
        same = st.fixed_dictionaries({key: mutations(value) for key, value in data.items()})
        more = st.dictionaries(st.sampled_from(KEYS), json_values, max_size=1)
        return st.one_of(st.builds(lambda whole, extra: {**whole, **extra}, same, more), json_values)
    if isinstance(data, list):
        return st.one_of(st.tuples(*map(mutations, data)).map(list), json_values)
    return st.just(data) | json_values


WHOLE = completion(
    "hi",
    calls=[{"id": "a", "index": 0, "function": {"name": "f", "arguments": "{}"}}],
    message={"reasoning_content": "hm", "thinking_blocks": [{"type": "thinking", "thinking": "x", "signature": "s"}]},
)
CHUNK = {"model": "m", "choices": [{**WHOLE["choices"][0], "delta": WHOLE["choices"][0]["message"]}], "usage": None}


@settings(max_examples=300)
@given(mutations(WHOLE))
def test_no_json_whatever_is_our_own_fault(data: Any) -> None:
    try:
        response = read(data if isinstance(data, dict) else {"choices": data})
    except ProviderError as error:
        str(error).encode()
        return
    json.dumps(response.to_dict(), ensure_ascii=False).encode()


def thinking(**fields: Any) -> dict[str, Any]:
    block = {"type": "thinking", "signature": None, **fields}
    return {"choices": [{"delta": {"thinking_blocks": [block]}}]}


@settings(max_examples=200)
@given(st.lists(mutations(CHUNK), max_size=4))
@example([thinking(thinking=["x"]), thinking(thinking="y")])
@example([thinking(thinking="x"), thinking(thinking=["y"], signature="s")])
def test_no_stream_whatever_is_our_own_fault(chunks: list[Any]) -> None:
    stream = StreamAssembler(model="m")
    try:
        for chunk in [*chunks, {"choices": [{"delta": {"content": "x"}, "finish_reason": "stop"}]}]:
            if isinstance(chunk, dict):
                stream.add(chunk)
        response = read(stream.completion())
    except ProviderError as error:
        str(error).encode()
        return
    json.dumps(response.to_dict(), ensure_ascii=False).encode()

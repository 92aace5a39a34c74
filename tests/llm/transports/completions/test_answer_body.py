from __future__ import annotations

import json
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.llm.loopback import chunks, completion
from tool_sandbox.errors import MalformedResponseError, ProviderError, ProviderUnavailableError
from tool_sandbox.llm.chat import ChatResponse
from tool_sandbox.llm.transports.completions.answer_body import EventStream, read_body
from tool_sandbox.llm.transports.completions.completion import read_completion
from tool_sandbox.llm.transports.completions.streams import StreamAssembler


def streamed(*pieces: bytes) -> ChatResponse:
    stream = EventStream(StreamAssembler(model="m"))
    for piece in pieces:
        stream.feed(piece)
        if stream.over:
            break
    return read_completion(stream.completion(), provider="p", model="m")


def events(*deltas: dict[str, Any]) -> bytes:
    return "".join(chunks(*deltas)).encode()


WHOLE = events({"content": "hä "}, {"content": "😀\u2028\x0b!"}, {"reasoning_content": "hm"})


@given(st.lists(st.integers(0, len(WHOLE)), max_size=6).map(sorted))
def test_it_does_not_matter_how_the_bytes_arrive(cuts: list[int]) -> None:
    places = [0, *cuts, len(WHOLE)]
    pieces = [WHOLE[start:end] for start, end in pairwise(places)]
    assert streamed(*pieces).text == "hä 😀\u2028\x0b!"


def test_the_bytes_of_one_character_may_be_in_two_events() -> None:
    def event(content: bytes) -> bytes:
        return b'data: {"choices": [{"delta": {"content": "' + content + b'"}}]}\n\n'

    first, second = "😀".encode()[:2], "😀".encode()[2:]
    end = b'data: {"choices": [{"delta": {}, "finish_reason": "stop"}]}\n\n'
    assert streamed(event(first), event(second + b" hi"), end).text == "😀 hi"


def test_raw_line_separators_of_other_alphabets_do_not_end_a_line() -> None:
    text = json.dumps(
        {"choices": [{"delta": {"content": "a\u2028b\x85c"}, "finish_reason": "stop"}]}, ensure_ascii=False
    )
    assert streamed(f"data: {text}\n\n".encode()).text == "a\u2028b\x85c"


@pytest.mark.parametrize("end", ["\n\n", "\n", "\r\n\r\n", ""])
def test_events_may_end_in_any_usual_way(end: str) -> None:
    lines = [each.strip() for each in chunks({"content": "hi"})]
    assert streamed(end.join(lines).encode() if end else "\n".join(lines).encode()).text == "hi"


def test_an_event_may_span_lines_and_stand_among_comments() -> None:
    event = json.dumps({"choices": [{"delta": {"content": "hi"}, "finish_reason": "stop"}]}, indent=1)
    spread = "\n".join(f"data: {line}" for line in event.splitlines())
    assert streamed(f": keep-alive\n\nevent: message\nid: 7\n{spread}\n\ndata: [DONE]\n\n".encode()).text == "hi"


@pytest.mark.parametrize(
    "last",
    [
        'data: {"error": {"message": "gone", "code": 502}}\n\n',
        'event: error\ndata: {"message": "gone", "code": 502}\n\n',
        'error: {"message": "gone", "code": 502}\n\n',
        'data: {"object": "error", "message": "gone", "code": 502}\n\n',
        'data: {"choices": [{"delta": {}, "finish_reason": "error", "error": {"message": "gone", "code": 502}}]}\n\n',
    ],
)
def test_an_error_in_a_stream_is_found_in_any_usual_form(last: str) -> None:
    first = "".join(chunks({"content": "half of"}, finish=None, done=False))
    with pytest.raises(ProviderUnavailableError, match="gone") as caught:
        streamed(first.encode(), last.encode())
    assert caught.value.status == 502


def test_an_error_may_be_a_bare_text() -> None:
    with pytest.raises(ProviderError, match="out of memory"):
        streamed(b"event: error\ndata: CUDA out of memory\n\n")


def test_what_is_no_json_in_a_stream_is_named() -> None:
    with pytest.raises(MalformedResponseError, match=r"not JSON.*half a chu"):
        streamed(b'data: {"half a chu\n\n')


def test_json_in_place_of_a_stream_is_read() -> None:
    body = json.dumps(completion("whole"), indent=1).encode()
    assert streamed(body[:40], body[40:]).text == "whole"


@pytest.mark.parametrize("body", [b"", b"\n\n", b"data: [DONE]\n\n", b": ping\n\n"])
def test_a_stream_without_an_answer_is_none(body: bytes) -> None:
    with pytest.raises(MalformedResponseError):
        streamed(body)


def test_a_stream_in_place_of_json_is_put_together() -> None:
    data = read_body(events({"content": "who"}, {"content": "le"}).decode(), provider="p", model="m")
    assert read_completion(data, provider="p", model="m").text == "whole"


@pytest.mark.parametrize("body", ["", "<html>down</html>", "[1]", "null", '{"choices": [', "Internal Server Error"])
def test_a_body_that_is_no_object_is_shown(body: str) -> None:
    with pytest.raises(MalformedResponseError) as caught:
        read_body(body, provider="p", model="m")
    assert repr(body) in str(caught.value)
    assert caught.value.status == 200


@given(
    st.lists(
        st.binary() | st.sampled_from([b"data: ", b"\n\n", b'{"choices": [', b"event: error\n", b"error: 1\n", b"}"])
    )
)
def test_no_bytes_whatever_are_our_own_fault(pieces: list[bytes]) -> None:
    try:
        streamed(*pieces)
    except ProviderError as error:
        str(error).encode()

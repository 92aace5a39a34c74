"""What a server can answer, through LiteLLM and without it: both transports read it as the same."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.llm.loopback import Answer, Server, chunks, completion
from tool_sandbox.common.execution.tool_code import parse_tool_arguments
from tool_sandbox.errors import (
    MalformedResponseError,
    ProviderError,
    ProviderUnavailableError,
    RateLimitError,
    RefusalError,
)
from tool_sandbox.llm.chat import ChatRequest, ChatResponse, Usage
from tool_sandbox.llm.layer import aclose
from tool_sandbox.llm.transports.completions.finish_reasons import MALFORMED_CALL
from tool_sandbox.llm.transports.direct import DirectTransport
from tool_sandbox.llm.transports.through_litellm.transport import LiteLLMTransport

TOOL = {"type": "function", "function": {"name": "f", "parameters": {"type": "object", "properties": {}}}}
MODELS = ("hosted_vllm/m", "openai/m", "direct:m")

# LiteLLM warns of what it makes of odd answers.
pytestmark = [
    pytest.mark.usefixtures("litellm"),
    pytest.mark.filterwarnings("ignore:Pydantic serializer warnings"),
]


@pytest.fixture(params=MODELS)
def model(request: pytest.FixtureRequest) -> str:
    return str(request.param)


async def ask(server: Server, model: str, key: str = "sk-secret-key", **changes: Any) -> ChatResponse:
    given = {"messages": [{"role": "user", "content": "hi"}], "tools": [TOOL], "timeout": 30}
    request = ChatRequest(model=model, **{**given, **changes})
    connection = {"api_base": server.base, "api_key": key}
    kind = DirectTransport if model.startswith("direct:") else LiteLLMTransport
    transport = kind(connection)
    try:
        return await transport.acomplete(request)
    finally:
        await aclose(transport)


def called(arguments: Any) -> dict[str, Any]:
    return completion(None, calls=[{"id": "a", "type": "function", "function": {"name": "f", "arguments": arguments}}])


@pytest.mark.parametrize("reason", ["error", "abort"])
@pytest.mark.parametrize("text", [None, "", "Wi-Fi is swit"])
async def test_a_lost_answer_is_never_an_answer(server: Server, model: str, reason: str, text: str | None) -> None:
    server.says(Answer(completion(text, finish_reason=reason)))
    with pytest.raises(ProviderUnavailableError, match=reason) as caught:
        await ask(server, model)
    assert caught.value.retryable
    assert caught.value.usage == Usage(prompt_tokens=100, completion_tokens=10)


async def test_an_error_beside_the_choice_is_told_in_the_providers_words(server: Server, model: str) -> None:
    given = completion("half", finish_reason="error")
    given["choices"][0]["error"] = {"code": 502, "message": "Upstream error from Foo"}
    server.says(Answer(given))
    with pytest.raises(ProviderUnavailableError, match="Upstream error from Foo") as caught:
        await ask(server, model)
    assert caught.value.status == 502


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "streamed"])
async def test_what_a_server_repeats_of_our_key_is_never_told(server: Server, model: str, stream: bool) -> None:
    error = {"error": {"message": "no such key: plain-password", "code": 500}}
    server.says(Answer(stream=[f"data: {json.dumps(error)}\n\n"]) if stream else Answer(error))
    with pytest.raises(ProviderError, match="no such key") as caught:
        await ask(server, model, stream=stream, key="plain-password")
    assert "plain-password" not in str(caught.value) + str(caught.value.as_record())


@pytest.mark.parametrize(
    "given",
    [
        {"error": {"message": "gone"}},
        completion("half", finish_reason="abort"),
        completion(None, finish_reason=None),
        {},
        "<html>",
    ],
)
async def test_an_error_names_the_model_as_it_was_written(server: Server, model: str, given: Any) -> None:
    server.says(Answer(given))
    with pytest.raises(ProviderError) as caught:
        await ask(server, model)
    assert caught.value.model == model
    assert repr(model) in str(caught.value)


async def test_an_error_in_an_answer_has_the_headers_of_the_answer(server: Server) -> None:
    headers = {"x-request-id": "req-7", "retry-after": "3"}
    server.says(Answer({"error": {"message": "slow down", "code": 429}}, headers=headers))
    with pytest.raises(RateLimitError) as caught:
        await ask(server, "direct:m")
    assert (caught.value.request_id, caught.value.retry_after) == ("req-7", 3.0)


@pytest.mark.parametrize("reason", ["error", "abort"])
async def test_a_lost_answer_of_a_stream_is_none_either(server: Server, model: str, reason: str) -> None:
    server.says(Answer(stream=chunks({"role": "assistant", "content": "Wi-Fi is swit"}, finish=reason)))
    with pytest.raises(ProviderError, match=reason) as caught:
        await ask(server, model, stream=True)
    assert caught.value.retryable


async def test_an_error_in_a_stream_is_told_in_the_providers_words(server: Server, model: str) -> None:
    last = {
        "index": 0,
        "delta": {"content": ""},
        "finish_reason": "error",
        "error": {"code": 502, "message": "Foo left"},
    }
    events = [*chunks({"content": "half"}, finish=None, done=False), f"data: {json.dumps({'choices': [last]})}\n\n"]
    server.says(Answer(stream=events))
    with pytest.raises(ProviderUnavailableError, match="Foo left") as caught:
        await ask(server, model, stream=True)
    assert caught.value.status == 502


async def test_json_in_place_of_a_stream_is_read_or_is_no_answer(server: Server, model: str) -> None:
    server.says(Answer(completion("whole")))
    if model != "openai/m":  # whose SDK drops all lines that are not events
        assert (await ask(server, model, stream=True)).text == "whole"
        return
    with pytest.raises(MalformedResponseError) as caught:
        await ask(server, model, stream=True)
    assert caught.value.retryable


async def test_a_stream_in_place_of_json_is_put_together(server: Server, model: str) -> None:
    server.says(Answer(stream=chunks({"content": "who"}, {"content": "le"})))
    if model == "openai/m":  # LiteLLM tells nothing of what came but its beginning
        with pytest.raises(MalformedResponseError):
            await ask(server, model)
        return
    response = await ask(server, model)
    assert (response.text, response.usage) == ("whole", Usage(prompt_tokens=5, completion_tokens=2))


@pytest.mark.parametrize("body", ["<html><title>Bad gateway</title></html>", '{"id": "x", "choices": [{"ind'])
async def test_a_body_that_is_no_json_is_malformed_and_says_what_it_is(server: Server, model: str, body: str) -> None:
    server.says(Answer(body, 200))
    with pytest.raises(MalformedResponseError) as caught:
        await ask(server, model)
    text = str(caught.value)
    assert (caught.value.status, caught.value.retryable) == (200, True)
    assert "itellm" not in text
    assert "500" not in text
    assert "Bad gateway" in text or not body.startswith("<html")


@pytest.mark.parametrize(
    "arguments",
    ['{"on": ' + "9" * 5000 + "}", '{"on": ' * 5000 + "0" + "}" * 5000, '{"on": ' + "[" * 5000 + "]" * 5000 + "}"],
    ids=["number", "objects", "lists"],
)
async def test_absurd_arguments_are_the_models_mistake(server: Server, model: str, arguments: str) -> None:
    server.says(Answer(called(arguments)))
    response = await ask(server, model)
    assert [(call.name, call.arguments) for call in response.tool_calls] == [("f", arguments)]
    assert response.usage == Usage(prompt_tokens=100, completion_tokens=10)
    with pytest.raises(ValueError, match=r"."):
        parse_tool_arguments(arguments)


@pytest.mark.parametrize("value", ["9" * 5000, "[" * 5000 + "]" * 5000], ids=["number", "lists"])
async def test_absurd_arguments_as_an_object_are_the_models_mistake(server: Server, value: str) -> None:
    body = json.dumps(called({"on": "VALUE"})).replace('"VALUE"', value)
    server.says(Answer(body))
    (call,) = (await ask(server, "direct:m")).tool_calls
    with pytest.raises(ValueError, match=r"."):
        parse_tool_arguments(call.arguments)


@pytest.mark.parametrize("status", [400, 422, 500, 503])
async def test_a_call_that_its_server_cannot_parse_is_the_models_at_any_status(
    server: Server, model: str, status: int
) -> None:
    server.says(Answer({"error": {"message": "Failed to parse input at pos 12: </tool_call>", "code": status}}, status))
    response = await ask(server, model)
    assert (response.finish_reason, response.parse_losses, response.text) == (MALFORMED_CALL, 1, None)
    assert len(server.requests) == 1


async def test_a_call_that_its_server_cannot_parse_is_the_models_in_a_200(server: Server, model: str) -> None:
    server.says(Answer({"error": {"message": "error parsing tool call: raw='ls', err=x", "code": 500}}))
    assert (await ask(server, model)).finish_reason == MALFORMED_CALL


async def test_a_call_that_its_server_cannot_parse_is_the_models_in_a_stream(server: Server, model: str) -> None:
    error = {"error": {"message": "Failed to parse tool call arguments as JSON", "code": 500}}
    events = [*chunks({"content": "hm"}, finish=None, done=False), f"data: {json.dumps(error)}\n\n"]
    server.says(Answer(stream=events))
    response = await ask(server, model, stream=True)
    assert (response.finish_reason, response.parse_losses) == (MALFORMED_CALL, 1)


async def test_a_call_in_what_the_server_sent_with_its_refusal_is_read(server: Server, model: str) -> None:
    raw = '<tool_call>{"name": "f", "arguments": {"on": false}}</tool_call>'
    error = {"error": {"message": "Failed to call a function", "code": "tool_use_failed", "failed_generation": raw}}
    server.says(Answer(error, 400))
    response = await ask(server, model)
    assert [(call.name, json.loads(call.arguments)) for call in response.tool_calls] == [("f", {"on": False})]
    assert response.parse_losses == 1


async def test_the_older_form_of_a_call_is_read(server: Server, model: str) -> None:
    older = {"function_call": {"name": "f", "arguments": "{}"}}
    server.says(Answer(completion(None, message=older, finish_reason="function_call")))
    assert [call.name for call in (await ask(server, model)).tool_calls] == ["f"]
    pieces = [{"function_call": {"name": "f", "arguments": "{"}}, {"function_call": {"arguments": "}"}}]
    server.says(Answer(stream=chunks(*pieces, finish="function_call")))
    (call,) = (await ask(server, model, stream=True)).tool_calls
    assert (call.name, call.arguments) == ("f", "{}")


@pytest.mark.parametrize(
    "message",
    [{"tool_calls": True}, {"tool_calls": [{"id": "a", "type": "function", "function": "f"}]}, {"content": 7}],
)
async def test_oddly_typed_answers_are_the_providers_fault(server: Server, model: str, message: dict[str, Any]) -> None:
    server.says(Answer(completion(None, message=message)))
    with pytest.raises(MalformedResponseError) as caught:
        await ask(server, model)
    assert caught.value.usage == Usage(prompt_tokens=100, completion_tokens=10)


@pytest.mark.parametrize("tokens", ["NaN", "1e999", "-5", '"many"'])
async def test_odd_token_counts_beside_a_good_answer_are_unknown(server: Server, model: str, tokens: str) -> None:
    body = json.dumps(completion("hi", usage={"prompt_tokens": "ODD", "completion_tokens": 1}))
    server.says(Answer(body.replace('"ODD"', tokens)))
    response = await ask(server, model)
    assert (response.text, response.usage, response.cost) == ("hi", None, None)


async def test_a_filtered_answer_is_a_refusal_with_its_tokens(server: Server, model: str) -> None:
    server.says(Answer(completion(None, finish_reason="content_filter")))
    with pytest.raises(RefusalError) as caught:
        await ask(server, model)
    assert caught.value.usage == Usage(prompt_tokens=100, completion_tokens=10)


async def test_a_filtered_answer_has_its_price(server: Server) -> None:
    server.says(Answer(completion(None, finish_reason="content_filter", model="gpt-4o-2024-08-06")))
    with pytest.raises(RefusalError) as caught:
        await ask(server, "openai/gpt-4o")
    assert caught.value.cost == pytest.approx(100 * 2.5e-6 + 10 * 1e-5)


async def test_halves_of_characters_are_joined_or_replaced_on_the_way_in_and_out(server: Server, model: str) -> None:
    server.says(Answer(completion("on \ud83d", calls=[{"id": "a", "function": {"name": "f", "arguments": "{}"}}])))
    response = await ask(server, model)
    assert response.text == "on \ufffd"
    said = {"role": "user", "content": "\ud83d\ude00 and \ud83d"}
    await ask(server, model, messages=[said])
    assert server.requests[-1]["messages"][0]["content"] == "😀 and \ufffd"


async def test_a_character_cut_in_two_by_a_stream_is_joined(server: Server, model: str) -> None:
    server.says(Answer(stream=chunks({"content": "\ud83d"}, {"content": "\ude00 hi"})))
    assert (await ask(server, model, stream=True)).text == "😀 hi"

"""Servers that refuse as real ones do, over loopback HTTP and through both transports."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import pytest

from tests.llm.loopback import Answer, Server, completion
from tests.waiting import HANG
from tool_sandbox.errors import ContextWindowError, InvalidRequestError
from tool_sandbox.llm.chat import ChatModel, ChatRequest, ChatResponse
from tool_sandbox.llm.transports.direct import DirectTransport
from tool_sandbox.llm.transports.history import project, project_user
from tool_sandbox.llm.transports.through_litellm.transport import LiteLLMTransport

TOOL = {"type": "function", "function": {"name": "f", "parameters": {"type": "object", "properties": {}}}}
Rule = Callable[[dict[str, Any]], str | None]


@pytest.fixture(params=["direct", "litellm"])
def transport(request: pytest.FixtureRequest, server: Server) -> ChatModel:
    if request.param == "direct":
        return DirectTransport({"api_base": server.base})
    return LiteLLMTransport({"api_base": server.base, "api_key": "k"})


def model_for(transport: ChatModel) -> str:
    return "direct:org/m" if isinstance(transport, DirectTransport) else "hosted_vllm/org/m"


def refusing(*rules: Rule, status: int = 400, text: str | None = "hi") -> Callable[[dict[str, Any]], Answer]:
    def answer(body: dict[str, Any]) -> Answer:
        for rule in rules:
            if message := rule(body):
                error = {"message": message, "type": "BadRequestError", "code": status}
                return Answer({"error": error}, status)
        return Answer(completion(text))

    return answer


def roles(body: dict[str, Any]) -> list[str]:
    return [message["role"] for message in body["messages"]]


def one_system_first(body: dict[str, Any]) -> str | None:
    return "System message must be at the beginning." if "system" in roles(body)[1:] else None


def alternate(body: dict[str, Any]) -> str | None:
    """Mistral's template."""
    speakers = [
        each["role"]
        for each in body["messages"][roles(body)[0] == "system" :]
        if each["role"] != "tool" and not each.get("tool_calls")
    ]
    fine = speakers == [("user", "assistant")[place % 2] for place in range(len(speakers))]
    return None if fine else "After the optional system message, conversation roles must alternate user/assistant/…"


def no_system(body: dict[str, Any]) -> str | None:
    return "System role not supported" if "system" in roles(body) else None


def no_user_after_tool(body: dict[str, Any]) -> str | None:
    seen = roles(body)
    late = any(pair == ("tool", "user") for pair in pairwise(seen))
    return "Unexpected role 'user' after role 'tool'" if late else None


def content_is_text(body: dict[str, Any]) -> str | None:
    bad = any(not isinstance(each.get("content"), str) for each in body["messages"])
    return "Invalid value for 'content': expected a string, got null" if bad else None


def content_is_no_blank(body: dict[str, Any]) -> str | None:
    bad = any("content" in each and not (each["content"] or "").strip() for each in body["messages"])
    return "messages: content must be non-empty" if bad else None


def nameless(body: dict[str, Any]) -> str | None:
    bad = any("name" in each for each in body["messages"])
    return "[('messages.3' : property 'name' is unsupported)] for 'role:tool'" if bad else None


def nine(body: dict[str, Any]) -> str | None:
    ids = [call["id"] for each in body["messages"] for call in each.get("tool_calls") or ()]
    bad = next((each for each in ids if len(each) != 9), None)
    return f"Tool call id was {bad} but must be a-z, A-Z, 0-9, with a length of 9." if bad else None


def one_call(body: dict[str, Any]) -> str | None:
    bad = any(len(each.get("tool_calls") or ()) > 1 for each in body["messages"])
    return "This model only supports single tool-calls at once!" if bad else None


def thoughts(body: dict[str, Any]) -> str | None:
    bad = any(each.get("tool_calls") and not each.get("reasoning_content") for each in body["messages"])
    return "The `reasoning_content` in the thinking mode must be passed back to the API." if bad else None


def no_thoughts(body: dict[str, Any]) -> str | None:
    bad = any("reasoning_content" in each for each in body["messages"])
    return "messages.2.assistant.reasoning_content: property 'reasoning_content' is unsupported" if bad else None


CALLS: dict[str, Any] = {
    "role": "assistant",
    "content": "",
    "tool_calls": [
        {"id": f"call_{name}", "type": "function", "function": {"name": "f", "arguments": "{}"}} for name in "ab"
    ],
}
AGENTS: list[dict[str, Any]] = [
    {"role": "system", "content": "Be good."},
    {"role": "user", "content": "hi"},
    CALLS,
    {"role": "tool", "tool_call_id": "call_a", "name": "f", "content": "ok"},
    {"role": "tool", "tool_call_id": "call_b", "name": "f", "content": "ok"},
    {"role": "user", "content": "well?"},
]
USERS: list[dict[str, Any]] = [
    {"role": "system", "content": "Play one."},
    {"role": "assistant", "content": "Do one."},
    {"role": "user", "content": "Done."},
    {"role": "system", "content": "Play two."},
    {"role": "assistant", "content": "Do two."},
    {"role": "user", "content": "Which?"},
]


def asked(model: str, messages: list[dict[str, Any]], **params: Any) -> ChatRequest:
    return ChatRequest(
        model=model, messages=messages, tools=[TOOL], params={"max_tokens": 1024, **params}, timeout=HANG
    )


def of_the_agent(model: str, notes: dict[str, Any] | None = None) -> ChatRequest:
    return asked(model, project(AGENTS, [notes if message is CALLS else None for message in AGENTS], model))


def of_the_user(model: str) -> ChatRequest:
    return asked(model, project_user(USERS, model))


async def played(transport: ChatModel, request: ChatRequest) -> ChatResponse:
    return await transport.acomplete(request)


@pytest.mark.parametrize(
    "rules",
    [
        (one_system_first,),
        (alternate,),
        (no_system,),
        (no_system, alternate),
        (no_user_after_tool,),
        (one_system_first, alternate, no_user_after_tool, nine, nameless),
        (content_is_text,),
        (content_is_text, content_is_no_blank),
        (content_is_no_blank,),
        (nameless,),
        (nine,),
        (one_call,),
        (one_call, nine, alternate, content_is_text),
        (thoughts,),
    ],
    ids=lambda rules: "+".join(rule.__name__ for rule in rules),
)
@pytest.mark.parametrize("ask", [of_the_agent, of_the_user], ids=["agent", "user"])
async def test_a_template_is_suited_and_asked_once_from_then_on(
    server: Server, transport: ChatModel, rules: tuple[Rule, ...], ask: Callable[[str], ChatRequest]
) -> None:
    server.says(refusing(*rules))
    request = ask(model_for(transport))
    first = await played(transport, request)
    refused = len(server.requests) - 1
    second = await asyncio.to_thread(transport.complete, request)
    assert (first.text, second.text) == ("hi", "hi")
    assert len(server.requests) == refused + 2, "what was learned is used"
    assert first.adjustments == second.adjustments
    assert bool(first.adjustments) is bool(refused)


async def test_servers_that_report_a_failed_template_as_their_own_fault_are_understood(
    server: Server, transport: ChatModel
) -> None:
    server.says(refusing(alternate, status=500))
    assert (await played(transport, of_the_user(model_for(transport)))).text == "hi"


async def test_own_thoughts_are_left_out_where_they_are_refused(server: Server, transport: ChatModel) -> None:
    server.says(refusing(no_thoughts))
    model = model_for(transport)
    notes = {"asked": model, "provider_fields": {"reasoning_content": "hm"}}
    assert (await played(transport, of_the_agent(model, notes))).text == "hi"
    assert "reasoning_content" in server.requests[0]["messages"][2]


async def test_own_thoughts_go_back_where_they_are_wanted(server: Server, transport: ChatModel) -> None:
    server.says(refusing(thoughts))
    model = model_for(transport)
    notes = {"asked": model, "provider_fields": {"reasoning_content": "hm"}}
    await played(transport, of_the_agent(model, notes))
    assert [body["messages"][2]["reasoning_content"] for body in server.requests] == ["hm"]


async def test_a_refusal_that_nothing_answers_is_the_error_and_nothing_is_learned(
    server: Server, transport: ChatModel
) -> None:
    request = of_the_user(model_for(transport))
    server.says(lambda _: Answer({"error": {"message": "System message must be at the beginning."}}, 400))
    with pytest.raises(InvalidRequestError, match="at the beginning"):
        await played(transport, request)
    server.says(Answer(completion()))
    response = await played(transport, request)
    assert response.adjustments == ()
    assert [each["role"] for each in server.requests[-1]["messages"]] == [each["role"] for each in USERS]


async def test_what_was_learned_and_then_refused_is_taken_back(server: Server, transport: ChatModel) -> None:
    """Behind one address another server answers now, which wants the opposite."""
    request = of_the_agent(model_for(transport))
    server.says(refusing(content_is_text))
    await played(transport, request)
    server.says(refusing(lambda body: "no blank text here" if body["messages"][2].get("content") == "" else None))
    response = await played(transport, request)
    assert response.adjustments == ()
    before = len(server.requests)
    await played(transport, request)
    assert len(server.requests) == before + 1


def small_context(body: dict[str, Any], *, read: int = 400) -> str | None:
    limit = body.get("max_tokens") or body.get("max_completion_tokens") or 0
    if limit + read <= 8192:
        return None
    return (
        f"'max_tokens' is too large: {limit}. This model's maximum context length is 8192 tokens and your request has "
        f"{read} input tokens ({limit} > 8192 - {read})."
    )


async def test_a_raised_limit_is_lowered_to_the_room_that_there_is(server: Server, transport: ChatModel) -> None:
    server.says(refusing(small_context))
    request = asked(model_for(transport), AGENTS[:2], max_tokens=9216)
    first = await played(transport, request)
    await played(transport, request)
    limits = [body["max_tokens"] for body in server.requests]
    assert limits[:2] == [9216, 7792]
    assert len(limits) == 3
    assert 7000 < limits[2] <= 7792
    assert any("9216" in each and "7792" in each for each in first.adjustments)


async def test_one_long_conversation_does_not_spoil_the_others(server: Server, transport: ChatModel) -> None:
    long = asked(model_for(transport), [{"role": "user", "content": "word " * 7000}], max_tokens=9216)
    server.says(refusing(lambda body: small_context(body, read=7900)))
    assert (await played(transport, long)).text == "hi"
    assert server.requests[-1]["max_tokens"] == 292
    server.says(refusing(small_context))
    await played(transport, asked(model_for(transport), AGENTS[:2], max_tokens=9216))
    assert server.requests[-1]["max_tokens"] > 7000


async def test_a_conversation_that_is_too_long_is_said_to_be(server: Server, transport: ChatModel) -> None:
    server.says(refusing(lambda body: small_context(body, read=9000)))
    with pytest.raises(ContextWindowError):
        await played(transport, asked(model_for(transport), AGENTS[:2], max_tokens=9216))


async def test_an_answer_cut_short_stands_when_more_room_is_refused(server: Server, transport: ChatModel) -> None:
    def answer(body: dict[str, Any]) -> Answer:
        if body["max_tokens"] > 1024:
            return Answer({"error": {"message": "this account may not ask for so much"}}, 400)
        return Answer(completion(None, finish_reason="length"))

    server.says(answer)
    request = asked(model_for(transport), AGENTS[:2])
    response = await played(transport, request)
    assert (response.finish_reason, response.text, response.adjustments) == ("length", None, ())
    server.says(Answer(completion()))
    await played(transport, request)
    assert [body["max_tokens"] for body in server.requests] == [1024, 8192, 1024]


async def test_an_answer_that_was_left_no_tokens_gets_what_room_there_is(server: Server, transport: ChatModel) -> None:
    def answer(body: dict[str, Any]) -> Answer:
        if message := small_context(body, read=5000):
            return Answer({"error": {"message": message}}, 400)
        if body["max_tokens"] > 1024:
            return Answer(completion("thought and said"))
        return Answer(completion(None, finish_reason="length"))

    server.says(answer)
    response = await played(transport, asked(model_for(transport), AGENTS[:2]))
    assert response.text == "thought and said"
    assert [body["max_tokens"] for body in server.requests] == [1024, 8192, 3192]


async def test_a_limit_that_somebody_set_is_sent_as_it_is(server: Server) -> None:
    server.says(refusing(small_context))
    transport = DirectTransport({"api_base": server.base}, flexible_tokens=False, limit_is_ours=False)
    with pytest.raises(ContextWindowError):
        await played(transport, asked("direct:m", AGENTS[:2], max_tokens=9216))
    assert len(server.requests) == 1


@pytest.mark.parametrize(
    ("status", "said", "flag"),
    [
        (
            400,
            '"auto" tool choice requires --enable-auto-tool-choice and --tool-call-parser to be set',
            "--tool-call-parser",
        ),
        (400, "m does not support tools", "--tool-format"),
        (500, "tools param requires --jinja flag", "--jinja"),
    ],
)
async def test_a_server_without_tools_is_one_cause_with_the_flag_to_set(
    server: Server, transport: ChatModel, status: int, said: str, flag: str
) -> None:
    server.says(Answer({"error": {"message": said, "type": "BadRequestError"}}, status))
    with pytest.raises(InvalidRequestError, match=flag) as caught:
        await played(transport, asked(model_for(transport), AGENTS[:2]))
    assert not caught.value.retryable
    assert said[-20:] in str(caught.value)


async def test_tools_without_thinking_are_asked_for_as_the_provider_wants_it(server: Server) -> None:
    def answer(body: dict[str, Any]) -> Answer:
        if body.get("reasoning_effort") == "none":
            return Answer(completion())
        message = "To use function tools, use /v1/responses or set reasoning_effort to 'none'."
        return Answer({"error": {"message": message, "param": "reasoning_effort"}}, 400)

    server.says(answer)
    ways: list[tuple[ChatModel, str]] = [
        (DirectTransport({"api_base": server.base}), "direct:gpt-5.6-terra"),
        # No other endpoint at this address: what is tried first is refused and taken back.
        (LiteLLMTransport({"api_base": server.base, "api_key": "k"}), "openai/gpt-5.6-terra"),
    ]
    for transport, model in ways:
        response = await played(transport, asked(model, AGENTS[:2]))
        assert response.text == "hi"
        assert ["reasoning_effort='none' added" in each for each in response.adjustments] == [True]
        before = len(server.requests)
        await played(transport, asked(model, AGENTS[:2]))
        assert len(server.requests) == before + 1

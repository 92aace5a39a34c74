from __future__ import annotations

import asyncio
import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve

from tests.llm.loopback import Answer, Server, chunks, completion, serving
from tests.waiting import HANG, auntil
from tool_sandbox.errors import (
    AuthenticationError,
    ContextWindowError,
    InvalidRequestError,
    MalformedResponseError,
    ProviderError,
    ProviderTimeoutError,
    ProviderUnavailableError,
    RateLimitError,
    RefusalError,
    SettingsError,
)
from tool_sandbox.llm.chat import ChatRequest, ChatResponse, ToolCall
from tool_sandbox.llm.transports.direct import DirectTransport
from tool_sandbox.open_files import allow_open_files

TOOL = {"type": "function", "function": {"name": "f", "parameters": {"type": "object", "properties": {}}}}
CALL = {"id": "call-1", "type": "function", "function": {"name": "f", "arguments": '{"a": 1}'}}


def asked(**changes: Any) -> ChatRequest:
    given = {
        "messages": [{"role": "user", "content": "hé\n"}],
        "params": {"temperature": 0.0, "max_tokens": 9},
        "timeout": HANG,
    }
    return ChatRequest(model="direct:org/model", **{**given, **changes})


async def ask(server: Server, request: ChatRequest | None = None, **connection: Any) -> ChatResponse:
    transport = DirectTransport({"api_base": server.base, "api_key": "sk-secret-key", **connection})
    try:
        return await transport.acomplete(request or asked())
    finally:
        await transport.aclose()


async def test_text_usage_and_who_answered_come_back(server: Server) -> None:
    server.says(Answer(completion("hi"), headers={"x-request-id": "req-7"}))
    response = await ask(server)
    assert (response.text, response.model, response.provider) == ("hi", "served-model", "direct")
    assert (response.request_id, response.endpoint, response.cost) == ("req-7", server.base, None)
    assert response.usage is not None
    assert response.usage.prompt_tokens == 100
    assert server.requests[0] == {
        "model": "org/model", "messages": [{"role": "user", "content": "hé\n"}], "temperature": 0.0, "max_tokens": 9,
    }  # fmt: skip
    assert server.headers[0]["Authorization"] == "Bearer sk-secret-key"


async def test_tool_calls_come_back_as_written(server: Server) -> None:
    server.says(Answer(completion(None, calls=[CALL])))
    response = await ask(server, asked(tools=[TOOL], params={"tool_choice": "auto"}))
    assert response.tool_calls == (ToolCall(id="call-1", name="f", arguments='{"a": 1}'),)
    assert server.requests[0]["tools"] == [TOOL]


async def test_nothing_is_said_about_tools_without_tools(server: Server) -> None:
    await ask(server, asked(params={"tool_choice": "auto", "parallel_tool_calls": True}))
    assert server.requests[0].keys() == {"model", "messages"}


async def test_streams_are_put_together(server: Server) -> None:
    pieces: list[dict[str, Any]] = [
        {"role": "assistant", "content": "hel"},
        {"content": "lo"},
        {"tool_calls": [{"index": 0, "id": "a", "type": "function", "function": {"name": "f", "arguments": '{"x"'}}]},
        {"tool_calls": [{"index": 0, "function": {"arguments": ": 1}"}}]},
        {"tool_calls": [{"index": 0, "id": "b", "type": "function", "function": {"name": "g", "arguments": "{}"}}]},
    ]
    server.says(Answer(stream=chunks(*pieces, finish="tool_calls")))
    response = await ask(server, asked(stream=True))
    assert response.text == "hello"
    calls = [(call.id, call.name, call.arguments) for call in response.tool_calls]
    assert calls == [("a", "f", '{"x": 1}'), ("b", "g", "{}")]
    assert response.usage is not None
    assert response.usage.completion_tokens == 2
    assert server.requests[0]["stream_options"] == {"include_usage": True}


@pytest.mark.parametrize("cut", [False, True])
async def test_a_stream_that_stops_early_is_a_fault_worth_retrying(server: Server, cut: bool) -> None:
    server.says(Answer(stream=chunks({"content": "hel"}, finish=None, done=False), cut=cut))
    with pytest.raises(ProviderError) as caught:
        await ask(server, asked(stream=True))
    assert caught.value.retryable
    if not cut:
        assert isinstance(caught.value, MalformedResponseError)


@pytest.mark.parametrize(
    ("given", "kind", "retryable"),
    [
        (Answer({"error": {"message": "bad"}}, 400), InvalidRequestError, False),
        (Answer({"error": {"message": "maximum context length is 8 tokens"}}, 400), ContextWindowError, False),
        (Answer({"error": {"message": "who are you"}}, 401), AuthenticationError, False),
        (Answer({"error": {"message": "slow"}}, 429, {"Retry-After": "3"}), RateLimitError, True),
        (Answer({"error": {"message": "oops"}}, 500), ProviderUnavailableError, True),
        (Answer("<html>Bad gateway</html>", 502), ProviderUnavailableError, True),
        (Answer({"error": {"message": "busy"}}, 529), ProviderUnavailableError, True),
        (Answer("<html>hello</html>", 200), MalformedResponseError, True),
        (Answer({"choices": []}), MalformedResponseError, True),
        (Answer(completion(None, finish_reason="content_filter")), RefusalError, False),
        (Answer(cut=True), ProviderError, True),
    ],
)  # fmt: skip
async def test_faults_have_their_own_errors(
    server: Server, given: Answer, kind: type[ProviderError], retryable: bool
) -> None:
    server.says(given)
    with pytest.raises(kind) as caught:
        await ask(server)
    assert caught.value.retryable is retryable
    assert caught.value.model in ("direct:org/model", "org/model")
    if given.status == 429:
        assert caught.value.retry_after == 3.0


async def test_a_refused_parameter_is_dropped_and_not_sent_again(server: Server) -> None:
    def picky(body: dict[str, Any]) -> Answer:
        if "temperature" in body:
            return Answer({"error": {"message": "Unsupported value: 'temperature' does not support 0"}}, 400)
        return Answer(completion())

    server.says(picky)
    transport = DirectTransport({"api_base": server.base})
    first = await transport.acomplete(asked())
    await transport.acomplete(asked())
    await transport.aclose()
    assert "temperature" in first.adjustments[0]
    assert ["temperature" in body for body in server.requests] == [True, False, False]


async def test_a_call_ends_with_its_time_out(server: Server) -> None:
    server.says(Answer(completion(), delay=HANG))
    with pytest.raises(ProviderTimeoutError):
        await ask(server, asked(timeout=0.2))


async def test_nobody_there_is_a_fault_worth_retrying() -> None:
    server = Server()
    server.base = "http://127.0.0.1:9/v1"
    with pytest.raises(ProviderUnavailableError) as caught:
        await ask(server)
    assert caught.value.retryable


async def test_the_key_never_shows_in_errors(server: Server) -> None:
    server.says(Answer({"error": {"message": "bad key sk-secret-key given"}}, 401))
    with pytest.raises(AuthenticationError) as caught:
        await ask(server)
    assert "secret" not in str(caught.value)


def test_connections_end_with_their_event_loop(server: Server) -> None:
    transport = DirectTransport({"api_base": server.base})
    assert asyncio.run(transport.acomplete(asked())).text == "hi"
    assert asyncio.run(transport.acomplete(asked())).text == "hi"


async def test_one_connection_serves_many_calls(server: Server) -> None:
    transport = DirectTransport({"api_base": server.base})
    for _ in range(5):
        await transport.acomplete(asked())
    pool = transport._pools[asyncio.get_running_loop()]
    assert pool.session.connector is not None
    assert sum(len(connections) for connections in pool.session.connector._conns.values()) == 1
    await transport.aclose()


async def test_as_many_calls_are_in_flight_as_are_made() -> None:
    many, all_arrived, arrived = 600, asyncio.Event(), 0
    body = json.dumps(completion("hi")).encode()
    head = f"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: {len(body)}\r\n\r\n".encode()

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal arrived
        await reader.readuntil(b"\r\n\r\n")
        arrived += 1
        if arrived == many:
            all_arrived.set()
        await all_arrived.wait()
        writer.write(head + body)
        await writer.drain()
        writer.close()

    allow_open_files(2 * many)
    listening = await asyncio.start_server(answer, "127.0.0.1", 0, backlog=many)
    async with listening:
        port = listening.sockets[0].getsockname()[1]
        transport = DirectTransport({"api_base": f"http://127.0.0.1:{port}/v1"})
        answers = await asyncio.gather(*(transport.acomplete(asked()) for _ in range(many)))
        await transport.aclose()

    assert [each.text for each in answers] == ["hi"] * many


async def test_closing_reaches_the_connections_of_blocking_calls_and_of_loops_that_are_over(server: Server) -> None:
    transport = DirectTransport({"api_base": server.base})
    transport.complete(asked())
    await asyncio.to_thread(asyncio.run, transport.acomplete(asked()))
    await transport.acomplete(asked())
    sessions = [pool.session for pool in transport._pools.values()]
    await transport.aclose()
    await auntil(lambda: all(session.closed for session in sessions))
    assert len(sessions) >= 2
    assert not transport._pools


class NoThreads(ThreadPoolExecutor):
    def submit(self, *args: Any, **kwargs: Any) -> Any:
        raise AssertionError("a thread was asked for")


@pytest.fixture
def no_proxies(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """An environment that names no proxy, and whose ``.netrc`` is not there."""
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY", "no_proxy", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))


@pytest.mark.usefixtures("no_proxies")
async def test_a_call_needs_no_thread(server: Server) -> None:
    server.says(Answer(completion("hi")))
    asyncio.get_running_loop().set_default_executor(NoThreads())
    assert (await ask(server)).text == "hi"


@pytest.mark.usefixtures("no_proxies")
async def test_a_proxy_of_the_environment_is_used_where_it_is_not_excepted(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("http_proxy", server.base.removesuffix("/v1"))
    server.says(Answer(completion("by proxy")))
    nobody = "http://127.0.0.1:1/v1"
    assert (await ask(server, api_base=nobody)).text == "by proxy"
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    with pytest.raises(ProviderUnavailableError):
        await ask(server, api_base=nobody)


@pytest.fixture
def netrc(no_proxies: None, tmp_path: Path) -> None:
    (tmp_path / "netrc").write_text("machine 127.0.0.1 login me password pass", encoding="utf-8")


@pytest.mark.usefixtures("netrc")
async def test_a_netrc_has_the_password_of_a_server_without_key(server: Server) -> None:
    server.says(Answer(completion("hi")))
    await ask(server, api_key=None)
    assert server.headers[0]["Authorization"] == "Basic bWU6cGFzcw=="


async def test_litellm_is_not_needed(server: Server) -> None:
    import sys

    known = set(sys.modules)
    await ask(server)
    assert not {name for name in set(sys.modules) - known if name.split(".")[0] == "litellm"}


def test_an_endpoint_is_required() -> None:
    with pytest.raises(SettingsError, match="api_base"):
        DirectTransport({})


async def test_further_fields_of_the_body_can_be_given(server: Server) -> None:
    await ask(server, evolve(asked(), params={"extra_body": {"guided_json": {}}}))
    assert server.requests[0]["guided_json"] == {}


async def test_the_password_of_an_address_is_sent_as_one_and_shown_nowhere(server: Server) -> None:
    address = server.base.replace("://", "://me:hunter2hunter2@")
    response = await ask(server, api_base=f"{address}?key=k-12345678", api_key=None)
    assert server.headers[0]["Authorization"] == "Basic bWU6aHVudGVyMmh1bnRlcjI="
    assert response.endpoint == server.base
    server.says(Answer({"error": {"message": "neither hunter2hunter2 nor k-12345678"}}, 400))
    with pytest.raises(InvalidRequestError) as caught:
        await ask(server, api_base=f"{address}?key=k-12345678", api_key=None)
    assert "hunter2" not in str(caught.value)
    assert "k-1234" not in str(caught.value)


async def test_a_refusal_of_a_call_without_key_says_how_to_give_one(server: Server) -> None:
    server.says(Answer({"error": {"message": "who are you"}}, 401))
    with pytest.raises(AuthenticationError, match=r"DIRECT_API_KEY.*--param api_key=") as caught:
        await ask(server, api_key=None)
    assert "Authorization" not in server.headers[0]
    with pytest.raises(AuthenticationError) as caught:
        await ask(server)
    assert "DIRECT_API_KEY" not in str(caught.value)


@pytest.mark.parametrize("status", [301, 302, 307, 308])
async def test_a_redirect_is_told_and_not_followed(server: Server, status: int) -> None:
    with serving() as elsewhere:
        place = elsewhere.base.replace("127.0.0.1", "localhost")
        server.says(Answer({}, status, {"Location": f"{place}/chat/completions"}))
        with pytest.raises(InvalidRequestError, match=f"moved to '{place}") as caught:
            await ask(server, extra_headers={"x-api-key": "sk-other-key"})
        assert not caught.value.retryable
        assert elsewhere.requests == []

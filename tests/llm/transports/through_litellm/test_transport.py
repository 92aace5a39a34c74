from __future__ import annotations

import asyncio
from typing import Any

import pytest

from tests.llm.loopback import Answer, Server, chunks, completion
from tests.waiting import HANG
from tool_sandbox.errors import (
    AuthenticationError,
    ContextWindowError,
    InvalidRequestError,
    MalformedResponseError,
    MissingDependencyError,
    NoCredentialsError,
    ProviderError,
    ProviderTimeoutError,
    ProviderUnavailableError,
    QuotaExceededError,
    RateLimitError,
    SettingsError,
)
from tool_sandbox.llm.chat import ChatRequest, ChatResponse
from tool_sandbox.llm.config import connection_for
from tool_sandbox.llm.transports.completions.completion import MALFORMED_CALL
from tool_sandbox.llm.transports.errors.classification import FailedCall, error_for
from tool_sandbox.llm.transports.through_litellm.raw_answer import RawAnswer
from tool_sandbox.llm.transports.through_litellm.releases import check_release
from tool_sandbox.llm.transports.through_litellm.transport import (
    LiteLLMTransport,
    check_callbacks,
    listed_price,
)

TOOL = {"type": "function", "function": {"name": "f", "parameters": {"type": "object", "properties": {}}}}
MISLABELLED = {"error": {"message": "slow down", "type": "invalid_request_error"}}
CALL = {"id": "call-1", "type": "function", "function": {"name": "f", "arguments": '{"a": 1}'}}

pytestmark = pytest.mark.usefixtures("litellm")


def asked(model: str = "openai/gpt-4o", **changes: Any) -> ChatRequest:
    given = {
        "messages": [{"role": "user", "content": "hi"}],
        "params": {"temperature": 0.0, "max_tokens": 9},
        "timeout": HANG,
    }
    return ChatRequest(model=model, **{**given, **changes})


async def ask(server: Server, request: ChatRequest | None = None, **more: Any) -> ChatResponse:
    transport = LiteLLMTransport({"api_base": server.base, "api_key": "sk-secret-key"}, **more)
    return await transport.acomplete(request or asked())


async def test_an_answer_has_its_price_its_endpoint_and_its_id(server: Server) -> None:
    server.says(Answer(completion("hi", model="gpt-4o-2024-08-06"), headers={"x-request-id": "req-7"}))
    response = await ask(server)
    prices = listed_price("openai/gpt-4o")
    assert prices is not None
    cost = 100 * prices["input_cost_per_token"] + 10 * prices["output_cost_per_token"]
    assert response.cost == pytest.approx(cost)
    assert (response.text, response.model, response.provider) == ("hi", "gpt-4o-2024-08-06", "openai")
    assert (response.endpoint, response.request_id) == (server.base, "req-7")


async def test_an_unknown_model_has_no_price_rather_than_none_to_pay(server: Server) -> None:
    response = await ask(server, asked("openai/never-heard-of"))
    assert response.cost is None
    assert server.requests[0]["model"] == "never-heard-of"


async def test_missing_token_counts_are_unknown(server: Server) -> None:
    server.says(Answer(completion("hi", usage=None)))
    response = await ask(server)
    assert (response.usage, response.cost) == (None, None)


async def test_nothing_is_said_about_tools_without_tools(server: Server) -> None:
    await ask(server, asked(params={"tool_choice": "auto", "parallel_tool_calls": True}))
    assert server.requests[0].keys().isdisjoint({"tools", "tool_choice", "parallel_tool_calls"})


async def test_a_fault_is_one_request_and_never_repeated_beneath(server: Server) -> None:
    server.says(Answer({"error": {"message": "oops"}}, 500))
    with pytest.raises(ProviderUnavailableError):
        await ask(server)
    assert len(server.requests) == 1


@pytest.mark.parametrize("provider", ["openai", "hosted_vllm", "openrouter"])
@pytest.mark.parametrize(
    ("given", "kind", "retryable"),
    [
        (Answer({"error": {"message": "bad", "type": "invalid_request_error"}}, 400), InvalidRequestError, False),
        (Answer({"error": {"message": "maximum context length is 8 tokens"}}, 400), ContextWindowError, False),
        (Answer({"error": {"message": "Incorrect API key provided"}}, 401), AuthenticationError, False),
        (Answer(MISLABELLED, 429, {"retry-after": "3"}), RateLimitError, True),
        (Answer({"error": {"message": "quota", "code": "insufficient_quota"}}, 429), QuotaExceededError, False),
        (Answer({"error": {"message": "oops"}}, 503), ProviderUnavailableError, True),
        (Answer({**completion(), "choices": []}), MalformedResponseError, True),
    ],
)  # fmt: skip
async def test_the_status_and_the_words_decide_whatever_the_class(
    server: Server, provider: str, given: Answer, kind: type[ProviderError], retryable: bool
) -> None:
    server.says(given)
    with pytest.raises(kind) as caught:
        await ask(server, asked(f"{provider}/some-model"))
    assert type(caught.value) is kind
    assert caught.value.retryable is retryable
    assert (caught.value.provider, caught.value.model) == (provider, f"{provider}/some-model")
    if given.status == 429 and retryable:
        assert caught.value.retry_after == 3.0


async def test_errors_hold_neither_keys_nor_tracebacks(server: Server) -> None:
    server.says(Answer("<html>sk-secret-key</html>", 200))
    with pytest.raises(ProviderError) as caught:
        await ask(server, asked("hosted_vllm/x"))
    text = str(caught.value) + str(caught.value.as_record())
    assert "secret-key" not in text
    assert "Traceback" not in text
    assert ".py" not in text


async def test_a_parameter_the_model_refuses_is_dropped_before_anything_is_sent(server: Server) -> None:
    response = await ask(server, asked("openai/gpt-5"))
    assert len(server.requests) == 1
    assert "temperature" not in server.requests[0]
    assert server.requests[0]["max_completion_tokens"] == 9
    assert "temperature" in response.adjustments[0]


async def test_a_parameter_the_server_refuses_is_dropped_and_the_call_repeated_once(server: Server) -> None:
    def picky(body: dict[str, Any]) -> Answer:
        if "max_tokens" in body:
            text = "Unsupported parameter: 'max_tokens' is not supported. Use 'max_completion_tokens' instead."
            return Answer({"error": {"message": text}}, 400)
        return Answer(completion())

    server.says(picky)
    response = await ask(server, asked("openai/brand-new"))
    assert server.requests[-1]["max_completion_tokens"] == 9
    assert len(server.requests) == 2
    assert "max_completion_tokens" in response.adjustments[0]


async def test_a_call_that_the_provider_could_not_read_is_the_models_fault(server: Server) -> None:
    failed = {"error": {"message": "Failed to call a function", "code": "tool_use_failed", "failed_generation": "<f"}}
    server.says(Answer(failed, 400))
    response = await ask(server, asked("groq/some-model"))
    assert (response.finish_reason, response.text, response.tool_calls) == (MALFORMED_CALL, None, ())


async def test_streams_are_put_together_with_calls_usage_and_price(server: Server) -> None:
    pieces: list[dict[str, Any]] = [
        {"role": "assistant", "content": "hel"},
        {"content": "lo"},
        {"tool_calls": [{"index": 0, "id": "a", "type": "function", "function": {"name": "f", "arguments": '{"x"'}}]},
        {"tool_calls": [{"index": 0, "function": {"arguments": ": 1}"}}]},
        {"tool_calls": [{"index": 1, "id": "b", "type": "function", "function": {"name": "g", "arguments": "{}"}}]},
    ]
    server.says(Answer(stream=chunks(*pieces, finish="tool_calls")))
    response = await ask(server, asked(stream=True))
    assert response.text == "hello"
    calls = [(call.id, call.name, call.arguments) for call in response.tool_calls]
    assert calls == [("a", "f", '{"x": 1}'), ("b", "g", "{}")]
    assert response.usage is not None
    assert (response.usage.prompt_tokens, response.usage.completion_tokens) == (5, 2)
    assert response.cost is not None
    assert response.cost > 0


async def test_a_truncated_stream_is_a_fault_worth_retrying(server: Server) -> None:
    server.says(Answer(stream=chunks({"content": "hel"}, finish=None, done=False)))
    with pytest.raises(MalformedResponseError) as caught:
        await ask(server, asked(stream=True))
    assert caught.value.retryable


async def test_a_call_that_outlives_its_time_out_is_ended(server: Server) -> None:
    server.says(Answer(completion(), delay=HANG))
    with pytest.raises(ProviderTimeoutError):
        await ask(server, asked(timeout=0.3))


class Stuck(LiteLLMTransport):
    """LiteLLM in a dead-lock: neither answers nor heeds its own time-out."""

    async def _ask(self, litellm: Any, request: ChatRequest, heard: RawAnswer) -> ChatResponse:
        await asyncio.sleep(HANG)
        raise AssertionError


async def test_a_call_that_litellm_does_not_end_is_given_up() -> None:
    with pytest.raises(ProviderTimeoutError, match=r"timed out|did not finish"):
        await Stuck().acomplete(asked(timeout=0.1))


async def test_no_global_of_litellm_is_changed_and_the_users_callbacks_survive(
    server: Server, litellm: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def theirs(*_: Any) -> None: ...

    monkeypatch.setattr(litellm, "success_callback", [theirs])
    names = (
        "success_callback", "failure_callback", "callbacks", "input_callback", "_async_success_callback",
        "_async_failure_callback", "cache", "max_budget", "num_retries", "drop_params", "modify_params", "api_key",
        "api_base", "suppress_debug_info", "request_timeout",
    )  # fmt: skip
    before = {name: list(value) if isinstance(value := getattr(litellm, name), list) else value for name in names}
    await ask(server)
    server.says(Answer({"error": {"message": "oops"}}, 500))
    with pytest.raises(ProviderError):
        await ask(server, asked("anthropic/claude-x"))
    assert {name: getattr(litellm, name) for name in names} == before


@pytest.mark.parametrize(
    ("failure", "kind", "retryable"),
    [
        (FailedCall(text="credit balance is too low", status=400), QuotaExceededError, False),
        (FailedCall(text="API key not valid", status=400), AuthenticationError, False),
        (FailedCall(text="No module named 'mcp'", status=500, kind="APIConnectionError"), InvalidRequestError, False),
        (FailedCall(text="missing credentials", status=500, kind="InternalServerError"), NoCredentialsError, False),
        (FailedCall(text="input is too long", status=413), ContextWindowError, False),
        (FailedCall(text="conflict", status=409), ProviderUnavailableError, True),
        (FailedCall(text="gateway", status=504, kind="Timeout"), ProviderUnavailableError, True),
        (FailedCall(text="whatever", status=408), ProviderTimeoutError, True),
        (FailedCall(text="Connection reset by peer"), ProviderUnavailableError, True),
        (FailedCall(text="peer closed connection without sending complete message body"), MalformedResponseError, True),
        (FailedCall(text="Expecting value: line 1", status=200), MalformedResponseError, True),
    ],
)
def test_meanings_hidden_in_words_are_found(failure: FailedCall, kind: type[ProviderError], retryable: bool) -> None:
    error = error_for(failure)
    assert type(error) is kind
    assert error.retryable is retryable


@pytest.mark.parametrize("release", [None, "1.82.7", "1.82.8", "1.92.1", "1.106.0", "1.106.10", "1.108.3"])
def test_releases_that_cannot_be_used_are_refused_with_a_way_out(release: str | None) -> None:
    with pytest.raises(MissingDependencyError, match="pip install"):
        check_release(release)


@pytest.mark.parametrize("release", ["1.82.6", "1.105.3", "1.108.4", "1.110.2", "1.1060.0"])
def test_other_releases_are_welcome(release: str) -> None:
    check_release(release)


def test_callbacks_that_litellm_does_not_know_are_refused_before_anything_runs() -> None:
    check_callbacks(("langfuse", "sentry"))
    check_callbacks(())
    with pytest.raises(SettingsError, match="did you mean 'langfuse'"):
        check_callbacks(("lngfuse",))


def test_messages_are_cut_before_tracebacks_and_lose_secrets() -> None:
    text = "litellm.APIError: bad key my-own-secret\nTraceback (most recent call last):\n  File '/home/x.py'"
    assert str(error_for(FailedCall(text=text, status=400, model="m", secrets=["my-own-secret"]))) == (
        "'m' failed (HTTP 400): APIError: bad key [redacted]"
    )


@pytest.mark.parametrize("model", ["deepinfra/m", "perplexity/m", "custom_openai/m", "scaleway/m", "xinference/m"])
async def test_the_key_of_openai_goes_to_no_other_provider(
    model: str, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    """LiteLLM sends it to everybody who speaks OpenAI's dialect and has no key of its own."""
    monkeypatch.setenv("OPENAI_API_KEY", "sk-only-for-openai")
    transport = LiteLLMTransport(connection_for(model, {"api_base": server.base}))
    await transport.acomplete(asked(model))
    assert "sk-only-for-openai" not in str(server.headers)


async def test_a_refusal_of_a_call_whose_key_was_kept_back_says_why(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-only-for-openai")
    server.says(Answer({"error": {"message": "who are you"}}, 401))
    transport = LiteLLMTransport(connection_for("openai/m", {"api_base": server.base}))
    with pytest.raises(AuthenticationError, match=r"--param api_key=.*OPENAI_API_KEY goes to OpenAI"):
        await transport.acomplete(asked("openai/m"))
    assert "sk-only-for-openai" not in str(server.headers)

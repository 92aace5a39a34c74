"""Answers in providers' own formats, of which LiteLLM loses the end or the reason."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.llm.loopback import Answer, Server
from tests.waiting import HANG
from tool_sandbox.errors import (
    ContextWindowError,
    MalformedResponseError,
    ProviderError,
    ProviderUnavailableError,
    RefusalError,
)
from tool_sandbox.llm.chat import ChatRequest, ChatResponse
from tool_sandbox.llm.transports.completions.finish_reasons import MALFORMED_CALL
from tool_sandbox.llm.transports.through_litellm.transport import LiteLLMTransport

TOOL = {"type": "function", "function": {"name": "f", "parameters": {"type": "object", "properties": {}}}}
ABSURD = {"number": "9" * 5000, "lists": "[" * 5000 + "]" * 5000}

pytestmark = pytest.mark.usefixtures("litellm")


def anthropic(stop: str, part: dict[str, Any]) -> dict[str, Any]:
    usage = {"input_tokens": 10, "output_tokens": 5}
    kept = {"id": "m", "type": "message", "role": "assistant", "model": "claude", "usage": usage}
    return {**kept, "content": [part], "stop_reason": stop}


def gemini(stop: str, part: dict[str, Any]) -> dict[str, Any]:
    usage = {"promptTokenCount": 10, "candidatesTokenCount": 5, "totalTokenCount": 15}
    return {
        "candidates": [{"content": {"role": "model", "parts": [part]}, "finishReason": stop}],
        "usageMetadata": usage,
    }


def ollama(stop: str, part: dict[str, Any]) -> dict[str, Any]:
    counts = {"prompt_eval_count": 10, "eval_count": 5}
    head = {"model": "m", "created_at": "2026-01-01T00:00:00Z", "done": True, "done_reason": stop}
    return {**head, **counts, "message": {"role": "assistant", "content": "", **part}}


MODELS = {
    "anthropic/claude-sonnet-4-5": ("", anthropic, {"type": "text", "text": "half"}),
    "gemini/gemini-2.5-pro": ("/v1beta", gemini, {"text": "half"}),
    "ollama_chat/m": ("", ollama, {"content": "half"}),
}
CALLS: dict[str, dict[str, Any]] = {
    "anthropic/claude-sonnet-4-5": {"type": "tool_use", "id": "toolu_1", "name": "f", "input": {"on": "VALUE"}},
    "gemini/gemini-2.5-pro": {"functionCall": {"name": "f", "args": {"on": "VALUE"}}},
    "ollama_chat/m": {"tool_calls": [{"function": {"name": "f", "arguments": {"on": "VALUE"}}}]},
}


async def ask(server: Server, model: str) -> ChatResponse:
    base = server.base.removesuffix("/v1") + MODELS[model][0]
    transport = LiteLLMTransport({"api_base": base, "api_key": "k"}, flexible_tokens=False)
    question = [{"role": "user", "content": "hi"}]
    request = ChatRequest(model=model, messages=question, tools=[TOOL], params={"max_tokens": 50}, timeout=HANG)
    return await transport.acomplete(request)


@pytest.mark.parametrize(
    ("model", "reason", "kind"),
    [
        ("gemini/gemini-2.5-pro", "OTHER", ProviderUnavailableError),
        ("gemini/gemini-2.5-pro", "SAFETY", RefusalError),
        ("anthropic/claude-sonnet-4-5", "refusal", RefusalError),
        ("anthropic/claude-sonnet-4-5", "model_context_window_exceeded", ContextWindowError),
        ("ollama_chat/m", "load", ProviderUnavailableError),
        ("ollama_chat/m", "unload", ProviderUnavailableError),
    ],
)  # fmt: skip
async def test_the_providers_own_reason_counts(
    server: Server, model: str, reason: str, kind: type[ProviderError]
) -> None:
    _, answer, text = MODELS[model]
    server.says(Answer(answer(reason, text)))
    with pytest.raises(kind) as caught:
        await ask(server, model)
    assert type(caught.value) is kind
    assert caught.value.usage.prompt_tokens == 10


@pytest.mark.parametrize("absurd", ABSURD)
@pytest.mark.parametrize("model", MODELS)
async def test_absurd_arguments_are_the_models_mistake(server: Server, model: str, absurd: str) -> None:
    body = json.dumps(MODELS[model][1]("STOP", CALLS[model])).replace('"VALUE"', ABSURD[absurd])
    server.says(Answer(body))
    response = await ask(server, model)
    assert (response.finish_reason, response.parse_losses, response.text) == (MALFORMED_CALL, 1, None)


@pytest.mark.parametrize("model", MODELS)
async def test_a_body_that_is_no_json_is_malformed(server: Server, model: str) -> None:
    server.says(Answer("<html>Bad gateway</html>"))
    with pytest.raises(MalformedResponseError) as caught:
        await ask(server, model)
    assert (caught.value.status, caught.value.retryable) == (200, True)
    assert "itellm" not in str(caught.value)


@pytest.mark.parametrize("model", MODELS)
async def test_a_call_that_the_server_cannot_parse_is_the_models(server: Server, model: str) -> None:
    server.says(Answer({"error": "error parsing tool call: raw='ls', err=invalid character 'l'"}, 500))
    assert (await ask(server, model)).finish_reason == MALFORMED_CALL

"""The emulators refuse what the real providers refuse, so that a green conformance suite means something."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from tests.providers.anthropic import Anthropic
from tests.providers.catalogue import PROVIDERS, Provider
from tests.providers.emulator import Emulator
from tests.providers.openai_style import OpenAI
from tests.providers.wire import Answer, Call, Fault

KEY = {"Authorization": "Bearer key-for-tests"}
MESSAGES = [{"role": "user", "content": "Hello?"}]


def ask(emulator: Emulator, headers: dict[str, str] | None = None, **body: Any) -> httpx.Response:
    body = {"model": "gpt-x", "messages": MESSAGES, **body}
    return httpx.post(f"{emulator.root}/v1/chat/completions", json=body, headers=KEY if headers is None else headers)


@pytest.mark.parametrize("provider", PROVIDERS, ids=lambda provider: provider.name)
def test_a_request_without_a_key_is_refused_where_keys_are_needed(provider: Provider) -> None:
    with Emulator(provider.dialect()) as emulator:
        answer = httpx.post(f"{emulator.root}/anything", json={"messages": MESSAGES})
    assert answer.status_code == (400 if provider.dialect.__name__ in {"Ollama", "VLLM"} else 401)


def test_answers_come_in_the_scripted_order_and_then_by_default() -> None:
    with Emulator(OpenAI()) as emulator:
        emulator.script(Answer(text="one"), Fault(status=503), default=Answer(text="more"))
        answers = [ask(emulator) for _ in range(4)]
    assert [answer.status_code for answer in answers] == [200, 503, 200, 200]
    texts = [answer.json()["choices"][0]["message"]["content"] for answer in answers if answer.status_code == 200]
    assert texts == ["one", "more", "more"]


def test_an_empty_list_of_tools_is_refused() -> None:
    with Emulator(OpenAI()) as emulator:
        assert ask(emulator, tools=[]).status_code == 400


def test_a_stream_holds_the_whole_call_and_usage_only_when_asked() -> None:
    with Emulator(OpenAI()) as emulator:
        emulator.script(default=Answer(calls=[Call()]))
        bare = ask(emulator, stream=True).text
        counted = ask(emulator, stream=True, stream_options={"include_usage": True}).text
    assert bare.endswith("data: [DONE]\n\n")
    assert "prompt_tokens" not in bare
    assert "prompt_tokens" in counted


def test_faults_of_the_connection_are_faults_of_the_connection() -> None:
    with Emulator(OpenAI()) as emulator:
        emulator.script(Fault(shape="reset"), Fault(shape="truncated"), Fault(shape="html"))
        with pytest.raises(httpx.NetworkError):
            ask(emulator)
        with pytest.raises(httpx.RemoteProtocolError):
            ask(emulator)
        assert ask(emulator).headers["content-type"].startswith("text/html")


def test_thinking_that_was_dropped_on_a_tool_turn_is_refused() -> None:
    call = {"type": "tool_use", "id": "c", "name": "f", "input": {}}
    thought = {"type": "thinking", "thinking": "Hm.", "signature": "s"}
    result = {"role": "user", "content": [{"type": "tool_result", "tool_use_id": "c", "content": "r"}]}
    statuses = []
    with Emulator(Anthropic()) as emulator:
        for blocks in ([call], [thought, call]):
            body = {
                "model": "claude",
                "max_tokens": 2000,
                "thinking": {"type": "enabled", "budget_tokens": 1024},
                "messages": [*MESSAGES, {"role": "assistant", "content": blocks}, result],
            }
            headers = {"x-api-key": "key-for-tests", "anthropic-version": "2023-06-01"}
            statuses.append(httpx.post(f"{emulator.root}/v1/messages", json=body, headers=headers).status_code)
    assert statuses == [400, 200]

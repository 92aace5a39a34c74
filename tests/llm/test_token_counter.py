"""How many tokens a request has."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tool_sandbox.llm.chat import ChatResponse, ToolCall
from tool_sandbox.llm.token_counter import TokenCounter, token_counter
from tool_sandbox.llm.transports.through_litellm.transport import load_litellm

MESSAGES = [{"role": "system", "content": "Be kind."}, {"role": "user", "content": "Text Dana that I am late, please."}]


def tool(name: str) -> dict[str, Any]:
    number = {"type": "string", "description": "In international form"}
    parameters = {"type": "object", "properties": {"number": number}, "required": ["number"]}
    return {"type": "function", "function": {"name": name, "description": f"Do {name}.", "parameters": parameters}}


TOOLS = [tool(name) for name in ("send_message", "search_contacts", "set_wifi_status")]


@pytest.mark.parametrize("model", ["openai/gpt-4o", "gpt-4-0125-preview", "azure/gpt-5"])
def test_messages_and_tools_come_to_what_litellm_counts_for_the_whole_request(model: str) -> None:
    counter = token_counter(model)
    whole = load_litellm().token_counter(model=model, messages=[MESSAGES[1]], tools=TOOLS)
    assert counter.is_exact
    assert counter.prompt(MESSAGES[1:]) + counter.tools(TOOLS) == pytest.approx(whole, abs=4)
    assert counter.prompt(MESSAGES) == load_litellm().token_counter(model=model, messages=MESSAGES)


def test_a_call_counts_with_its_name_and_arguments() -> None:
    counter = token_counter("openai/gpt-4o")
    call = ToolCall(id="1", name="send_message", arguments=json.dumps({"content": "I am late"}))
    assert counter.answer(ChatResponse(tool_calls=[call])) > counter.answer(ChatResponse(text="I am late"))


@pytest.mark.parametrize("model", ["anthropic/claude-sonnet-5", "groq/llama-3-70b", "cohere/command-r", "no/such"])
def test_other_models_are_counted_by_a_tokenizer_that_is_here_and_said_to_be_approximated(model: str) -> None:
    counter = token_counter(model)
    assert not counter.is_exact
    assert "approximation" in counter.described
    assert counter.prompt(MESSAGES) == TokenCounter("openai/gpt-4o").prompt(MESSAGES)


@pytest.mark.parametrize("model", ["local", "direct:http://127.0.0.1:1/v1/m"])
def test_models_that_are_asked_without_litellm_are_counted_by_characters(model: str) -> None:
    counter = token_counter(model)
    text = len(json.dumps([MESSAGES, TOOLS]))
    assert counter.prompt(MESSAGES) + counter.tools(TOOLS) == pytest.approx(text / 4, rel=0.1)


def test_nothing_on_offer_counts_nothing() -> None:
    assert token_counter("local").tools([]) == token_counter("openai/gpt-4o").tools([]) == 0

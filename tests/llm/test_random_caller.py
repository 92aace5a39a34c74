"""An agent that calls by chance."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tool_sandbox.common.tool_conversion import convert_to_openai_tools
from tool_sandbox.common.tool_discovery import ToolBackend, get_all_tools
from tool_sandbox.llm.chat import ChatRequest
from tool_sandbox.llm.random_caller import CALLS, CLAIM, RandomCaller

TOOLS = convert_to_openai_tools(get_all_tools(ToolBackend.DEFAULT))
ASKED = {"role": "user", "content": "Text Wanda Berg at +12065550139 that 3 are late"}


def request(turns: int, tools: list[dict[str, Any]] | None = None) -> ChatRequest:
    messages = [ASKED, *({"role": "assistant", "content": ""} for _ in range(turns))]
    return ChatRequest(model="random", messages=messages, tools=TOOLS if tools is None else tools)


@given(st.text(max_size=5), st.integers(0, CALLS - 1))
def test_every_call_is_of_a_tool_on_offer_with_all_it_requires(seed: str, turn: int) -> None:
    (call,) = RandomCaller(seed).complete(request(turn)).tool_calls
    function = next(each["function"] for each in TOOLS if each["function"]["name"] == call.name)
    arguments = json.loads(call.arguments)
    assert set(function["parameters"]["required"]) <= set(arguments) <= set(function["parameters"]["properties"])


def test_the_same_seed_calls_the_same() -> None:
    assert RandomCaller("a").complete(request(0)) == RandomCaller("a").complete(request(0))
    calls = [RandomCaller(str(seed)).complete(request(0)).tool_calls[0].name for seed in range(20)]
    assert len(set(calls)) > 1


def test_values_stand_in_the_conversation() -> None:
    only = [each for each in TOOLS if each["function"]["name"] == "add_contact"]
    (call,) = RandomCaller("a").complete(request(0, only)).tool_calls
    arguments = json.loads(call.arguments)
    assert arguments["phone_number"] == "+12065550139"
    assert arguments["name"] in {"Text Wanda Berg", "Wanda Berg"}


@pytest.mark.parametrize(("turns", "tools"), [(CALLS, None), (0, [])])
def test_in_the_end_and_without_tools_it_claims_to_be_done(turns: int, tools: list[dict[str, Any]] | None) -> None:
    assert RandomCaller("a").complete(request(turns, tools)).text == CLAIM

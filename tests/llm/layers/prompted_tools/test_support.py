"""Calls that a server left in the text of a model with native tool calling are noted and not read."""

from __future__ import annotations

from typing import Any

import pytest

from tests.llm.fakes import FakeModel, answer, call, question
from tool_sandbox.llm.layers.prompted_tools.support import NativeTools
from tool_sandbox.llm.transports.completions.completion import MALFORMED_CALL

TOOL = {"type": "function", "function": {"name": "set_wifi_status", "parameters": {"type": "object"}}}
RAW = "<tool_call>\n<function=set_wifi_status>\n<parameter=on>\nfalse\n</parameter>\n</function>\n</tool_call>"

CALL = call("set_wifi_status", "{}", "a")


async def ask(response: Any, **request: Any) -> Any:
    model = NativeTools(FakeModel(response))
    asked = question(**{"tools": (TOOL,), **request})
    return await model.acomplete(asked)


@pytest.mark.parametrize(
    ("text", "unread"),
    [
        (RAW, 1),
        (f"Sure.\n{RAW}\n{RAW}", 2),
        ('{"name": "set_wifi_status", "arguments": {"on": false}}', 1),
        ("[TOOL_CALLS]set_wifi_status[ARGS]{", 1),
        ("<tool_call>well</tool_call>", 1),
        ("<|a_tool_call_of_tomorrow|>", 1),
    ],
)
async def test_a_call_left_in_the_text_is_noted_with_what_to_do_and_stays_text(text: str, unread: int) -> None:
    response = await ask(answer(text, parse_losses=1, adjustments=("stream turned off",)))
    assert (response.text, response.tool_calls, response.parse_losses) == (text, (), 1 + unread)
    assert response.adjustments[0] == "stream turned off"
    assert "--tool-format" in response.adjustments[1]


async def test_a_call_left_beside_one_that_was_read_is_noted_too() -> None:
    response = await ask(answer(RAW, tool_calls=(CALL,)))
    assert (len(response.tool_calls), response.parse_losses, len(response.adjustments)) == (1, 1, 1)


@pytest.mark.parametrize(
    ("response", "request_"),
    [
        (answer("It is off."), {}),
        (answer("Write `<tool_call>` first."), {}),
        (answer(RAW), {"tools": ()}),
        (
            answer(None, tool_calls=(call("set_wifi_status", "{}", "a"),), provider_fields={"reasoning_content": "hm"}),
            {},
        ),
        (answer("", finish_reason="length", provider_fields={"reasoning_content": "hm"}), {}),
        (answer("", finish_reason=MALFORMED_CALL, provider_fields={"reasoning_content": "hm"}), {}),
    ],
)
async def test_an_ordinary_answer_passes_as_it_is(response: Any, request_: dict[str, Any]) -> None:
    assert await ask(response, **request_) == response


@pytest.mark.parametrize("text", [None, "", "\n"])
async def test_an_answer_that_is_all_thoughts_is_empty_and_says_so(text: str | None) -> None:
    response = await ask(answer(text, provider_fields={"reasoning_content": "It is off."}))
    assert response.text == text
    assert "reasoning parser" in response.adjustments[0]

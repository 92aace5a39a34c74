"""What models are asked in probes: as short as it can be, in the form of a run's calls."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from tool_sandbox.llm.chat import ChatRequest, ChatResponse
from tool_sandbox.llm.settings import ModelSettings
from tool_sandbox.llm.transports.history import notes_for, project

TOOL: dict[str, Any] = {
    "type": "function",
    "function": {
        "name": "get_temperature",
        "description": "The temperature in a city at this moment, in degrees Celsius.",
        "parameters": {
            "type": "object",
            "properties": {"city": {"type": "string", "description": "The name of the city."}},
            "required": ["city"],
        },
    },
}
"""The one tool on offer."""
TOOL_NAME = "get_temperature"
CITY = "Oslo"
TEMPERATURE = "17"
"""What the tool says."""

_SYSTEM = {"role": "system", "content": "You help the user of a telephone. Answer in as few words as possible."}
_QUESTION = {"role": "user", "content": f"How warm is it in {CITY} now? Use the tool."}


def word(model: str, settings: ModelSettings, *, stream: bool | None = None) -> ChatRequest:
    """Asks for a single word."""
    asked = {"role": "user", "content": "Answer with the one word: ready"}
    return _request(model, settings, [_SYSTEM, asked], stream=stream)


def call(model: str, settings: ModelSettings, *, stream: bool | None = None) -> ChatRequest:
    """Asks something that only the tool knows."""
    return _request(model, settings, [_SYSTEM, _QUESTION], tools=True, stream=stream)


def two_calls(model: str, settings: ModelSettings) -> ChatRequest:
    """Asks two things that only the tool knows."""
    asked = {"role": "user", "content": f"How warm is it in {CITY} and in Lima now? Make both calls at once."}
    return _request(model, settings, [_SYSTEM, asked], tools=True)


def result(model: str, settings: ModelSettings, called: ChatResponse) -> ChatRequest:
    """Gives the result of the tool to the model that called it, as a run does with its conversation."""
    calls = [
        {"id": each.id or "call00000", "type": "function", "function": {"name": each.name, "arguments": each.arguments}}
        for each in called.tool_calls[:1]
    ]
    turn = {"role": "assistant", "content": None, "tool_calls": calls}
    said = {"role": "tool", "tool_call_id": calls[0]["id"], "name": TOOL_NAME, "content": json.dumps(int(TEMPERATURE))}
    notes = [None, None, notes_for(called, model), None]
    return _request(model, settings, project([_SYSTEM, _QUESTION, turn, said], notes, model), tools=True)


def _request(
    model: str,
    settings: ModelSettings,
    messages: Sequence[dict[str, Any]],
    *,
    tools: bool = False,
    stream: bool | None = None,
) -> ChatRequest:
    return ChatRequest(
        model=model,
        messages=messages,
        tools=[TOOL] if tools else (),
        params=settings.generation_params(),
        timeout=settings.timeout,
        stream=settings.stream if stream is None else stream,
    )

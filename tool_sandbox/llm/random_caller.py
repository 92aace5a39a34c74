"""An agent that calls tools by chance: it understands nothing, and shows what calling alone is worth."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from attrs import frozen

from tool_sandbox.llm.chat import ChatRequest, ChatResponse, ToolCall, Usage
from tool_sandbox.llm.layer import Immediate

CALLS = 8
"""So many calls it makes, one a turn, then it claims to be done."""
CLAIM = "Done."
_OPTIONAL = 0.3
"""How often it gives an argument that may be left out."""
_PHONE, _ID = re.compile(r"\+\d{7,15}"), re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}")
_NUMBER, _NAME = re.compile(r"(?<![\w.-])\d+(?:\.\d+)?(?![\w-])"), re.compile(r"[A-Z]\w+(?: [A-Z]\w+)*")


@frozen
class RandomCaller(Immediate):
    """Calls tools on offer with values that stand in the conversation, the same way every time.

    Args:
        seed: What its chance begins with.
    """

    seed: str

    def complete(self, request: ChatRequest) -> ChatResponse:
        """A call by chance, or the claim."""
        turn = sum(message["role"] == "assistant" for message in request.messages)
        nothing = Usage(prompt_tokens=0, completion_tokens=0)
        if turn >= CALLS or not request.tools:
            return ChatResponse(model=request.model, provider="script", usage=nothing, cost=0.0, text=CLAIM)
        chance = random.Random(f"{self.seed}/{turn}")
        function = chance.choice(request.tools)["function"]
        arguments = _arguments(function["parameters"], _heard(request.messages), chance)
        call = ToolCall(id=f"call_{turn}", name=function["name"], arguments=json.dumps(arguments))
        return ChatResponse(
            model=request.model,
            provider="script",
            usage=nothing,
            cost=0.0,
            tool_calls=[call],
            finish_reason="tool_calls",
        )


def _heard(messages: Sequence[Mapping[str, Any]]) -> str:
    """What the user and the tools said since the instructions."""
    told = [str(message["content"] or "") for message in messages if message["role"] in {"user", "tool"}]
    return "\n".join(told)


def _arguments(parameters: Mapping[str, Any], heard: str, chance: random.Random) -> dict[str, Any]:
    required = parameters.get("required", ())
    given = [name for name in parameters["properties"] if name in required or chance.random() < _OPTIONAL]
    return {name: _value(name, parameters["properties"][name], heard, chance) for name in given}


def _value(name: str, schema: Mapping[str, Any], heard: str, chance: random.Random) -> Any:
    if schema.get("enum"):
        return chance.choice(schema["enum"])
    make = _BY_TYPE.get(str(schema.get("type")), _text)
    return make(name, heard, chance)


def _text(name: str, heard: str, chance: random.Random) -> str:
    pattern = _ID if name.endswith("_id") else _PHONE if "phone" in name else _NAME
    found: list[str] = pattern.findall(heard)
    return chance.choice(found or [heard.strip() or name])


def _number(_name: str, heard: str, chance: random.Random) -> float:
    return float(chance.choice(_NUMBER.findall(heard) or ["1"]))


def _whole(name: str, heard: str, chance: random.Random) -> int:
    return int(_number(name, heard, chance))


def _truth(_name: str, _heard: str, chance: random.Random) -> bool:
    return chance.random() < 0.5  # noqa: PLR2004 -- one of two


_BY_TYPE: Mapping[str, Callable[[str, str, random.Random], Any]] = {
    "number": _number,
    "integer": _whole,
    "boolean": _truth,
    "array": lambda _name, _heard, _chance: [],
    "object": lambda _name, _heard, _chance: {},
}

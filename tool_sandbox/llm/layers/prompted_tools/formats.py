"""Ways to tell a model about tools in plain text, and to show it past calls and results."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any


class JsonBlock:
    """Calls as JSON in a fenced block: the form that models without any training for tools follow best."""

    name = "json"

    def instructions(self, tools: Sequence[Mapping[str, Any]]) -> str:
        """How to call tools in fenced blocks."""
        listed = "\n".join(_plain(_described(tool)) for tool in tools)
        return (
            "# Tools\n\n"
            "Besides answering in words you can call the tools listed here, one JSON object a line, each with a JSON "
            f"Schema of its arguments:\n\n{listed}\n\n"
            "To call a tool, write a block exactly like this one, with the tool's name and all arguments it needs:\n\n"
            f"{self.call('name_of_the_tool', {'name_of_an_argument': 'its value'})}\n\n"
            "Write one block for each call, and stop after the last one: what the tools answer comes in the next "
            "message, in blocks marked tool_result. Write no block when you want to say something to the user."
        )

    def call(self, name: str, arguments: Any) -> str:
        """A fenced block."""
        return f"```tool_call\n{_safe({'name': name, 'arguments': arguments})}\n```"

    def result(self, name: str, content: str) -> str:
        """A fenced block."""
        return f"```tool_result\n{_safe({'name': name, 'content': content})}\n```"


class HermesXml:
    """Calls as JSON in XML-style tags, as Hermes, Qwen and many open models were trained."""

    name = "hermes"

    def instructions(self, tools: Sequence[Mapping[str, Any]]) -> str:
        """How to call tools in tags."""
        listed = "\n".join(_plain({"type": "function", "function": _described(tool)}) for tool in tools)
        return (
            "# Tools\n\n"
            "You may call one or more functions to help with what the user asks. Their signatures stand within "
            f"<tools></tools> tags:\n<tools>\n{listed}\n</tools>\n\n"
            "For each call, give a JSON object with the function's name and its arguments within "
            "<tool_call></tool_call> tags:\n"
            f"{self.call('name_of_the_function', {'name_of_an_argument': 'its value'})}\n\n"
            "Stop after the last call: the results come in the next message within <tool_response></tool_response> "
            "tags. Write no tags when you want to say something to the user."
        )

    def call(self, name: str, arguments: Any) -> str:
        """A tagged object."""
        return f"<tool_call>\n{_safe({'name': name, 'arguments': arguments})}\n</tool_call>"

    def result(self, name: str, content: str) -> str:
        """A tagged object."""
        return f"<tool_response>\n{_safe({'name': name, 'content': content})}\n</tool_response>"


ToolFormat = JsonBlock | HermesXml
"""One way to write tool calls in text. Reading is the same for all: see ``written_calls``."""
FORMATS: Mapping[str, ToolFormat] = {"json": JsonBlock(), "hermes": HermesXml()}


def _described(tool: Mapping[str, Any]) -> Mapping[str, Any]:
    described: Mapping[str, Any] = tool.get("function", tool)
    return {key: described[key] for key in ("name", "description", "parameters") if key in described}


def _plain(data: Any) -> str:
    return json.dumps(data, ensure_ascii=False)


def _safe(data: Any) -> str:
    """JSON in which no string can end a fence or a tag early."""
    return _plain(data).replace("<", "\\u003c").replace("`", "\\u0060")

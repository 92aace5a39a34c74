"""Calls and values as a person writes them, such as ``set_wifi_status(on=False)``."""

from __future__ import annotations

import builtins
import json
from collections.abc import Mapping
from typing import Any

from tool_sandbox.common.execution.tool_code import ParsedToolCall, parse_tool_call_code
from tool_sandbox.common.visible_text import visible
from tool_sandbox.common.world.schemas import Row

LONGEST = 120
"""Characters of a value or message that an explanation shows."""


def call_text(tool: str, arguments: Mapping[str, Any]) -> str:
    """A call, each argument shortened."""
    shown = (f"{one_line(name)}={one_line(argument_text(value))}" for name, value in arguments.items())
    return f"{one_line(tool)}({', '.join(shown)})"


def argument_text(value: Any) -> str:
    """What stands for a value in a call."""
    return _json(value) if isinstance(value, str) else repr(value)


def value_text(value: Any) -> str:
    """A value as JSON writes it, shortened."""
    return one_line(_json(value))


def quoted(text: str) -> str:
    """A text in quotes on one line, shortened."""
    return f'"{one_line(text)}"'


def one_line(text: str) -> str:
    """A text on one line, shortened, without anything that acts on a terminal."""
    line = visible(" ".join(text.split()))
    return line if len(line) <= LONGEST else line[: LONGEST - 1] + "…"


def request_text(row: Row) -> str:
    """A message to the execution environment: the call that it makes or tries to make, else its code."""
    call = requested(row)
    if call is None:
        return one_line(row["openai_function_name"] or row["content"] or "")
    return call_text(*call)


def requested(row: Row) -> tuple[str, dict[str, Any]] | None:
    """The tool that a message calls, or tries to call, and the arguments.

    ``None`` for other code, and for a call whose arguments could not be read.
    """
    call = _parsed(row)
    if call is None:
        return None
    arguments = json.loads(call.arguments)
    if not hasattr(builtins, call.function_name):
        return call.function_name, arguments
    tried = row["openai_function_name"]  # the code raises the error that the agent is told
    return (tried, arguments) if tried and arguments else None


def real_tool(row: Row) -> str:
    """The tool behind the name that the agent was shown, which may be scrambled."""
    call = _parsed(row)
    made = call is not None and not hasattr(builtins, call.function_name)
    return call.function_name if call and made else row["openai_function_name"] or "a tool"


def _parsed(row: Row) -> ParsedToolCall | None:
    try:
        return parse_tool_call_code(row["content"] or "")
    except (AssertionError, ValueError):
        return None


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, default=str)

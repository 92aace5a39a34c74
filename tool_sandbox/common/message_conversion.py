"""The original's names for messages and tool calls in the formats of other libraries; see ``common.chat_format``."""

from __future__ import annotations

import json
from collections.abc import Set as AbstractSet
from typing import TYPE_CHECKING, Any

from tool_sandbox.common.argument_names import agent_facing_json, execution_facing_arguments
from tool_sandbox.common.chat_format import to_openai_messages
from tool_sandbox.common.execution.tool_code import parse_tool_call_code, rejected_call_to_code, tool_call_to_code
from tool_sandbox.common.message import Message
from tool_sandbox.common.transcript import serialize_to_conversation
from tool_sandbox.common.vocabulary import DatabaseNamespace

if TYPE_CHECKING:
    import polars as pl

    from tool_sandbox.common.execution_context import ExecutionContext

__all__ = [
    "Message",
    "get_snapshot_indices_to_databases",
    "openai_tool_call_to_python_code",
    "python_code_to_openai_tool_call",
    "serialize_to_conversation",
    "to_openai_messages",
]


def openai_tool_call_to_python_code(
    tool_call: Any, available_tool_names: AbstractSet[str], execution_facing_tool_name: str | None
) -> str:
    """The code for a tool call as OpenAI's client gives it.

    Args:
        tool_call: Has ``id``, ``function.name`` and ``function.arguments``.
        available_tool_names: Agent-facing names of the tools on offer.
        execution_facing_tool_name: Real name, if it differs.

    Raises:
        KeyError: The tool is not on offer.
        json.JSONDecodeError: The arguments are not JSON.
    """
    name = tool_call.function.name
    if name not in available_tool_names:
        message = f"There is no tool {name!r}; the tools are {sorted(available_tool_names)}."
        raise KeyError(message)
    arguments = json.loads(tool_call.function.arguments)
    called = name if execution_facing_tool_name is None else execution_facing_tool_name
    try:
        real = execution_facing_arguments(called, arguments)
    except ValueError as error:
        return rejected_call_to_code(tool_call.id, name, f"{name}() {error}", arguments, error="TypeError")
    return tool_call_to_code(tool_call.id, name, real, called)


def python_code_to_openai_tool_call(python_code: str, agent_facing_tool_name: str | None) -> Any:
    """The tool call that a piece of code makes, as OpenAI's client has it.

    Args:
        python_code: The three lines.
        agent_facing_tool_name: Replaces the name found in the code.

    Returns:
        An ``openai.types.chat`` tool call.

    Raises:
        AssertionError: The code has another shape.
    """
    from openai.types.chat.chat_completion_message_tool_call import ChatCompletionMessageToolCall, Function

    parsed = parse_tool_call_code(python_code)
    name = parsed.function_name if agent_facing_tool_name is None else agent_facing_tool_name
    return ChatCompletionMessageToolCall(
        id=parsed.id,
        function=Function(arguments=agent_facing_json(parsed.function_name, parsed.arguments), name=name),
        type="function",
    )


def get_snapshot_indices_to_databases(
    execution_context: ExecutionContext,
) -> dict[int, dict[DatabaseNamespace, pl.DataFrame]]:
    """For every index at which a device table has a snapshot, its visible rows there.

    A table without any row in its whole history has no entry.
    """
    frames: dict[int, dict[DatabaseNamespace, pl.DataFrame]] = {}
    for namespace in DatabaseNamespace:
        if namespace == DatabaseNamespace.SANDBOX or execution_context.snapshot_version(namespace) is None:
            continue
        for index in execution_context.snapshot_indices(namespace):
            frames.setdefault(index, {})[namespace] = execution_context.get_database(namespace, index)
    return frames

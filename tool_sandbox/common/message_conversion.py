"""The original's names for messages and tool calls in the formats of other libraries; see ``common.chat_format``."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from typing import TYPE_CHECKING, Any

from tool_sandbox.common.chat_format import to_openai_messages
from tool_sandbox.common.execution.tool_code import parse_tool_call_code, tool_call_to_code
from tool_sandbox.common.message import Message
from tool_sandbox.common.transcript import serialize_to_conversation
from tool_sandbox.common.vocabulary import DatabaseNamespace

if TYPE_CHECKING:
    import polars as pl

    from tool_sandbox.common.execution_context import ExecutionContext

__all__ = [
    "Message",
    "get_snapshot_indices_to_databases",
    "openai_messages_to_langchain_messages",
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
    return tool_call_to_code(tool_call.id, name, arguments, called)


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
        id=parsed.id, function=Function(arguments=parsed.arguments, name=name), type="function"
    )


def openai_messages_to_langchain_messages(openai_messages: Iterable[Mapping[str, Any]]) -> list[Any]:
    """Chat messages as LangChain messages; system messages are left out. Needs ``langchain-core``.

    Raises:
        MissingDependencyError: ``langchain-core`` is not installed.
    """
    import importlib

    from tool_sandbox.errors import MissingDependencyError

    try:
        kinds = importlib.import_module("langchain_core.messages")
    except ImportError as error:
        message = "LangChain messages need the package 'langchain-core'; install it with: pip install langchain-core"
        raise MissingDependencyError(message) from error
    converted: list[Any] = []
    for chat in openai_messages:
        if chat["role"] == "user":
            converted.append(kinds.HumanMessage(content=chat["content"]))
        elif chat["role"] == "tool":
            converted.append(kinds.ToolMessage(content=chat["content"], tool_call_id=chat["tool_call_id"]))
        elif chat["role"] == "assistant":
            calls = [
                {"name": c["function"]["name"], "args": json.loads(c["function"]["arguments"]), "id": c["id"]}
                for c in chat.get("tool_calls") or ()
            ]
            converted.append(kinds.AIMessage(content=chat["content"] or "", tool_calls=calls))
    return converted


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

"""Messages to chat format and back; tool calls to Python code and back.

A tool call travels as three lines of Python, ``ID_parameters = …``, ``ID_response = tool(**ID_parameters)`` and
``print(repr(ID_response))``. What a model or provider wrote (ids, arguments) enters that code only as a checked
identifier or as a literal.
"""

from __future__ import annotations

import ast
import hashlib
import json
import keyword
import math
import re
from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from attrs import frozen

from tool_sandbox.common.message import Message
from tool_sandbox.common.vocabulary import DatabaseNamespace, RoleType

if TYPE_CHECKING:
    import polars as pl

    from tool_sandbox.common.execution_context import ExecutionContext

__all__ = [
    "Message",
    "ParsedToolCall",
    "get_snapshot_indices_to_databases",
    "openai_messages_to_langchain_messages",
    "openai_tool_call_to_python_code",
    "parse_tool_arguments",
    "parse_tool_call_code",
    "python_code_to_openai_tool_call",
    "rejected_call_to_code",
    "safe_variable_name",
    "serialize_to_conversation",
    "to_openai_messages",
    "tool_call_to_code",
]

_PARAMETERS = "_parameters = "
_RESPONSE = "_response = "
_MAX_DEPTH = 64
"""Nesting at which Python's own parser is still far from its limits."""


@frozen
class ParsedToolCall:
    """A tool call read back from code."""

    id: str
    """The name that stands for the call's id in the code."""
    function_name: str
    arguments: str
    """JSON text."""


# -- tool call to code -----------------------------------------------------------------------------------------------


def safe_variable_name(call_id: str) -> str:
    """A name that stands for a provider's call id in code: the id itself if it can be part of a variable's name.

    The same id always gives the same name, so that code can be recognised as belonging to an id.
    """
    if call_id.isascii() and f"{call_id}{_PARAMETERS[:11]}".isidentifier() and not keyword.iskeyword(call_id):
        return call_id
    letters = re.sub(r"[^A-Za-z0-9_]+", "_", call_id)[:32].strip("_")
    digest = hashlib.blake2s(call_id.encode("utf-8", "surrogatepass"), digest_size=4).hexdigest()
    return f"call_{letters}_{digest}"


def parse_tool_arguments(text: str | None) -> dict[str, Any]:
    """The arguments a model wrote, as a dict.

    Args:
        text: JSON text; empty text means no arguments.

    Raises:
        ValueError: The text is not one JSON object, or holds something no tool can take (NaN, infinities, lone
            surrogates, absurdly deep nesting). The message is fit for the model to read.
    """
    try:
        arguments = json.loads(text or "{}", parse_constant=_refuse_constant)
    except RecursionError:
        message = "The arguments are nested too deeply."
        raise ValueError(message) from None
    except json.JSONDecodeError as error:
        message = f"The arguments are not valid JSON: {error}."
        raise ValueError(message) from error
    if not isinstance(arguments, dict):
        message = f"The arguments must be one JSON object, not {type(arguments).__name__}."
        raise ValueError(message)  # noqa: TRY004 -- a fault of the model's text, reported with the others
    _check_value(arguments, depth=0)
    return arguments


def _refuse_constant(name: str) -> Any:
    message = f"The arguments are not valid JSON: {name} is not a JSON value."
    raise ValueError(message)


def _check_value(value: Any, depth: int) -> None:
    if depth > _MAX_DEPTH:
        message = f"The arguments are nested more than {_MAX_DEPTH} levels deep."
        raise ValueError(message)
    if isinstance(value, dict):
        for key, item in value.items():
            _check_value(key, depth)
            _check_value(item, depth + 1)
    elif isinstance(value, list):
        for item in value:
            _check_value(item, depth + 1)
    elif isinstance(value, str) and not value.isascii():
        _check_text(value)
    elif isinstance(value, float) and not math.isfinite(value):
        message = "The arguments hold a number too large to represent."
        raise ValueError(message)


def _check_text(value: str) -> None:
    try:
        value.encode("utf-8")
    except UnicodeEncodeError as error:
        message = "The arguments hold a broken character (a lone surrogate)."
        raise ValueError(message) from error


def tool_call_to_code(call_id: str, tool_name: str, arguments: Any, execution_name: str | None = None) -> str:
    """The three lines that make the execution environment call a tool.

    Args:
        call_id: The provider's id.
        tool_name: Agent-facing name.
        arguments: What the tool is called with.
        execution_name: Real name, if it differs.
    """
    name = safe_variable_name(call_id)
    return (
        f"{name}{_PARAMETERS}{_literal(arguments)}\n"
        f"{name}{_RESPONSE}{execution_name or tool_name}(**{name}_parameters)\n"
        f"print(repr({name}_response))"
    )


def rejected_call_to_code(
    call_id: str, tool_name: str, reason: str, arguments: Any = None, *, error: str = "NameError"
) -> str:
    """Code that makes the execution environment answer a call that cannot be made with an error.

    Args:
        call_id: The provider's id.
        tool_name: Name the model used; not part of the code.
        reason: What was wrong, for the model to read.
        arguments: What the model wanted to pass, if that could be read.
        error: Name of the built-in exception.
    """
    del tool_name
    name = safe_variable_name(call_id)
    text = " ".join(reason.split())
    return f"{name}{_PARAMETERS}{_literal(arguments or {})}\n{name}{_RESPONSE}{error}({text!r})\nraise {name}_response"


def _literal(value: Any) -> str:
    # An infinity has no literal of its own, but 1e999 is one that both the compiler and ``ast.literal_eval`` read.
    if isinstance(value, float) and math.isinf(value):
        return "1e999" if value > 0 else "-1e999"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key!r}: {_literal(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_literal, value)) + "]"
    return repr(value)


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
    variable = safe_variable_name(tool_call.id)
    called = name if execution_facing_tool_name is None else execution_facing_tool_name
    return (
        f"{variable}{_PARAMETERS}{arguments!r}\n"
        f"{variable}{_RESPONSE}{called}(**{variable}_parameters)\n"
        f"print(repr({variable}_response))"
    )


# -- code to tool call -----------------------------------------------------------------------------------------------


@lru_cache(maxsize=8192)
def parse_tool_call_code(python_code: str) -> ParsedToolCall:
    """The tool call that a piece of code makes.

    Raises:
        AssertionError: The code has another shape.
        ValueError: The arguments are not literals.
    """
    first, _, rest = python_code.partition("\n")
    end = first.rfind(_PARAMETERS)
    while end >= 0:
        name, arguments = first[:end], first[end + len(_PARAMETERS) :]
        prefix = f"{name}{_RESPONSE}"
        function_name = rest[len(prefix) :].partition("(")[0] if rest.startswith(prefix) else ""
        if arguments and function_name:
            return ParsedToolCall(name, function_name, json.dumps(_evaluated(arguments)))
        end = first.rfind(_PARAMETERS, 0, end + len(_PARAMETERS) - 1)
    message = f"This code is no tool call: {python_code!r}."
    raise AssertionError(message)


def _evaluated(arguments: str) -> Any:
    try:
        return ast.literal_eval(arguments)
    except (SyntaxError, MemoryError, RecursionError) as error:
        message = f"The arguments of a tool call are not literals: {arguments[:200]!r}."
        raise ValueError(message) from error


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


# -- messages to chat format -----------------------------------------------------------------------------------------


def to_openai_messages(messages: Sequence[Message]) -> tuple[list[dict[str, Any]], list[list[int]]]:
    """The conversation as the agent sees it, in the chat format.

    Args:
        messages: What is relevant for the agent, in order.

    Returns:
        The chat messages, and for each of them the positions of the messages it was made from. Tool calls that follow
        each other are one assistant message.

    Raises:
        ValueError: A message is not part of the agent's conversation.
        AssertionError: A tool call or result has no id, or a tool call's code has another shape.
    """
    chat: list[dict[str, Any]] = []
    origins: list[list[int]] = []
    for position, message in enumerate(messages):
        if (message.sender, message.recipient) == (RoleType.AGENT, RoleType.EXECUTION_ENVIRONMENT):
            if "tool_calls" in chat[-1]:
                chat[-1]["tool_calls"].append(_tool_call_entry(message))
                origins[-1].append(position)
                continue
            chat.append({"role": "assistant", "content": "", "tool_calls": [_tool_call_entry(message)]})
        else:
            chat.append(_chat_message(message))
        origins.append([position])
    return chat, origins


_CHAT_ROLES = {
    (RoleType.SYSTEM, RoleType.AGENT): "system",
    (RoleType.USER, RoleType.AGENT): "user",
    (RoleType.AGENT, RoleType.USER): "assistant",
}


def _chat_message(message: Message) -> dict[str, Any]:
    way = (message.sender, message.recipient)
    if way == (RoleType.EXECUTION_ENVIRONMENT, RoleType.AGENT):
        if message.openai_tool_call_id is None or message.openai_function_name is None:
            text = f"A tool result needs the id and the name of its call; this one has neither: {message.content!r}."
            raise AssertionError(text)
        return {
            "tool_call_id": message.openai_tool_call_id,
            "role": "tool",
            "name": message.openai_function_name,
            "content": message.content,
        }
    if way not in _CHAT_ROLES:
        text = f"A message from {message.sender} to {message.recipient} is not part of the agent's conversation."
        raise ValueError(text)
    return {"role": _CHAT_ROLES[way], "content": message.content}


def _tool_call_entry(message: Message) -> dict[str, Any]:
    parsed = parse_tool_call_code(message.content)
    name = parsed.function_name if message.openai_function_name is None else message.openai_function_name
    return {
        "id": _original_id(parsed.id, message.openai_tool_call_id),
        "function": {"arguments": parsed.arguments, "name": name},
        "type": "function",
    }


def _original_id(variable: str, call_id: str | None) -> str:
    if call_id is not None and safe_variable_name(call_id) == variable:
        return call_id
    return variable


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


# -- kept here because existing code imports them from here ----------------------------------------------------------


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


def serialize_to_conversation(
    execution_context: ExecutionContext, evaluation_result: Any, milestones: Sequence[Any], minefields: Sequence[Any]
) -> list[dict[str, Any]]:
    """The agent's conversation with state changes and matches beside the messages; see ``common.transcript``."""
    from tool_sandbox.common.transcript import serialize_to_conversation as serialize

    return serialize(execution_context, evaluation_result, milestones, minefields)

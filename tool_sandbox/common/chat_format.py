"""Messages in the chat format of OpenAI's API, as the agent sees them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tool_sandbox.common.argument_names import agent_facing_json
from tool_sandbox.common.execution.tool_code import parse_tool_call_code, safe_variable_name
from tool_sandbox.common.message import Message
from tool_sandbox.common.vocabulary import RoleType


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
        "function": {"arguments": agent_facing_json(parsed.function_name, parsed.arguments), "name": name},
        "type": "function",
    }


def _original_id(variable: str, call_id: str | None) -> str:
    return call_id if call_id is not None and safe_variable_name(call_id) == variable else variable

"""What an agent reads before it asks its model, and what it writes afterwards."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from typing import TYPE_CHECKING, Any

from attrs import evolve, frozen

from tool_sandbox.common.chat_format import to_openai_messages
from tool_sandbox.common.execution.tool_code import parse_tool_arguments, rejected_call_to_code, tool_call_to_code
from tool_sandbox.common.execution_context import ExecutionContext, get_current_context
from tool_sandbox.common.message import Message
from tool_sandbox.common.tool_conversion import offered_tools
from tool_sandbox.common.vocabulary import RoleType
from tool_sandbox.llm.chat import ChatResponse, ToolCall
from tool_sandbox.llm.layers.budget.money import as_float_or_none
from tool_sandbox.llm.transports.completions.completion import MALFORMED_CALL
from tool_sandbox.llm.transports.history import notes_for, project

if TYPE_CHECKING:
    from tool_sandbox.roles.base_role import BaseRole

_UNKNOWN_TOOL = "No tool of this name is on offer. Call one of the tools you were given."
_UNNAMED = "unnamed_tool"
_MALFORMED = (
    "The tool call that you wrote could not be read, so nothing was done. Write it again: the name of one of the tools "
    "you were given, and its arguments as one JSON object."
)


@frozen(kw_only=True)
class AgentTurn:
    """The conversation up to now as its model sees it."""

    messages: list[dict[str, Any]]
    tools: list[dict[str, Any]]
    tool_names: frozenset[str]
    index: int
    """Index of the message being answered."""


def read_agent_turn(role: BaseRole, model: str, ending_index: int | None = None) -> AgentTurn | None:
    """What the agent's model is asked, or ``None`` when there is nothing to answer.

    Args:
        role: The agent.
        model: The model string it asks.
        ending_index: Answer the message with this index instead of the last one.

    Raises:
        KeyError: It is not the agent's turn.
    """
    context = get_current_context()
    everything = role.get_messages(ending_index)
    role.messages_validation(everything)
    visible = role.filter_messages(everything)
    if not visible or visible[-1].sender == RoleType.SYSTEM:
        return None
    offered = visible[-1].sender in (RoleType.USER, RoleType.EXECUTION_ENVIRONMENT)
    tools = role.get_available_tools() if offered else {}
    return AgentTurn(
        messages=_history(context, everything, visible, model),
        tools=offered_tools(tools),
        tool_names=frozenset(tools),
        index=context.max_sandbox_message_index if ending_index is None else ending_index,
    )


def _history(
    context: ExecutionContext, everything: Sequence[Message], visible: Sequence[Message], model: str
) -> list[dict[str, Any]]:
    chat, origins = to_openai_messages(list(visible))
    if not context.annotations:
        return project(chat, [None] * len(chat), model)
    log = zip(everything, context.log(), strict=False)
    indices = {id(message): row["sandbox_message_index"] for message, row in log}
    notes = [context.annotations.get(indices.get(id(visible[origin[0]]), -1)) for origin in origins]
    return project(chat, notes, model)


def write_agent_turn(role: BaseRole, messages: Sequence[Message], response: ChatResponse, asked: str) -> None:
    """Append an agent's messages, and beside the first of them what its provider wants back and who answered."""
    role.add_messages(list(messages))
    context = get_current_context()
    first = context.max_sandbox_message_index - len(messages) + 1
    context.annotate(first, **notes_for(response, asked), answered=answered_by(response))


def answered_by(response: ChatResponse) -> dict[str, Any]:
    """Who answered, how, and at what price; what is empty or as usual is left out."""
    facts = {
        "model": response.model,
        "provider": response.provider,
        "deployment": response.deployment,
        "endpoint": response.endpoint,
        "fallback": response.fallback,
        "request_id": response.request_id,
        "cost": as_float_or_none(response.cost),
        "saved_cost": as_float_or_none(response.saved_cost),
        "cached": response.cached,
        "replayed": response.replayed,
        "finish_reason": None if response.finish_reason in ("stop", "tool_calls") else response.finish_reason,
        "attempts": len(response.attempts) if len(response.attempts) > 1 else None,
        "adjustments": list(response.adjustments),
        "parse_losses": response.parse_losses,
    }
    return {name: value for name, value in facts.items() if value not in (None, False, [], 0, "")}


def said(response: ChatResponse, *, raising: bool, counters: Counter[str]) -> list[Message]:
    """What an answer without calls says to the user; of a call that could not be read the model is told instead.

    Args:
        response: The answer. White space alone is no text.
        raising: Whether there being nothing to say is an exception instead of an empty message.
        counters: Where the model's mistakes are counted.

    Raises:
        AssertionError: The answer holds nothing at all, or a call that could not be read.
    """
    malformed = response.finish_reason == MALFORMED_CALL
    if raising and (malformed or response.text is None):
        what = "a tool call that could not be read" if malformed else "neither text nor a tool call"
        message = f"{response.model!r} answered with {what}."
        raise AssertionError(message)
    if malformed:
        return _told_malformed()
    text = response.text if response.text and response.text.strip() else ""
    counters["empty_answers"] += not text
    return [Message(sender=RoleType.AGENT, recipient=RoleType.USER, content=text)]


def called(
    calls: Sequence[ToolCall], offered: AbstractSet[str], *, raising: bool, counters: Counter[str]
) -> list[Message]:
    """One message to the execution environment per tool call.

    Args:
        calls: What the model wrote.
        offered: Agent-facing names of the tools on offer.
        raising: Whether a call that cannot be made is an exception instead of an error the model sees.
        counters: Where the model's mistakes are counted.

    Raises:
        KeyError: The tool is not on offer.
        json.JSONDecodeError: The arguments are not JSON.
    """
    context = get_current_context()
    taken = {row["openai_tool_call_id"] for row in context.log()}
    messages = []
    for call in calls:
        unique = evolve(call, id=_unique(call.id, taken), name=call.name or _UNNAMED)
        taken.add(unique.id)
        code = _code(context, unique, offered, raising=raising, counters=counters)
        messages.append(
            Message(
                sender=RoleType.AGENT,
                recipient=RoleType.EXECUTION_ENVIRONMENT,
                content=code,
                openai_tool_call_id=unique.id,
                openai_function_name=unique.name,
            )
        )
    return messages


def _told_malformed() -> list[Message]:
    """One message that makes the environment tell the model that its call could not be read."""
    taken = {row["openai_tool_call_id"] for row in get_current_context().log()}
    call_id = _unique("", taken)
    return [
        Message(
            sender=RoleType.AGENT,
            recipient=RoleType.EXECUTION_ENVIRONMENT,
            content=rejected_call_to_code(call_id, _UNNAMED, _MALFORMED, error="ValueError"),
            openai_tool_call_id=call_id,
            openai_function_name=_UNNAMED,
        )
    ]


def _code(
    context: ExecutionContext, call: ToolCall, offered: AbstractSet[str], *, raising: bool, counters: Counter[str]
) -> str:
    if call.name not in offered:
        counters["unknown_tools"] += 1
        if raising:
            message = f"There is no tool {call.name!r}; the tools are {sorted(offered)}."
            raise KeyError(message)
        return rejected_call_to_code(call.id, call.name, _UNKNOWN_TOOL)
    try:
        # The original took whatever was JSON; what no tool can take failed in the environment.
        arguments = json.loads(call.arguments) if raising else parse_tool_arguments(call.arguments)
    except ValueError as error:
        counters["invalid_arguments"] += 1
        if raising:
            raise
        return rejected_call_to_code(call.id, call.name, str(error), error="ValueError")
    return tool_call_to_code(call.id, call.name, arguments, context.get_execution_facing_tool_name(call.name))


def count_answer(counters: Counter[str], response: ChatResponse) -> None:
    """Count what the run's summary reports of an answer."""
    counters["answers"] += 1
    counters["fallbacks"] += response.fallback
    counters["truncated_answers"] += response.finish_reason == "length"
    counters["malformed_calls"] += response.finish_reason == MALFORMED_CALL
    counters["parse_losses"] += response.parse_losses


def _unique(call_id: str, taken: AbstractSet[str | None]) -> str:
    """The provider's id, or one made from it when it is empty or was used before in this conversation."""
    if call_id and call_id not in taken:
        return call_id
    stem = call_id or "call"
    number = 1
    while f"{stem}_{number}" in taken:
        number += 1
    return f"{stem}_{number}"

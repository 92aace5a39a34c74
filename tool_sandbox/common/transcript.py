"""A finished conversation as data: what the agent saw, with state changes and milestone matches beside it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import attrs

from tool_sandbox.common.chat_format import to_openai_messages
from tool_sandbox.common.execution.tool_code import parse_tool_call_code, tool_call_to_code
from tool_sandbox.common.message import Message
from tool_sandbox.common.serialization import described
from tool_sandbox.common.vocabulary import DatabaseNamespace, RoleType
from tool_sandbox.common.world.schemas import INDEX_COLUMN, Row

if TYPE_CHECKING:
    from tool_sandbox.common.execution_context import ExecutionContext

_AGENT, _ONLY_THE_USER = RoleType.AGENT.value, [RoleType.USER.value]
"""As rows hold them."""
FREE_CODE_TOOL = "python"
"""The name under which code that is not a tool call (a person's expression, say) is shown."""


def serialize_to_conversation(
    execution_context: ExecutionContext,
    evaluation_result: Any,
    milestones: Sequence[Any],
    minefields: Sequence[Any],
) -> list[dict[str, Any]]:
    """The conversation in the chat format with details beside the messages.

    Args:
        execution_context: The world after the last message.
        evaluation_result: Its ``milestone_mapping`` and ``minefield_mapping`` say what matched where.
        milestones: The scenario's milestones.
        minefields: The scenario's minefields.

    Returns:
        Chat messages, calls with the text that the model wrote beside them; one with something to tell has a last key
        ``<role>_details`` holding ``database_update``, ``trouble``, ``milestone_matches`` and ``minefield_matches``.
        JSON-able. What says of a milestone what it demands is the same object in all conversations.
    """
    log = zip(execution_context.log(), execution_context.messages(), strict=True)
    kept = [(row, message) for row, message in log if _in_conversation(row)]
    rows = [row for row, _ in kept]
    shown = {row[INDEX_COLUMN] for row in rows}
    chat, origins = to_openai_messages(_answerable([message for _, message in kept]))
    details = _details(execution_context, evaluation_result, milestones, minefields, shown)
    for message, positions in zip(chat, origins, strict=True):
        if message.get("tool_calls"):
            message["content"] = text_beside_call(execution_context, rows[positions[0]]) or message["content"]
        attached: dict[str, Any] = {}
        for position in positions:
            for key, value in details.get(rows[position][INDEX_COLUMN], {}).items():
                merge = key in attached and isinstance(value, dict)
                attached[key] = {**attached[key], **value} if merge else value
        if attached:
            message[f"{message['role']}_details"] = attached
    return chat


def text_beside_call(execution_context: ExecutionContext, row: Row) -> str | None:
    """What a model wrote to nobody in particular beside the first call of its turn; the model sees it again later."""
    text = execution_context.annotations.get(row[INDEX_COLUMN], {}).get("text")
    return text if isinstance(text, str) and text else None


def trouble_at(execution_context: ExecutionContext, index: int) -> tuple[str, ...]:
    """What went wrong with the calls that a message answers, in words; it was declared by the scenario."""
    return tuple(execution_context.annotations.get(index, {}).get("trouble", ()))


def is_few_shot(row: Row) -> bool:
    """Whether a message of the log only demonstrates behaviour to the simulated user."""
    return bool(row["visible_to"] == _ONLY_THE_USER)


def _in_conversation(row: Row) -> bool:
    return (row["sender"] == _AGENT or row["recipient"] == _AGENT) and not is_few_shot(row)


def message_of(row: Row) -> Message:
    """The message that a row of the log holds."""
    return Message(**{name: value for name, value in row.items() if name != INDEX_COLUMN})


def _answerable(messages: list[Message]) -> list[Message]:
    """The messages with ids and code shapes that the chat format needs, also where a person wrote free code."""
    repaired: list[Message] = []
    open_calls: list[Message] = []
    for position, message in enumerate(messages):
        fixed = message
        if (message.sender, message.recipient) == (RoleType.AGENT, RoleType.EXECUTION_ENVIRONMENT):
            fixed = _as_tool_call(message, f"code_{position}")
            open_calls.append(fixed)
        elif message.sender == RoleType.EXECUTION_ENVIRONMENT:
            fixed = _with_call_of(message, open_calls)
        repaired.append(fixed)
    return repaired


def _as_tool_call(message: Message, call_id: str) -> Message:
    try:
        parse_tool_call_code(message.content)
    except (AssertionError, ValueError):
        code = tool_call_to_code(call_id, FREE_CODE_TOOL, {"code": message.content})
        name = message.openai_function_name or FREE_CODE_TOOL
        return attrs.evolve(message, content=code, openai_tool_call_id=call_id, openai_function_name=name)
    return message


def _with_call_of(message: Message, open_calls: list[Message]) -> Message:
    call = next((c for c in open_calls if c.openai_tool_call_id == message.openai_tool_call_id), None)
    call = call or (open_calls[0] if open_calls else None)
    if call is not None:
        open_calls.remove(call)
    if message.openai_tool_call_id is not None and message.openai_function_name is not None:
        return message
    return attrs.evolve(
        message,
        openai_tool_call_id=(call and call.openai_tool_call_id) or "unknown",
        openai_function_name=(call and call.openai_function_name) or FREE_CODE_TOOL,
    )


def _details(
    context: ExecutionContext, result: Any, milestones: Sequence[Any], minefields: Sequence[Any], shown: set[int]
) -> dict[int, dict[str, Any]]:
    """What there is to tell of the messages that are shown."""
    details: dict[int, dict[str, Any]] = {}
    for namespace in DatabaseNamespace:
        if namespace == DatabaseNamespace.SANDBOX or context.snapshot_version(namespace) is None:
            continue
        for index in shown.intersection(context.snapshot_indices(namespace)):
            update = details.setdefault(index, {}).setdefault("database_update", {})
            update[str(namespace)] = [dict(row) for row in context.rows(namespace, index)]
    for index in context.annotations:
        if trouble := trouble_at(context, index):
            details.setdefault(index, {})["trouble"] = list(trouble)
    _add_matches(details, "milestone", result.milestone_mapping, milestones)
    _add_matches(details, "minefield", result.minefield_mapping, minefields)
    return details


def _add_matches(
    details: dict[int, dict[str, Any]], kind: str, mapping: Mapping[int, tuple[int, float]], wanted: Sequence[Any]
) -> None:
    for node, (index, similarity) in mapping.items():
        match = {
            f"{kind}_index": node,
            f"{kind}_id": getattr(wanted[node], "id", None),
            kind: described(wanted[node]),
            f"{kind}_similarity": similarity,
        }
        details.setdefault(index, {}).setdefault(f"{kind}_matches", []).append(match)

"""The files that describe one played conversation."""

from __future__ import annotations

import textwrap
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from tool_sandbox.common.indented_json import indented_json
from tool_sandbox.common.transcript import is_few_shot, text_beside_call
from tool_sandbox.common.world.schemas import INDEX_COLUMN, Row

if TYPE_CHECKING:
    from tool_sandbox.common.execution_context import ExecutionContext

PRETTY_PRINT = "pretty_print.txt"
EXECUTION_CONTEXT = "execution_context.json"
CONVERSATION = "conversation.json"

_WIDTH = 100
_COLUMNS = ("openai_function_name", "tool_call_exception", "tool_trace")


def trajectory_files(context: ExecutionContext, conversation: list[dict[str, Any]] | None = None) -> dict[str, str]:
    """File name to text for one trajectory.

    Args:
        context: The world after the last message.
        conversation: What ``serialize_to_conversation`` gave; ``None`` when the conversation was not evaluated.
    """
    files = {
        PRETTY_PRINT: pretty_print(context),
        EXECUTION_CONTEXT: context.to_json(),
    }
    if conversation is not None:
        files[CONVERSATION] = indented_json(conversation, 2)
    return files


def pretty_print(context: ExecutionContext) -> str:
    """The log for people to read, few-shot examples left out."""
    lines = ["The messages of this conversation in order; examples shown only to the simulated user are left out.", ""]
    for row in context.log():
        if not is_few_shot(row):
            lines += _entry(row, text_beside_call(context, row))
    return "\n".join(lines) + "\n"


def _entry(row: Row, beside: str | None) -> list[str]:
    lines = [f"[{row[INDEX_COLUMN]}] {row['sender']} -> {row['recipient']}"]
    lines += _wrapped(row["content"] or "")
    lines += [f"    | text beside the call: {line.strip()}" for line in _wrapped(beside or "") if line.strip()]
    lines += [f"    | {name}: {_shown(row[name])}" for name in _COLUMNS if row[name] is not None]
    if row["visible_to"] not in (None, [row["sender"], row["recipient"]]):
        lines.append(f"    | visible_to: {_shown(row['visible_to'])}")
    return [*lines, ""]


@lru_cache(maxsize=1024)  # worlds share their instructions
def _wrapped(content: str) -> tuple[str, ...]:
    wrapped: list[str] = []
    for line in content.splitlines() or [""]:
        wrapped += textwrap.wrap(line, _WIDTH, initial_indent="    ", subsequent_indent="    ") or ["    "]
    return tuple(wrapped)


def _shown(value: Any) -> str:
    return ", ".join(value) if isinstance(value, list) else str(value)

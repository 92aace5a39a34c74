"""The files that describe one played conversation."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tool_sandbox.common.annotated_transcript import transcript_text
from tool_sandbox.common.indented_json import indented_json

if TYPE_CHECKING:
    from tool_sandbox.common.annotations import Annotations
    from tool_sandbox.common.execution_context import ExecutionContext

PRETTY_PRINT = "pretty_print.txt"
EXECUTION_CONTEXT = "execution_context.json"
CONVERSATION = "conversation.json"


def trajectory_files(
    context: ExecutionContext,
    conversation: list[dict[str, Any]] | None = None,
    annotations: Annotations | None = None,
) -> dict[str, str]:
    """File name to text for one trajectory.

    Args:
        context: The world after the last message.
        conversation: What ``serialize_to_conversation`` gave; ``None`` when the conversation was not evaluated.
        annotations: What the transcript says about it.
    """
    return {PRETTY_PRINT: pretty_print(context, annotations), **files_for_programs(context, conversation)}


def files_for_programs(context: ExecutionContext, conversation: list[dict[str, Any]] | None = None) -> dict[str, str]:
    """The same without the transcript for people."""
    files = {EXECUTION_CONTEXT: context.to_json()}
    return files if conversation is None else {**files, CONVERSATION: indented_json(conversation, 2)}


def pretty_print(context: ExecutionContext, annotations: Annotations | None = None) -> str:
    """The conversation for people to read, few-shot examples left out."""
    return transcript_text(context, annotations)

"""What a model's answer says or calls, as messages of an agent."""

from __future__ import annotations

import itertools
import json
from collections import Counter
from collections.abc import Sequence
from collections.abc import Set as AbstractSet

from attrs import evolve

from tool_sandbox.common.argument_names import execution_facing_arguments
from tool_sandbox.common.execution.tool_code import parse_tool_arguments, rejected_call_to_code, tool_call_to_code
from tool_sandbox.common.execution_context import ExecutionContext, get_current_context
from tool_sandbox.common.message import Message
from tool_sandbox.common.vocabulary import RoleType
from tool_sandbox.llm.chat import ChatResponse, ToolCall
from tool_sandbox.llm.transports.completions.completion import MALFORMED_CALL

_UNKNOWN_TOOL = "No tool of this name is on offer. Call one of the tools you were given."
_UNNAMED = "unnamed_tool"
_MALFORMED = (
    "The tool call that you wrote could not be read, so nothing was done. Write it again: the name of one of the tools "
    "you were given, and its arguments as one JSON object."
)


def said(response: ChatResponse, *, raising: bool, counters: Counter[str]) -> list[Message]:
    """What an answer without calls says to the user; of a call that could not be read the model is told instead.

    Args:
        response: The answer. White space alone is not text.
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
        if call.id in taken or not (call.id and call.name):
            call = evolve(call, id=_unique(call.id, taken), name=call.name or _UNNAMED)  # noqa: PLW2901 -- the same call
        taken.add(call.id)
        code = _code(context, call, offered, raising=raising, counters=counters)
        messages.append(_message(call.id, call.name, code))
    return messages


def _message(call_id: str, name: str, code: str) -> Message:
    return Message(
        sender=RoleType.AGENT,
        recipient=RoleType.EXECUTION_ENVIRONMENT,
        content=code,
        openai_tool_call_id=call_id,
        openai_function_name=name,
    )


def _told_malformed() -> list[Message]:
    """One message that makes the environment tell the model that its call could not be read."""
    call_id = _unique("", {row["openai_tool_call_id"] for row in get_current_context().log()})
    return [_message(call_id, _UNNAMED, rejected_call_to_code(call_id, _UNNAMED, _MALFORMED, error="ValueError"))]


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
    tool = context.get_execution_facing_tool_name(call.name)
    try:
        return tool_call_to_code(call.id, call.name, execution_facing_arguments(tool, arguments), tool)
    except ValueError as error:
        return rejected_call_to_code(call.id, call.name, f"{call.name}() {error}", arguments, error="TypeError")


def _unique(call_id: str, taken: AbstractSet[str | None]) -> str:
    """The provider's id, or one made from it when it is empty or was used before in this conversation."""
    if call_id and call_id not in taken:
        return call_id
    numbered = (f"{call_id or 'call'}_{number}" for number in itertools.count(1))
    return next(each for each in numbered if each not in taken)

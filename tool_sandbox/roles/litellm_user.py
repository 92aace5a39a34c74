"""The simulated user: a model that plays the other side of the conversation."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from typing import Any, ClassVar

from tool_sandbox.common.execution.tool_code import rejected_call_to_code, tool_call_to_code
from tool_sandbox.common.message import Message
from tool_sandbox.common.vocabulary import RoleType
from tool_sandbox.errors import UserSimulatorError
from tool_sandbox.llm.chat import ChatResponse, ToolCall
from tool_sandbox.llm.transports.completions.completion import MALFORMED_CALL
from tool_sandbox.llm.transports.history import calls_tools, project_user
from tool_sandbox.roles.model_role import ModelRole

_MOST_FAILED_CALLS = 3
"""Tool calls in a row that may fail before the simulator counts as broken."""
_UNREADABLE = (
    "The tool call that you wrote could not be read. Call the tool again, or write to the agent in plain words."
)
_FLIPPED = {
    (RoleType.SYSTEM, RoleType.USER): "system",
    (RoleType.AGENT, RoleType.USER): "user",
    (RoleType.USER, RoleType.AGENT): "assistant",
}


class LiteLLMUser(ModelRole):
    """A user played by a model, which sees the conversation with the roles turned round.

    Arguments and errors are those of ``ModelRole``.
    """

    role_type: ClassVar[RoleType] = RoleType.USER

    @staticmethod
    def to_openai_messages(messages: Sequence[Message]) -> list[dict[str, Any]]:
        """The conversation with flipped roles: the simulated user is the assistant.

        Successful calls of the user's own tools and their results are left out, as the examples are; a call that
        failed is shown with its error, so that the model can do better.

        Raises:
            ValueError: A message is not part of the user's conversation.
        """
        return list(_flipped(messages))

    def _read(self, everything: Sequence[Message], visible: Sequence[Message]) -> list[dict[str, Any]]:  # noqa: ARG002
        _check_patience(visible)
        return project_user(self.to_openai_messages(visible), self.litellm_model)

    def _parse_response_to_messages(
        self, response: ChatResponse, available_tool_names: AbstractSet[str]
    ) -> list[Message]:
        """What the user says to the agent, or the calls of the user's own tools.

        Raises:
            UserSimulatorError: The answer holds nothing.
        """
        if response.tool_calls:
            return [self._called(call, available_tool_names) for call in _once_each(response.tool_calls)]
        if response.finish_reason == MALFORMED_CALL or response.parse_losses:
            return [_rejected("call", "", _UNREADABLE)]
        if response.text and response.text.strip():
            return [Message(sender=RoleType.USER, recipient=RoleType.AGENT, content=response.text)]
        message = f"the simulated user {self.model_name!r} said nothing (finish reason {response.finish_reason!r})."
        raise UserSimulatorError(message)

    def _notes(self, response: ChatResponse) -> dict[str, Any]:
        """What was said beside calls."""
        return {"text": response.text} if response.text and calls_tools(response) else {}

    def _called(self, call: ToolCall, offered: AbstractSet[str]) -> Message:
        """A call of one of the user's tools, which take no arguments: whatever the model passes is ignored."""
        call_id = call.id or "call"
        if call.name in offered:
            code = tool_call_to_code(call_id, call.name, {})
            return Message(sender=RoleType.USER, recipient=RoleType.EXECUTION_ENVIRONMENT, content=code)
        self.counters["unknown_tools"] += 1
        return _rejected(call_id, call.name, "A user has no such tool. Write to the agent instead.")


def _rejected(call_id: str, name: str, reason: str) -> Message:
    """A message that makes the environment tell the user's model why its call was not made."""
    code = rejected_call_to_code(call_id, name, reason)
    return Message(sender=RoleType.USER, recipient=RoleType.EXECUTION_ENVIRONMENT, content=code)


def _failed_call(number: int, error: str) -> list[dict[str, Any]]:
    """A call of the user's tools that failed, and why, in the chat format."""
    call_id, name = f"call_{number}", "end_conversation"
    call = {"id": call_id, "type": "function", "function": {"name": name, "arguments": "{}"}}
    return [
        {"role": "assistant", "content": None, "tool_calls": [call]},
        {"role": "tool", "tool_call_id": call_id, "name": name, "content": error},
    ]


def _flipped(messages: Sequence[Message]) -> Iterator[dict[str, Any]]:
    failed = 0
    for message in messages:
        way = (message.sender, message.recipient)
        if way == (RoleType.EXECUTION_ENVIRONMENT, RoleType.USER):
            if message.tool_call_exception is not None:
                failed += 1
                yield from _failed_call(failed, message.content)
        elif way in _FLIPPED:
            yield {"role": _FLIPPED[way], "content": message.content}
        elif way != (RoleType.USER, RoleType.EXECUTION_ENVIRONMENT):
            text = f"A message from {message.sender} to {message.recipient} is not part of the user's conversation."
            raise ValueError(text)


def _check_patience(messages: Sequence[Message]) -> None:
    failures = 0
    for message in reversed(messages):
        if message.sender == RoleType.EXECUTION_ENVIRONMENT:
            failures += 1
        elif message.recipient != RoleType.EXECUTION_ENVIRONMENT:
            break
    if failures >= _MOST_FAILED_CALLS:
        text = f"the simulated user made {failures} tool calls in a row that failed: {messages[-1].content!r}"
        raise UserSimulatorError(text)


def _once_each(calls: Sequence[ToolCall]) -> list[ToolCall]:
    """The calls without repetitions: a conversation ends once."""
    return list({call.name: call for call in calls}.values())

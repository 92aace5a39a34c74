"""The simulated user: a model that plays the other side of the conversation."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any, ClassVar

from attrs import evolve

from tool_sandbox.common.execution.tool_code import rejected_call_to_code, tool_call_to_code
from tool_sandbox.common.execution_context import get_current_context
from tool_sandbox.common.message import Message
from tool_sandbox.common.tool_conversion import offered_tools
from tool_sandbox.common.vocabulary import RoleType
from tool_sandbox.errors import SettingsError, ToolSandboxError, UserSimulatorError
from tool_sandbox.llm import stack
from tool_sandbox.llm.chat import ChatModel, ChatRequest, ChatResponse, ToolCall
from tool_sandbox.llm.settings import ModelSettings
from tool_sandbox.llm.transports.address import located
from tool_sandbox.llm.transports.completions.completion import MALFORMED_CALL
from tool_sandbox.llm.transports.history import calls_tools, project_user
from tool_sandbox.roles.agent_turn import answered_by, count_answer
from tool_sandbox.roles.base_role import BaseRole

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


class LiteLLMUser(BaseRole):
    """A user played by a model, which sees the conversation with the roles turned round.

    Args:
        model_name: A LiteLLM model string.
        model: What answers instead of that model: a script, a shared stack, a fake. A string is another way to give
            the model's name.
        config: Configuration keys, see ``llm.settings.ModelSettings``.

    Raises:
        SettingsError: A configuration key is unknown or has a wrong value.
        MissingKeyError: The model needs credentials that were not found.
    """

    role_type: ClassVar[RoleType] = RoleType.USER

    def __init__(self, model_name: str | None = None, *, model: ChatModel | str | None = None, **config: Any) -> None:
        name = model_name or (model if isinstance(model, str) else None)
        if not name:
            message = "LiteLLMUser needs a model string, such as 'gpt-5' or 'anthropic/claude-sonnet-5'."
            raise SettingsError(message)
        name, config = located(name, config)
        self.model_name = name
        self.litellm_model = name
        self.settings = ModelSettings.from_config(config)
        self.counters: Counter[str] = Counter()
        self.cache = stack.open_cache(self.settings.cache)
        self.ledger = stack.open_ledger(name, self.settings, str(self.role_type))
        if model is None or isinstance(model, str):
            fallbacks = stack.fallback_router(name, self.settings, self.ledger) if self.settings.fallbacks else None
            model = stack.build_model(name, self.settings, transport=fallbacks, cache=self.cache, ledger=self.ledger)
        self.model: ChatModel = model

    def respond(self, ending_index: int | None = None) -> None:
        """Answer the agent, or end the conversation."""
        if request := self._request(ending_index):
            with stack.own_errors(self._convert_to_standard_exception):
                response = self.model.complete(request)
            self._post(response, request)

    async def arespond(self, ending_index: int | None = None) -> None:
        """Answer the agent, or end the conversation, without blocking the event loop."""
        if request := self._request(ending_index):
            with stack.own_errors(self._convert_to_standard_exception):
                response = await self.model.acomplete(request)
            self._post(response, request)

    def teardown(self) -> None:
        """Close what this user opened for itself."""
        stack.close(self.model)

    @staticmethod
    def to_openai_messages(messages: Sequence[Message]) -> list[dict[str, Any]]:
        """The conversation with flipped roles: the simulated user is the assistant.

        Successful calls of the user's own tools and their results are left out, as the examples are; a call that
        failed is shown with its error, so that the model can do better.

        Raises:
            ValueError: A message is not part of the user's conversation.
        """
        return list(_flipped(messages))

    def _request(self, ending_index: int | None) -> ChatRequest | None:
        everything = self.get_messages(ending_index)
        self.messages_validation(everything)
        messages = self.filter_messages(everything)
        if not messages or messages[-1].sender == RoleType.SYSTEM:
            return None
        _check_patience(messages)
        chat = project_user(self.to_openai_messages(messages), self.litellm_model)
        return ChatRequest(
            model=self.litellm_model,
            messages=chat,
            tools=offered_tools(self.get_available_tools()),
            params=self.settings.generation_params(),
            timeout=self.settings.timeout,
            stream=self.settings.stream,
            tag=evolve(
                self.tag, role=str(self.role_type), turn=len(messages), user=self.settings.user or self.tag.user
            ),
        )

    def _post(self, response: ChatResponse, request: ChatRequest) -> None:
        count_answer(self.counters, response)
        offered = {tool["function"]["name"] for tool in request.tools}
        if response.tool_calls:
            messages = [self._called(call, offered) for call in _once_each(response.tool_calls)]
        elif response.finish_reason == MALFORMED_CALL or response.parse_losses:
            messages = [_rejected("call", "", _UNREADABLE)]
        elif response.text and response.text.strip():
            messages = [Message(sender=RoleType.USER, recipient=RoleType.AGENT, content=response.text)]
        else:
            message = f"the simulated user {self.model_name!r} said nothing (finish reason {response.finish_reason!r})."
            raise UserSimulatorError(message)
        self.add_messages(messages)
        context = get_current_context()
        first = context.max_sandbox_message_index - len(messages) + 1
        beside = {"text": response.text} if response.text and calls_tools(response) else {}
        context.annotate(first, **beside, answered=answered_by(response))

    def _called(self, call: ToolCall, offered: set[str]) -> Message:
        """A call of one of the user's tools, which take no arguments: whatever the model passes is ignored."""
        call_id = call.id or "call"
        if call.name in offered:
            code = tool_call_to_code(call_id, call.name, {})
            return Message(sender=RoleType.USER, recipient=RoleType.EXECUTION_ENVIRONMENT, content=code)
        self.counters["unknown_tools"] += 1
        return _rejected(call_id, call.name, "A user has no such tool. Write to the agent instead.")

    def _convert_to_standard_exception(self, error: Exception) -> ToolSandboxError:
        return stack.standard_error(error, self.litellm_model, self.settings, self.role_type)


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

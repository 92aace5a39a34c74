"""What every role can do: read the log, check that it is its turn, and write messages."""

from __future__ import annotations

import asyncio
import contextvars
import inspect
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any, ClassVar

from tool_sandbox.common.execution_context import get_current_context
from tool_sandbox.common.message import Message
from tool_sandbox.common.vocabulary import DatabaseNamespace, RoleType
from tool_sandbox.llm.chat import CallTag
from tool_sandbox.llm.workers import Workers

_MOST_THREADS = 256


class BaseRole:
    """A participant of the conversation.

    A role keeps no state between turns: it reads the whole log from the current world and appends its answer to it.
    Write a role by subclassing, setting ``role_type`` and implementing ``respond``; a role whose work is waiting can
    implement ``arespond`` as well.
    """

    role_type: ClassVar[RoleType | None] = None
    tag: CallTag = CallTag()
    """Where in a run this role plays; set by the session before the first turn."""

    @staticmethod
    def get_messages(ending_index: int | None = None) -> list[Message]:
        """The whole log, or all of it up to and including ``ending_index``."""
        return get_current_context().messages(ending_index)

    @staticmethod
    def add_messages(messages: Sequence[Message]) -> None:
        """Append messages to the log."""
        get_current_context().add_rows(DatabaseNamespace.SANDBOX, [message.to_row() for message in messages])

    @classmethod
    def messages_validation(cls, messages: Sequence[Message]) -> None:
        """Check that it is this role's turn.

        Raises:
            KeyError: The last message goes to someone else.
            IndexError: There is no message.
        """
        if messages[-1].recipient != cls.role_type:
            message = f"The last message goes to {messages[-1].recipient}, so {cls.role_type} cannot respond to it."
            raise KeyError(message)

    @classmethod
    def filter_messages(cls, messages: Sequence[Message]) -> list[Message]:
        """The messages this role may see."""
        return [message for message in messages if cls.role_type in (message.visible_to or ())]

    @classmethod
    def get_available_tools(cls) -> dict[str, Callable[..., Any]]:
        """The tools this role may call, by the names under which it sees them."""
        tools = get_current_context().get_available_tools(scrambling_allowed=cls.role_type == RoleType.AGENT)
        return {name: tool for name, tool in tools.items() if cls.role_type in _audience(tool)}

    def respond(self, ending_index: int | None = None) -> None:
        """Read the log and append this role's answer.

        Args:
            ending_index: Answer the message with this index instead of the last one.

        Raises:
            KeyError: It is not this role's turn.
        """
        message = f"{type(self).__name__} must implement respond()."
        raise NotImplementedError(message)

    async def arespond(self, ending_index: int | None = None) -> None:
        """``respond`` without blocking the event loop; by default in a thread."""
        context = contextvars.copy_context()

        def respond() -> Any:
            try:
                return context.run(self.respond, ending_index)
            except StopIteration as error:  # no future can hold one
                message = f"{type(self).__name__}.respond() raised StopIteration"
                raise RuntimeError(message) from error

        work = _threads().submit(respond)
        try:
            answer = await asyncio.wrap_future(work)
        except asyncio.CancelledError:
            if not work.done():
                _threads().write_off()
            raise
        if inspect.isawaitable(answer):  # written as a coroutine function
            await answer

    def reset(self) -> None:
        """Forget everything; roles without state have nothing to forget."""

    def teardown(self) -> None:
        """Release what the role holds; called once when its conversation is over."""


def _audience(tool: Callable[..., Any]) -> Sequence[RoleType]:
    audience: Sequence[RoleType] = getattr(tool, "visible_to", (RoleType.AGENT,))
    return audience


@lru_cache(maxsize=1)
def _threads() -> Workers:
    # Not the event loop's own pool: slow tools there would hold up every model call (LiteLLM works in that pool).
    return Workers(_MOST_THREADS, "tool_sandbox-role")

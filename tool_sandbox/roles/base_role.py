"""What every role can do: read the log, check that it is its turn, and write messages."""

from __future__ import annotations

import asyncio
import contextvars
import inspect
from collections import Counter
from collections.abc import Callable, Sequence
from functools import cached_property, lru_cache
from typing import Any, ClassVar, ParamSpec, TypeVar

from tool_sandbox.common.execution_context import get_current_context
from tool_sandbox.common.message import Message
from tool_sandbox.common.vocabulary import DatabaseNamespace, RoleType
from tool_sandbox.llm.chat import CallTag
from tool_sandbox.llm.layers.tally import Tally
from tool_sandbox.threads import DaemonThreads

Params = ParamSpec("Params")
Result = TypeVar("Result")

_MOST_THREADS = 256
_ONLY_THE_AGENT = (RoleType.AGENT,)


class BaseRole:
    """A participant of the conversation.

    A role keeps no state between turns: it reads the whole log from the current world and appends its answer to it.
    Write a role by subclassing, setting ``role_type`` and implementing ``respond``; a role whose work is waiting can
    implement ``arespond`` as well.
    """

    role_type: ClassVar[RoleType | None] = None
    """Whom roles of this class play."""
    tag: CallTag = CallTag()
    """Where in a run this role plays; set by the session before the first turn."""

    @cached_property
    def tally(self) -> Tally:
        """What its calls of models came to, and who answered; ``tool_sandbox.llm.layers.tally.Tallied`` counts them.

        Nothing is counted for a role that asks no model.
        """
        return Tally()

    @cached_property
    def counters(self) -> Counter[str]:
        """What else it counts, by name, such as the mistakes of its model."""
        return Counter()

    @staticmethod
    def get_messages(ending_index: int | None = None) -> list[Message]:
        """The whole log, or all of it up to and including ``ending_index``."""
        return get_current_context().messages(ending_index)

    @staticmethod
    def add_messages(messages: Sequence[Message]) -> None:
        """Append messages to the log of the current world."""
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
        role = cls.role_type
        return {name: tool for name, tool in tools.items() if role in getattr(tool, "visible_to", _ONLY_THE_AGENT)}

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
        """``respond`` without blocking the event loop; by default it calls ``respond`` in a thread."""
        answer: Any = await in_thread(self.respond, ending_index)
        if inspect.isawaitable(answer):  # written as a coroutine function
            await answer

    def reset(self) -> None:
        """Forget everything; roles without state have nothing to forget."""

    def teardown(self) -> None:
        """Release what the role holds; called once when its conversation is over."""


async def in_thread(work: Callable[Params, Result], *args: Params.args, **kwargs: Params.kwargs) -> Result:
    """Call what a role does that blocks, in a copy of this context.

    Not in the event loop's own pool: slow tools there would hold up every model call (LiteLLM works in that pool).
    """
    context = contextvars.copy_context()

    def run() -> Result:
        try:
            return context.run(work, *args, **kwargs)
        except StopIteration as error:  # no future can hold one
            message = f"{getattr(work, '__qualname__', work)}() raised StopIteration"
            raise RuntimeError(message) from error

    future = _threads().submit(run)
    try:
        return await asyncio.wrap_future(future)
    except asyncio.CancelledError:
        if not future.done():
            _threads().write_off()
        raise


@lru_cache(maxsize=1)
def _threads() -> DaemonThreads:
    return DaemonThreads(_MOST_THREADS, "tool_sandbox-role")

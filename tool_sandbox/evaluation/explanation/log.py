"""The played conversation, read for people: calls as a person writes them, errors, and how it ended."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any

from attrs import frozen

from tool_sandbox.common.call_text import call_text, one_line, quoted, real_tool, request_text
from tool_sandbox.common.transcript import is_few_shot, trouble_at
from tool_sandbox.common.vocabulary import RoleType
from tool_sandbox.common.world.schemas import INDEX_COLUMN, Row
from tool_sandbox.evaluation.comparing.columns import decoded_trace

if TYPE_CHECKING:
    from tool_sandbox.common.execution_context import ExecutionContext


@frozen
class Call:
    """A call that a tool answered."""

    message: int
    tool: str
    arguments: Mapping[str, Any]
    result: Any

    def __str__(self) -> str:
        return call_text(self.tool, self.arguments)


@frozen
class FailedCall:
    """A call that ended in an error."""

    message: int
    tool: str
    error: str
    shown: str
    """The call as a person writes it."""


@frozen(slots=False)
class Log:
    """The messages of one played world.

    Args:
        world: The world after the last message.
    """

    world: ExecutionContext

    @cached_property
    def rows(self) -> list[Row]:
        """The messages from the user's first on."""
        return [row for row in self.world.log() if row[INDEX_COLUMN] >= self.world.first_user_sandbox_message_index]

    @cached_property
    def calls(self) -> list[Call]:
        """What the agent called and got an answer to, in order."""
        return [
            Call(row[INDEX_COLUMN], trace["tool_name"], trace["arguments"], trace.get("result"))
            for row in self.rows
            if row["recipient"] == RoleType.AGENT
            for trace in map(decoded_trace, row["tool_trace"] or ())
        ]

    @cached_property
    def failed(self) -> list[FailedCall]:
        """What the agent called and got an error for, in order."""
        requests = {row["openai_tool_call_id"]: row for row in self._between(RoleType.AGENT, _CONSOLE)}
        return [
            FailedCall(
                row[INDEX_COLUMN],
                real_tool(requests.get(row["openai_tool_call_id"], row)),
                one_line(row["tool_call_exception"]),
                request_text(requests.get(row["openai_tool_call_id"], row)),
            )
            for row in self._between(_CONSOLE, RoleType.AGENT)
            if row["tool_call_exception"]
        ]

    @cached_property
    def opening(self) -> str:
        """What the user says first."""
        return next((row["content"] or "" for row in self._between(RoleType.USER, RoleType.AGENT)), "")

    @cached_property
    def replies(self) -> list[Row]:
        """What the user says to the agent after that."""
        return list(self._between(RoleType.USER, RoleType.AGENT))[1:]

    @cached_property
    def instructions_of_user(self) -> list[Row]:
        """What the simulated user is told about its part, without examples."""
        told = (RoleType.SYSTEM, RoleType.USER)
        return [row for row in self.world.log() if (row["sender"], row["recipient"]) == told and not is_few_shot(row)]

    def heard_by_user(self, before: int) -> str:
        """Everything that the agent said to the user before a message."""
        rows = self._between(RoleType.AGENT, RoleType.USER)
        return "\n".join(row["content"] or "" for row in rows if row[INDEX_COLUMN] < before)

    def shown(self, message: int) -> str:
        """A message as people write it: the calls that were answered, else the words."""
        row = next((row for row in self.rows if row[INDEX_COLUMN] == message), None)
        if row is None:
            return ""
        calls = [str(call) for call in self.calls if call.message == message]
        if calls:
            return ", ".join(calls)
        failed = next((call for call in self.failed if call.message == message), None)
        if failed:
            return f"{failed.shown}: {failed.error}"
        return request_text(row) if row["recipient"] == _CONSOLE else quoted(row["content"] or "")

    def ending(self, most: int) -> str:
        """How it ended.

        Args:
            most: How many messages the scenario allows.
        """
        if not self.rows[-1]["conversation_active"]:
            return "the user ended the conversation"
        if len(self.rows) - 1 >= most:
            return f"the limit of {most} messages was reached"
        return "it stopped before anybody ended it"

    def mistakes(self) -> Counter[str]:
        """What was wrong with the agent's calls, in words, and how often; not what the scenario made fail."""
        own = (call for call in self.failed if call.message not in self.troubles)
        return Counter(f"{call.tool} failed: {call.error}" for call in own)

    @cached_property
    def troubles(self) -> dict[int, str]:
        """Message → what the scenario made go wrong with the call that it answers."""
        found = {row[INDEX_COLUMN]: trouble_at(self.world, row[INDEX_COLUMN]) for row in self.rows}
        return {message: ", ".join(struck) for message, struck in found.items() if struck}

    def _between(self, sender: str, recipient: str) -> Iterator[Row]:
        return (row for row in self.rows if (row["sender"], row["recipient"]) == (sender, recipient))


_CONSOLE = RoleType.EXECUTION_ENVIRONMENT

"""Roles as users of the original write them: subclasses of BaseRole with a ``respond`` of their own, nothing else."""

from __future__ import annotations

from collections.abc import Sequence

from tool_sandbox.common.execution_context import RoleType
from tool_sandbox.common.message_conversion import Message
from tool_sandbox.roles.base_role import BaseRole

Turn = str | tuple[str, ...]
"""What the agent says, or the calls it makes, written as Python."""


class ScriptedAgent(BaseRole):
    """Plays its turns, one after another."""

    role_type = RoleType.AGENT
    model_name = "scripted"

    def __init__(self, turns: Sequence[Turn] = ("Hello",)) -> None:
        super().__init__()
        self.turns = turns
        self.next = 0

    def respond(self, ending_index: int | None = None) -> None:
        messages = self.get_messages(ending_index=ending_index)
        self.messages_validation(messages=messages)
        turn = self.turns[min(self.next, len(self.turns) - 1)]
        self.next += 1
        if isinstance(turn, str):
            self.add_messages([Message(sender=RoleType.AGENT, recipient=RoleType.USER, content=turn)])
            return
        self.add_messages([self._call(code, number) for number, code in enumerate(turn)])

    def _call(self, code: str, number: int) -> Message:
        return Message(
            sender=RoleType.AGENT,
            recipient=RoleType.EXECUTION_ENVIRONMENT,
            content=f"answer_{number} = {code}\nprint(repr(answer_{number}))",
            openai_tool_call_id=f"answer_{number}",
            openai_function_name=code.partition("(")[0],
        )


class EndingUser(BaseRole):
    """Ends the conversation as soon as the agent has said something."""

    role_type = RoleType.USER
    model_name = "ending"

    def respond(self, ending_index: int | None = None) -> None:
        self.messages_validation(messages=self.get_messages(ending_index=ending_index))
        end = Message(sender=RoleType.USER, recipient=RoleType.EXECUTION_ENVIRONMENT, content="end_conversation()")
        self.add_messages([end])

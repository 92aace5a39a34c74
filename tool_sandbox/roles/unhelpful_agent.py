"""An agent that refuses everything: the score of doing nothing."""

from __future__ import annotations

from typing import ClassVar

from tool_sandbox.common.message import Message
from tool_sandbox.common.vocabulary import RoleType
from tool_sandbox.roles.base_role import BaseRole

REFUSAL = "I'm sorry, I am not able to help with that."


class UnhelpfulAgent(BaseRole):
    """Answers every message with the same refusal."""

    role_type: ClassVar[RoleType] = RoleType.AGENT

    def respond(self, ending_index: int | None = None) -> None:  # noqa: ARG002 -- the answer never depends on the log
        """Refuse."""
        self.add_messages([Message(sender=RoleType.AGENT, recipient=RoleType.USER, content=REFUSAL)])

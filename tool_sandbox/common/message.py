"""One message between two roles."""

from __future__ import annotations

from typing import Any

from attrs import field, fields, frozen

from tool_sandbox.common.vocabulary import RoleType

_ROLES = {str(role): role for role in RoleType}


def _role(name: Any) -> RoleType:
    try:
        return _ROLES[name]  # in a quarter of the time that the call of an enum takes
    except (KeyError, TypeError):
        return RoleType(name)


@frozen
class Message:
    """One entry of the log.

    Args:
        sender: Who wrote it.
        recipient: Who must act next.
        content: Text, or Python source when the recipient is the execution environment.
        conversation_active: Whether the conversation goes on; ``None`` keeps what it was.
        openai_tool_call_id: The provider's id, on tool calls and their results.
        openai_function_name: The agent-facing tool name, on tool calls and their results.
        tool_call_exception: Last line of the error when execution failed.
        tool_trace: JSON texts of the tool calls that ran.
        visible_to: Who may see it; by default sender and recipient.
    """

    sender: RoleType = field(converter=_role)
    recipient: RoleType = field(converter=_role)
    content: str
    conversation_active: bool | None = None
    openai_tool_call_id: str | None = None
    openai_function_name: str | None = None
    tool_call_exception: str | None = None
    tool_trace: list[str] | None = None
    visible_to: list[RoleType] | None = None

    def __attrs_post_init__(self) -> None:
        if self.visible_to is None:
            object.__setattr__(self, "visible_to", [self.sender, self.recipient])

    def to_row(self) -> dict[str, Any]:
        """The message as a row of the log."""
        return {name: getattr(self, name) for name in _COLUMNS}


_COLUMNS = tuple(each.name for each in fields(Message))

"""What the simulated user can do."""

from tool_sandbox.common.execution_context import get_current_context
from tool_sandbox.common.tool import register_as_tool
from tool_sandbox.common.vocabulary import DatabaseNamespace, RoleType


@register_as_tool(visible_to=(RoleType.USER,))
def end_conversation() -> None:
    """Finish the conversation. Call this when the task is done, or when it has become clear that it cannot be done.

    Returns:
        Nothing.
    """
    context = get_current_context()
    last = context.last_message_row()
    if not last["conversation_active"]:
        message = "The conversation has already ended."
        raise ValueError(message)
    row = {column: cell for column, cell in last.items() if column != "sandbox_message_index"}
    context.replace_rows(DatabaseNamespace.SANDBOX, [{**row, "conversation_active": False}])

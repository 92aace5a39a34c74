"""A tool module of a user's own."""

from tool_sandbox.common.execution_context import DatabaseNamespace, RoleType, get_current_context
from tool_sandbox.common.utils import register_as_tool
from tool_sandbox.common.validators import typechecked


@register_as_tool(visible_to=(RoleType.AGENT,))
@typechecked
def count_contacts(relationship: str) -> int:
    """Count contacts.

    Args:
        relationship: Which ones.

    Returns:
        How many there are.
    """
    contacts = get_current_context().get_database(DatabaseNamespace.CONTACT)
    return int((contacts["relationship"] == relationship).sum())

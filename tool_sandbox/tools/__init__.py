"""The tools of the simulated phone. What is a member of this package and a tool is offered to the roles."""

from tool_sandbox.tools import (
    contact,
    messaging,
    rapid_api_search_tools,
    reminder,
    setting,
    user_tools,
    utilities,
)

__all__ = [
    "contact",
    "messaging",
    "rapid_api_search_tools",
    "reminder",
    "setting",
    "user_tools",
    "utilities",
]

"""Old import path of ``tool_sandbox.roles.human``."""

from tool_sandbox.roles.human import CliAgent, CliRole, CliUser, InteractiveMessage, user_tool_call_to_python_code

__all__ = ["CliAgent", "CliRole", "CliUser", "InteractiveMessage", "user_tool_call_to_python_code"]

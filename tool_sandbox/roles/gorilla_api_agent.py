"""The original's Gorilla agent, where existing code imports it from; see ``roles.legacy``."""

from tool_sandbox.roles.legacy import GorillaAPIAgent

__all__ = ["GorillaAPIAgent"]

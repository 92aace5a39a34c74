"""The original's Hermes agent, where existing code imports it from; see ``roles.legacy``."""

from tool_sandbox.roles.legacy import HermesAPIAgent

__all__ = ["HermesAPIAgent"]

"""The original's Cohere agent, where existing code imports it from; see ``roles.legacy``."""

from tool_sandbox.roles.legacy import CohereAgent, to_cohere_tool

__all__ = ["CohereAgent", "to_cohere_tool"]

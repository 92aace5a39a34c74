"""The original's Cohere agent, where existing code imports it from; see ``roles.legacy``."""

from tool_sandbox.roles.foreign_schemas import to_cohere_tool
from tool_sandbox.roles.legacy import CohereAgent

__all__ = ["CohereAgent", "to_cohere_tool"]

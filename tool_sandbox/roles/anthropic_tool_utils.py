"""The original's schema conversion for Anthropic, where existing code imports it from."""

from tool_sandbox.roles.foreign_schemas import convert_to_anthropic_tool

__all__ = ["convert_to_anthropic_tool"]

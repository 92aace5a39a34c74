"""The original's Gemini agent, where existing code imports it from; see ``roles.legacy``."""

from tool_sandbox.roles.legacy import GeminiAgent

__all__ = ["GeminiAgent"]

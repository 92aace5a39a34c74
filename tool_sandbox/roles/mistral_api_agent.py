"""The original's Mistral agents, where existing code imports them from; see ``roles.legacy``."""

from tool_sandbox.roles.legacy import MistralAgent, MistralOpenAIServerAgent

__all__ = ["MistralAgent", "MistralOpenAIServerAgent"]

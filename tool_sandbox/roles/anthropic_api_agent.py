"""The original's Anthropic agents, where existing code imports them from; see ``roles.legacy``."""

from tool_sandbox.roles.legacy import AnthropicAPIAgent, ClaudeHaikuAgent, ClaudeOpusAgent, ClaudeSonnetAgent

__all__ = ["AnthropicAPIAgent", "ClaudeHaikuAgent", "ClaudeOpusAgent", "ClaudeSonnetAgent"]

"""The original rendered Mistral's prompts here; servers do that today, so that nothing is left but the agents."""

from tool_sandbox.roles.legacy import MistralAgent, MistralOpenAIServerAgent

__all__ = ["MistralAgent", "MistralOpenAIServerAgent"]

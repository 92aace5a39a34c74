"""The original's OpenAI agents, where existing code imports them from; see ``roles.legacy``."""

from tool_sandbox.roles.legacy import (
    GPT_3_5_0125_Agent,
    GPT_4_0125_Agent,
    GPT_4_o_2024_05_13_Agent,
    OpenAIAPIAgent,
)

__all__ = ["GPT_3_5_0125_Agent", "GPT_4_0125_Agent", "GPT_4_o_2024_05_13_Agent", "OpenAIAPIAgent"]

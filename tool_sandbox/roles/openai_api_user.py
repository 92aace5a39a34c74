"""The original's simulated users, where existing code imports them from; see ``roles.legacy``."""

from tool_sandbox.roles.legacy import (
    GPT_3_5_0125_User,
    GPT_4_0125_User,
    GPT_4_o_2024_05_13_User,
    OpenAIAPIUser,
)

__all__ = ["GPT_3_5_0125_User", "GPT_4_0125_User", "GPT_4_o_2024_05_13_User", "OpenAIAPIUser"]

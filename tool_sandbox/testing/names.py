"""What users write: the options, the mark and the fixtures, by name. pytest imports it at every start."""

MARK = "tool_sandbox"
RESULT, RUN = "tool_sandbox_result", "tool_sandbox_run"
"""The fixtures that a marked function may ask for."""
SCENARIOS = "--tool-sandbox"

OPTIONS = {
    "agent": ("NAME", "who is tested: file.py:Name, module:Name, a LiteLLM model string, oracle, nop, …"),
    "user": ("NAME", "who plays the user, named like the agent"),
    "trials": ("K", "how often every scenario is played (1)"),
    "min_score": ("SCORE", "mean score over the trials from which a scenario passes (1)"),
    "tools_from": ("PATH", "tools of your own, beside the bundled ones; may be repeated"),
    "config": ("run.yaml", "further settings, as after tool_sandbox run --config"),
    "output": ("DIR", "where run directories are made (runs)"),
}
"""What can be set, how its value is called, what it means; in pytest's ini file with ``tool_sandbox_`` before it."""
SEVERAL = ("tools_from",)
SHORT = ("agent", "user", "trials", "min_score", "tools_from")
"""Also understood without ``tool-sandbox-`` before them, where scenarios are given and nobody else has the name."""

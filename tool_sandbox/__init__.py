"""Find out how well a language model uses tools, in a stateful, conversational world.

What is listed here is loaded when it is first used; importing the package costs nothing and does nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tool_sandbox import errors
    from tool_sandbox.api import aplay, arun, compare, load_scenarios, play, resume, run
    from tool_sandbox.common.scenario import Scenario
    from tool_sandbox.common.tool import register_as_tool
    from tool_sandbox.common.vocabulary import RoleType
    from tool_sandbox.llm.config import LiteLLMConfig
    from tool_sandbox.roles.base_role import BaseRole
    from tool_sandbox.roles.litellm_agent import LiteLLMAgent, LiteLLMAgentWithRouter
    from tool_sandbox.runs.outcomes import SampleResult
    from tool_sandbox.runs.run_result import RunResult, open_run
    from tool_sandbox.runs.stored_sample import StoredSample

__version__ = "1.0.0.dev0"

__all__ = [
    "BaseRole",
    "LiteLLMAgent",
    "LiteLLMAgentWithRouter",
    "LiteLLMConfig",
    "RoleType",
    "RunResult",
    "SampleResult",
    "Scenario",
    "StoredSample",
    "aplay",
    "arun",
    "compare",
    "errors",
    "load_scenarios",
    "open_run",
    "play",
    "register_as_tool",
    "resume",
    "run",
]

_HOMES = {
    **{name: ("api", name) for name in ("aplay", "arun", "compare", "load_scenarios", "play", "resume", "run")},
    **{name: ("roles.litellm_agent", name) for name in ("LiteLLMAgent", "LiteLLMAgentWithRouter")},
    "BaseRole": ("roles.base_role", "BaseRole"),
    "LiteLLMConfig": ("llm.config", "LiteLLMConfig"),
    "RoleType": ("common.vocabulary", "RoleType"),
    **{name: ("runs.run_result", name) for name in ("RunResult", "open_run")},
    "SampleResult": ("runs.outcomes", "SampleResult"),
    "Scenario": ("common.scenario", "Scenario"),
    "StoredSample": ("runs.stored_sample", "StoredSample"),
    "register_as_tool": ("common.tool", "register_as_tool"),
}


def __getattr__(name: str) -> Any:
    if name == "errors":
        return import_module(f"{__name__}.errors")
    if name in _HOMES:
        module, attribute = _HOMES[name]
        return getattr(import_module(f"{__name__}.{module}"), attribute)
    message = f"module {__name__!r} has no attribute {name!r}"
    raise AttributeError(message)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})

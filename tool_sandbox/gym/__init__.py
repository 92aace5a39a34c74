"""Conversations with tools as a reinforcement-learning environment, with the methods that Gymnasium names.

::

    environment   ToolSandboxEnv: reset, step, close
    samples       where its episodes are played: in this process, or by a run that is served
    registered    the same as one of Gymnasium's environments, where that is installed

Gymnasium itself is not needed. Names are loaded when they are first used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tool_sandbox.gym.environment import ToolSandboxEnv
    from tool_sandbox.gym.registered import register
    from tool_sandbox.gym.samples import LocalSamples, Samples, ServedSamples

__all__ = ["LocalSamples", "Samples", "ServedSamples", "ToolSandboxEnv", "register"]

_MODULES = {"ToolSandboxEnv": "environment", "register": "registered"}


def __getattr__(name: str) -> Any:
    if name not in __all__:
        message = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(message)
    return getattr(import_module(f"{__name__}.{_MODULES.get(name, 'samples')}"), name)

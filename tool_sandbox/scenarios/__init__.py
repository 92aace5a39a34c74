"""Scenarios: the bundled ones, and loading your own.

``named_scenarios`` gives every bundled scenario in all eight presentations of its tools, ``bundled_suite`` the same
made on demand, ``load_from`` a user's own files, ``select`` those with certain names, tags and categories.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tool_sandbox.common.scenario import Scenario
    from tool_sandbox.common.tool_discovery import ToolBackend
    from tool_sandbox.scenarios.suite import Suite

__all__ = ["bundled_suite", "load_from", "named_scenarios"]


def named_scenarios(preferred_tool_backend: ToolBackend) -> dict[str, Scenario]:
    """Every bundled scenario by name: first the plain ones, then seven presentations of each.

    Args:
        preferred_tool_backend: Which implementation of a tool wins when several have one name.
    """
    return dict(bundled_suite(preferred_tool_backend))


def bundled_suite(preferred_tool_backend: ToolBackend, world_seed: int = 0) -> Suite:
    """``named_scenarios``, of which each is made when it is asked for, in the world of a seed."""
    from tool_sandbox.scenarios.groups import all_named
    from tool_sandbox.scenarios.presentations import presentations

    return presentations(all_named(preferred_tool_backend, world_seed), preferred_tool_backend)


def load_from(
    source: str | Path, preferred_tool_backend: ToolBackend | None = None, world_seed: int = 0
) -> dict[str, Scenario]:
    """A user's own scenarios by name, in all eight presentations.

    Args:
        source: A YAML file, a folder of YAML files, a Python file, a folder laid out like a package of scenario
            modules, or the dotted name of a module.
        preferred_tool_backend: As for ``named_scenarios``.
        world_seed: Which of their many worlds they are in; 0 is the one that the files describe.

    Raises:
        ScenarioError: There is nothing at ``source``, or it cannot be loaded as it is.
    """
    from tool_sandbox.scenarios.sources import load

    return load(source, preferred_tool_backend, world_seed)

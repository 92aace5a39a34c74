"""Scenarios: the bundled ones, and loading your own.

``named_scenarios`` gives the bundled scenarios that a run plays by default, in eight presentations of their tools,
``bundled_suite`` all there are, made on demand, ``load_from`` a user's own files, ``select`` those with certain names,
tags and categories.
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
    """The bundled scenarios of the default by name: first the plain ones, then seven presentations of each.

    Args:
        preferred_tool_backend: Which implementation of a tool wins when several have one name.
    """
    from tool_sandbox.scenarios.presentations import by_default

    return by_default(bundled_suite(preferred_tool_backend))


def bundled_suite(preferred_tool_backend: ToolBackend, world_seed: int = 0) -> Suite:
    """Every bundled scenario in all nine presentations, each of them made when it is asked for.

    Args:
        preferred_tool_backend: As for ``named_scenarios``.
        world_seed: Which of their many worlds they are in; 0 is the one that the files describe.
    """
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
    from tool_sandbox.scenarios.presentations import by_default
    from tool_sandbox.scenarios.sources import load

    return by_default(load(source, preferred_tool_backend, world_seed))

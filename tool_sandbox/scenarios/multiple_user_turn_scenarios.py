"""Scenarios in which the user gives things away over several messages."""

from __future__ import annotations

from tool_sandbox.common.scenario import Scenario, ScenarioExtension
from tool_sandbox.common.tool_discovery import ToolBackend
from tool_sandbox.scenarios.groups import Group, extensions, named


def get_extensions(base_scenarios: dict[str, Scenario]) -> list[ScenarioExtension]:
    """What each of these scenarios adds to its base scenario."""
    return extensions(Group.MULTIPLE_USER_TURN, base_scenarios)


def named_multiple_user_turn_scenarios(preferred_tool_backend: ToolBackend) -> dict[str, Scenario]:
    """These scenarios by name, freshly built, each with just the tools it needs."""
    return named(Group.MULTIPLE_USER_TURN, preferred_tool_backend)

"""Scenarios that one tool call solves."""

from __future__ import annotations

from tool_sandbox.common.scenario import Scenario, ScenarioExtension
from tool_sandbox.common.tool_discovery import ToolBackend
from tool_sandbox.scenarios.groups import Group, extensions, named


def get_extensions(base_scenarios: dict[str, Scenario]) -> list[ScenarioExtension]:
    """What each of these scenarios adds to its base scenario."""
    return extensions(Group.SINGLE_TOOL_CALL, base_scenarios)


def named_single_tool_call_scenarios(preferred_tool_backend: ToolBackend) -> dict[str, Scenario]:
    """These scenarios by name, freshly built, each with just the tools it needs."""
    return named(Group.SINGLE_TOOL_CALL, preferred_tool_backend)

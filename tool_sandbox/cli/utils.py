"""What the original kept in ``cli.utils``: finding scenarios, playing one, counting by category."""

from __future__ import annotations

import traceback
from collections import Counter, defaultdict
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from attrs import asdict

from tool_sandbox.cli.legacy import TEST_SCENARIO_NAMES
from tool_sandbox.common.tool_discovery import ToolBackend
from tool_sandbox.common.vocabulary import RoleType, ScenarioCategories
from tool_sandbox.redaction import redact_text
from tool_sandbox.registry.catalogue import (
    AGENT_TYPE_TO_FACTORY,
    USER_TYPE_TO_FACTORY,
    RoleImplType,
    create_litellm_agent,
    create_router_agent,
)
from tool_sandbox.runs.summary import ALL_CATEGORIES, categories_counted

if TYPE_CHECKING:
    from tool_sandbox.common.scenario import Scenario

__all__ = [
    "AGENT_TYPE_TO_FACTORY",
    "TEST_SCENARIO_NAMES",
    "USER_TYPE_TO_FACTORY",
    "RoleImplType",
    "create_litellm_agent",
    "create_router_agent",
    "get_category_summary",
    "get_category_to_scenario_count",
    "get_necessary_tool_name_to_scenario_count",
    "resolve_scenarios",
    "run_scenario",
]


def resolve_scenarios(
    desired_scenario_names: list[str] | None, preferred_tool_backend: ToolBackend
) -> dict[str, Scenario]:
    """The scenarios with these names, in load order.

    Args:
        desired_scenario_names: ``None`` for all; an empty list for none. A name given twice counts once.
        preferred_tool_backend: Which variant of a tool wins.

    Raises:
        KeyError: Some of the names do not exist.
    """
    from tool_sandbox.scenarios import named_scenarios

    scenarios = named_scenarios(preferred_tool_backend)
    if desired_scenario_names is None:
        return scenarios
    missing = sorted(set(desired_scenario_names) - set(scenarios))
    if missing:
        message = f"These desired scenarios do not exist: {missing}"
        raise KeyError(message)
    return {name: scenario for name, scenario in scenarios.items() if name in desired_scenario_names}


def run_scenario(
    name_and_scenario: tuple[str, Scenario],
    *,
    agent_type: RoleImplType,
    user_type: RoleImplType,
    output_directory: Path,
) -> dict[str, Any]:
    """Play one scenario and write its trajectory; whatever fails is scored 0, as the original does.

    ``tool_sandbox run`` tells failures of a provider from failures of the agent; this function does not.
    """
    from tool_sandbox.roles.execution_environment import ExecutionEnvironment

    name, scenario = name_and_scenario
    roles: dict[RoleType, Any] = {
        RoleType.USER: USER_TYPE_TO_FACTORY[user_type](),
        RoleType.EXECUTION_ENVIRONMENT: ExecutionEnvironment(),
        RoleType.AGENT: AGENT_TYPE_TO_FACTORY[agent_type](),
    }
    Path(output_directory).mkdir(parents=True, exist_ok=True)
    result = {"name": name, "categories": scenario.categories, **_UNPLAYED}
    try:
        evaluation = scenario.play_and_evaluate(roles, Path(output_directory), name).evaluation_result
    except Exception as error:  # noqa: BLE001 -- the original's contract: any failure is a result
        return result | {
            "traceback": redact_text("".join(traceback.format_exception(error))),
            "exception_type": type(error).__name__,
            "turn_count": scenario.max_messages,
        }
    finally:
        for role in roles.values():
            role.teardown()
    found = asdict(evaluation, recurse=False)
    return {name: found.get(name, value) for name, value in result.items()}


_UNPLAYED: Mapping[str, Any] = {
    "traceback": None,
    "exception_type": None,
    "milestone_similarity": 0,
    "minefield_similarity": 0,
    "similarity": 0,
    "turn_count": 0,
    "milestone_mapping": {},
    "minefield_mapping": {},
}


def get_category_summary(result_summary: list[dict[str, Any]]) -> dict[str, dict[str, list[float]]]:
    """The similarities and turn counts of every category, scenario by scenario.

    Args:
        result_summary: What ``run_scenario`` returned for each scenario.
    """
    summary: dict[str, dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
    for result in result_summary:
        for category in [*categories_counted(result["categories"]), ALL_CATEGORIES]:
            summary[category]["similarity"].append(result["similarity"])
            summary[category]["turn_count"].append(result["turn_count"])
    return {category: dict(columns) for category, columns in summary.items()}


def get_category_to_scenario_count(name_to_scenario: Mapping[str, Scenario]) -> Counter[str]:
    """How many scenarios count for each category."""
    counts: Counter[str] = Counter()
    for scenario in name_to_scenario.values():
        counts.update([*categories_counted(scenario.categories), ALL_CATEGORIES])
    return counts


def get_necessary_tool_name_to_scenario_count(name_to_scenario: Mapping[str, Scenario]) -> Counter[str]:
    """How many scenarios need each tool; every tool is there, also those nobody needs.

    Needs are known from the variants without distraction tools; each stands for as many scenarios as there are
    different ways of presenting the tools in the selection.
    """
    from tool_sandbox.common.tool_discovery import get_all_tools

    counts: Counter[str] = Counter(dict.fromkeys(get_all_tools(ToolBackend.DEFAULT), 0))
    presentations = {str(category) for scenario in name_to_scenario.values() for category in scenario.categories}
    for scenario in name_to_scenario.values():
        if ScenarioCategories.NO_DISTRACTION_TOOLS in scenario.categories:
            counts.update(scenario.starting_context.tool_allow_list or ())
    variants = len(presentations & _PRESENTATIONS)
    return Counter({name: count * variants for name, count in counts.items()})


_PRESENTATIONS = frozenset(
    str(category)
    for category in ScenarioCategories
    if str(category).endswith(("_DISTRACTION_TOOLS", "_SCRAMBLED"))
    or category == ScenarioCategories.ALL_TOOLS_AVAILABLE
)

"""A scenario package as users of the original have them: laid out the same, importing itself under the same path."""

from tool_sandbox.common.scenario import Scenario
from tool_sandbox.common.tool_discovery import ToolBackend, rank_tools_by_similarity
from tool_sandbox.scenarios.errands import named_errand_scenarios


def named_scenarios(preferred_tool_backend: ToolBackend) -> dict[str, Scenario]:
    import copy

    import tool_sandbox.tools

    scenarios = named_errand_scenarios(preferred_tool_backend)
    for name, scenario in list(scenarios.items()):
        ranked = rank_tools_by_similarity(
            scenario.starting_context.tool_allow_list, tool_sandbox.tools, preferred_tool_backend
        )
        wider = copy.deepcopy(scenario)
        assert wider.starting_context.tool_allow_list is not None
        wider.starting_context.tool_allow_list.extend(ranked[:3])
        scenarios[f"{name}_wider"] = wider
    return scenarios

"""Scenarios for an assistant: which there are, and everything about one."""

from __future__ import annotations

from typing import Any

from attrs import asdict, evolve, frozen

from tool_sandbox.cli.assistant.answer import Answer
from tool_sandbox.cli.description import Description
from tool_sandbox.cli.inspect import scenario_named
from tool_sandbox.cli.scenarios import ScenarioSummary
from tool_sandbox.common.checks import whole
from tool_sandbox.registry.settings import RunSettings
from tool_sandbox.registry.sources import load_scenarios

_SHOWN = ("name", "description", "categories", "tags", "tools", "calls", "world", "max_messages")


@frozen
class ScenarioTools:
    """Tools about scenarios.

    Args:
        settings: Where scenarios and tools come from.
    """

    settings: RunSettings

    def list_scenarios(
        self,
        scenarios: list[str] | None = None,
        tags: list[str] | None = None,
        exclude: list[str] | None = None,
        presentations: list[str] | None = None,
        first: int = 0,
        count: int = 40,
    ) -> Answer:
        """List scenarios: name, what the user wants, [categories], (tags).

        Args:
            scenarios: Only these names or globs, such as *reminder*.
            tags: Only with one of these tags or categories, or for which "smoke and not slow" or the like holds.
            exclude: Without these names or globs.
            presentations: Only these presentations of the tools; plain by default, all for every one.
            first: How many to leave out at the beginning.
            count: How many to show at most.
        """
        whole(1).check("count", count)
        whole(0).check("first", first)
        chosen = evolve(
            self.settings,
            scenarios=tuple(scenarios or ()),
            tags=tuple(tags or ()),
            exclude=tuple(exclude or ()),
            presentations=tuple(presentations or ("plain",)),
        )
        found = load_scenarios(chosen)
        names = list(found)[first : first + count]
        summaries = [ScenarioSummary.of(name, found[name]) for name in names]
        lines = [_line(each) for each in summaries]
        closing = f"{len(names)} of {len(found)} scenarios, from number {first} on."
        records = [{key: value for key, value in asdict(each).items() if key in _SHOWN} for each in summaries]
        return Answer.of([*lines, closing], {"scenarios": records, "total": len(found)})

    def show_scenario(self, name: str, with_schemas: bool = False) -> Answer:
        """Show one scenario: what the user knows and says, the world, the tools, what is judged, and the solution.

        Args:
            name: Its name, from list_scenarios.
            with_schemas: Show the tools as the model under test is shown them, in JSON.
        """
        scenario = scenario_named(name, self.settings)
        record: dict[str, Any] = asdict(ScenarioSummary.of(name, scenario))
        return Answer.of(Description(name, scenario, with_schemas).lines(), record)


def _line(summary: ScenarioSummary) -> str:
    tags = f" ({' '.join(summary.tags)})" if summary.tags else ""
    return f"{summary.name}: {summary.description} [{' '.join(summary.categories)}]{tags}"

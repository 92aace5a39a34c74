"""The scenarios there are: what their users want, what they test, and how many there are of each kind."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from attrs import asdict, frozen

from tool_sandbox.cli.columns import Column, print_table
from tool_sandbox.cli.listing import print_json, print_lines
from tool_sandbox.cli.live.loading import Loading
from tool_sandbox.cli.tables import stdout_console
from tool_sandbox.common.counted import counted
from tool_sandbox.common.script import ToolStep
from tool_sandbox.common.tool_discovery import domain_of
from tool_sandbox.common.vocabulary import RoleType
from tool_sandbox.registry.packs import packs
from tool_sandbox.registry.sources import load_scenarios
from tool_sandbox.runs.floors import user_words
from tool_sandbox.scenarios.library import DATA
from tool_sandbox.scenarios.presentations import base_name, presentation_of

if TYPE_CHECKING:
    from tool_sandbox.common.scenario import Scenario
    from tool_sandbox.registry.settings import RunSettings

_COLUMNS = (
    Column("scenario"),
    Column("what the user wants", is_prose=True),
    Column("categories", is_prose=True, left_out=2),
    Column("tags", left_out=1),
)
_INSTALLED = "Installed packs, which '--scenarios-from NAME' takes"
_CHOOSE = (
    "'tool_sandbox list --presentations plain' lists each once, '--tag CATEGORY' those of a category, "
    "and \"-s '*'\" all there are, also outside the suite"
)


_OF_THE_ORIGINAL: Mapping[str, tuple[int | None, int]] = {
    "SINGLE_TOOL_CALL": (19, 152),
    "MULTIPLE_TOOL_CALL": (82, 656),
    "SINGLE_USER_TURN": (73, 584),
    "MULTIPLE_USER_TURN": (28, 224),
    "STATE_DEPENDENCY": (24, 192),
    "CANONICALIZATION": (59, 472),
    "INSUFFICIENT_INFORMATION": (28, 224),
    "COREFERENCE": (0, 0),
    "DISAMBIGUATION": (0, 0),
    "NO_DISTRACTION_TOOLS": (None, 129),
    "THREE_DISTRACTION_TOOLS": (None, 645),
    "TEN_DISTRACTION_TOOLS": (None, 129),
    "ALL_TOOLS_AVAILABLE": (None, 129),
    "TOOL_NAME_SCRAMBLED": (None, 129),
    "TOOL_DESCRIPTION_SCRAMBLED": (None, 129),
    "ARG_DESCRIPTION_SCRAMBLED": (None, 129),
    "ARG_TYPE_SCRAMBLED": (None, 129),
    "ARG_NAME_SCRAMBLED": (None, 0),
}
"""Category → base scenarios of the original that have it, unless it is a presentation, and scenarios with it."""


@frozen(kw_only=True)
class ScenarioSummary:
    """A scenario as a list shows it."""

    name: str
    base: str
    """Its name without the presentation."""
    presentation: str
    """How its tools are presented: ``plain`` and so on."""
    description: str
    """What the author says about it, else the first thing that the user says."""
    categories: tuple[str, ...]
    tags: tuple[str, ...]
    domains: tuple[str, ...]
    """What it is about: of a bundled one its file, of others the modules whose tools it needs."""
    tools: tuple[str, ...]
    """The tools on offer to the agent."""
    calls: tuple[str, ...]
    """The tools that its solution calls, each as often as it does; empty without a solution."""
    world: str | None
    """The world that it starts in; ``None`` for one made in Python."""
    max_messages: int
    source: str | None
    """File and line, or module."""
    is_bundled: bool
    """Whether it comes with the package."""

    @classmethod
    def of(cls, name: str, scenario: Scenario) -> ScenarioSummary:
        """What a list shows of a scenario.

        Args:
            name: Under which it is known.
            scenario: The scenario itself.
        """
        offered, calls = offered_to_agent(scenario), calls_of(scenario)
        needed = [offered[tool] for tool in calls or offered if tool in offered]
        return cls(
            name=name,
            base=base_name(name),
            presentation=presentation_of(name).name,
            description=description_of(scenario),
            categories=tuple(map(str, scenario.categories)),
            tags=scenario.tags,
            domains=tuple(dict.fromkeys(_bundled_domain(scenario) or map(domain_of, needed))),
            tools=tuple(offered),
            calls=tuple(calls),
            world=scenario.world,
            max_messages=scenario.max_messages,
            source=scenario.source,
            is_bundled=bool(_bundled_domain(scenario)),
        )


def list_scenarios(settings: RunSettings, *, is_whole: bool, stats: bool, as_json: bool) -> None:
    """Print the scenarios that fit, or how many there are of each kind.

    Args:
        settings: Which scenarios are meant.
        is_whole: Nobody has chosen among them: a terminal would show thousands of lines, and tells how many there are.
        stats: Count them.
        as_json: Print one JSON object.

    Raises:
        UsageError: A source cannot be loaded, or nothing fits.
    """
    with Loading.at_a_terminal("loading scenarios"):
        scenarios = load_scenarios(settings)
    if is_whole and not stats and not as_json and sys.stdout.isatty():
        _print_overview(scenarios.values(), settings)
        return
    found = [ScenarioSummary.of(name, scenario) for name, scenario in scenarios.items()]
    if stats:
        statistics = Statistics.of(found)
        print_json(asdict(statistics)) if as_json else statistics.show()
    elif as_json:
        print_json(
            {"scenarios": [asdict(each) for each in found], "packs": [asdict(pack) for pack in packs().values()]}
        )
    else:
        _print_all(found, settings)


def _bundled_domain(scenario: Scenario) -> list[str]:
    file = Path((scenario.source or "").rpartition(":")[0])
    return [file.stem] if file.parent == DATA else []


def description_of(scenario: Scenario) -> str:
    """What the author says about a scenario, else the first thing that the user says, on one line."""
    return " ".join((scenario.description or next(iter(user_words(scenario)), "")).split())


def calls_of(scenario: Scenario) -> list[str]:
    """The tools that a scenario's solution calls, each as often as it does."""
    steps = scenario.script.steps if scenario.script else ()
    return [call.name for step in steps if isinstance(step, ToolStep) for call in step.calls]


def offered_to_agent(scenario: Scenario) -> dict[str, Callable[..., Any]]:
    """The tools that the agent may call, by their real names."""
    tools = scenario.starting_context.get_available_tools(scrambling_allowed=False)
    return {name: tool for name, tool in tools.items() if RoleType.AGENT in getattr(tool, "visible_to", ())}


def _print_all(found: Sequence[ScenarioSummary], settings: RunSettings) -> None:
    if sys.stdout.isatty():
        rows = [(each.name, each.description, " ".join(each.categories), " ".join(each.tags)) for each in found]
        print_table(stdout_console(), _COLUMNS, rows)
        print_lines([_closing(found), *_other_packs(settings)])
        return
    for each in found:
        print(each.name, " ".join(each.categories), " ".join(each.tags), sep="\t")


def _print_overview(found: Collection[Scenario], settings: RunSettings) -> None:
    counts = Counter(str(category) for scenario in found for category in scenario.categories)
    rows = [(category, str(count)) for category, count in counts.most_common()]
    print_table(stdout_console(), [Column("category"), Column("scenarios", is_number=True)], rows)
    print_lines([f"{counted(len(found), 'scenario')} in the default suite; {_CHOOSE}", *_other_packs(settings)])


def _other_packs(settings: RunSettings) -> list[str]:
    """The line about packs that are installed and not listed, if there are any."""
    others = [str(pack) for name, pack in packs().items() if name not in settings.scenarios_from]
    return [f"{_INSTALLED}: {', '.join(others)}"] if others else []


def _closing(found: Sequence[ScenarioSummary]) -> str:
    several = len({each.base for each in found})
    line = counted(len(found), "scenario")
    if several < len(found):
        line = f"{line}, {several} in several presentations; '--presentations plain' lists each once"
    return f"{line}; 'tool_sandbox show NAME' tells more of one"


_KINDS: Mapping[str, Callable[[ScenarioSummary], Iterable[str]]] = {
    "categories": lambda each: each.categories,
    "tags": lambda each: each.tags,
    "domains": lambda each: each.domains,
    "worlds": lambda each: [each.world] if each.world else [],
    "presentations": lambda each: [each.presentation],
}
"""What scenarios are counted by."""


@frozen
class ToolUse:
    """How often a tool is used."""

    offered: int
    """In so many scenarios the agent may call it."""
    needed: int
    """In so many the solution calls it."""
    calls: int
    """So often altogether."""


@frozen(kw_only=True)
class Statistics:
    """How many scenarios there are of each kind, and how often tools are used."""

    scenarios: int
    kinds: Mapping[str, Mapping[str, int]]
    """Categories, tags, domains, worlds and presentations → each of them → its scenarios, the most frequent first."""
    tools: Mapping[str, ToolUse]
    base_scenarios: int
    """How many there are, whatever the presentation."""
    bases: Mapping[str, int]
    """Category → base scenarios that have it."""
    original: Mapping[str, tuple[int | None, int]]
    """Category → base scenarios and scenarios of the original; nothing where none of the bundled ones is listed."""

    @classmethod
    def of(cls, found: Sequence[ScenarioSummary]) -> Statistics:
        """Count scenarios."""
        offered = Counter(tool for each in found for tool in each.tools)
        needed = Counter(tool for each in found for tool in set(each.calls))
        calls = Counter(tool for each in found for tool in each.calls)
        often = sorted({*offered, *calls}, key=lambda tool: (-calls[tool], -offered[tool], tool))
        return cls(
            scenarios=len(found),
            kinds={
                kind: dict(Counter(value for each in found for value in values(each)).most_common())
                for kind, values in _KINDS.items()
            },
            tools={tool: ToolUse(offered[tool], needed[tool], calls[tool]) for tool in often},
            base_scenarios=len({each.base for each in found}),
            bases=Counter(category for _, category in {(each.base, one) for each in found for one in each.categories}),
            original=_OF_THE_ORIGINAL if any(each.is_bundled for each in found) else {},
        )

    def show(self) -> None:
        """Print a table for each kind, and one of the tools."""
        console = stdout_console()
        titles = ("scenarios", "base", "original", "its base")
        for kind, counts in self.kinds.items():
            if counts:
                numbers = [Column(title, is_number=True, left_out=at) for at, title in enumerate(titles)]
                rows = [(name, str(count), *self._beside(kind, name)) for name, count in counts.items()]
                print_table(console, [Column(kind), *numbers], rows)
        columns = [Column(name, is_number=True) for name in ("offered in", "needed in", "calls")]
        uses = [(name, str(use.offered), str(use.needed), str(use.calls)) for name, use in self.tools.items()]
        print_table(console, [Column("tools"), *columns], uses)
        total = f", {self.base_scenarios} without their presentations" if self.base_scenarios < self.scenarios else ""
        print_lines([f"{counted(self.scenarios, 'scenario')}{total}"])

    def _beside(self, kind: str, name: str) -> tuple[str, str, str]:
        """What stands beside the number of scenarios with a category: base scenarios, and both of the original."""
        if kind != "categories":
            return "", "", ""
        base, total = self.original.get(name, (None, None))
        return str(self.bases[name]), "" if total is None else str(total), "" if base is None else str(base)

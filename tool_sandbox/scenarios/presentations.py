"""The ways a scenario's tools are presented: eight, as in the original, and a ninth outside the default."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from functools import cache, lru_cache, partial
from types import ModuleType
from typing import Any

from attrs import evolve, frozen

from tool_sandbox import garbage
from tool_sandbox.common.scenario import Scenario
from tool_sandbox.common.tool_discovery import (
    Tool,
    ToolBackend,
    extra_tool_modules,
    find_tools_by_module,
    get_all_tools,
    ranked_by_similarity,
)
from tool_sandbox.common.vocabulary import ScenarioCategories as Category
from tool_sandbox.scenarios.suite import Suite, in_order, names_of, outside_of


@frozen
class Augmentation:
    """One way to present tools.

    Args:
        suffix: Comes after the scenario's name.
        distractions: How many tools that are not needed are offered too; ``None`` is all.
        categories: What the scenario is tagged with.
        scrambled: What is hidden from the model.
        by_default: Whether it is one of the eight that are played unless others are named.
    """

    suffix: str
    distractions: int | None
    categories: tuple[Category, ...]
    scrambled: tuple[Category, ...] = ()
    by_default: bool = True

    @property
    def name(self) -> str:
        """The suffix as a name of its own."""
        return self.suffix.lstrip("_") or "plain"


_THREE = "_3_distraction_tools"


def _scrambled(what: str, category: Category, *, by_default: bool = True) -> Augmentation:
    categories = (Category.THREE_DISTRACTION_TOOLS, category)
    return Augmentation(f"{_THREE}_{what}_scrambled", 3, categories, (category,), by_default)


AUGMENTATIONS = (
    Augmentation("", 0, (Category.NO_DISTRACTION_TOOLS,)),
    Augmentation(_THREE, 3, (Category.THREE_DISTRACTION_TOOLS,)),
    Augmentation("_10_distraction_tools", 10, (Category.TEN_DISTRACTION_TOOLS,)),
    Augmentation("_all_tools", None, (Category.ALL_TOOLS_AVAILABLE,)),
    _scrambled("tool_description", Category.TOOL_DESCRIPTION_SCRAMBLED),
    _scrambled("arg_type", Category.ARG_TYPE_SCRAMBLED),
    _scrambled("arg_description", Category.ARG_DESCRIPTION_SCRAMBLED),
    _scrambled("tool_name", Category.TOOL_NAME_SCRAMBLED),
    # The original declares it and never uses it.
    _scrambled("arg_name", Category.ARG_NAME_SCRAMBLED, by_default=False),
)


def presentation_of(name: str) -> Augmentation:
    """How the scenario of that name presents its tools."""
    plain, *others = AUGMENTATIONS
    return next((each for each in others if name.endswith(each.suffix) and name != each.suffix), plain)


def base_name(name: str) -> str:
    """The name of a scenario without what says how its tools are presented."""
    return name.removesuffix(presentation_of(name).suffix)


def plain_names(names: Collection[str]) -> set[str]:
    """Those that do not only present another one of them with other tools."""
    return {name for name in names if base_name(name) == name or base_name(name) not in names}


def presentations(name_to_scenario: Mapping[str, Scenario], backend: ToolBackend) -> Suite:
    """Every scenario in all nine presentations, made on demand: first the plain ones, then eight variants for each.

    Raises:
        KeyError: Where one is made, if it allows a tool that does not exist.
    """
    names = names_of(name_to_scenario)
    every = {name + each.suffix: (name, each) for each in AUGMENTATIONS for name in names}
    place = cache(name_to_scenario.rank if isinstance(name_to_scenario, Suite) else list(name_to_scenario).index)

    def presented(name: str, augmentation: Augmentation) -> Scenario:
        return _presented(name + augmentation.suffix, name_to_scenario[name], augmentation, backend)

    def outside() -> list[str]:
        left_out = outside_of(name_to_scenario)
        return [presented_name for presented_name, (name, _) in every.items() if name in left_out]

    def rank(presented_name: str) -> Any:
        name, augmentation = every[presented_name]
        number = AUGMENTATIONS.index(augmentation)
        return number > 0, place(name), number

    return Suite({name: partial(presented, *each) for name, each in every.items()}, outside, rank)


def augmented(name_to_scenario: Mapping[str, Scenario], backend: ToolBackend) -> dict[str, Scenario]:
    """Every scenario in the eight presentations of the default, at once."""
    return by_default(presentations(name_to_scenario, backend))


@garbage.kept()
def in_every_presentation(name_to_scenario: Mapping[str, Scenario], backend: ToolBackend) -> dict[str, Scenario]:
    """All ``presentations`` at once."""
    return dict(presentations(name_to_scenario, backend))


@garbage.kept()
def by_default(scenarios: Mapping[str, Scenario]) -> dict[str, Scenario]:
    """Those that are played where nothing says which: no kind of its own, in one of the eight presentations."""
    outside = outside_of(scenarios)
    wanted = {name for name in names_of(scenarios) if name not in outside and presentation_of(name).by_default}
    return {name: scenarios[name] for name in in_order(scenarios, wanted)}


def _presented(name: str, scenario: Scenario, augmentation: Augmentation, backend: ToolBackend) -> Scenario:
    context = scenario.starting_context.fork()
    needed = list(context.tool_allow_list or ())
    if augmentation.distractions != 0:
        ranked = _ranked(tuple(needed), backend, extra_tool_modules())
        context.tool_allow_list = [*needed, *ranked[: augmentation.distractions]]
    context.tool_augmentation_list = [*context.tool_augmentation_list, *augmentation.scrambled]
    return evolve(
        scenario,
        name=name,
        starting_context=context,
        categories=[*scenario.categories, *augmentation.categories],
    )


@lru_cache(maxsize=4096)
def _ranked(needed: tuple[str, ...], backend: ToolBackend, own: Sequence[ModuleType]) -> tuple[str, ...]:
    """The tools that are not needed, most confusing first; tools of the users' own modules come last.

    A pure function of what tools there are, so remembering it shares no state between runs.
    """
    import tool_sandbox.tools

    ours = _shipped(backend)
    theirs = [name for name in get_all_tools(backend) if name not in ours] if own else []
    ranked = ranked_by_similarity([name for name in needed if name not in theirs], ours, tool_sandbox.tools)
    return (*ranked, *(name for name in theirs if name not in needed))


@lru_cache(maxsize=len(ToolBackend))
def _shipped(backend: ToolBackend) -> Mapping[str, Tool]:
    import tool_sandbox.tools

    return find_tools_by_module(tool_sandbox.tools, backend)

"""The bundled scenarios in the four groups under which scenario modules know them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import Enum
from functools import partial

from tool_sandbox.common.scenario import Scenario, ScenarioExtension
from tool_sandbox.common.tool_discovery import ToolBackend
from tool_sandbox.common.vocabulary import ScenarioCategories
from tool_sandbox.scenarios.base_scenarios import WORLDS
from tool_sandbox.scenarios.compiling.compiler import Compiler, categories_of
from tool_sandbox.scenarios.language import entries as spec
from tool_sandbox.scenarios.library import Library, bundled, bundled_at, bundled_pieces
from tool_sandbox.scenarios.pieces import Pieces
from tool_sandbox.scenarios.suite import Suite

KINDS_OF_THEIR_OWN = frozenset({"long", "parallel", "changed_mind", "trouble", "injection", "consent", "nothing_to_do"})
"""Tags of bundled scenarios that the original has no counterpart of: outside the default, so that scores compare."""


class Group(Enum):
    """The groups, in the order in which scenarios are listed."""

    SINGLE_TOOL_CALL = ScenarioCategories.SINGLE_TOOL_CALL
    MULTIPLE_TOOL_CALL = ScenarioCategories.MULTIPLE_TOOL_CALL
    MULTIPLE_USER_TURN = ScenarioCategories.MULTIPLE_USER_TURN
    INSUFFICIENT_INFORMATION = ScenarioCategories.INSUFFICIENT_INFORMATION


def group_of(entry: spec.Entry) -> Group:
    """The group an entry belongs to: the last one in list order whose category it has."""
    categories = categories_of(entry)
    return next(group for group in reversed(Group) if group.value in categories)


def is_default(entry: spec.Entry) -> bool:
    """Whether a bundled scenario is one of those that are played where nothing says which."""
    return not KINDS_OF_THEIR_OWN.intersection(entry.tags) and entry.user.manner is None


def named(group: Group, backend: ToolBackend) -> dict[str, Scenario]:
    """The scenarios of one group by name, those of the default alone."""
    library = bundled(backend)
    compiler = library.compiler()
    return {entry.name: compiler.scenario(entry) for entry in _entries(library, group)}


def all_named(backend: ToolBackend, world_seed: int = 0) -> Suite:
    """The scenarios of all groups by name, group after group, each of them compiled when it is asked for.

    Those outside the default come last.
    """
    pieces = bundled_pieces(backend, world_seed)
    compile_entry = pieces.compiler().scenario
    entries, places = pieces.entries, {name: place for place, name in enumerate(pieces.entries)}

    def rank(name: str) -> tuple[bool, int, int]:
        entry = entries[name]
        return not is_default(entry), list(Group).index(group_of(entry)), places[name]

    return Suite(
        {name: partial(_compiled, compile_entry, entries, name) for name in entries},
        lambda: [name for name in entries if _is_outside(entries, name)],
        rank,
    )


def _is_outside(entries: Mapping[str, spec.Entry], name: str) -> bool:
    """Whether an entry is no part of the default; most of those that are not need not be read for it."""
    shown = entries.shown_tags(name) if isinstance(entries, Pieces) else frozenset()
    return not KINDS_OF_THEIR_OWN.isdisjoint(shown) or not is_default(entries[name])


def _compiled(
    compile_entry: Callable[[spec.Entry], Scenario], entries: Mapping[str, spec.Entry], name: str
) -> Scenario:
    return compile_entry(entries[name])


def extensions(group: Group, base_scenarios: dict[str, Scenario]) -> list[ScenarioExtension]:
    """The scenarios of one group as extensions of base scenarios; worlds without a base scenario are built.

    They keep their own time, in which some of them name dates. Only what extends a base scenario that a user has
    changed is reckoned from that one's time.
    """
    backend = next(iter(base_scenarios.values())).starting_context.preferred_tool_backend if base_scenarios else None
    library = bundled(backend or ToolBackend.DEFAULT)
    own = library.compiler()
    bases = {world: base_scenarios[name] for name, world in WORLDS.items() if name in base_scenarios}
    changed = {world: base for world, base in bases.items() if _changed(base, world)}
    return [_extension(entry, own, changed.get(entry.world)) for entry in _entries(library, group)]


def _extension(entry: spec.Entry, own: Compiler, base: Scenario | None) -> ScenarioExtension:
    if base is None or base.clock is None:
        return own.extension(entry, base)
    return bundled_at(base.clock, own.backend).extension(entry, base)


def _changed(base: Scenario, world: str) -> bool:
    """Whether a base scenario is not what ``named_base_scenarios`` gives at its time."""
    if base.clock is None:
        return True
    compiler = bundled_at(base.clock, base.starting_context.preferred_tool_backend)
    ours = compiler.base_scenario(world).starting_context
    return base.starting_context.to_dict(False) != ours.to_dict(False)


def _entries(library: Library, group: Group) -> list[spec.Entry]:
    return [entry for entry in library.entries if is_default(entry) and group_of(entry) is group]

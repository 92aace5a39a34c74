"""The bundled scenarios in the four groups under which scenario modules know them."""

from __future__ import annotations

from enum import Enum

from tool_sandbox.common.scenario import Scenario, ScenarioExtension
from tool_sandbox.common.tool_discovery import ToolBackend
from tool_sandbox.common.vocabulary import ScenarioCategories
from tool_sandbox.scenarios import spec
from tool_sandbox.scenarios.base_scenarios import WORLDS
from tool_sandbox.scenarios.compiler import categories_of
from tool_sandbox.scenarios.library import Library, bundled


class Kind(Enum):
    """The groups, in the order in which scenarios are listed."""

    SINGLE_TOOL_CALL = ScenarioCategories.SINGLE_TOOL_CALL
    MULTIPLE_TOOL_CALL = ScenarioCategories.MULTIPLE_TOOL_CALL
    MULTIPLE_USER_TURN = ScenarioCategories.MULTIPLE_USER_TURN
    INSUFFICIENT_INFORMATION = ScenarioCategories.INSUFFICIENT_INFORMATION


def kind_of(entry: spec.Entry) -> Kind:
    """The group an entry belongs to: the last one in list order whose category it has."""
    categories = categories_of(entry)
    return next(kind for kind in reversed(Kind) if kind.value in categories)


def named(kind: Kind, backend: ToolBackend) -> dict[str, Scenario]:
    """The scenarios of one group by name."""
    library = bundled(backend)
    compiler = library.compiler()
    return {entry.name: compiler.scenario(entry) for entry in _entries(library, kind)}


def all_named(backend: ToolBackend) -> dict[str, Scenario]:
    """The scenarios of all groups by name, group after group."""
    library = bundled(backend)
    compiler = library.compiler()
    return {entry.name: compiler.scenario(entry) for kind in Kind for entry in _entries(library, kind)}


def extensions(kind: Kind, base_scenarios: dict[str, Scenario]) -> list[ScenarioExtension]:
    """The scenarios of one group as extensions of base scenarios; worlds without a base scenario are built."""
    backend = next(iter(base_scenarios.values())).starting_context.preferred_tool_backend if base_scenarios else None
    library = bundled(backend or ToolBackend.DEFAULT)
    compiler = library.compiler()
    base_of = {world: base_scenarios[name] for name, world in WORLDS.items() if name in base_scenarios}
    return [compiler.extension(entry, base_of.get(entry.world)) for entry in _entries(library, kind)]


def _entries(library: Library, kind: Kind) -> list[spec.Entry]:
    return [entry for entry in library.entries if kind_of(entry) is kind]

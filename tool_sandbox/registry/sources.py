"""Where scenarios and tools come from: the bundled ones, the user's own, or a pack's."""

from __future__ import annotations

import itertools
import os
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from types import ModuleType
from typing import TYPE_CHECKING

from tool_sandbox import clock as world_clock
from tool_sandbox.common.checks import one_of
from tool_sandbox.errors import ScenarioError, UsageError
from tool_sandbox.plugins import Packages, load_modules
from tool_sandbox.registry.packs import meant_pack, module_of, tools_beside
from tool_sandbox.world_seed import CANONICAL

if TYPE_CHECKING:
    from tool_sandbox.common.scenario import Scenario
    from tool_sandbox.registry.settings import RunSettings
    from tool_sandbox.scenarios.suite import Suite

_SELECTING = ("scenarios", "presentations", "tags", "exclude")


def load_scenarios(
    settings: RunSettings, tools: Sequence[ModuleType] = (), among: Collection[str] | None = None
) -> dict[str, Scenario]:
    """The scenarios a run plays, in load order.

    Args:
        settings: What the run is asked to do.
        tools: Modules with tools beside those that the settings name.
        among: Names of which nothing else is taken.

    Raises:
        UsageError: A source cannot be loaded, or a pattern or tag fits nothing.
    """
    return selected(scenarios_of(settings, tools), settings, among)


def selected(
    scenarios: Mapping[str, Scenario], settings: RunSettings, among: Collection[str] | None = None
) -> dict[str, Scenario]:
    """The scenarios that the settings choose: by name, presentation and tag, without what they exclude.

    Args:
        scenarios: All there are.
        settings: What the run is asked to do.
        among: Names of which nothing else is taken.

    Raises:
        UsageError: A name, pattern, presentation or tag fits nothing, or nothing fits all of them together.
    """
    from tool_sandbox.scenarios.selection import select

    chosen = select(
        scenarios,
        settings.scenarios or None,
        settings.tags,
        presentations=settings.presentations,
        exclude=settings.exclude,
        among=among,
        limit=settings.limit,
    )
    if not chosen:
        given = {name: getattr(settings, name) for name in _SELECTING}
        flags = settings.options()
        told = [f"{flags[name].flag} {' '.join(map(str, value))}" for name, value in given.items() if value]
        told += [f"{flags['failed'].flag} {settings.failed}"] if settings.failed else []
        message = f"no scenario fits {' and '.join(told)} together."
        raise UsageError(message)
    return chosen


def scenarios_of(settings: RunSettings, tools: Sequence[ModuleType] = ()) -> Suite:
    """Every scenario of the sources that the settings name.

    Raises:
        UsageError: A source cannot be loaded.
    """
    tools_from: list[str | ModuleType] = [*settings.tools_from, *tools]
    return all_scenarios(
        settings.scenarios_from,
        tools_from,
        settings.backend,
        with_bundled=settings.with_bundled,
        world_seed=settings.world_seed,
    )


def all_scenarios(
    scenarios_from: Sequence[str] = (),
    tools_from: Sequence[str | ModuleType] = (),
    backend: str = "DEFAULT",
    *,
    with_bundled: bool = False,
    world_seed: int = CANONICAL,
) -> Suite:
    """Every scenario of the given sources; without any, the bundled ones.

    The bundled ones are made when they are asked for. ``with_bundled`` takes them beside those of the sources. All are
    in the world of ``world_seed``, which those in Python cannot be. The tools of a pack come with its scenarios: what
    is installed and not named changes nothing.

    Raises:
        UsageError: A source cannot be loaded.
    """
    from tool_sandbox.common.tool_discovery import ToolBackend
    from tool_sandbox.scenarios import bundled_suite
    from tool_sandbox.scenarios.module_time import loading_clock
    from tool_sandbox.scenarios.sources import load
    from tool_sandbox.scenarios.suite import Suite

    offer_tools([*tools_from, *tools_beside(scenarios_from)])
    one_of(*ToolBackend.__members__).check("backend", backend)
    variant = ToolBackend[backend]
    found = Suite({}) if scenarios_from and not with_bundled else bundled_suite(variant, world_seed)
    now = loading_clock()
    for source in scenarios_from:
        with world_clock.use(now), _packs_suggested(source):
            more = load(module_of(source, "scenarios"), variant, world_seed)
        twice = sorted(found.names & more.keys())
        if twice:
            message = f"{twice[0]!r} from {source!r} is the name of another scenario; give it a name of its own."
            raise UsageError(message)
        found = found | more
    return found


@contextmanager
def _packs_suggested(source: str) -> Iterator[None]:
    """A source that is not there may be the name of a pack, mistyped."""
    try:
        yield
    except ScenarioError as error:
        near = "" if os.path.exists(source) else meant_pack(source)  # noqa: PTH110 -- a name may be too long to ask for
        if not near:
            raise
        raise type(error)(f"{error}{near}") from error


def offer_tools(sources: Sequence[str | ModuleType]) -> None:
    """Make tools discoverable beside the bundled ones.

    Args:
        sources: Files, folders, modules and packs by name, or modules.

    Raises:
        UsageError: A source cannot be loaded.
    """
    packages: Packages = {}
    named = (each if isinstance(each, ModuleType) else module_of(each, "tools") for each in sources)
    given = {
        source: [source] if isinstance(source, ModuleType) else load_modules(source, "tools", packages)
        for source in dict.fromkeys(named)
    }
    modules = list(itertools.chain(*given.values()))
    if modules:
        from tool_sandbox.common.signatures.tool_rules import check_there_are_tools, check_tools
        from tool_sandbox.common.tool_discovery import set_extra_tool_modules

        for source, found in given.items():
            check_there_are_tools(source if isinstance(source, str) else source.__name__, found)
        check_tools(modules)
        set_extra_tool_modules(modules)

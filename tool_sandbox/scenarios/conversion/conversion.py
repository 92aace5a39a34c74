"""Scenarios written in Python, as a scenario file that scores every trajectory the same."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from attrs import frozen

from tool_sandbox import clock as world_clock
from tool_sandbox.common.scenario import Scenario
from tool_sandbox.common.tool_discovery import ToolBackend
from tool_sandbox.errors import ScenarioError
from tool_sandbox.scenarios.conversion.entries import Entry, EntryWriter
from tool_sandbox.scenarios.conversion.losses import Loss, Losses
from tool_sandbox.scenarios.conversion.presentations import plain_ones
from tool_sandbox.scenarios.conversion.starts import UsualRows, WorldWriter, log_of, shared_log, start_of
from tool_sandbox.scenarios.conversion.text import written
from tool_sandbox.scenarios.library import from_files, from_text


@frozen
class Conversion:
    """A scenario file, and what it could not say.

    Args:
        text: The file, in YAML.
        scenarios: Names of the scenarios it holds.
        losses: What was left out; empty when the file says everything.
    """

    text: str
    scenarios: tuple[str, ...]
    losses: tuple[Loss, ...]


def convert_path(source: str | Path, backend: ToolBackend = ToolBackend.DEFAULT) -> Conversion:
    """The scenarios of a Python file, a folder of modules or a module, as a scenario file.

    Raises:
        ScenarioError: There is nothing at ``source``, or it cannot be loaded as it is.
    """
    from tool_sandbox.scenarios import load_from

    scenarios = load_from(source, backend)
    return convert(scenarios, backend=backend, world=_identifier(Path(source).stem))


def convert(
    scenarios: Mapping[str, Scenario], *, backend: ToolBackend = ToolBackend.DEFAULT, world: str = "converted"
) -> Conversion:
    """Scenarios as a scenario file.

    Variants that loading a file makes by itself, such as ``…_3_distraction_tools``, are not written.

    Args:
        scenarios: By name.
        backend: Which implementation of a tool wins.
        world: What to call the world they start in, if it is none of the bundled ones.
    """
    compiler = from_files([], backend).compiler()
    losses: dict[str, Losses] = {name: Losses(name) for name in scenarios}
    plain = plain_ones(scenarios, backend, losses)
    usual = UsualRows.of(compiler)
    worlds = WorldWriter(compiler, usual, f"{world}_world" if world in compiler.worlds else world)
    writer = EntryWriter(compiler, usual)
    entries = [
        _entry(name, scenario, writer, worlds, losses[name])
        for name, scenario in plain.items()
        if _has_a_form(scenario, losses[name])
    ]
    readable = [entry for entry in entries if _is_readable(entry, worlds, losses[entry["name"]], backend)]
    found = tuple(loss for each in losses.values() for loss in each.found)
    text = written(_used(worlds.worlds, readable), readable, [str(loss) for loss in found])
    return Conversion(text, tuple(entry["name"] for entry in readable), found)


def _has_a_form(scenario: Scenario, losses: Losses) -> bool:
    """Whether it is judged as Python scenarios are: facts are not read back from what they were compiled to."""
    if scenario.evaluation.credit is not None:
        losses.add("scenario", "it is left out as a whole, because it is judged by facts: it was read from such a file")
        return False
    return True


def _entry(name: str, scenario: Scenario, writer: EntryWriter, worlds: WorldWriter, losses: Losses) -> Entry:
    log = log_of(scenario.starting_context)
    usual = writer.usual.base
    common = len(usual) if log[: len(usual)] == usual else shared_log(log)
    clock = scenario.clock or world_clock.current()
    world = worlds.world_for(start_of(scenario.starting_context, clock, log[:common]))
    return writer.entry(name, scenario, world, log[common:], losses)


def _is_readable(entry: Entry, worlds: WorldWriter, losses: Losses, backend: ToolBackend) -> bool:
    """Whether the entry can be loaded back; a scenario file is stricter than Python."""
    try:
        from_text(written(worlds.worlds, [entry]), backend).scenarios()
    except ScenarioError as error:
        losses.add("scenario", f"it is left out as a whole, because reading it back fails: {error}")
        return False
    return True


def _used(worlds: Mapping[str, dict[str, object]], entries: list[Entry]) -> dict[str, dict[str, object]]:
    """The worlds that scenarios start in, and those that these are like."""
    needed = {entry.get("world") for entry in entries}
    for name in reversed(list(worlds)):
        if name in needed:
            needed.add(worlds[name].get("like"))
    return {name: world for name, world in worlds.items() if name in needed}


def _identifier(text: str) -> str:
    return re.sub("[^A-Za-z0-9]", "_", text).strip("_") or "converted"

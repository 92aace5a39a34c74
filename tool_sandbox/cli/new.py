"""A scenario to begin with, which holds at once and is then made one's own."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from tool_sandbox.cli.init import write_file
from tool_sandbox.cli.listing import print_lines
from tool_sandbox.common.tool_discovery import ToolBackend, get_all_tools
from tool_sandbox.errors import ScenarioError, UsageError
from tool_sandbox.nearest import hint
from tool_sandbox.registry.sources import all_scenarios, offer_tools
from tool_sandbox.runs.check import CheckReport, check_scenarios
from tool_sandbox.runs.proof import Problem
from tool_sandbox.scenarios.drafting.calls import Tools, made_calls
from tool_sandbox.scenarios.drafting.entry import REQUESTS, entry_text
from tool_sandbox.scenarios.drafting.placing import with_entry
from tool_sandbox.scenarios.library import Library, from_files, from_text
from tool_sandbox.scenarios.presentations import augmented, base_name

if TYPE_CHECKING:
    from tool_sandbox.scenarios.language.worlds import World

_NAME = re.compile(r"\w+", re.ASCII)
_MOST_TRIES = 40


def add_scenario(name: str, *, file: str, world: str, tools: Sequence[str], tools_from: Sequence[str]) -> None:
    """Add a scenario that passes ``check`` to a file, and say what to do next.

    Args:
        name: Of the scenario.
        file: The scenario file; it is made if there is none.
        world: Where the scenario starts.
        tools: What its solution calls, in order.
        tools_from: Where tools of the user's own come from.

    Raises:
        UsageError: The name is taken, there is no such world or tool, or nothing was found that holds. Nothing was
            written.
    """
    path = Path(file)
    if path.suffix.lower() not in (".yaml", ".yml"):
        message = f"{file!r} does not end in .yaml; scenarios are added to files in YAML."
        raise UsageError(message)
    offer_tools(tools_from)
    known = from_files([path] if path.exists() else [])
    _check_name(name, known)
    if world not in known.worlds:
        message = f"there is no world {world!r}; {hint(world, known.worlds)}"
        raise UsageError(message)
    old = path.read_text("utf-8") if path.exists() else ""
    text = _proved(name, tools, known, known.worlds[world], lambda entry: with_entry(old, entry, file))
    write_file(path, text, "\r\n" if path.exists() and b"\r\n" in path.read_bytes() else "\n")
    print_lines(_told(name, file, text, tools_from))


def _check_name(name: str, known: Library) -> None:
    if not _NAME.fullmatch(name):
        message = f"{name!r} is no name for a scenario; use letters, digits and underscores."
        raise UsageError(message)
    if base_name(name) != name:
        message = f"{name!r} ends like a presentation of {base_name(name)!r}; choose another name."
        raise UsageError(message)
    mine = {entry.name: f" in {entry.place.file}:{entry.place.line}" for entry in known.entries}
    taken = mine.get(name, " among the bundled ones" if name in all_scenarios() else None)
    if taken is not None:
        message = f"there is a scenario {name!r} already{taken}; choose another name."
        raise UsageError(message)


def _proved(name: str, tools: Sequence[str], known: Library, world: World, placed: Callable[[str], str]) -> str:
    """The text of the file with the first draft that holds."""
    problem: Problem | None = None
    for entry in islice(_drafts(name, tools, known, world), _MOST_TRIES):
        text = placed(entry)
        report = _report(text, name)
        if report.passed:
            return text
        problem = problem or next(iter(report.problems))
    why = problem or f"{tools[-1]} returns nothing there that an answer could tell"
    message = f"no scenario was found that calls {' and '.join(tools)} in {world.name!r} and holds: {why}"
    raise ScenarioError(f"{message}. Try another world, or more tools.")


def _drafts(name: str, tools: Sequence[str], known: Library, world: World) -> Iterator[str]:
    every: Tools = get_all_tools(ToolBackend.DEFAULT)
    for calls in made_calls(tools, every, world, known.compiler().starting_context(world)):
        drafts = (entry_text(name, world, calls, every, request) for request in REQUESTS)
        yield from (draft for draft in drafts if draft is not None)


def _report(text: str, name: str) -> CheckReport:
    return check_scenarios(augmented({name: from_text(text).scenarios()[name]}, ToolBackend.DEFAULT))


def _told(name: str, file: str, text: str, tools_from: Sequence[str]) -> list[str]:
    line = next(number for number, each in enumerate(text.splitlines(), 1) if each.strip() == f"- name: {name}")
    sources = [f"--scenarios-from {shlex.quote(file)}", *(f"--tools-from {shlex.quote(each)}" for each in tools_from)]
    return [
        f"Added {name} in {file}, line {line}. It holds as it is.",
        "Now write in your own words what the user knows and says, add what has to be true, and prove it again:",
        f"  tool_sandbox check {' '.join(sources)} -s {name}",
    ]

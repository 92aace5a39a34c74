"""From what goes wrong with tools as written to what a world has in store."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from attrs import evolve

from tool_sandbox.common.trouble import Trouble, Troubles
from tool_sandbox.nearest import hint
from tool_sandbox.scenarios.language.entries import Entry
from tool_sandbox.scenarios.language.troubles import WrittenTrouble
from tool_sandbox.scenarios.language.worlds import World


def troubles_of(entry: Entry, offered: Collection[str], worlds: Mapping[str, World]) -> Troubles:
    """What goes wrong in an entry.

    Args:
        entry: It may declare troubles of tools.
        offered: The tools that it needs.
        worlds: By name.

    Raises:
        ScenarioError: A tool is not among them, so that nobody would ever see the trouble.
    """
    for tool in entry.trouble:
        if tool not in offered:
            raise entry.at("trouble", tool).error(f"{tool!r} is not needed here; {hint(tool, offered)}")
    return Troubles({tool: tuple(_trouble(each, worlds) for each in plan) for tool, plan in entry.trouble.items()})


def _trouble(written: WrittenTrouble, worlds: Mapping[str, World]) -> Trouble:
    if not written.world:
        return written.trouble
    return evolve(written.trouble, earlier={str(name): rows for name, rows in worlds[written.world].tables.items()})

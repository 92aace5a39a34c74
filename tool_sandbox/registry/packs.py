"""Packs: installed packages that offer scenarios, and the tools these need, under a name."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping

from attrs import evolve, frozen

from tool_sandbox.errors import UsageError
from tool_sandbox.nearest import nearest
from tool_sandbox.plugins import installed

GROUPS: Mapping[str, str] = {"scenarios": "tool_sandbox.scenarios", "tools": "tool_sandbox.tools"}
"""What a pack offers → the group of entry points in which its package says where that is."""


@frozen(kw_only=True)
class Pack:
    """What an installed package offers under one name."""

    name: str
    package: str
    """The package and its version, such as ``tool-sandbox-library 1.0``."""
    scenarios: str | None = None
    """The module that has scenarios."""
    tools: str | None = None
    """The module that has tools."""

    def __str__(self) -> str:
        return f"{self.name} ({self.package})"


def packs() -> Mapping[str, Pack]:
    """Every pack that is installed, by name.

    Raises:
        UsageError: Two packages offer one of the same name.
    """
    found: dict[str, Pack] = {}
    for part, group in GROUPS.items():
        for entry in installed(group):
            package = f"{entry.dist.name} {entry.dist.version}" if entry.dist else entry.module
            pack = found.get(entry.name, Pack(name=entry.name, package=package))
            if pack.package != package:
                message = f"{pack.package} and {package} both offer a pack {entry.name!r}; uninstall one of them."
                raise UsageError(message)
            found[entry.name] = evolve(pack, **{part: entry.module})
    return dict(sorted(found.items()))


def module_of(source: str, part: str) -> str:
    """The module that a pack has for this; any other source as it is. A file or folder goes before a pack.

    Args:
        source: What was named: a path, a module or a pack.
        part: ``scenarios`` or ``tools``.

    Raises:
        UsageError: It is a pack that has none.
    """
    pack = pack_at(source)
    if pack is None:
        return source
    module: str | None = getattr(pack, part)
    if module is None:
        message = f"the pack {pack} has no {part}."
        raise UsageError(message)
    return module


def tools_beside(sources: Iterable[str]) -> list[str]:
    """The modules with the tools that the scenarios of packs need.

    Args:
        sources: Where scenarios come from.
    """
    named = [pack for source in sources if (pack := pack_at(source)) is not None]
    return [pack.tools for pack in named if pack.tools is not None]


def pack_at(source: str) -> Pack | None:
    """The pack that was named; ``None`` where something else was."""
    there = os.path.exists(source)  # noqa: PTH110 -- a name may be too long to ask for
    return None if there else packs().get(source)


def meant_pack(source: str) -> str:
    """A sentence with the packs whose names are like this; empty without one."""
    close = nearest(source, packs())
    return f" Did you mean the pack {' or '.join(map(repr, close))}?" if close else ""

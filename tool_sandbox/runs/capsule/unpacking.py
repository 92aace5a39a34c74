"""A capsule as a run directory."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from attrs import frozen

from tool_sandbox.errors import UsageError
from tool_sandbox.plugins import is_reference
from tool_sandbox.runs.capsule.archive import Bounds, read_archive
from tool_sandbox.runs.capsule.packing import CAPSULE, SCHEMA
from tool_sandbox.runs.capsule.sources import HERE, SOURCES
from tool_sandbox.runs.json_files import read_object
from tool_sandbox.runs.store import RUN

_PLACES = ("scenarios_from", "tools_from", "router_config")
"""The settings that name files, modules and packs of a user's own."""


@frozen(kw_only=True)
class Unpacked:
    """A capsule on this machine's disk."""

    directory: Path
    foreign: Sequence[str]
    """Files, modules and packs that are no part of this package and would be run: Python, or commands in scenarios."""
    left_out: Sequence[str]
    """What it could not take along, in words."""


@contextmanager
def unpacked(file: Path, bounds: Bounds | None = None) -> Iterator[Unpacked]:
    """A capsule as a run directory among temporary files, which is gone after the block.

    Raises:
        UsageError: It is none, or holds what a capsule must not.
    """
    with tempfile.TemporaryDirectory(prefix="tool_sandbox-capsule-") as folder:
        directory = Path(folder).resolve()
        try:
            with file.open("rb") as packed:
                names = read_archive(packed, str(file), directory, bounds)
        except OSError as error:
            message = f"{str(file)!r} cannot be unpacked: {error.strerror or error}."
            raise UsageError(message) from error
        about = _about(file, directory, names)
        foreign = _foreign(directory, names)
        _settle(directory)
        left_out = [str(each) for each in about.get("left_out") or ()]
        yield Unpacked(directory=directory, foreign=foreign, left_out=left_out)


def _about(file: Path, directory: Path, names: Sequence[str]) -> dict[str, Any]:
    if CAPSULE not in names or RUN not in names:
        message = f"{str(file)!r} is not a capsule: it holds no {CAPSULE if CAPSULE not in names else RUN}."
        raise UsageError(message)
    about = read_object(directory / CAPSULE)
    if about.get("schema") != SCHEMA:
        message = f"{str(file)!r} is a capsule of schema {about.get('schema')!r}; this version reads {SCHEMA}."
        raise UsageError(message)
    return about


def _foreign(directory: Path, names: Sequence[str]) -> list[str]:
    settings = read_object(directory / RUN).get("settings")
    settings = settings if isinstance(settings, dict) else {}
    rules = [rule.get("agent") for rule in settings.get("agent_rules") or () if isinstance(rule, dict)]
    roles = [str(name) for name in (settings.get("agent"), settings.get("user"), *rules) if is_reference(str(name))]
    places = [place for key in _PLACES for place in _texts(settings.get(key))]
    named = [place.removeprefix(f"{HERE}/") for place in (*places, *roles)]
    return list(dict.fromkeys([*named, *sorted(name for name in names if name.startswith(f"{SOURCES}/"))]))


def _texts(value: Any) -> list[str]:
    return [] if not value else [str(each) for each in (value if isinstance(value, list) else [value])]


def _settle(directory: Path) -> None:
    """Write into the settings where the capsule's own files are now."""
    path = directory / RUN
    here = json.dumps(str(directory))[1:-1]
    path.write_text(path.read_text(encoding="utf-8").replace(HERE, here), encoding="utf-8")

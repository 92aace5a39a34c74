"""What leads to the run directory that was played last: ``latest`` beside it."""

from __future__ import annotations

import os
import threading
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, TypeGuard

from tool_sandbox.registry.settings import LATEST
from tool_sandbox.runs.places import is_local, refusals

if TYPE_CHECKING:
    from tool_sandbox.runs.places import AnyPath


def mark_latest(directory: AnyPath) -> None:
    """Have ``latest`` beside a directory lead to it: a link, or where there are none a file with its name.

    What is called so and leads to no run directory is left alone, and so is everything when that fails.
    """
    latest = directory.parent / LATEST
    with suppress(*refusals(latest)):
        if latest.exists() and not _is_link(latest) and not latest.is_file():
            return
        if is_local(latest):
            _link(latest, directory.name)
        else:
            latest.write_text(f"{directory.name}\n")


def newest_in(directory: AnyPath) -> AnyPath | None:
    """The run directory in a local directory that was begun last; ``None`` where there is none."""
    if not is_local(directory):
        return None
    with suppress(*refusals(directory)):
        records = [path for path in directory.glob("*/run.json") if path.parent.name != LATEST]
        newest = max(records, key=lambda path: path.stat().st_mtime, default=None)
        return None if newest is None else newest.parent
    return None


def found_through_latest(path: AnyPath) -> AnyPath:
    """The run directory that ``latest`` leads to; any other path as it is."""
    if path.name != LATEST:
        return path
    if _is_link(path):
        return path.parent / path.readlink()
    with suppress(*refusals(path), UnicodeError):
        if path.is_file():
            led = path.parent / path.read_text(encoding="utf-8").strip()
            return led if led.parent == path.parent and led.is_dir() else path
    return path


def _is_link(path: AnyPath) -> TypeGuard[Path]:
    return is_local(path) and path.is_symlink()


def _link(latest: Path, name: str) -> None:
    """Make ``latest`` lead to a directory beside it, in one step."""
    unfinished = latest.with_name(f".{latest.name}.{os.getpid()}.{threading.get_ident()}.tmp")
    unfinished.unlink(missing_ok=True)
    try:
        unfinished.symlink_to(name, target_is_directory=True)
    except (OSError, NotImplementedError):  # Windows allows it to few
        unfinished.write_text(f"{name}\n", encoding="utf-8")
    try:
        unfinished.replace(latest)
    except OSError:  # Windows replaces no link to a directory
        latest.unlink()
        unfinished.replace(latest)

"""Turning scenarios made in Python into scenario files, from the command line."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from tool_sandbox.cli.lines import print_message
from tool_sandbox.common.counted import counted
from tool_sandbox.errors import UsageError
from tool_sandbox.registry.sources import offer_tools
from tool_sandbox.scenarios.conversion import Conversion, convert_path

COMPLETE, WITH_LOSSES = 0, 1


def convert_to_file(source: str, file: str | None, tools_from: Sequence[str], *, force: bool) -> int:
    """Convert, write or print the file, and list on stderr what it cannot say.

    Args:
        source: Where the scenarios are.
        file: What to write; ``None`` prints it.
        tools_from: Sources of tools the scenarios use.
        force: Whether an existing file may be written over.

    Returns:
        0, or 1 when something was left out.

    Raises:
        UsageError: The scenarios cannot be loaded, or the file cannot be written.
    """
    if force and file is None:
        message = "--force would have no effect: without -o FILE the scenarios are printed. Leave it out."
        raise UsageError(message)
    target = None if file is None else _checked(Path(file), force=force)
    offer_tools(tools_from)
    conversion = convert_path(source)
    if target is None:
        sys.stdout.write(conversion.text)
    else:
        _write(target, conversion.text)
    _report(conversion, target)
    return WITH_LOSSES if conversion.losses else COMPLETE


def _checked(target: Path, *, force: bool) -> Path:
    if target.exists() and not force:
        message = f"{str(target)!r} exists; give another file with -o, or --force to write over it."
        raise UsageError(message)
    if not target.parent.is_dir():
        message = f"there is no directory {str(target.parent)!r} to write {target.name!r} into."
        raise UsageError(message)
    return target


def _write(target: Path, text: str) -> None:
    try:
        target.write_text(text, encoding="utf-8")
    except OSError as error:
        message = f"cannot write {str(target)!r}: {error.strerror}. Choose another file with -o."
        raise UsageError(message) from error


def _report(conversion: Conversion, target: Path | None) -> None:
    for loss in conversion.losses:
        print_message(f"left out: {loss}")
    where = "" if target is None else f" to {target}"
    losses = f"{len(conversion.losses)} {'loss' if len(conversion.losses) == 1 else 'losses'}"
    print_message(f"{counted(len(conversion.scenarios), 'scenario')} written{where}, {losses}")

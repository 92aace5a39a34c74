"""Where runs are: paths on this machine, or fsspec URLs."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, TypeGuard

from tool_sandbox.errors import SettingsError

if TYPE_CHECKING:
    from upath import UPath

    AnyPath = Path | UPath


def is_local(path: AnyPath) -> TypeGuard[Path]:
    """Whether a path is on this machine's disk; some versions of ``UPath`` derive from ``Path`` wherever they are."""
    return type(path).__module__.startswith("pathlib")


def open_location(location: str | os.PathLike[str]) -> AnyPath:
    """The path behind a directory name or an fsspec URL.

    Raises:
        SettingsError: No installed package understands the URL.
    """
    text = os.fspath(location)
    if "://" not in text or text.startswith("file://"):
        return _at_home(Path(text.removeprefix("file://")))
    try:
        from upath import UPath

        return UPath(text)
    except (ImportError, ValueError) as error:
        message = f"cannot write to {text!r}: {error}. Use a directory, or install the fsspec package for this URL."
        raise SettingsError(message) from error


def _at_home(path: Path) -> Path:
    try:
        return path.expanduser()
    except RuntimeError as error:
        message = f"{str(path)!r} begins in a home directory that is not known here; write the whole path."
        raise SettingsError(message) from error


def refusals(path: AnyPath) -> tuple[type[Exception], ...]:
    """What opening a path may raise; the packages for other storage have errors of their own."""
    return (OSError, ValueError) if is_local(path) else (Exception,)

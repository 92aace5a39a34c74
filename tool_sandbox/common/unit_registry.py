"""The registry of units. Reading its definitions takes a tenth of a second, so one process keeps them for the next."""

from __future__ import annotations

import os
import platform
import shutil
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pint import UnitRegistry

_WRITABLE_BY_OTHERS = 0o022


def unit_registry() -> UnitRegistry[Any]:
    """A new registry, whether or not definitions could be kept."""
    import pint

    with suppress(Exception):  # no home, a full disk, half a file: everything can be done without
        kept = _place(pint.__version__)
        if not kept.is_absolute():  # there is no home, so that it would be made wherever we are
            return pint.UnitRegistry()
        if not kept.is_dir():
            return _first(kept)
        if _is_ours(kept):
            return _next(kept)
    return pint.UnitRegistry()


def _place(version: str) -> Path:
    """Where the definitions of this very library and Python are kept."""
    import platformdirs

    name = f"pint-{version}-{platform.python_implementation()}-{platform.python_version()}"
    return platformdirs.user_cache_path("tool_sandbox") / "units" / name


def _first(kept: Path) -> UnitRegistry[Any]:
    """A registry whose definitions stand there afterwards: all of them, since others may look at any time."""
    import pint

    kept.parent.mkdir(parents=True, exist_ok=True)
    unfinished = Path(tempfile.mkdtemp(prefix=".", dir=kept.parent))
    try:
        registry: UnitRegistry[Any] = pint.UnitRegistry(cache_folder=unfinished)
        with suppress(OSError):  # another process was faster
            unfinished.rename(kept)
        return registry
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)


def _next(kept: Path) -> UnitRegistry[Any]:
    """A registry of the definitions there; if they cannot be read, they are removed."""
    import pint

    try:
        return pint.UnitRegistry(cache_folder=kept)
    except Exception:
        shutil.rmtree(kept, ignore_errors=True)
        raise


def _is_ours(kept: Path) -> bool:
    """Whether nobody else can have written there: pint keeps pickles, and reading one can run anything."""
    facts = kept.stat()
    return not hasattr(os, "getuid") or (facts.st_uid == os.getuid() and not facts.st_mode & _WRITABLE_BY_OTHERS)

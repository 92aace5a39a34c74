"""Writing files in one step: whoever reads one meanwhile, here or elsewhere, finds it whole or as it was before."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from tool_sandbox.runs.places import is_local

if TYPE_CHECKING:
    from tool_sandbox.runs.places import AnyPath

_LARGE = 1 << 20
"""Bytes of a file that is put together in memory before it is sent elsewhere."""


def write_whole(path: AnyPath, parts: Iterable[bytes]) -> None:
    """Write a file of these parts, which need not be in memory together; nothing of it stays when that fails."""
    if not is_local(path):
        with tempfile.SpooledTemporaryFile(_LARGE) as whole:  # what was begun elsewhere cannot be given up
            for part in parts:
                whole.write(part)
            whole.seek(0)
            with path.open("wb") as there:
                shutil.copyfileobj(whole, there)
        return
    unfinished = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        with unfinished.open("wb") as file:
            file.writelines(parts)
        unfinished.replace(path)
    except BaseException:  # the disk may be full, or what makes the parts may fail
        with suppress(OSError):
            unfinished.unlink()
        raise


def write_whole_files(folder: AnyPath, files: Mapping[str, bytes]) -> None:
    """Write files by name into a folder, which is made where there is none."""
    folder.mkdir(parents=True, exist_ok=True)
    if not is_local(folder):
        for name, content in files.items():
            write_whole(folder / name, [content])
        return
    place, mark = os.fspath(folder), os.getpid()
    for name, content in files.items():  # as strings: making a Path of each takes as long as writing it
        unfinished = f"{place}/.{name}.{mark}.tmp"
        with open(unfinished, "wb", buffering=0) as file:  # noqa: PTH123
            left = memoryview(content)
            while left:  # the system may take less than all at once
                left = left[file.write(left) :]
        os.replace(unfinished, f"{place}/{name}")  # noqa: PTH105


def send(here: Path, path: AnyPath) -> None:
    """Write a file of this machine elsewhere."""
    with here.open("rb") as file, path.open("wb") as there:
        shutil.copyfileobj(file, there)


def fetch(path: AnyPath, here: Path) -> None:
    """Make a file on this machine of one that is elsewhere, or an empty one where there is none."""
    with here.open("wb") as file:
        if path.exists():
            with path.open("rb") as there:
                shutil.copyfileobj(there, file)

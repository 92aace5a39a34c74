"""Interpreters with packages that this project is compared with and does not depend on."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def interpreter_with(packages: Iterable[str], given: str | None = None) -> Iterator[str]:
    """An interpreter that has the packages: the one that is given, or one for the time of the block.

    Where there is no package index it lacks them, and what needs them fails when it is run.
    """
    if given is not None:
        yield given
        return
    with tempfile.TemporaryDirectory() as folder:
        python = str(Path(folder, "bin", "python"))
        uv = str(Path(sys.executable).with_name("uv"))
        making, filling = ["venv", "--python", sys.executable, folder], ["pip", "install", "--python", python]
        for command in (making, [*filling, *packages]):
            if subprocess.run([uv, "--quiet", *command], check=False).returncode:  # noqa: S603  (our own)
                break
        yield python

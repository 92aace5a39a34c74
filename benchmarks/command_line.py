"""Runs as people start them, in processes of their own."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path


def start(*arguments: str) -> subprocess.Popen[bytes]:
    """A command of the package in a process of its own."""
    command = [sys.executable, "-m", "tool_sandbox", *arguments]
    environment = {**os.environ, "OPENAI_API_KEY": "x"}  # which no run directory keeps
    return subprocess.Popen(  # noqa: S603  (our own)
        command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )


def directory_in(folder: str) -> Path:
    """The run directory in a folder."""
    return next(each for each in Path(folder).iterdir() if not each.is_symlink())

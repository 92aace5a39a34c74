"""A page about runs as one file."""

from __future__ import annotations

import re
import sys
from collections.abc import Sequence
from pathlib import Path

from tool_sandbox.analysis.named_runs import named_runs
from tool_sandbox.common.counted import counted
from tool_sandbox.errors import SettingsError, UsageError
from tool_sandbox.viewer.report import report

_SIZE = re.compile(r"(\d+(?:\.\d+)?) ?([kMG]?)B?", re.IGNORECASE)
_TIMES = {"": 1, "k": 10**3, "m": 10**6, "g": 10**9}


def write_report(directories: Sequence[str], file: str, *, title: str, largest: str) -> None:
    """Write a page about runs, and say what it holds.

    Raises:
        UsageError: A value cannot be used.
        SettingsError: A run cannot be read, or the file cannot be written.
    """
    path, most = Path(file), _bytes(largest)
    if path.suffix.lower() not in {".html", ".htm"}:
        message = f"{file!r} must end in .html; for data of runs there is tool_sandbox export."
        raise UsageError(message)
    runs = named_runs(directories)
    made = report(runs, title=title or " and ".join(runs), largest=most)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(made.html, encoding="utf-8")
    except OSError as error:
        message = f"cannot write to {file!r}: {error.strerror or error}. Choose another file with -o."
        raise SettingsError(message) from error
    if made.left_out:
        left_out = f"{counted(made.left_out, 'conversation')} left out, perfect samples first; --largest allows more"
        print(f"note: {left_out}.", file=sys.stderr)
    print(f"{counted(made.samples, 'sample')} of {counted(len(runs), 'run')} in {file}, {_megabytes(len(made.html))}")


def _bytes(size: str) -> int:
    matched = _SIZE.fullmatch(size.strip())
    if matched is None:
        message = f"--largest is {size!r}; expected a size such as 50MB or 800kB."
        raise UsageError(message)
    return int(float(matched[1]) * _TIMES[matched[2].lower()])


def _megabytes(size: int) -> str:
    return f"{size / 1e6:.1f} MB"

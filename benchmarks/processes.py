"""Other processes, as Linux shows them."""

from __future__ import annotations

import os
import resource
import signal
import sys
from contextlib import suppress
from pathlib import Path


def children(process: int) -> list[int]:
    """The processes that a process started, from any of its threads; none where the system does not say."""
    started: list[int] = []
    with suppress(OSError):
        for thread in Path(f"/proc/{process}/task").iterdir():
            with suppress(OSError):
                started += map(int, (thread / "children").read_text().split())
    return started


def command(process: int) -> str:
    """What a process was started with, or calls itself; empty once it is gone."""
    try:
        return Path(f"/proc/{process}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace").strip()
    except OSError:
        return ""


def cpu_seconds(process: int) -> float:
    """What a process itself has used, in all its threads; 0 once it is gone."""
    try:
        fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    user, system = map(int, fields[11:13])
    return (user + system) / os.sysconf("SC_CLK_TCK")


def peak_megabytes(process: int | None = None) -> float:
    """What a process held at most, so far; without a number this one. 0 once it is gone.

    ``getrusage`` would tell of whoever started it, too, as that was the same process for a moment.
    """
    try:
        status = Path(f"/proc/{process or 'self'}/status").read_text()
    except OSError:
        if process is not None:
            return 0.0
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        return peak / (1 << 20 if sys.platform == "darwin" else 1 << 10)
    _, _, rest = status.partition("VmHWM:")
    return int(rest.split()[0]) / 1024 if rest else 0.0


def kill(process: int) -> bool:
    """Kill a process without a warning; whether it was still there."""
    try:
        os.kill(process, signal.SIGKILL)
    except ProcessLookupError:
        return False
    return True

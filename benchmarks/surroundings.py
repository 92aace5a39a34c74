"""Versions and machine, without which the numbers of a benchmark mean little."""

from __future__ import annotations

import datetime as dt
import os
import platform
import subprocess
import sys
from typing import Any

_VERSIONS = "import importlib.metadata as m, sys; print(*map(m.version, sys.argv[1:]))"


def surroundings(*packages: str) -> dict[str, Any]:
    """What was measured, on what and when."""
    return {
        "day": dt.datetime.now(dt.UTC).date().isoformat(),
        "system": f"{platform.system()} {platform.machine()}",
        "processors": os.cpu_count(),
        "python": platform.python_version(),
        "packages": versions(sys.executable, packages),
    }


def versions(python: str, packages: tuple[str, ...]) -> dict[str, str]:
    """The versions of packages that an interpreter has; none when one of them is missing."""
    asked = subprocess.run(  # noqa: S603  (our own script)
        [python, "-c", _VERSIONS, *packages], capture_output=True, text=True, check=False
    )
    return dict(zip(packages, asked.stdout.split(), strict=False))

"""Installing the example of a pack into a folder, as an installer does, without network."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

from tests.cli.command import ROOT
from tests.waiting import HANG

LIBRARY = ROOT / "examples" / "pack-library"


def install_library(folder: Path) -> None:
    """Build the example's wheel and unpack it."""
    wheels = folder / "wheels"
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(wheels)]
    subprocess.run(build, cwd=LIBRARY, check=True, capture_output=True, timeout=HANG)
    (wheel,) = wheels.iterdir()
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder)

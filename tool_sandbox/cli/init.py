"""Beginning a suite of one's own."""

from __future__ import annotations

import shlex
from pathlib import Path

from tool_sandbox.cli.listing import print_lines
from tool_sandbox.cli.starter import CHECK, RUN, SCENARIOS, TOOLS, VARIABLE, WORKFLOW, address, starter_files
from tool_sandbox.errors import UsageError

_GOES_ON = "\\\n    "
"""Keeps commands whole for whoever copies them from a narrow terminal."""


def begin_suite(directory: str, *, force: bool) -> None:
    """Write the files to begin with, and say what to do next.

    Args:
        directory: Where to; it is made if it does not exist.
        force: Write over files that exist.

    Raises:
        UsageError: A file exists, or cannot be written. Nothing was written if a file exists.
    """
    files = {Path(directory) / name: text for name, text in starter_files().items()}
    taken = [str(path) for path in files if path.exists()]
    if taken and not force:
        exists = "exists" if len(taken) == 1 else "exist"
        message = f"{', '.join(map(repr, taken))} {exists}; choose another directory, or --force to write over files."
        raise UsageError(message)
    for path, text in files.items():
        write_file(path, text)
    print_lines("\n".join(_told(directory, [str(path) for path in files])).split("\n"))


def write_file(path: Path, text: str, newline: str | None = None) -> None:
    """Write a file, and the folders around it that are missing.

    Args:
        path: Where to.
        text: What stands in it.
        newline: How its lines end; by default as on this system.

    Raises:
        UsageError: That cannot be.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", newline=newline)
    except OSError as error:
        message = f"cannot write {str(path)!r}: {error.strerror}. Choose another directory."
        raise UsageError(message) from error


def _told(directory: str, written: list[str]) -> list[str]:
    enter = [] if Path(directory).resolve() == Path.cwd() else [f"  cd {shlex.quote(directory)}"]
    return [
        f"Written: {', '.join(written)}",
        "",
        "Prove the scenario and test the agent; neither asks a model:",
        *enter,
        f"  {CHECK.replace(' --tools', f' {_GOES_ON}--tools')}",
        f"  {RUN}",
        "",
        f"Then edit {SCENARIOS}; these show what it can name:",
        f"  tool_sandbox tools --tools-from {TOOLS}",
        "  tool_sandbox worlds base",
        *_needed_by_the_workflow(),
    ]


def _needed_by_the_workflow() -> list[str]:
    """What has to be set before the workflow can install this package."""
    if address():
        return []
    return [
        "",
        f"{WORKFLOW} installs tool_sandbox from where",
        f"the variable {VARIABLE} of your repository says, as it",
        "is in no package index yet: the file tells how.",
    ]

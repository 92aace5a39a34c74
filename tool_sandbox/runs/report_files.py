"""Files beside the run directory that tell other programs how runs went."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from tool_sandbox.errors import SettingsError
from tool_sandbox.runs.junit import junit_xml
from tool_sandbox.runs.markdown import markdown

if TYPE_CHECKING:
    from tool_sandbox.registry.settings import RunSettings
    from tool_sandbox.runs.run import Report


def check_files(settings: RunSettings) -> None:
    """Make sure, before the first sample, that the files which are asked for can be written.

    Raises:
        SettingsError: One cannot.
    """
    for flag, name in (("--junit", settings.junit), ("--summary", settings.summary)):
        if not name:
            continue
        folder = Path(name).parent
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise _refused(flag, name, error.strerror or str(error)) from error
        if Path(name).is_dir():
            raise _refused(flag, name, "it is a directory")
        if not os.access(Path(name) if Path(name).exists() else folder, os.W_OK):
            raise _refused(flag, name, "there is no permission")


def write_files(settings: RunSettings, reports: Sequence[Report], more: str = "") -> None:
    """Write what is asked for, over what is there.

    Args:
        settings: Of the runs; what is written does not differ between the runs of one command.
        reports: All runs of the command so far.
        more: What else the summary says, in Markdown.

    Raises:
        SettingsError: A file cannot be written.
    """
    made: dict[str, tuple[str | None, Callable[[Sequence[Report]], Iterable[str]]]] = {
        "--junit": (settings.junit, junit_xml),
        "--summary": (settings.summary, lambda every: (markdown(every), more)),
    }
    for flag, (name, content_of) in made.items():
        if not name:
            continue
        try:
            with Path(name).open("wb") as file:
                file.writelines(part.encode("utf-8", "replace") for part in content_of(reports))
        except OSError as error:
            raise _refused(flag, name, error.strerror or str(error)) from error


def _refused(flag: str, name: str, why: str) -> SettingsError:
    return SettingsError(f"{flag} {name!r} cannot be written: {why}. Choose another file.")

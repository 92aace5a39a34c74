"""How many workers a run has."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from tool_sandbox.errors import SettingsError

if TYPE_CHECKING:
    from tool_sandbox.registry.cast import RoleCast
    from tool_sandbox.registry.objects import Objects
    from tool_sandbox.registry.settings import RunSettings


def number_of_workers(cast: RoleCast, objects: Objects) -> int:
    """How many processes play a run.

    Args:
        cast: Who plays it.
        objects: What goes with it.

    Raises:
        SettingsError: It is to be played by several and cannot be.
    """
    wanted = cast.settings.workers
    if wanted is None:
        return 1
    if wanted > 1 and (reason := _only_here(cast, objects)):
        message = f"--workers {wanted}: {reason}, so one process plays the run. Leave --workers out."
        raise SettingsError(message)
    return parts_of(cast.settings)


def parts_of(settings: RunSettings) -> int:
    """Into how many parts a run is divided: each has samples in flight, and a part of every cap per minute."""
    caps = [cap for cap in (settings.rpm, settings.tpm) if cap is not None]
    return min(settings.workers or 1, settings.concurrency, *caps)


def cores() -> int:
    """The cores of this machine that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _only_here(cast: RoleCast, objects: Objects) -> str:
    """Why only this process can play; empty when others can, too."""
    if cast.somebody_types:
        return "a person plays at this terminal"
    if cast.at_once is not None:
        return f"a model on this machine plays, which answers {cast.at_once} samples at once"
    if objects.roles or objects.tools or objects.scenarios is not None:
        return "roles, tools or scenarios are objects of this process and have no name by which another could load them"
    return ""

"""How many workers a run has, and where they are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tool_sandbox.errors import SettingsError
from tool_sandbox.runs.workers.actors import Actors, check_ray, cores_of_cluster
from tool_sandbox.runs.workers.processes import Processes

if TYPE_CHECKING:
    from tool_sandbox.registry.cast import RoleCast
    from tool_sandbox.registry.objects import Objects
    from tool_sandbox.registry.settings import RunSettings
    from tool_sandbox.runs.workers.link import Executor


def number_of_workers(cast: RoleCast, objects: Objects) -> int:
    """How many processes play a run.

    Args:
        cast: Who plays it.
        objects: What goes with it.

    Raises:
        SettingsError: It is to be played by several and cannot be.
    """
    settings = cast.settings
    on_ray = settings.executor == "ray"
    if on_ray:
        check_ray()
    if (on_ray or (settings.workers or 1) > 1) and (reason := _only_here(cast, objects)):
        flag = "--executor ray" if on_ray else f"--workers {settings.workers}"
        message = f"{flag}: {reason}, so this process alone plays the run. Leave {flag.split(maxsplit=1)[0]} out."
        raise SettingsError(message)
    most = cores_of_cluster(settings.ray_address) if on_ray else 1
    return min(settings.workers or most, settings.concurrency)


def executor_of(settings: RunSettings) -> Executor:
    """Where the workers of a run come from."""
    return Actors(settings.ray_address) if settings.executor == "ray" else Processes()


def _only_here(cast: RoleCast, objects: Objects) -> str:
    """Why only this process can play; empty when others can, too."""
    if cast.somebody_types:
        return "a person plays at this terminal"
    if cast.at_once is not None:
        return f"a model on this machine plays, which answers {cast.at_once} samples at once"
    if objects.roles or objects.tools or objects.scenarios is not None:
        return "roles, tools or scenarios are objects of this process and have no name by which another could load them"
    return ""

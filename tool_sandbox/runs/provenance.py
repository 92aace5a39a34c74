"""Which code and which scenarios a result came from."""

from __future__ import annotations

import platform
import re
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, nullcontext
from datetime import datetime
from functools import lru_cache
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any

from attrs import frozen

from tool_sandbox.clock import Clock, use
from tool_sandbox.errors import SettingsError
from tool_sandbox.zones import host_zone, zone_named

if TYPE_CHECKING:
    from tool_sandbox.common.scenario import Scenario

SCHEMA_VERSION = 1
"""Layout of the run directory; raised when an older reader would misread it."""

SCORING_VERSION = 3
"""Rules of scoring; raised when the same trajectory can get another score."""

_PACKAGE = Path(__file__).resolve().parents[1]
_ORIGINAL_STAMP = re.compile(r"\d\d_\d\d_\d{4}_\d\d_\d\d_\d\d$")
_REPORTED = ("tool_sandbox", "litellm", "polars", "rapidfuzz", "scipy")


def versions() -> dict[str, str]:
    """Versions of Python, of this package and of the packages that can change a result."""
    found = {"python": platform.python_version()}
    for name in _REPORTED:
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
    return found


@lru_cache(maxsize=1)
def git_sha() -> str | None:
    """Commit of the package's own repository, marked when there are local changes; ``None`` outside of one."""
    if not _git("ls-files", "--", "errors.py"):
        return None
    commit = _git("rev-parse", "HEAD")
    return f"{commit} (with local changes)" if commit and has_local_changes() else commit


def has_local_changes() -> bool:
    """Whether the package's files differ from the commit they came from."""
    return bool(_git("status", "--porcelain", "--", "."))


def _git(*arguments: str) -> str | None:
    try:
        finished = subprocess.run(  # noqa: S603 -- fixed arguments
            ["git", "-C", str(_PACKAGE), *arguments],  # noqa: S607 -- wherever git is on this machine
            capture_output=True,
            text=True,
            timeout=10,
            check=True,
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return finished.stdout.strip() or None


@frozen
class LoadingTime:
    """The instant and zone in which the Python scenarios of a run were evaluated.

    Args:
        clock: Both of them.
        recorded: Whether the run says so; otherwise it is when the run started, in this machine's zone.
    """

    clock: Clock
    recorded: bool


def loaded_at(scenarios: Mapping[str, Scenario]) -> dict[str, Any] | None:
    """How ``run.json`` says when Python scenarios were evaluated; ``None`` when there are none."""
    clock = next((scenario.loaded_at for scenario in scenarios.values() if scenario.loaded_at), None)
    return None if clock is None else {"instant": clock.instant, "zone": clock.zone}


def loading_time(record: Mapping[str, Any], directory: str) -> LoadingTime | None:
    """When the Python scenarios of a run have to be evaluated for it to be the same run.

    Args:
        record: The content of its ``run.json``; empty for runs of the original, which have none.
        directory: Name of its directory, in which the original's runs say when they started.

    Returns:
        ``None`` when nothing tells.
    """
    recorded = record.get("loaded_at")
    try:
        if isinstance(recorded, Mapping):
            clock = Clock(float(recorded["instant"]), str(recorded["zone"]))
            datetime.fromtimestamp(clock.instant, clock.tzinfo())
            return LoadingTime(clock, recorded=True)
        if started := record.get("started"):
            return LoadingTime(Clock(datetime.fromisoformat(started).timestamp(), host_zone()), recorded=False)
        if stamp := _ORIGINAL_STAMP.search(directory):
            local = datetime.strptime(stamp[0], "%m_%d_%Y_%H_%M_%S").replace(tzinfo=zone_named(host_zone()))
            return LoadingTime(Clock(local.timestamp(), host_zone()), recorded=False)
    except (KeyError, TypeError, ValueError, OverflowError, OSError) as error:
        message = f"run.json does not say in a readable way when the run began ({error!r})."
        raise SettingsError(message) from error
    return None


@contextmanager
def clock_of_run(record: Mapping[str, Any], directory: str) -> Iterator[None]:
    """Load Python scenarios inside the block as a run did: at its instant, in its zone.

    Args:
        record: The content of the run's ``run.json``, if it has one.
        directory: Name of its directory.

    Raises:
        SettingsError: The record says it in a way that nobody understands.
    """
    time = loading_time(record, directory)
    with nullcontext() if time is None else use(time.clock):
        yield

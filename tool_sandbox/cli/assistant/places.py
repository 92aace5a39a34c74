"""The run directories that an assistant may see."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from attrs import frozen

from tool_sandbox.errors import SettingsError
from tool_sandbox.registry.settings import LATEST
from tool_sandbox.runs.latest import found_through_latest
from tool_sandbox.runs.places import is_local, open_location
from tool_sandbox.runs.run_result import RunResult, open_run
from tool_sandbox.runs.store import RUN

if TYPE_CHECKING:
    from tool_sandbox.runs.places import AnyPath
    from tool_sandbox.runs.stored_sample import StoredSample


@frozen(kw_only=True)
class RunPlaces:
    """Where runs are read."""

    output: str
    """The directory of run directories, or its fsspec URL."""
    is_only: bool
    """Whether nothing outside of it is read."""

    def newest_first(self) -> Iterator[AnyPath]:
        """The run directories in it."""
        base = open_location(self.output)
        found = [path.parent for path in base.glob(f"*/{RUN}") if path.parent.name != LATEST]
        yield from sorted(found, key=_begun, reverse=True)

    def directory(self, run: str) -> AnyPath:
        """The directory of a run.

        Args:
            run: The name of a directory in ``output``, ``latest``, or a path.

        Raises:
            SettingsError: There is none, or it may not be read.
        """
        base = open_location(self.output)
        inside = base / run
        found = found_through_latest(inside if inside.exists() else open_location(run))
        if self.is_only and not _is_within(found, base):
            message = (
                f"{run!r} is not in {self.output!r}, and nothing else is read here; list_runs shows what is there."
            )
            raise SettingsError(message)
        if not found.is_dir():
            message = f"there is no run {run!r} in {self.output!r}; list_runs shows what is there."
            raise SettingsError(message)
        return found

    def open(self, run: str) -> RunResult:
        """A run of which at least one sample is over.

        Raises:
            SettingsError: There is no such run, or it may not be read.
        """
        result = open_run(str(self.directory(run)))
        if not result.samples:
            message = f"no sample of {run!r} is over yet."
            raise SettingsError(message)
        return result

    def check_conversation(self, sample: StoredSample) -> None:
        """Make sure that the files of a sample may be read: its record says where they are.

        Raises:
            SettingsError: They are somewhere else.
        """
        folder, directory = sample.store.trajectory_of(sample.to_record()), sample.store.directory
        if self.is_only and not _is_within(folder, directory):
            message = f"the conversation of {sample.name!r} is said to be in {str(folder)!r}, which is not in its run."
            raise SettingsError(message)


def _is_within(path: AnyPath, base: AnyPath) -> bool:
    """Links followed; of paths elsewhere only the text says it."""
    if is_local(path) and is_local(base):
        return path.resolve().is_relative_to(base.resolve())
    return ".." not in path.parts and str(path).startswith(f"{str(base).rstrip('/')}/")


def _begun(directory: AnyPath) -> tuple[float, str]:
    """What orders run directories by their start, where that is known; their names begin with it unless given."""
    record = directory / RUN
    return (Path(record).stat().st_mtime if is_local(record) else 0.0), directory.name

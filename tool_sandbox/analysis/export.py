"""Writing the frames of runs to files."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from attrs import frozen

from tool_sandbox.analysis.frames import FRAMES, OF_CONVERSATIONS, lost_conversations
from tool_sandbox.analysis.named_runs import distinct_runs
from tool_sandbox.common.counted import counted
from tool_sandbox.errors import SettingsError
from tool_sandbox.nearest import hint
from tool_sandbox.runs.store import TRAJECTORIES

if TYPE_CHECKING:
    import polars as pl

    from tool_sandbox.runs.run_result import RunResult


@frozen(kw_only=True)
class Exported:
    """What was written."""

    rows: int
    note: str = ""
    """What is missing, in a sentence; empty when nothing is."""


def export(locations: Sequence[str], file: str, table: str = "samples") -> Exported:
    """Write one frame over runs to a file; what was there is replaced.

    Args:
        locations: Run directories, also of the original; one that is named twice counts once.
        file: Where to; its suffix says in which format: ``.parquet``, ``.csv``, ``.ndjson`` or ``.jsonl``.
        table: Which frame: samples, messages, calls or milestones.

    Raises:
        SettingsError: Runs cannot be read, or hold nothing of what is asked for; the file cannot be written; or nobody
            knows the format or frame.
    """
    path = Path(file)
    write = _FORMATS.get(path.suffix.lower())
    if write is None:
        message = f"{file!r} must end in {', '.join(_FORMATS)}, which says how it is written."
        raise SettingsError(message)
    if table not in FRAMES:
        message = f"there is no table {table!r}; {hint(table, FRAMES)}"
        raise SettingsError(message)
    runs = distinct_runs(locations)
    frame = FRAMES[table](*runs)
    note = _missing(runs, table, frame)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write(frame, path)
    except OSError as error:
        message = f"cannot write to {file!r}: {error.strerror or error}. Choose another file with -o."
        raise SettingsError(message) from error
    return Exported(rows=frame.height, note=note)


def _missing(runs: Sequence[RunResult], table: str, frame: pl.DataFrame) -> str:
    """What the frame is without, because only the results of samples are kept."""
    lost = lost_conversations(*runs) if table in OF_CONVERSATIONS else []
    if not lost:
        return ""
    what = f"{counted(len(lost), 'conversation')} of {counted(sum(map(len, runs)), 'sample')}"
    first = f"such as that of {lost[0].name!r} in {str(lost[0].store.directory)!r}"
    if not frame.is_empty():
        return f"without {what}, which are gone from the run directories, {first}."
    message = (
        f"there are no {table} to export: {what} are gone, {first}. They were in its folder {TRAJECTORIES!r}; "
        "--table samples and --table milestones do without."
    )
    raise SettingsError(message)


def _write_parquet(frame: pl.DataFrame, path: Path) -> None:
    frame.write_parquet(path)


def csv_text(frame: pl.DataFrame) -> str:
    """A frame as CSV; lists become texts with blanks between the items, as a cell of a CSV file holds no list."""
    import polars as pl
    from polars import selectors

    return frame.with_columns(selectors.by_dtype(pl.List(pl.String)).list.join(" ")).write_csv()


def _write_csv(frame: pl.DataFrame, path: Path) -> None:
    path.write_text(csv_text(frame), encoding="utf-8", newline="")


def _write_lines(frame: pl.DataFrame, path: Path) -> None:
    frame.write_ndjson(path)


_FORMATS: Mapping[str, Callable[[pl.DataFrame, Path], None]] = {
    ".parquet": _write_parquet,
    ".csv": _write_csv,
    ".ndjson": _write_lines,
    ".jsonl": _write_lines,
}

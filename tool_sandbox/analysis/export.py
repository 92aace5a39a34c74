"""Writing the frames of runs to files."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from tool_sandbox.analysis.frames import FRAMES
from tool_sandbox.errors import SettingsError
from tool_sandbox.nearest import hint

if TYPE_CHECKING:
    import polars as pl


def export(locations: Sequence[str], file: str, table: str = "samples") -> int:
    """Write one frame over runs to a file; what was there is replaced.

    Args:
        locations: Run directories, also of the original.
        file: Where to; its suffix says in which format: ``.parquet``, ``.csv``, ``.ndjson`` or ``.jsonl``.
        table: Which frame: samples, messages, calls or milestones.

    Returns:
        How many rows it has.

    Raises:
        SettingsError: Runs cannot be read, the file cannot be written, or nobody knows the format or frame.
    """
    path = Path(file)
    write = _FORMATS.get(path.suffix.lower())
    if write is None:
        message = f"{file!r} must end in {', '.join(_FORMATS)}, which says how it is written."
        raise SettingsError(message)
    if table not in FRAMES:
        message = f"there is no table {table!r}; {hint(table, FRAMES)}"
        raise SettingsError(message)
    frame = FRAMES[table](*locations)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write(frame, path)
    except OSError as error:
        message = f"cannot write to {file!r}: {error.strerror or error}. Choose another file with -o."
        raise SettingsError(message) from error
    return frame.height


def _write_parquet(frame: pl.DataFrame, path: Path) -> None:
    frame.write_parquet(path)


def _write_csv(frame: pl.DataFrame, path: Path) -> None:
    """Lists become texts with blanks between the items: a cell of a CSV file holds no list."""
    import polars as pl
    from polars import selectors

    frame.with_columns(selectors.by_dtype(pl.List(pl.String)).list.join(" ")).write_csv(path)


def _write_lines(frame: pl.DataFrame, path: Path) -> None:
    frame.write_ndjson(path)


_FORMATS: Mapping[str, Callable[[pl.DataFrame, Path], None]] = {
    ".parquet": _write_parquet,
    ".csv": _write_csv,
    ".ndjson": _write_lines,
    ".jsonl": _write_lines,
}

"""What runs came to, to be handed on: as a page in one file, a text for a pull request, or data."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from attrs import frozen

from tool_sandbox.analysis.named_runs import named_runs
from tool_sandbox.cli.lines import print_message
from tool_sandbox.cli.live.loading import Loading
from tool_sandbox.common.counted import counted
from tool_sandbox.errors import SettingsError, UsageError
from tool_sandbox.runs.whole_files import write_whole

if TYPE_CHECKING:
    from tool_sandbox.runs.run_result import RunResult

_SIZE = re.compile(r"(\d+(?:\.\d+)?) ?([kMG]?)B?", re.IGNORECASE)
_TIMES = {"": 1, "k": 10**3, "m": 10**6, "g": 10**9}
_ENDS = {"htm": "html", "markdown": "md"}


@frozen(kw_only=True)
class _Asked:
    """How a report is wanted."""

    title: str
    largest: int


def write_report(directories: Sequence[str], file: str | None, form: str | None, *, title: str, largest: str) -> None:
    """Write what runs came to, or print it where it is text and no file is named.

    Args:
        directories: Run directories.
        file: Where to.
        form: How; by default as the end of the file's name says.
        title: Of a page; by default who played.
        largest: How much of conversations a page may hold.

    Raises:
        UsageError: A value cannot be used.
        SettingsError: A run cannot be read, or the file cannot be written.
    """
    asked = _Asked(title=title, largest=_bytes(largest))
    form = _form(file, form)
    with Loading.at_a_terminal("reading runs"):
        runs = named_runs(directories)
    if form in _TABLES:
        _TABLES[form](directories, file)
    elif file is None:
        for part in _TEXTS[form](runs, asked):
            print(part, end="")
    else:
        with Loading.at_a_terminal("making the report"):
            size = _write(Path(file), _TEXTS[form](runs, asked))
        samples = counted(sum(map(len, runs.values())), "sample")
        print(f"{samples} of {counted(len(runs), 'run')} in {file}, {_shown(size)}")


def _shown(size: int) -> str:
    return f"{size / 1e6:.1f} MB" if size >= 1e5 else f"{size / 1e3:.1f} kB"  # noqa: PLR2004 -- 0.1 MB


def _form(file: str | None, form: str | None) -> str:
    end = Path(file).suffix.lower().removeprefix(".") if file else ""
    wanted = (form or _ENDS.get(end, end) or "md").lower()
    if wanted not in {*_TEXTS, *_TABLES}:
        where = f"--format is {form!r}" if form else f"{file!r} ends in {end!r}"
        message = f"{where}; expected {', '.join([*_TEXTS, *_TABLES])}."
        raise UsageError(message)
    if file is None and wanted in {"html", "parquet"}:
        message = f"a report as {wanted} is no text to be printed; say where it goes with -o FILE.{wanted}."
        raise UsageError(message)
    return wanted


# -- as text ---------------------------------------------------------------------------------------------------------


def _page(runs: Mapping[str, RunResult], asked: _Asked) -> Iterable[str]:
    from tool_sandbox.viewer.report import report

    made = report(runs, title=asked.title or " and ".join(runs), largest=asked.largest)
    if made.left_out:
        left_out = f"{counted(made.left_out, 'conversation')} left out, perfect samples first; --largest allows more"
        print_message(f"note: {left_out}.")
    return [made.html]


def _markdown(runs: Mapping[str, RunResult], _asked: _Asked) -> Iterable[str]:
    from tool_sandbox.analysis.comparison import compared
    from tool_sandbox.analysis.markdown import markdown_of_runs

    return [markdown_of_runs(runs.values(), compared(runs)[0])]


def _json(runs: Mapping[str, RunResult], _asked: _Asked) -> Iterable[str]:
    from tool_sandbox.viewer.data.overview import overview_json

    return overview_json(runs)


_TEXTS: Mapping[str, Callable[[Mapping[str, RunResult], _Asked], Iterable[str]]] = {
    "html": _page,
    "md": _markdown,
    "json": _json,
}


def _write(path: Path, parts: Iterable[str]) -> int:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.exists() and not path.is_file():  # a pipe, or a device
            with path.open("wb") as file:
                return sum(file.write(part.encode()) for part in parts)
        write_whole(path.resolve(), (part.encode() for part in parts))
        return path.stat().st_size
    except OSError as error:
        message = f"cannot write to {str(path)!r}: {error.strerror or error}. Choose another file with -o."
        raise SettingsError(message) from error


# -- as a table ------------------------------------------------------------------------------------------------------


def _table(directories: Sequence[str], file: str | None) -> None:
    from tool_sandbox.analysis.export import export

    if file is None:
        from tool_sandbox.analysis.export import csv_text
        from tool_sandbox.analysis.frames import samples

        print(csv_text(samples(*directories)), end="")
        return
    written = export(directories, file)
    print(f"{counted(written.rows, 'row')} in {file}")


_TABLES: Mapping[str, Callable[[Sequence[str], str | None], None]] = {"csv": _table, "parquet": _table}


def _bytes(size: str) -> int:
    matched = _SIZE.fullmatch(size.strip())
    if matched is None:
        message = f"--largest is {size!r}; expected a size such as 50MB or 800kB."
        raise UsageError(message)
    return int(float(matched[1]) * _TIMES[matched[2].lower()])

"""A run directory as one file: what playing it again takes, without keys and without a path of this machine."""

from __future__ import annotations

import json
import re
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from attrs import frozen

from tool_sandbox.errors import SettingsError, UsageError
from tool_sandbox.llm.layers.journal.store import CALLS, SEGMENTS
from tool_sandbox.redaction import redact
from tool_sandbox.runs.capsule.archive import write_archive
from tool_sandbox.runs.capsule.sources import Sources
from tool_sandbox.runs.store import RESULTS, RUN, SUMMARY, TRAJECTORIES, RunStore

if TYPE_CHECKING:
    from tool_sandbox.runs.places import AnyPath

CAPSULE = "capsule.json"
"""What a capsule says of itself."""
SCHEMA = 1
_OF_THE_PLACE = {"output": "runs", "junit": None, "summary": None, "reuse": None, "failed": None, "against": None}
"""Settings that are about the machine on which the run was played, and what stands in their place."""


@frozen(kw_only=True)
class Packed:
    """What was packed."""

    file: Path
    files: int
    bytes: int
    """Of the capsule."""
    left_out: Sequence[str]
    """What it could not take along, in words."""


def pack(location: str, file: Path, *, force: bool = False) -> Packed:
    """Write a run as a capsule.

    Args:
        location: The run directory.
        file: The capsule.
        force: Whether a file that is there is written over.

    Raises:
        UsageError: There is no such run, it has no results, or the file is there already.
    """
    if file.exists() and not force:
        message = f"{str(file)!r} is there already; choose another name with -o, or write over it with --force."
        raise UsageError(message)
    store = RunStore.open(location)
    record, sources = store.read_run(), Sources()
    if not store.read_results():
        message = f"{str(store.directory)!r} has no finished sample, so there is nothing to compare with."
        raise UsageError(message)
    settings = {**sources.taken(record.get("settings") or {}), **_OF_THE_PLACE}
    record = {**record, "settings": {**settings, "fail_on_regression": None}, "started_together": []}
    plain = _without_paths(store)
    contents: dict[str, bytes | Path] = {
        **_kept(store),
        **sources.files,
        RUN: plain(json.dumps(redact(record), indent=2, ensure_ascii=False)),
        **{name: plain(path.read_text(encoding="utf-8")) for name, path in _described(store)},
        CAPSULE: _json({"schema": SCHEMA, "left_out": sources.left_out}),
    }
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with file.open("wb") as out:
            write_archive(out, contents)
    except OSError as error:
        message = f"cannot write {str(file)!r}: {error.strerror or error}."
        raise SettingsError(message) from error
    return Packed(file=file, files=len(contents), bytes=file.stat().st_size, left_out=sources.left_out)


def _kept(store: RunStore) -> dict[str, bytes | Path]:
    """The files of a run that stay as they are: journal and conversations."""
    patterns = (CALLS, f"{SEGMENTS}/*.jsonl", f"{TRAJECTORIES}/**/*.*")
    return {name: content for pattern in patterns for name, content in _matching(store, pattern)}


def _described(store: RunStore) -> Iterator[tuple[str, AnyPath]]:
    """The files in which places of this machine may stand, as in a traceback."""
    for name in (RESULTS, SUMMARY):
        if (path := store.directory / name).exists():
            yield name, path


def _matching(store: RunStore, pattern: str) -> Iterator[tuple[str, bytes | Path]]:
    root: Any = store.directory
    for path in filter(lambda path: path.is_file(), root.glob(pattern)):
        name = str(path.relative_to(root)).replace("\\", "/")
        yield name, path if store.local_directory is not None else path.read_bytes()


def _without_paths(store: RunStore) -> Any:
    """Puts short names in place of folders of this machine, in a text."""
    roots = {
        str(store.directory): ".",
        str(store.local_directory.resolve() if store.local_directory else store.directory): ".",
        str(Path.cwd()): ".",
        str(Path(__file__).resolve().parents[3]): "~",
        tempfile.gettempdir(): "~",
        str(Path.home()): "~",
    }
    known = sorted((root for root in roots if len(root) > 1), key=len, reverse=True)
    pattern = re.compile("|".join(rf"{re.escape(root)}(?![\w-])" for root in known))
    return lambda text: pattern.sub(lambda found: roots[found[0]], text).encode("utf-8", "backslashreplace")


def _json(value: Mapping[str, Any]) -> bytes:
    return (json.dumps(value, indent=2, ensure_ascii=False) + "\n").encode()

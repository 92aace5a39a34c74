"""Full-text search over the messages of a run: an SQLite index beside its directory.

It is only ever a copy: one that is missing, old or damaged is made again, and nothing else depends on it. Where nothing
can be written beside the run, it lasts as long as the process.
"""

from __future__ import annotations

import re
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from tool_sandbox.common.transcript import is_few_shot
from tool_sandbox.errors import SettingsError
from tool_sandbox.runs.places import is_local

if TYPE_CHECKING:
    from tool_sandbox.runs.run_result import RunResult
    from tool_sandbox.runs.stored_sample import StoredSample
    from tool_sandbox.threads import DaemonThreads

Key = tuple[str, int]
"""Scenario and trial."""

_VERSION = 1
_TABLES = """
CREATE TABLE samples
  (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT, trial INTEGER, stamp INTEGER, UNIQUE (name, trial));
CREATE VIRTUAL TABLE words USING fts5 (text, content = '', prefix = '2 3');
"""
_WORD = re.compile(r"\w+")
_BATCH = 200
"""So many samples are written at once."""


class SearchIndex:
    """Which samples of a run say what. Safe for threads.

    Args:
        run: The run; one that grows is indexed further by ``update``.
    """

    def __init__(self, run: RunResult) -> None:
        self._lock = threading.Lock()
        directory = run.store.directory
        self._path = directory.with_name(f".{directory.name}.search.sqlite") if is_local(directory) else None
        self._connection = self._opened()

    def update(self, run: RunResult) -> None:
        """Index what is new or has changed; reads every conversation that is not known yet."""
        played = (sample for sample in run if sample.trajectory is not None)
        while batch := list(islice(played, _BATCH)):
            with self._writing() as connection:
                for sample in batch:
                    _index(connection, sample)

    def samples(self, words: str) -> set[Key]:
        """The samples whose messages hold all words, each as it is or as the beginning of a longer one."""
        wanted = _WORD.findall(words)
        if not wanted:
            return set()
        query = " ".join(f'"{word}"*' for word in wanted)
        with self._lock:
            found = self._connection.execute(
                "SELECT name, trial FROM samples JOIN words ON samples.id = words.rowid WHERE words MATCH ?", (query,)
            )
            return set(found)

    def close(self) -> None:
        """Let go of the file."""
        with self._lock:
            self._connection.close()

    # -- the file ----------------------------------------------------------------------------------------------------

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        with self._lock:
            try:
                with self._connection:
                    yield self._connection
            except sqlite3.OperationalError:  # the disk is full, or another viewer holds the file
                self._connection = _in_memory()

    def _opened(self) -> sqlite3.Connection:
        if self._path is None:
            return _in_memory()
        try:
            return _on_disk(self._path)
        except sqlite3.DatabaseError:  # damaged, or of another version
            with suppress(OSError):
                self._path.unlink()
        try:
            return _on_disk(self._path)
        except sqlite3.DatabaseError:  # nothing can be written here
            return _in_memory()


def _on_disk(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, check_same_thread=False)
    try:
        _check(connection)
    except sqlite3.DatabaseError:
        connection.close()
        raise
    return connection


def _check(connection: sqlite3.Connection) -> None:
    """Make the tables of a new file; refuse those of another version, and what is no such file at all."""
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    if version not in (0, _VERSION):
        message = f"an index of version {version}"
        raise sqlite3.DatabaseError(message)
    if version == 0:
        _make(connection)
    connection.execute("SELECT count(*) FROM samples").fetchone()


def _in_memory() -> sqlite3.Connection:
    connection = sqlite3.connect(":memory:", check_same_thread=False)
    _make(connection)
    return connection


def _make(connection: sqlite3.Connection) -> None:
    with connection:
        connection.executescript(f"{_TABLES}PRAGMA user_version = {_VERSION};")


def _index(connection: sqlite3.Connection, sample: StoredSample) -> None:
    stamp = int(sample.duration * 1000) ^ (sample.messages << 32)  # another play takes other milliseconds
    before = connection.execute("SELECT id, stamp FROM samples WHERE name = ? AND trial = ?", sample.key).fetchone()
    if before is not None and before[1] == stamp:
        return
    if before is not None:  # its words stay, and lead to nothing
        connection.execute("DELETE FROM samples WHERE id = ?", before[:1])
    with closing(connection.cursor()) as cursor:
        cursor.execute("INSERT INTO samples (name, trial, stamp) VALUES (?, ?, ?)", (*sample.key, stamp))
        cursor.execute("INSERT INTO words (rowid, text) VALUES (?, ?)", (cursor.lastrowid, _text(sample)))


def _text(sample: StoredSample) -> str:
    try:
        world = sample.world
    except SettingsError:  # its files are gone
        return ""
    rows = [row for row in world.log() if not is_few_shot(row)]
    said = "\n".join(row["content"] or "" for row in rows if row["sender"] != "SYSTEM")
    return said.encode("utf-8", "replace").decode()


class Indexer:
    """Keeps the indices of runs up to date in the background.

    Args:
        background: Where the work is done, one thing after the other; it is ended before the indices are closed.
    """

    def __init__(self, background: DaemonThreads) -> None:
        self._background = background
        self._indices: dict[str, SearchIndex] = {}

    def index(self, name: str, run: RunResult) -> None:
        """Have a run indexed soon."""
        if name not in self._indices:
            self._indices[name] = SearchIndex(run)
        self._background.submit(self._indices[name].update, run)

    def samples(self, name: str, words: str) -> set[Key]:
        """The samples of a run that say something, as far as they are indexed."""
        index = self._indices.get(name)
        return index.samples(words) if index else set()

    def close(self) -> None:
        """Let go of the files."""
        for each in self._indices.values():
            each.close()

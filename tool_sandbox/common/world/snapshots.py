"""Versioned immutable tables: what the world was after each message.

A table is a tuple of snapshots in ascending index order. Every change makes a new tuple; rows are shared and never
changed, so that forking a world copies one reference per table.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from functools import lru_cache
from operator import attrgetter
from typing import TYPE_CHECKING, Any

from attrs import define, field

from tool_sandbox.common.message import Message
from tool_sandbox.common.shared_json import SharedJson
from tool_sandbox.common.world.schemas import INDEX_COLUMN, Row, TableSchema

if TYPE_CHECKING:
    import polars as pl

_index_of = attrgetter("index")


@define(eq=False)
class Snapshot:
    """All rows of one table that share one message index. Compared by identity: one object, one content.

    Args:
        index: Index of the message after which the table looked like this.
        rows: The visible rows.
        guarded: Whether an all-null headguard row stands in front, so that an empty snapshot can be told from none.
    """

    index: int
    rows: tuple[Row, ...]
    guarded: bool = field(kw_only=True)
    _frame: pl.DataFrame | None = field(default=None, init=False, repr=False)
    _messages: tuple[Message, ...] | None = field(default=None, init=False, repr=False)
    _logged: tuple[Row, ...] | None = field(default=None, init=False, repr=False)
    _written_rows: tuple[SharedJson, ...] | None = field(default=None, init=False, repr=False)

    def __reduce__(self) -> tuple[Any, ...]:
        """Without what can be made again."""
        return _snapshot, (self.index, self.rows, self.guarded)

    def with_rows(self, rows: Iterable[Row]) -> Snapshot:
        """Other rows under the same index."""
        return Snapshot(self.index, tuple(rows), guarded=self.guarded)

    def stored_rows(self, schema: TableSchema) -> list[Row]:
        """The rows with index column and headguard, as files and DataFrames hold them."""
        guard = [dict(_headguard(self.index, tuple(schema.columns)))] if self.guarded else []
        return [*guard, *({INDEX_COLUMN: self.index, **row} for row in self.rows)]

    def written_rows(self, schema: TableSchema) -> tuple[SharedJson, ...]:
        """The same for writing them as JSON, as a part of many worlds; made once."""
        if self._written_rows is None:
            guard = [_headguard(self.index, tuple(schema.columns))] if self.guarded else []
            rows = (SharedJson({INDEX_COLUMN: self.index, **row}) for row in self.rows)
            self._written_rows = (*guard, *rows)
        return self._written_rows

    def messages(self) -> tuple[Message, ...]:
        """The rows of a log snapshot as messages; made once."""
        if self._messages is None:
            self._messages = tuple([Message(**row) for row in self.rows])
        return self._messages

    def logged(self) -> tuple[Row, ...]:
        """The rows of a log snapshot with the index column; made once, and read-only as they are."""
        if self._logged is None:
            self._logged = tuple([{INDEX_COLUMN: self.index, **row} for row in self.rows])
        return self._logged

    def frame(self, schema: TableSchema) -> pl.DataFrame:
        """The visible rows as a DataFrame without index column; made once."""
        if self._frame is None:
            self._frame = frame_of(self.rows, schema).drop(INDEX_COLUMN)
        return self._frame.clone()


def _snapshot(index: int, rows: tuple[Row, ...], guarded: bool) -> Snapshot:
    return Snapshot(index, rows, guarded=guarded)


@lru_cache(maxsize=1 << 10)
def _headguard(index: int, columns: tuple[str, ...]) -> SharedJson:
    return SharedJson({INDEX_COLUMN: index, **dict.fromkeys(columns)})


Table = tuple[Snapshot, ...]


def frame_of(rows: Iterable[Row], schema: TableSchema) -> pl.DataFrame:
    """A DataFrame of rows, with the index column (null where the rows have none)."""
    import polars as pl

    dtypes: Any = schema.dtypes()
    listed = list(rows)
    return pl.DataFrame({name: [row.get(name) for row in listed] for name in dtypes}, schema=dtypes)


def position_at(table: Table, index: int) -> int:
    """Position of the newest snapshot not later than ``index``, or of the first one."""
    return max(bisect_right(table, index, key=_index_of) - 1, 0)


def writable(table: Table, index: int) -> tuple[Table, Snapshot]:
    """The snapshot that a write at ``index`` changes, copied from the newest one, and the snapshots before it.

    A fresh copy always has a headguard, so that removing its last row leaves an empty table and not the one before.
    """
    if table and table[-1].index == index:
        return table[:-1], table[-1]
    rows = table[position_at(table, index)].rows if table else ()
    return table, Snapshot(index, rows, guarded=True)


def from_stored(rows: Iterable[Row], schema: TableSchema) -> Table:
    """The table whose ``stored_rows`` these are; snapshots ordered by index, rows kept in their order."""
    visible: dict[int, list[Row]] = {}
    guarded: set[int] = set()
    for given in rows:
        row = schema.stored_row(given)
        index = int(given[INDEX_COLUMN])
        bucket = visible.setdefault(index, [])
        if any(value is not None for value in row.values()):
            bucket.append(row)
        else:
            guarded.add(index)
    return tuple(Snapshot(index, tuple(visible[index]), guarded=index in guarded) for index in sorted(visible))

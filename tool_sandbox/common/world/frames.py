"""Tables as polars DataFrames, for scenarios, tools and tests that were written against them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, MutableMapping
from typing import TYPE_CHECKING, Any, ClassVar

from tool_sandbox.common.vocabulary import DatabaseNamespace
from tool_sandbox.common.world.schemas import INDEX_COLUMN, Row, TableSchema, namespaces, schema_of
from tool_sandbox.common.world.snapshots import Snapshot, Table, frame_of, from_stored
from tool_sandbox.common.world.tables import LOG, Tables, device_table

if TYPE_CHECKING:
    import polars as pl


class _PolarsSchemas:
    """Class attribute that is made when it is first read, so that importing this module does not import polars."""

    def __get__(self, instance: Any, owner: type) -> dict[DatabaseNamespace, dict[str, Any]]:
        return {namespace: schema_of(namespace).dtypes() for namespace in namespaces()}


class FramedTables(Tables):
    """The tables of a world, also as DataFrames."""

    dbs_schemas: ClassVar[_PolarsSchemas] = _PolarsSchemas()
    """Polars schema of every table."""

    def get_database(
        self,
        namespace: DatabaseNamespace,
        sandbox_message_index: int | None = None,
        get_all_history_snapshots: bool = False,
        drop_sandbox_message_index: bool = True,
        drop_headguard: bool = True,
    ) -> pl.DataFrame:
        """A table as a DataFrame; for the log, by default only the last message.

        Args:
            namespace: Which table.
            sandbox_message_index: As it was after this message; ``None`` is now.
            get_all_history_snapshots: All snapshots up to that message instead of the newest one.
            drop_sandbox_message_index: Leave out the index column.
            drop_headguard: Leave out the all-null rows that mark empty snapshots.

        Raises:
            IndexError: The message does not exist yet.
        """
        self._reads(namespace)
        snapshot = self.snapshot_version(namespace, sandbox_message_index)
        schema = schema_of(namespace)
        if snapshot is not None and drop_headguard and drop_sandbox_message_index and not get_all_history_snapshots:
            return snapshot.frame(schema)
        table = self._tables.get(DatabaseNamespace(namespace), ())
        chosen = [] if snapshot is None else [s for s in table if s.index <= snapshot.index]
        return _of_snapshots(
            chosen if get_all_history_snapshots else chosen[-1:],
            schema,
            with_index=not drop_sandbox_message_index,
            with_headguard=not drop_headguard,
        )

    def add_to_database(self, namespace: DatabaseNamespace, rows: list[dict[str, Any]]) -> None:
        """Append rows to a table, as of the next message; rows of the log become the next messages.

        Raises:
            KeyError: A row has a column the table lacks.
            ValueError: A row is null in every column.
            polars.exceptions.ComputeError: A value does not fit its column.
        """
        self.add_rows(namespace, rows)
        if not rows and namespace != LOG:
            self._maybe_create_snapshot(namespace)

    def remove_from_database(self, namespace: DatabaseNamespace, predicate: Any) -> None:
        """Remove the rows for which a polars expression is true (and those for which it is null).

        Raises:
            KeyError: The log cannot be changed this way.
            polars.exceptions.NoDataError: The expression is true for no row.
        """
        namespace = device_table(namespace)
        before, snapshot = self._writable(namespace)
        kept = _rows_left(snapshot, schema_of(namespace), predicate)
        if kept is None:
            from polars.exceptions import NoDataError

            message = f"No row of {namespace} matches; nothing was removed."
            raise NoDataError(message)
        self._writes(namespace)
        self._tables[namespace] = (*before, snapshot.with_rows(kept))

    def update_database(self, namespace: DatabaseNamespace, dataframe: pl.DataFrame) -> None:
        """Make a DataFrame the whole content of a table; for the log, of the last message.

        Raises:
            polars.exceptions.ColumnNotFoundError: A column of the table is missing.
            polars.exceptions.SchemaError: A column has another dtype.
        """
        self.replace_rows(namespace, _checked_rows(dataframe, schema_of(namespace)))

    def _maybe_create_snapshot(self, namespace: DatabaseNamespace) -> None:
        before, snapshot = self._writable(namespace)
        self._tables[DatabaseNamespace(namespace)] = (*before, snapshot)

    @staticmethod
    def drop_headguard(dataframe: pl.DataFrame) -> pl.DataFrame:
        """The DataFrame without rows that are null in every column but the index."""
        import polars as pl

        return dataframe.filter(~pl.all_horizontal(pl.exclude(INDEX_COLUMN).is_null()))

    @property
    def _dbs(self) -> MutableMapping[DatabaseNamespace, pl.DataFrame]:
        for namespace in self._tables:
            self._writes(namespace)
        return StoredFrames(self._tables)

    @_dbs.setter
    def _dbs(self, stored: Mapping[DatabaseNamespace, pl.DataFrame]) -> None:
        StoredFrames(self._tables).update(stored)


def _of_snapshots(
    snapshots: Iterable[Snapshot], schema: TableSchema, *, with_index: bool, with_headguard: bool
) -> pl.DataFrame:
    """The rows of several snapshots below each other."""
    rows: list[Row] = []
    for snapshot in snapshots:
        stored = snapshot.stored_rows(schema)
        rows += stored if with_headguard or not snapshot.guarded else stored[1:]
    frame = frame_of(rows, schema)
    return frame if with_index else frame.drop(INDEX_COLUMN)


def _rows_left(snapshot: Snapshot, schema: TableSchema, predicate: Any) -> list[Row] | None:
    """The rows that remain when those matching a polars expression go; ``None`` when it matches none.

    Rows for which the expression is null go as well, as they do in the original.
    """
    import polars as pl

    frame = _of_snapshots([snapshot], schema, with_index=True, with_headguard=False)
    verdicts = frame.select((predicate & (pl.col(INDEX_COLUMN) == snapshot.index)).alias("matches"))[
        "matches"
    ].to_list()
    if not any(verdicts):
        return None
    return [row for row, verdict in zip(snapshot.rows, verdicts, strict=True) if verdict is False]


def _checked_rows(dataframe: pl.DataFrame, schema: TableSchema) -> list[dict[str, Any]]:
    """Rows of a DataFrame that has every column of the schema in the right dtype; headguards are left out.

    Raises:
        polars.exceptions.ColumnNotFoundError: A column is missing.
        polars.exceptions.SchemaError: A column has another dtype.
    """
    import polars as pl
    from polars.exceptions import ColumnNotFoundError, SchemaError

    dtypes = schema.dtypes()
    for name, dtype in dtypes.items():
        if name == INDEX_COLUMN:
            continue
        if name not in dataframe.columns:
            message = f"The DataFrame has no column {name!r}; it needs {list(schema.columns)}."
            raise ColumnNotFoundError(message)
        if dataframe.schema[name] not in (dtype, pl.Null):
            message = f"Column {name!r} must be {dtype}; it is {dataframe.schema[name]}."
            raise SchemaError(message)
    rows = dataframe.select(list(schema.columns)).to_dicts()
    return [row for row in rows if any(value is not None for value in row.values())]


class StoredFrames(MutableMapping[DatabaseNamespace, "pl.DataFrame"]):
    """The tables of a context as DataFrames of all snapshots with index and headguards; assignment replaces one."""

    def __init__(self, tables: dict[DatabaseNamespace, Table]) -> None:
        self._tables = tables

    def __getitem__(self, namespace: DatabaseNamespace) -> pl.DataFrame:
        return _of_snapshots(self._tables[namespace], schema_of(namespace), with_index=True, with_headguard=True)

    def __setitem__(self, namespace: DatabaseNamespace, frame: pl.DataFrame) -> None:
        self._tables[namespace] = from_stored(frame.to_dicts(), schema_of(namespace))

    def __delitem__(self, namespace: DatabaseNamespace) -> None:
        message = f"{namespace} cannot be removed: every world has all its tables."
        raise TypeError(message)

    def __iter__(self) -> Iterator[DatabaseNamespace]:
        return iter(self._tables)

    def __len__(self) -> int:
        return len(self._tables)

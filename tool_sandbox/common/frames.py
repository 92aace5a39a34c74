"""Tables as polars DataFrames, for scenarios, tools and tests that were written against them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, MutableMapping
from typing import TYPE_CHECKING, Any

from tool_sandbox.common.schemas import INDEX_COLUMN, Row, TableSchema, schema_of
from tool_sandbox.common.snapshots import Snapshot, Table, frame_of, from_stored
from tool_sandbox.common.vocabulary import DatabaseNamespace

if TYPE_CHECKING:
    import polars as pl


def of_snapshots(
    snapshots: Iterable[Snapshot], schema: TableSchema, *, with_index: bool, with_headguard: bool
) -> pl.DataFrame:
    """The rows of several snapshots below each other."""
    rows: list[Row] = []
    for snapshot in snapshots:
        stored = snapshot.stored_rows(schema)
        rows += stored if with_headguard or not snapshot.guarded else stored[1:]
    frame = frame_of(rows, schema)
    return frame if with_index else frame.drop(INDEX_COLUMN)


def headguard_predicate(column_names: Iterable[str]) -> pl.Expr:
    """Expression: null in every named column but the index."""
    import polars as pl

    return pl.all_horizontal(*(pl.col(name).is_null() for name in sorted(column_names) if name != INDEX_COLUMN))


def rows_left(snapshot: Snapshot, schema: TableSchema, predicate: Any) -> list[Row] | None:
    """The rows that remain when those matching a polars expression go; ``None`` when it matches none.

    Rows for which the expression is null go as well, as they do in the original.
    """
    import polars as pl

    frame = of_snapshots([snapshot], schema, with_index=True, with_headguard=False)
    verdicts = frame.select((predicate & (pl.col(INDEX_COLUMN) == snapshot.index)).alias("matches"))[
        "matches"
    ].to_list()
    if not any(verdicts):
        return None
    return [row for row, verdict in zip(snapshot.rows, verdicts, strict=True) if verdict is False]


def checked_rows(dataframe: pl.DataFrame, schema: TableSchema) -> list[dict[str, Any]]:
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
        return of_snapshots(self._tables[namespace], schema_of(namespace), with_index=True, with_headguard=True)

    def __setitem__(self, namespace: DatabaseNamespace, frame: pl.DataFrame) -> None:
        self._tables[namespace] = from_stored(frame.to_dicts(), schema_of(namespace))

    def __delitem__(self, namespace: DatabaseNamespace) -> None:
        message = f"{namespace} cannot be removed: every world has all its tables."
        raise TypeError(message)

    def __iter__(self) -> Iterator[DatabaseNamespace]:
        return iter(self._tables)

    def __len__(self) -> int:
        return len(self._tables)

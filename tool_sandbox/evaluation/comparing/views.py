"""Tables as the evaluation sees them: plain rows that know the kind of each column.

DataFrames are taken apart at the public boundary and made again only for similarity functions of a user's own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from tool_sandbox.common.vocabulary import RoleType
from tool_sandbox.common.world.schemas import (
    BOOLEAN,
    INDEX_COLUMN,
    NUMBER,
    ROLE,
    ROLES,
    TEXT,
    TEXTS,
    TableSchema,
    schema_of,
)

if TYPE_CHECKING:
    import polars as pl

NULL, OTHER = "null", "other"

_ZEROS: dict[str, Any] = {TEXT: "", NUMBER: 0, BOOLEAN: False, ROLE: RoleType.SYSTEM.value, NULL: None}
LISTS = frozenset({TEXTS, ROLES})


class ColumnKinds(dict[str, str]):
    """Column name to kind, in column order, with what null becomes in columns of categories."""

    def __init__(self, kinds: Mapping[str, str], first_categories: Mapping[str, str] | None = None) -> None:
        super().__init__(kinds)
        self.first_categories = first_categories or {}

    def zero(self, column: str) -> Any:
        """What a null of the column is taken for when rows are compared as a whole.

        Raises:
            polars.exceptions.InvalidOperationError: The column holds lists or something else without a zero.
        """
        if column in self.first_categories:
            return self.first_categories[column]
        kind = self[column]
        if kind not in _ZEROS:
            from polars.exceptions import InvalidOperationError

            message = (
                f"Column {column!r} holds lists or objects, so added, removed and updated rows cannot be told in its "
                f"table. Use snapshot_similarity for it."
            )
            raise InvalidOperationError(message)
        return _ZEROS[kind]


class View:
    """Rows of one table. Read-only.

    Args:
        kinds: Kind of each column.
        rows: The rows; every row has every column.
        make_frame: Makes the DataFrame of rows, for similarity functions of a user's own.
    """

    __slots__ = ("_filled", "_frame", "_keys", "_make_frame", "kinds", "rows")

    def __init__(
        self,
        kinds: ColumnKinds,
        rows: Sequence[Mapping[str, Any]],
        make_frame: Callable[[Sequence[Mapping[str, Any]]], pl.DataFrame],
    ) -> None:
        self.kinds = kinds
        self.rows = rows
        self._make_frame = make_frame
        self._frame: pl.DataFrame | None = None
        self._filled: View | None = None
        self._keys: list[tuple[Any, ...]] | None = None

    def with_rows(self, rows: Sequence[Mapping[str, Any]]) -> View:
        """Other rows in the same columns."""
        return View(self.kinds, rows, self._make_frame)

    def without_index(self) -> View:
        """The same rows without the index column, if there is one."""
        if INDEX_COLUMN not in self.kinds:
            return self
        kept = {name: kind for name, kind in self.kinds.items() if name != INDEX_COLUMN}
        rows = [{name: row[name] for name in kept} for row in self.rows]

        def without(others: Sequence[Mapping[str, Any]]) -> pl.DataFrame:
            return self._make_frame(others).drop(INDEX_COLUMN)

        return View(ColumnKinds(kept, self.kinds.first_categories), rows, without)

    def filled(self, other_kinds: ColumnKinds | None = None) -> View:
        """The rows without the index column and with zeros for nulls.

        Args:
            other_kinds: As for ``zero_filled``.
        """
        if NULL in self.kinds.values():
            return zero_filled(self.without_index(), other_kinds)
        if self._filled is not None:
            return self._filled
        filled = zero_filled(self.without_index())
        if filled is not self:  # a view that knows itself would be garbage to look for
            self._filled = filled
        return filled

    def keys(self) -> list[tuple[Any, ...]]:
        """For each row something that is equal exactly for equal rows, NaN and lists included; made once."""
        if self._keys is None:
            self._keys = [row_key(row, self.kinds) for row in self.rows]
        return self._keys

    def frame(self) -> pl.DataFrame:
        """The rows as a DataFrame, made once."""
        if self._frame is None:
            self._frame = self._make_frame(self.rows)
        return self._frame


@lru_cache(maxsize=64)
def _kinds_of(namespace: str, _schema: int) -> ColumnKinds:
    return ColumnKinds(schema_of(namespace).columns)


def stored_view(namespace: str, rows: Sequence[Mapping[str, Any]]) -> View:
    """Rows of a world's table."""
    schema = schema_of(namespace)
    return View(_kinds_of(namespace, id(schema)), rows, lambda others: _stored_frame(schema, others))


def view_of(data: Any) -> View:
    """A DataFrame, or a sequence of row dicts, as rows.

    Raises:
        TypeError: It is neither.
    """
    if isinstance(data, View):
        return data
    if isinstance(data, (list, tuple)):
        return _from_rows(data)
    if not hasattr(data, "to_dicts"):
        message = f"{data!r} is not a table; expected a polars DataFrame or a list of row dicts."
        raise TypeError(message)
    return _from_frame(data)


def _from_rows(rows: Sequence[Mapping[str, Any]]) -> View:
    kinds: dict[str, str] = {}
    for row in rows:
        for name, value in row.items():
            if kinds.get(name, NULL) == NULL:
                kinds[name] = _kind_of(value)
    complete = [{name: row.get(name) for name in kinds} for row in rows]
    return View(ColumnKinds(kinds), complete, _inferred_frame)


def _kind_of(value: Any) -> str:
    if value is None:
        return NULL
    if isinstance(value, str):
        return TEXT
    if isinstance(value, bool):
        return BOOLEAN
    if isinstance(value, (int, float)):
        return NUMBER
    return TEXTS if isinstance(value, (list, tuple)) else OTHER


def _inferred_frame(rows: Sequence[Mapping[str, Any]]) -> pl.DataFrame:
    import polars as pl

    return pl.DataFrame([{name: plain(value) for name, value in row.items()} for row in rows], infer_schema_length=None)


def plain(value: Any) -> Any:
    """The value with members of text enums replaced by their text."""
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    return str(value) if isinstance(value, str) else value


def _stored_frame(schema: TableSchema, rows: Iterable[Mapping[str, Any]]) -> pl.DataFrame:
    import polars as pl

    listed = list(rows)
    dtypes = {name: dtype for name, dtype in schema.dtypes().items() if name != INDEX_COLUMN}
    return pl.DataFrame({name: [row[name] for row in listed] for name in dtypes}, schema=dtypes)


def _from_frame(frame: pl.DataFrame) -> View:
    import polars as pl

    schema = dict(frame.schema)
    categories = {name: dtype.categories[0] for name, dtype in schema.items() if isinstance(dtype, pl.Enum)}

    def made(rows: Sequence[Mapping[str, Any]]) -> pl.DataFrame:
        return pl.DataFrame({name: [row[name] for row in rows] for name in schema}, schema=schema)

    kinds = ColumnKinds({name: _kind_of_dtype(dtype) for name, dtype in schema.items()}, categories)
    return View(kinds, frame.to_dicts(), made)


def _kind_of_dtype(dtype: Any) -> str:
    import polars as pl

    if isinstance(dtype, pl.Enum):
        return ROLE
    if dtype in (pl.String, pl.Categorical):
        return TEXT
    if dtype == pl.Boolean:
        return BOOLEAN
    if dtype.is_numeric():
        return NUMBER
    if dtype == pl.Null:
        return NULL
    return TEXTS if isinstance(dtype, (pl.List, pl.Array)) else OTHER


def row_key(row: Mapping[str, Any], columns: Iterable[str]) -> tuple[Any, ...]:
    """The cells as something that is equal exactly for equal cells, NaN and lists included."""
    return tuple([_hashable(row[name]) for name in columns])


def _hashable(value: Any) -> Any:
    if isinstance(value, float) and value != value:  # noqa: PLR0124 -- NaN is not equal to itself
        return "NaN", None
    return tuple(_hashable(item) for item in value) if isinstance(value, (list, tuple)) else value


def zero_filled(view: View, other_kinds: ColumnKinds | None = None) -> View:
    """The same rows with every null replaced by its column's zero.

    Args:
        view: The rows.
        other_kinds: ColumnKinds of the table it is compared with, for columns that hold nothing but nulls.
    """
    zeros = {}
    for name, kind in view.kinds.items():
        source = other_kinds if kind == NULL and other_kinds is not None and name in other_kinds else view.kinds
        zeros[name] = source.zero(name)
    if not any(value is None for row in view.rows for value in row.values()):
        return view
    return view.with_rows(
        [{name: zeros[name] if value is None else value for name, value in row.items()} for row in view.rows]
    )

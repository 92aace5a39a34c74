"""What may stand for a value: plain ones, and those that are worked out; and the rows of tables that hold them."""

from __future__ import annotations

from collections.abc import Mapping as AnyMapping
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, PlainValidator, StrictInt
from pydantic.main import create_model
from typing_extensions import TypeAliasType

from tool_sandbox.common.vocabulary import DatabaseNamespace, RoleType
from tool_sandbox.common.world import schemas
from tool_sandbox.nearest import hint
from tool_sandbox.scenarios.language.document import Mapping, Sequence
from tool_sandbox.scenarios.language.facts import Composed
from tool_sandbox.scenarios.language.fields import YOUR_OWN, Shown, Text
from tool_sandbox.scenarios.language.models import FileModel, check_keys, described, problem


class At(FileModel):
    """A point in time in the world."""

    moment: Text = Field(alias="at", examples=["now", "tomorrow 17:00", "friday 12:00 + 1 day", "now - 3 days"])
    """now, or a day (today, tomorrow, yesterday, a weekday, a date) with HH:MM; then shifts such as + 2 hours."""


class WorldCell(FileModel):
    """A cell of a row that has a short name in the world."""

    cell: Text = Field(alias="world", examples=["dana.phone_number"])
    """The short name, a dot, and the column."""


ResultPath = Annotated[
    str, BeforeValidator(lambda value: str(value) if type(value) is int else value), Shown(lambda: str | int)
]
"""A dotted path of keys and positions into a result; empty for the result itself."""


class ResultValue(FileModel):
    """A value out of the result of an earlier call."""

    tool: Text = Field(alias="from")
    """The tool that was called."""
    take: ResultPath = Field("", examples=["0.person_id"])
    """A dotted path of keys and positions; empty for the result itself."""
    call: StrictInt = -1
    """Which call of that tool, counted from 0; the latest by default."""


Value = TypeAliasType("Value", str | float | bool | list[Any] | At | WorldCell | ResultValue | None)
TextCell = TypeAliasType("TextCell", str | At | WorldCell | Composed | None)
NumberCell = TypeAliasType("NumberCell", float | At | WorldCell | None)
TruthCell = TypeAliasType("TruthCell", bool | At | WorldCell | None)
_CELLS: dict[str, Any] = {
    schemas.TEXT: TextCell,
    schemas.NUMBER: NumberCell,
    schemas.BOOLEAN: TruthCell,
    schemas.ROLE: RoleType | None,
}

RowsOfTables = AnyMapping[str, tuple[Mapping, ...]]
"""Upper-case table name to rows."""


def columns_of(rows: RowsOfTables) -> set[str]:
    """Every column that some row names."""
    return {column for each in rows.values() for row in each for column in row}


def _tables(value: Any) -> RowsOfTables:
    if not isinstance(value, Mapping) or not value:
        raise problem(f"expected {{table: {{column: value}}}}; got {described(value)}.")
    return {_table(name, name): _table_rows(name, rows) for name, rows in value.items()}


def _table(name: str, *path: str) -> str:
    """The name by which the world knows a table."""
    tables = [table.lower() for table in schemas.namespaces()]
    if name not in tables:
        raise problem(f"there is no table {name!r}; {hint(name, tables)} {YOUR_OWN.format('Tables')}", *path)
    return name.upper()


def _table_rows(name: str, value: Any) -> tuple[Mapping, ...]:
    columns = schemas.schema_of(name.upper()).columns
    if isinstance(value, Mapping) and not value:
        raise problem("expected at least one column; an empty table is written as [].", name)
    rows = value if isinstance(value, Sequence) else [value]
    for position, row in enumerate(rows):
        if not isinstance(row, Mapping):
            keys = ", ".join(columns)
            raise problem(f"expected a mapping with the keys {keys}; got {described(row)}.", name, position)
        check_keys(row, row.place, columns)
    return tuple(rows)


def _shown_tables() -> type[BaseModel]:
    """The built-in tables; those that users register are not known to editors."""
    tables: dict[str, Any] = {}
    for table in list(DatabaseNamespace)[:5]:
        columns: dict[str, Any] = {
            column: (_CELLS.get(kind, Any), None) for column, kind in schemas.schema_of(table).columns.items()
        }
        row: Any = create_model(f"{table.title()}Row", __config__=ConfigDict(extra="forbid"), **columns)
        tables[table.lower()] = (row | list[row], None)
    return create_model("Tables", __config__=ConfigDict(json_schema_extra={"minProperties": 1}), **tables)


Rows = TypeAliasType("Rows", Annotated[RowsOfTables, PlainValidator(_tables), Shown(_shown_tables)])
TableName = Annotated[
    str,
    AfterValidator(lambda name: _table(name)),  # noqa: PLW0108 -- one argument, so pydantic passes no more
    Shown(lambda: Literal[tuple(table.lower() for table in list(DatabaseNamespace)[:5])] | Text),
]

"""Rows of the phone's tables that are named by their id, the first column of the table."""

from collections.abc import Mapping
from typing import Any

from tool_sandbox.common.execution_context import get_current_context
from tool_sandbox.common.not_given import NOT_GIVEN
from tool_sandbox.common.vocabulary import DatabaseNamespace
from tool_sandbox.common.world.schemas import schema_of


def given_values(**values: Any) -> dict[str, Any]:
    """The new values that were given, by column.

    Raises:
        ValueError: None was.
    """
    given = {column: value for column, value in values.items() if value is not NOT_GIVEN}
    if not given:
        message = f"Nothing to change was given; give at least one of {tuple(values)}."
        raise ValueError(message)
    return given


def change_record(table: DatabaseNamespace, record_id: str, changes: Mapping[str, Any]) -> None:
    """Change the one row with this id; it becomes the last one.

    Raises:
        polars.exceptions.NoDataError: No row has the id.
        polars.exceptions.DuplicateError: Several have it.
    """
    column = _id_column(table)
    context = get_current_context()
    rows = context.rows(table)
    found = [row for row in rows if row[column] == record_id]
    if not found:
        raise _no_record(table, record_id)
    if len(found) > 1:
        from polars.exceptions import DuplicateError

        message = f"{len(found)} {table.lower()}s have {column}={record_id!r}, so it is not clear which one is meant."
        raise DuplicateError(message)
    others = [row for row in rows if row is not found[0]]
    context.replace_rows(table, [*others, {**found[0], **changes}])


def remove_record(table: DatabaseNamespace, record_id: str) -> None:
    """Remove the rows with this id.

    Raises:
        polars.exceptions.NoDataError: No row has it.
    """
    column = _id_column(table)
    if not get_current_context().remove_rows(table, lambda row: row[column] == record_id):
        raise _no_record(table, record_id)


def _no_record(table: DatabaseNamespace, record_id: str) -> Exception:
    from polars.exceptions import NoDataError

    return NoDataError(f"There is no {table.lower()} with {_id_column(table)}={record_id!r}.")


def _id_column(table: DatabaseNamespace) -> str:
    return next(iter(schema_of(table).columns))

"""Finding and changing single rows of the library's tables."""

from datetime import date, timedelta
from typing import Any

from tool_sandbox import clock
from tool_sandbox.common.execution_context import get_current_context


def rows_with(table: str, **cells: Any) -> list[dict[str, Any]]:
    """Copies of the rows with these cells."""
    rows = get_current_context().rows(table)
    return [dict(row) for row in rows if all(row[column] == cell for column, cell in cells.items())]


def the_row(table: str, what: str, **cells: Any) -> dict[str, Any]:
    """A copy of the one row with these cells.

    Raises:
        ValueError: There is none; the message says that there is no such ``what``.
    """
    found = rows_with(table, **cells)
    if not found:
        raise ValueError(f"There is no {what} {' '.join(map(str, cells.values()))!r}.")
    return found[0]


def change(table: str, row: dict[str, Any], key: str) -> None:
    """Put a row in the place of the one that has the same key."""
    context = get_current_context()
    context.replace_rows(table, [row if each[key] == row[key] else dict(each) for each in context.rows(table)])


def contains(text: str, words: str) -> bool:
    """Whether a text has all of these words, in any case."""
    return all(word in text.casefold() for word in words.casefold().split())


def today() -> date:
    """The day in the world."""
    return clock.now_datetime().date()


def in_days(days: int, start: date | None = None) -> str:
    """The day so many days later."""
    return ((start or today()) + timedelta(days=days)).isoformat()

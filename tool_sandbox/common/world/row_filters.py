"""Searching the rows of a table by criteria that tools offer: exact, fuzzy, at least, at most."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

from tool_sandbox.common.not_given import NOT_GIVEN

Rows = Sequence[Mapping[str, Any]]
RowFilter = Callable[[Rows, str, Any], Rows]
"""Takes rows, a column and the wanted value; returns the rows to keep."""

FUZZY_MATCH_LIMIT = 5
"""A fuzzy search returns no more rows than this, as in the original."""


def filter_rows(rows: Rows, criteria: Sequence[tuple[str, Any, RowFilter]]) -> list[dict[str, Any]]:
    """Copies of the rows that pass every criterion whose value is given, one criterion after the other.

    Raises:
        ValueError: No criterion has a value.
    """
    check_any_given([(column, value) for column, value, _ in criteria])
    for column, value, keep in criteria:
        if value is not NOT_GIVEN:
            rows = keep(rows, column, value)
    return [dict(row) for row in rows]


def check_any_given(columns_and_values: Sequence[tuple[str, Any]]) -> None:
    """Refuse a search without any criterion.

    Raises:
        ValueError: Every value is ``NOT_GIVEN``.
    """
    if all(value is NOT_GIVEN for _, value in columns_and_values):
        columns = tuple(column for column, _ in columns_and_values)
        message = f"No search criteria were given; give at least one of {columns}."
        raise ValueError(message)


def exactly(rows: Rows, column: str, value: Any) -> Rows:
    """Rows whose cell equals the value; null equals nothing, not even null."""
    if value is None:
        return ()
    return [row for row in rows if row[column] is not None and row[column] == value]


def at_least(rows: Rows, column: str, value: Any) -> Rows:
    """Rows whose cell is not below the value."""
    return [row for row in rows if row[column] is not None and row[column] >= value]


def at_most(rows: Rows, column: str, value: Any) -> Rows:
    """Rows whose cell is not above the value."""
    return [row for row in rows if row[column] is not None and row[column] <= value]


def similar(threshold: float = 90) -> RowFilter:
    """Rows whose cell resembles the value, best first; see ``fuzzy_positions``."""
    return partial(_similar, threshold=threshold)


def _similar(rows: Rows, column: str, value: Any, *, threshold: float) -> Rows:
    return [rows[position] for position in fuzzy_positions(value, [row[column] for row in rows], threshold)]


def fuzzy_positions(value: Any, cells: Sequence[str | None], threshold: float) -> list[int]:
    """Positions of at most five cells that resemble the value, best first, equals in their order.

    Null resembles nothing, nor does a value without any letter or digit.

    Args:
        value: The text looked for.
        cells: The texts looked at.
        threshold: Least weighted likeness, 0 to 100, after lower-casing and dropping punctuation.

    Raises:
        TypeError: The value is not text.
    """
    if value is None or value != value:  # noqa: PLR0124 -- true for NaN only
        return []
    if not isinstance(value, str):
        message = f"A fuzzy search needs text to look for, got {value!r} of {type(value)}."
        raise TypeError(message)
    from rapidfuzz import fuzz, process, utils

    query = utils.default_process(value)
    if not query:
        return []
    found = process.extract(
        query,
        cells,
        scorer=fuzz.WRatio,
        processor=utils.default_process,
        score_cutoff=threshold,
        limit=FUZZY_MATCH_LIMIT,
    )
    return [position for _, _, position in found]

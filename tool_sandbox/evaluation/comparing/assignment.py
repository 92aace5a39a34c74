"""Which wanted row belongs to which found row, so that the total cost is smallest."""

from __future__ import annotations

import math
from collections.abc import Sequence

from attrs import define

_BY_HAND_UP_TO = 8


def assign(costs: Sequence[Sequence[float]]) -> list[int] | None:
    """Column of each row in the cheapest one-to-one assignment of a square matrix.

    Equal to ``scipy.optimize.linear_sum_assignment``, also among assignments of equal cost.

    Args:
        costs: One row per wanted row, one column per found row; infinite marks an impossible pair.

    Returns:
        Column indices, or ``None`` when there is no finite assignment or a cost is NaN or negatively infinite.
    """
    size = len(costs)
    for row in costs:
        for cost in row:
            if cost != cost or cost == -math.inf:  # noqa: PLR0124 -- NaN is not equal to itself
                return None
    if size == 1:
        return [0] if costs[0][0] < math.inf else None
    if size <= _BY_HAND_UP_TO:
        return _shortest_augmenting_paths(costs)
    return _with_scipy(costs)


def _with_scipy(costs: Sequence[Sequence[float]]) -> list[int] | None:
    from scipy.optimize import linear_sum_assignment

    try:
        _, columns = linear_sum_assignment(costs)
    except ValueError:
        return None
    return [int(column) for column in columns]


@define
class _Path:
    """The cheapest way to give one more row a column, and how far each column was on the way."""

    end: int
    length: float
    distance: list[float]
    reached_from: list[int]
    rows: list[int]
    columns: list[int]


def _shortest_augmenting_paths(costs: Sequence[Sequence[float]]) -> list[int] | None:
    """Jonker-Volgenant as described by Crouse (2016), with scipy's order of visiting and breaking ties."""
    size = len(costs)
    row_price, column_price = [0.0] * size, [0.0] * size
    column_of, row_of = [-1] * size, [-1] * size
    for start in range(size):
        path = _shortest_path(costs, start, row_price, column_price, row_of)
        if path is None:
            return None
        row_price[start] += path.length
        for row in path.rows[1:]:
            row_price[row] += path.length - path.distance[column_of[row]]
        for column in path.columns:
            column_price[column] -= path.length - path.distance[column]
        column, row = path.end, -1
        while row != start:
            row = path.reached_from[column]
            row_of[column] = row
            column_of[row], column = column, column_of[row]
    return column_of


def _shortest_path(
    costs: Sequence[Sequence[float]],
    start: int,
    row_price: Sequence[float],
    column_price: Sequence[float],
    row_of: Sequence[int],
) -> _Path | None:
    size = len(costs)
    path = _Path(-1, 0.0, [math.inf] * size, [-1] * size, [], [])
    unseen = list(range(size - 1, -1, -1))
    row = start
    while path.end == -1:
        path.rows.append(row)
        best, best_at = math.inf, -1
        for at, column in enumerate(unseen):
            reach = path.length + costs[row][column] - row_price[row] - column_price[column]
            if reach < path.distance[column]:
                path.reached_from[column] = row
                path.distance[column] = reach
            distance = path.distance[column]
            if distance < best or (distance == best and row_of[column] == -1):
                best, best_at = distance, at
        path.length = best
        if best == math.inf:
            return None
        column = unseen[best_at]
        path.columns.append(column)
        row = row_of[column]
        if row == -1:
            path.end = column
        unseen[best_at] = unseen[-1]
        unseen.pop()
    return path

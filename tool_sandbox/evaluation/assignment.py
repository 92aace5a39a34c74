"""Which wanted row belongs to which found row, so that the total cost is smallest."""

from __future__ import annotations

import math
from collections.abc import Sequence

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


def _shortest_augmenting_paths(costs: Sequence[Sequence[float]]) -> list[int] | None:
    """Jonker-Volgenant as described by Crouse (2016), with scipy's order of visiting and breaking ties."""
    size = len(costs)
    row_price, column_price = [0.0] * size, [0.0] * size
    column_of, row_of = [-1] * size, [-1] * size
    for start in range(size):
        distance = [math.inf] * size
        reached_from = [-1] * size
        seen_rows, seen_columns = [False] * size, [False] * size
        unseen = list(range(size - 1, -1, -1))
        row, lowest, end = start, 0.0, -1
        while end == -1:
            seen_rows[row] = True
            best, best_at = math.inf, -1
            for at, column in enumerate(unseen):
                reach = lowest + costs[row][column] - row_price[row] - column_price[column]
                if reach < distance[column]:
                    reached_from[column] = row
                    distance[column] = reach
                if distance[column] < best or (distance[column] == best and row_of[column] == -1):
                    best, best_at = distance[column], at
            lowest = best
            if lowest == math.inf:
                return None
            column = unseen[best_at]
            if row_of[column] == -1:
                end = column
            else:
                row = row_of[column]
            seen_columns[column] = True
            unseen[best_at] = unseen[-1]
            unseen.pop()
        row_price[start] += lowest
        for at in range(size):
            if seen_rows[at] and at != start:
                row_price[at] += lowest - distance[column_of[at]]
            if seen_columns[at]:
                column_price[at] -= lowest - distance[at]
        column = end
        while True:
            row = reached_from[column]
            row_of[column] = row
            column_of[row], column = column, column_of[row]
            if row == start:
                break
    return column_of

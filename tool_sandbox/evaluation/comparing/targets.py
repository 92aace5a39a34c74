"""Wanted rows, prepared for comparison with many snapshots: the table of costs and the best assignment."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from attrs import frozen

from tool_sandbox.evaluation.comparing.assignment import assign
from tool_sandbox.evaluation.comparing.columns import (
    CellMeasure,
    CellSimilarity,
    cell_similarity,
    column_exact_match_similarity,
    column_one_similarity,
    is_ours,
)
from tool_sandbox.evaluation.comparing.float32 import cost, float32, mean32, wide_cost
from tool_sandbox.evaluation.comparing.views import ColumnKinds, View, zero_filled

Measures = Mapping[str, Any]
_SIMPLE = frozenset({column_exact_match_similarity, column_one_similarity})
_Costs = tuple[Sequence["float | None"], bool]
"""A cost for every row, and whether the costs have 64 bits."""


class Target:
    """The wanted rows of one constraint and how each column is compared.

    Args:
        view: The wanted rows.
        measures: Column name to column similarity.
    """

    __slots__ = ("_filled", "_plain", "measures", "memo", "view")

    def __init__(self, view: View, measures: Measures) -> None:
        self.view = view
        self.measures = measures
        self.memo: dict[Any, Any] = {}
        """What snapshot functions derived from this target."""
        self._plain: _Prepared | None = None
        self._filled: _Prepared | None = None

    @property
    def is_ours(self) -> bool:
        """Whether no column is compared by a user's own function."""
        return all(is_ours(self.measures[name]) for name in self.view.kinds if name in self.measures)

    def similarity(self, snapshot: View) -> float:
        """How well the rows of the snapshot are the wanted ones."""
        if self._plain is None or self._plain.kinds is not snapshot.kinds:
            self._plain = _Prepared(self.view, self.measures, snapshot.kinds)
        return self._plain.similarity(snapshot)

    def zero_filled_similarity(self, snapshot: View) -> float:
        """The same for a snapshot whose nulls were replaced by zeros."""
        if self._filled is None or self._filled.kinds is not snapshot.kinds:
            self._filled = _Prepared(zero_filled(self.view, snapshot.kinds), self.measures, snapshot.kinds)
        return self._filled.similarity(snapshot)


@frozen
class _Column:
    """One wanted cell: how to compare it, and whether a user's own function does."""

    name: str
    value: Any
    cell: CellSimilarity | None
    measure: Any

    @property
    def costly(self) -> bool:
        """Whether rows that another column rules out are left alone."""
        return isinstance(self.measure, CellMeasure) and self.measure.costly

    def costs(self, snapshot: View) -> _Costs:
        """Cost of this cell against every row."""
        if self.cell is not None:
            compare, name = self.cell, self.name
            return [_cost(compare(row[name])) for row in snapshot.rows], False
        measured = self.measure(dataframe=snapshot.frame(), column_name=self.name, value=self.value)["similarity"]
        wide = str(measured.dtype) != "Float32"
        return [_cost(value, wide_cost if wide else cost) for value in measured.to_list()], wide

    def costs_of_possible(self, snapshot: View, others: Sequence[_Costs]) -> _Costs:
        """The same, infinite without looking at the row where it is for another column."""
        assert self.cell is not None
        compare, name = self.cell, self.name
        costs = [
            math.inf if any(costs[at] == math.inf for costs, _ in others) else _cost(compare(row[name]))
            for at, row in enumerate(snapshot.rows)
        ]
        return costs, False


def _cost(similarity: float | None, cost_of: Callable[[float], float] = cost) -> float | None:
    return None if similarity is None else cost_of(similarity)


class _Prepared:
    """Wanted rows, with the comparisons chosen for the kinds of one table."""

    __slots__ = ("_columns", "_missing", "_only", "_rows", "_unmeasured", "kinds")

    def __init__(self, wanted: View, measures: Measures, kinds: ColumnKinds) -> None:
        self.kinds = kinds
        self._columns = tuple(wanted.kinds)
        self._missing = any(name not in kinds for name in wanted.kinds)
        self._unmeasured = [name for name in wanted.kinds if name not in measures]
        usable = [name for name in wanted.kinds if name in kinds and name in measures]
        self._rows = [
            [
                _Column(name, row[name], cell_similarity(measures[name], name, row[name], kinds[name]), measures[name])
                for name in usable
            ]
            for row in wanted.rows
        ]
        self._only = _cheapest_first(self._rows[0]) if len(self._rows) == 1 else None

    def similarity(self, snapshot: View) -> float:
        if len(self._rows) != len(snapshot.rows) or self._missing:
            return 0.0
        if self._unmeasured:
            message = f"No similarity is known for the columns {self._unmeasured!r}; give one per target column."
            raise KeyError(message)
        if not self._rows:
            return 1.0
        if self._only is not None:
            return self._similarity_of_row(self._only, snapshot.rows[0])
        narrow = len(self._columns) == 1
        matrix: list[list[float]] = []
        for wanted in self._rows:
            measured = _measured(wanted, snapshot)
            narrow = narrow and not measured[0][1]
            matrix.append([_row_cost(measured, at) for at in range(len(snapshot.rows))])
        columns = assign(matrix)
        if columns is None:
            return 0.0
        assigned = [row[column] for row, column in zip(matrix, columns, strict=True)]
        if narrow:
            return float32(math.exp(-mean32(assigned)))
        return math.exp(-sum(assigned) / len(assigned))

    def _similarity_of_row(self, columns: Sequence[_Column], row: Mapping[str, Any]) -> float:
        """The same for one row, which the first cell that is nothing alike rules out."""
        similarities: dict[str, float | None] = {}
        is_equal = bool(columns)
        for column in columns:
            assert column.cell is not None
            similarity = similarities[column.name] = column.cell(row[column.name])
            if similarity == 0.0:
                return 0.0
            is_equal = is_equal and similarity == 1.0
        if is_equal:
            return 1.0
        total = _row_cost([([_cost(similarities[column.name])], False) for column in self._rows[0]], 0)
        if not -math.inf < total < math.inf:
            return 0.0
        return float32(math.exp(-total)) if len(self._columns) == 1 else math.exp(-total)


def _cheapest_first(columns: Sequence[_Column]) -> list[_Column] | None:
    """The columns in the order in which they are looked at; ``None`` where a comparison may be an error."""
    return sorted(columns, key=lambda column: column.costly) if all(map(_never_fails, columns)) else None


def _never_fails(column: _Column) -> bool:
    if isinstance(column.measure, CellMeasure):
        return True
    if column.cell is None or column.measure not in _SIMPLE:
        return False
    try:
        column.cell(None)  # a wanted value of a wrong type is refused whatever the cell
    except Exception:  # noqa: BLE001 -- where rows are compared it is raised
        return False
    return True


def _measured(wanted: Sequence[_Column], snapshot: View) -> list[_Costs]:
    """What each column costs, in order."""
    cheap = {column.name: column.costs(snapshot) for column in wanted if not column.costly}
    others = list(cheap.values())
    return [cheap.get(column.name) or column.costs_of_possible(snapshot, others) for column in wanted]


def _row_cost(measured: Sequence[_Costs], at: int) -> float:
    """Mean cost of one row over the columns that can be compared; NaN when none can."""
    if len(measured) == 1:
        only = measured[0][0][at]
        return math.nan if only is None else only
    total, wide_total, count = 0.0, 0.0, 0
    for costs, wide in measured:
        value = costs[at]
        if value is None:
            continue
        count += 1
        if wide:
            wide_total += value
        elif value:
            total = float32(total + value) if total else value
    return (total + wide_total) / count if count else math.nan

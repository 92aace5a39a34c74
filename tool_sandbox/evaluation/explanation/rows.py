"""Rows and cells of tables, as people read them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from attrs import frozen

from tool_sandbox.clock import Clock
from tool_sandbox.common.call_text import one_line, value_text


@frozen
class Rows:
    """Shows rows and cells.

    Args:
        clock: The clock by which points in time are shown; as numbers without one.
    """

    clock: Clock | None = None

    def cell(self, column: str, value: Any) -> str:
        """A value, points in time as dates."""
        is_time = column.endswith("timestamp") and isinstance(value, int | float) and not isinstance(value, bool)
        return self.clock.shown(value) if self.clock and is_time else value_text(value)

    def changed(self, table: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> str:
        """The cells of a row that are others now."""
        cells = [name for name in after if after[name] != before[name]]
        return ", ".join(
            f"{table}.{name} {self.cell(name, before[name])} → {self.cell(name, after[name])}" for name in cells
        )

    def rows(self, rows: Iterable[Mapping[str, Any]]) -> str:
        """Several rows, without empty cells, shortened; ids are left out where there is anything else."""
        return one_line("; ".join(map(self._row, rows)))

    def _row(self, row: Mapping[str, Any]) -> str:
        filled = {name: value for name, value in row.items() if value}
        told = {name: value for name, value in filled.items() if not name.endswith("_id")} or filled
        return ", ".join(f"{name}={self.cell(name, value)}" for name, value in told.items())

"""The numbers of a benchmark in a file."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from attrs import define, field
from surroundings import surroundings


@define
class Record:
    """Keeps rows and writes all of them after each, so that a measurement that is broken off leaves what it has.

    Args:
        path: The file; ``None`` for none.
        packages: Whose versions belong to the numbers.
    """

    path: Path | None
    packages: tuple[str, ...]
    rows: list[dict[str, Any]] = field(factory=list)

    def add(self, row: dict[str, Any]) -> None:
        """Write one more row."""
        self.write([*self.rows, row])

    def write(self, rows: list[dict[str, Any]]) -> None:
        """Write these rows."""
        self.rows = rows
        if self.path is not None:
            report = {"surroundings": surroundings(*self.packages), "rows": self.rows}
            self.path.write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")

"""What took points, in groups: by reason, scenario, category or presentation, the costliest first.

The page that is one file has the same rules in ``assets/groups.js``; one list of cases tries both.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from tool_sandbox.errors import UsageError
from tool_sandbox.nearest import hint
from tool_sandbox.viewer.filters import Row

GROUPINGS: Mapping[str, str] = {
    "reason": "reason",
    "scenario": "base",
    "category": "category",
    "presentation": "presentation",
}
"""What samples can be grouped by → the column that holds it."""
EXAMPLES = 5
"""So many samples stand in each group."""
_SHOWN = ("run", "name", "trial", "why")


def groups(rows: Sequence[Row], columns: Sequence[str], by: str) -> list[dict[str, Any]]:
    """Where points were lost; void samples lost none.

    Args:
        rows: The samples.
        columns: The names of a row's cells.
        by: One of ``GROUPINGS``.

    Returns:
        Of each group that lost something its ``name``; the ``points`` that it took of the mean score of all scored
        rows; how many ``samples`` lost something in it; and ``examples``: ``run``, ``name``, ``trial``, ``why`` and
        ``points``, those that lost most first.

    Raises:
        UsageError: Samples are not grouped by that.
    """
    if by not in GROUPINGS:
        message = f"samples are not grouped by {by!r}; {hint(by, GROUPINGS)}"
        raise UsageError(message)
    cells = [dict(zip(columns, row, strict=True)) for row in rows]
    scored = [each for each in cells if each["score"] is not None]
    found: dict[str, list[dict[str, Any]]] = {}
    for each in scored:
        for name, points in _lost(each, by):
            found.setdefault(name, []).append({**{column: each[column] for column in _SHOWN}, "points": points})
    made = [_group(name, lost, len(scored)) for name, lost in found.items()]
    return sorted(made, key=lambda group: (-group["points"], group["name"]))


def _lost(cells: Mapping[str, Any], by: str) -> Iterator[tuple[str, float]]:
    """The groups in which a sample lost points, and how many of its own score."""
    if by == "reason":
        yield from zip(cells["reason"], cells["points"], strict=True)
        return
    held = cells[GROUPINGS[by]]
    if cells["score"] < 1:
        yield from ((name, round(1 - cells["score"], 4)) for name in (held if isinstance(held, list) else [held]))


def _group(name: str, lost: Sequence[dict[str, Any]], scored: int) -> dict[str, Any]:
    return {
        "name": name,
        "points": round(sum(each["points"] for each in lost) / scored, 6),
        "samples": len(lost),
        "examples": sorted(lost, key=lambda each: -each["points"])[:EXAMPLES],
    }

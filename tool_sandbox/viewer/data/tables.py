"""The tables of a world as they were after each message that changed them, as plain data."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from tool_sandbox.common.call_text import argument_text
from tool_sandbox.common.visible_text import visible
from tool_sandbox.common.world.schemas import Row, namespaces
from tool_sandbox.common.world.tables import LOG

if TYPE_CHECKING:
    from tool_sandbox.clock import Clock
    from tool_sandbox.common.execution_context import ExecutionContext


def tables_data(world: ExecutionContext, clock: Clock | None = None) -> list[dict[str, Any]]:
    """One mapping for each table that ever had a row: ``name``, ``columns`` and its ``versions``.

    A version has the ``message`` that made it (the first one that of the beginning), its ``rows`` as texts, what is
    ``added`` (positions of rows) and ``changed`` (position → column → what stood there before), and the rows that are
    ``removed``. Rows are the same when their first column, the id, is; where ids repeat, when all of it is.

    Args:
        world: The world after the last message.
        clock: In whose zone times are shown; without one they are POSIX seconds.
    """
    return [table for name in namespaces() if name != LOG and (table := _table(world, name, clock))]


def _table(world: ExecutionContext, name: str, clock: Clock | None) -> dict[str, Any]:
    states = _states(world, name)
    columns = list(dict.fromkeys(column for _, rows in states for row in rows for column in row))
    if not columns:
        return {}
    texts = [
        (message, [[_cell(column, row.get(column), clock) for column in columns] for row in rows])
        for message, rows in states
    ]
    first, *later = [{"message": message, "rows": rows} for message, rows in texts]
    changes = [_changes(before[1], after[1]) for before, after in pairwise(texts)]
    versions = [first, *({**version, **made} for version, made in zip(later, changes, strict=True) if made)]
    return {"name": str(name).lower(), "columns": [visible(column) for column in columns], "versions": versions}


def _states(world: ExecutionContext, name: str) -> list[tuple[int, Sequence[Row]]]:
    """The rows before the user's first message, then after each message at which the table was written."""
    begin, last = world.first_user_sandbox_message_index, world.max_sandbox_message_index
    written = [index for index in world.snapshot_indices(name) if begin < index <= last]
    return [(index, world.rows(name, index)) for index in [begin, *written]]


def _changes(before: list[list[str]], after: list[list[str]]) -> dict[str, Any]:
    key = _key(before, after)
    known = {key(row): row for row in before}
    kept = {key(row) for row in after}
    added = [at for at, row in enumerate(after) if key(row) not in known]
    changed = {at: cells for at, row in enumerate(after) if (cells := dict(_changed(known.get(key(row), row), row)))}
    removed = [row for row in before if key(row) not in kept]
    found = {"added": added, "changed": changed, "removed": removed}
    return {what: value for what, value in found.items() if value}


def _key(*versions: list[list[str]]) -> Callable[[list[str]], object]:
    """What makes a row the same one: its id, or all of it where the first column is none."""
    unique = all(len({row[0] for row in rows}) == len(rows) for rows in versions)
    return (lambda row: row[0]) if unique else tuple


def _changed(before: list[str], after: list[str]) -> Iterator[tuple[int, str]]:
    for column, (one, other) in enumerate(zip(before, after, strict=True)):
        if one != other:
            yield column, one


def _cell(column: str, value: Any, clock: Clock | None) -> str:
    """A cell as people write it; nothing for one that is empty."""
    if value is None:
        return ""
    if clock and column.endswith("timestamp") and isinstance(value, int | float):
        return clock.shown(value)
    return visible(value if isinstance(value, str) else argument_text(value))

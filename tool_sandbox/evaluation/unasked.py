"""What a play changed beyond what was asked: rows, and cells of a table that has one row, as the settings have."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import zip_longest
from typing import TYPE_CHECKING, Any

from attrs import frozen

from tool_sandbox.evaluation.snapshots import changed_rows

if TYPE_CHECKING:
    from tool_sandbox.evaluation.comparing.views import View

_Row = Mapping[str, Any]


@frozen
class UnaskedChange:
    """One row that came, went or is different in the end, or one cell of a table's only row.

    Args:
        table: Its upper-case name.
        before: The row at the start, as far as it changed; ``None`` for one that came.
        after: The row in the end, as far as it changed; ``None`` for one that went.
    """

    table: str
    before: _Row | None
    after: _Row | None


def all_changes(table: str, before: View, after: View) -> Iterator[UnaskedChange]:
    """Everything that is different in a table of which nothing was asked, whatever it holds."""
    if len(before.rows) == len(after.rows) == 1:
        yield from changed_cells(table, before, after)
    else:
        old, new = before.without_index().rows, after.without_index().rows
        lost, found = [row for row in old if row not in new], [row for row in new if row not in old]
        yield from _paired(table, lost, found)


def changed_cells(table: str, before: View, after: View, asked: Collection[str] = ()) -> Iterator[UnaskedChange]:
    """The cells of a table's only row that are different, without the columns of which something was asked."""
    (old,), (new,) = before.without_index().rows, after.without_index().rows
    for name in new:
        if name not in asked and old[name] != new[name]:
            yield UnaskedChange(table, {name: old[name]}, {name: new[name]})


def further_rows(
    table: str, before: View, after: View, came: Sequence[_Row], went: Sequence[_Row]
) -> Iterator[UnaskedChange]:
    """The rows that came or went beyond as many as should have; of those, the ones most unlike what was asked.

    Args:
        table: Its name.
        before: The table at the start.
        after: The table in the end.
        came: The rows that should have come, or be different.
        went: The rows that should have gone, or be different; of rows that change, what they become.
    """
    found, lost = changed_rows(after, before)
    yield from _paired(table, _unlike(lost.rows, went), _unlike(found.rows, came))


def rows_too_many(table: str, before: View, after: View, wanted: Sequence[_Row]) -> Iterator[UnaskedChange]:
    """The rows that came where the table holds more than it should; the ones most unlike what is wanted."""
    old, new = before.without_index().rows, after.without_index().rows
    came = sorted((row for row in new if row not in old), key=lambda row: _likeness(row, wanted))
    yield from _paired(table, (), came[: max(len(new) - len(wanted), 0)])


def _paired(table: str, lost: Sequence[_Row], found: Sequence[_Row]) -> Iterator[UnaskedChange]:
    for old, new in zip_longest(lost, found):
        yield UnaskedChange(table, old, new)


def _unlike(rows: Sequence[_Row], asked: Sequence[_Row]) -> Sequence[_Row]:
    return sorted(rows, key=lambda row: -_likeness(row, asked))[len(asked) :]


def _likeness(row: _Row, asked: Sequence[_Row]) -> int:
    """How many cells it has in common with the nearest of the rows asked for."""
    return max((sum(row.get(name) == value for name, value in one.items()) for one in asked), default=0)

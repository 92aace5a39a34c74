"""Checks of what stands in a table, or came, changed or went in it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from tool_sandbox.common.call_text import value_text
from tool_sandbox.evaluation.comparing.targets import Target
from tool_sandbox.evaluation.comparing.views import View, zero_filled
from tool_sandbox.evaluation.explanation.cells import cell_losses, row_similarity
from tool_sandbox.evaluation.explanation.misses import Miss, Place
from tool_sandbox.evaluation.explanation.parts import Loss, Reason
from tool_sandbox.evaluation.explanation.rows import Rows
from tool_sandbox.evaluation.snapshots import (
    addition_similarity,
    changed_rows,
    removal_similarity,
    snapshot_similarity,
    update_similarity,
)

if TYPE_CHECKING:
    from tool_sandbox.evaluation.constraints import SnapshotConstraint
    from tool_sandbox.evaluation.matching.similarity import Trajectory

_VERBS = {addition_similarity: "added to", update_similarity: "changed in", removal_similarity: "removed from"}


def miss_of(constraint: SnapshotConstraint, place: Place) -> Miss:
    """What a check of a table wanted, and how the table is at the message, else in the end."""
    target = constraint.prepared().target
    if target is None:
        return Miss(())
    at = place.trajectory.last_index if place.message is None else place.message
    table = constraint.database_namespace
    after = place.trajectory.view(table, at)
    if constraint.snapshot_constraint is snapshot_similarity:
        losses = _state_losses(table.lower(), target, after, place)
    else:
        reference = place.trajectory.first_user_index if place.reference is None else place.reference
        before = place.trajectory.view(table, reference)
        losses = _change_losses(
            table.lower(), constraint.snapshot_constraint, target, changed_rows(after, before), place.shown
        )
    changed_at = last_change(place.trajectory, table, place.trajectory.first_user_index, at)
    return Miss(losses, place.message if place.message is not None else changed_at)


def _state_losses(table: str, target: Target, found: View, place: Place) -> tuple[Loss, ...]:
    if len(found.rows) != len(target.view.rows):
        return (_rows(table, f"{table} has {_counted(len(found.rows))}, wanted {len(target.view.rows)}"),)
    losses = _paired_losses(table, target, target.view.rows, found, place.shown)
    if place.message is not None:
        return losses
    return tuple(_of_every_message(loss, table, place) for loss in losses)


def _of_every_message(loss: Loss, table: str, place: Place) -> Loss:
    """The same, with how long it was so, where the table has a single row."""
    column = loss.where.removeprefix(f"{table}.")
    views = [place.trajectory.view(table.upper(), index) for index in place.messages()]
    if loss.reason is not Reason.COLUMN or any(len(view.rows) != 1 for view in views):
        return loss
    seen = {value_text(view.rows[0].get(column)) for view in views}
    when = "after every message" if len(seen) == 1 else "in the end"
    wanted, found = (place.shown.cell(column, value) for value in (loss.wanted, loss.found))
    text = f"{loss.where}: wanted {wanted}, was {found} {when}"
    return Loss(reason=loss.reason, where=loss.where, text=text, wanted=loss.wanted, found=loss.found)


def _change_losses(
    table: str, function: Any, target: Target, changed: tuple[View, View], shown: Rows
) -> tuple[Loss, ...]:
    came, went = changed
    verb = _VERBS.get(function, "changed in")
    found, other = (went, came) if function is removal_similarity else (came, went)
    count, wanted = len(found.rows), len(target.view.rows)
    if function is not update_similarity and other.rows:
        what = "rows were removed or changed" if function is addition_similarity else "rows were added or changed"
        return (_rows(table, f"in {table}, {what} that should not be: {shown.rows(other.rows)}"),)
    if function is update_similarity and count != len(other.rows):
        return (_not_only_changed(table, came, went, shown),)
    if count == 0:
        return (_rows(table, f"no row was {verb} {table}"),)
    if count != wanted:
        were = "was" if count == 1 else "were"
        text = f"{_counted(count)} {were} {verb} {table}, wanted {wanted}: {shown.rows(found.rows)}"
        return (_rows(table, text),)
    filled = zero_filled(target.view, found.kinds)
    return _paired_losses(table, target, filled.rows, found, shown)


def _not_only_changed(table: str, came: View, went: View, shown: Rows) -> Loss:
    """What is lost when there are more rows, or fewer, than before."""
    more, rows = len(came.rows) - len(went.rows), came if len(came.rows) > len(went.rows) else went
    verb = f"{'was' if abs(more) == 1 else 'were'} {'added to' if more > 0 else 'removed from'}"
    return _rows(table, f"{_counted(abs(more))} {verb} {table}, where rows should only change: {shown.rows(rows.rows)}")


def _rows(table: str, text: str) -> Loss:
    return Loss(reason=Reason.ROWS, where=table, text=text)


def _counted(rows: int) -> str:
    return "1 row" if rows == 1 else f"{rows} rows"


def _paired_losses(
    table: str, target: Target, wanted: Sequence[Mapping[str, Any]], found: View, shown: Rows
) -> tuple[Loss, ...]:
    """Every wanted row beside the one most like it of those that are left."""
    left = list(found.rows)
    losses: list[Loss] = []
    for row in wanted:
        nearest = max(left, key=lambda one: _row_key(target, row, one, found))
        left.remove(nearest)
        losses += cell_losses(table, target, row, nearest, found.kinds, shown)
    return tuple(losses)


def _row_key(target: Target, wanted: Mapping[str, Any], found: Mapping[str, Any], view: View) -> tuple[float, int]:
    equal = sum(found.get(name) == value for name, value in wanted.items())
    return row_similarity(target, wanted, found, view.kinds), equal


def last_change(trajectory: Trajectory, table: str, first: int, last: int) -> int | None:
    """The last message from ``first`` to ``last`` at which a table changed."""
    for index in range(last, first, -1):
        if trajectory.content(table, index) != trajectory.content(table, index - 1):
            return index
    return None


def changes(trajectory: Trajectory, table: str, first: int, last: int, shown: Rows) -> list[tuple[int, str]]:
    """The messages after ``first`` up to ``last`` at which a table changed, and how, in words."""
    return [
        (index, _change_text(table.lower(), trajectory.view(table, index), trajectory.view(table, index - 1), shown))
        for index in range(first + 1, last + 1)
        if trajectory.content(table, index) != trajectory.content(table, index - 1)
    ]


def _change_text(table: str, after: View, before: View, shown: Rows) -> str:
    came, went = changed_rows(after, before)
    if len(came.rows) == len(went.rows) == 1:
        return f"changed {shown.changed(table, went.rows[0], came.rows[0])}"
    parts = [f"{_counted(len(came.rows))} added to"] if came.rows else []
    parts += [f"{_counted(len(went.rows))} removed from"] if went.rows else []
    return f"{' and '.join(parts) or 'order of rows changed in'} {table}"

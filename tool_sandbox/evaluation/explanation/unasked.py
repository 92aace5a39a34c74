"""What is different in the end and nobody asked for, in words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from tool_sandbox.common.call_text import one_line
from tool_sandbox.evaluation.explanation.log import Log
from tool_sandbox.evaluation.explanation.parts import Loss, NodeExplanation, Reason
from tool_sandbox.evaluation.explanation.rows import Rows

if TYPE_CHECKING:
    from tool_sandbox.evaluation.matching.similarity import Trajectory
    from tool_sandbox.evaluation.unasked import UnaskedChange


def unasked_changes(
    trajectory: Trajectory, log: Log, changes: Iterable[UnaskedChange], shown: Rows
) -> Iterator[NodeExplanation]:
    """Each change with the message that made it."""
    for number, change in enumerate(changes):
        message = _made_at(trajectory, change)
        text = f"also changed, which nobody asked for: {_in_words(change, shown)}"
        yield NodeExplanation(
            number=number,
            name="unasked",
            similarity=0.0,
            credit=0.0,
            message=message,
            shown=log.shown(message),
            losses=(Loss(reason=Reason.UNASKED, where=change.table.lower(), text=text),),
        )


def _made_at(trajectory: Trajectory, change: UnaskedChange) -> int:
    """The last message before which the table was not yet as it is in the end."""
    last = trajectory.last_index
    for index in range(last, trajectory.first_user_index, -1):
        if _holds(trajectory, change, index) and not _holds(trajectory, change, index - 1):
            return index
    return last


def _holds(trajectory: Trajectory, change: UnaskedChange, index: int) -> bool:
    rows = trajectory.view(change.table, index).rows
    has = [any(_is_part(part, row) for row in rows) for part in (change.after, change.before) if part is not None]
    return has[0] if change.after is not None else not has[0]


def _is_part(part: Mapping[str, Any], row: Mapping[str, Any]) -> bool:
    return all(row.get(name) == value for name, value in part.items() if value is not None)


def _in_words(change: UnaskedChange, shown: Rows) -> str:
    table, before, after = change.table.lower(), change.before, change.after
    if before is not None and after is not None:
        return one_line(shown.changed(table, before, after))
    verb, row = ("added to", after) if before is None else ("removed from", before)
    return f"{verb} {table}: {shown.rows([row or {}])}"

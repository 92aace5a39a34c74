"""What one constraint wanted, what came nearest, and where the two differ."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

from attrs import frozen

from tool_sandbox.evaluation.explanation.parts import Loss
from tool_sandbox.evaluation.explanation.rows import Rows

if TYPE_CHECKING:
    from tool_sandbox.evaluation.constraints import SnapshotConstraint
    from tool_sandbox.evaluation.explanation.log import Log
    from tool_sandbox.evaluation.matching.similarity import Trajectory


@frozen
class Miss:
    """How far a constraint is from being met.

    Args:
        losses: Where it differs, the weightiest first.
        message: The message that comes nearest; ``None`` where nothing does.
    """

    losses: tuple[Loss, ...]
    message: int | None = None


@frozen
class Place:
    """Where a constraint is looked for.

    Args:
        trajectory: The played world.
        log: Its conversation.
        shown: Shows rows and cells.
        message: The message that met the milestone in part; ``None`` where none did, so that all are looked through.
        reference: The message that the constraint refers to.
        source: What the milestone is called that it refers to.
    """

    trajectory: Trajectory
    log: Log
    shown: Rows
    message: int | None = None
    reference: int | None = None
    source: str = ""

    def messages(self) -> Sequence[int]:
        """The messages to look through."""
        if self.message is not None:
            return (self.message,)
        return range(self.trajectory.first_user_index, self.trajectory.last_index + 1)


def bound(constraint: SnapshotConstraint) -> dict[str, object]:
    """What was bound to the snapshot function."""
    function = constraint.snapshot_constraint
    return dict(function.keywords) if isinstance(function, partial) else {}

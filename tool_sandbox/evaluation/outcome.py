"""The end alone: the world after the last message and what the user was told, whatever way led there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations
from typing import TYPE_CHECKING, NamedTuple

from attrs import frozen

from tool_sandbox.common.vocabulary import DatabaseNamespace
from tool_sandbox.evaluation.constraints import SnapshotConstraint
from tool_sandbox.evaluation.matching.similarity import Trajectory
from tool_sandbox.evaluation.snapshots import changed_rows
from tool_sandbox.evaluation.unasked import UnaskedChange, all_changes, changed_cells, further_rows, rows_too_many

if TYPE_CHECKING:
    from tool_sandbox.evaluation.comparing.views import View

_LOG = DatabaseNamespace.SANDBOX
_MOST_CHOICES = 2000
"""More ways than this to choose the changed rows a check speaks of, and only the first are tried."""


class Part(NamedTuple):
    """One thing that the end has to be."""

    similarity: float
    """How well it is, in [0, 1]."""
    short: str
    """What is wrong where it is not, in words."""


@frozen
class TableEnd:
    """What has to be in one table in the end, compared with the start.

    Args:
        namespace: The table.
        states: What the table looks like.
        added: Rows that came, one constraint for each check.
        updated: Rows that are different now.
        removed: Rows that went.
        may_change: Whether columns of which nothing is said may be different where the table has one row.
    """

    namespace: str
    states: tuple[SnapshotConstraint, ...] = ()
    added: tuple[SnapshotConstraint, ...] = ()
    updated: tuple[SnapshotConstraint, ...] = ()
    removed: tuple[SnapshotConstraint, ...] = ()
    may_change: bool = False

    def parts(self, trajectory: Trajectory) -> Iterator[Part]:
        """How well each check is met after the last message."""
        last, start, table = trajectory.last_index, trajectory.first_user_index, self.namespace.lower()
        for state in self.states:
            yield Part(trajectory.similarity(state).at(last, None), f"{table} is not as it should be")
        for change in self._changed_cells(trajectory):
            yield Part(0.0, f"{table}.{', '.join(change.after or ())} changed, which it should not")
        if not (self.added or self.updated or self.removed):
            return
        came, went = changed_rows(trajectory.view(self.namespace, last), trajectory.view(self.namespace, start))
        yield _counted(came, (*self.added, *self.updated), f"added to, or changed in, {table}")
        yield _counted(went, (*self.removed, *self.updated), f"removed from, or changed in, {table}")
        for check in (*self.added, *self.updated):
            yield Part(_best(check, came), f"what came to {table} is not what should have")
        for check in self.removed:
            yield Part(_best(check, went), f"what went from {table} is not what should have")

    def unasked(self, trajectory: Trajectory) -> Iterator[UnaskedChange]:
        """What is different after the last message beyond what should be."""
        yield from self._changed_cells(trajectory)
        before, after = _start_and_end(trajectory, self.namespace)
        if self.states:
            yield from rows_too_many(self.namespace, before, after, self.states[-1].target_rows or ())
            return
        came = [row for check in (*self.added, *self.updated) for row in check.target_rows or ()]
        went = [row for check in (*self.removed, *self.updated) for row in check.target_rows or ()]
        yield from further_rows(self.namespace, before, after, came, went)

    def _changed_cells(self, trajectory: Trajectory) -> Iterator[UnaskedChange]:
        before, after = _start_and_end(trajectory, self.namespace)
        if self.states and not self.may_change and len(before.rows) == len(after.rows) == 1:
            checks = (*self.states, *self.updated)
            asked = {name for check in checks for row in check.target_rows or () for name in row}
            yield from changed_cells(self.namespace, before, after, asked)


def _start_and_end(trajectory: Trajectory, namespace: str) -> tuple[View, View]:
    return trajectory.view(namespace, trajectory.first_user_index), trajectory.view(namespace, trajectory.last_index)


def _counted(found: View, checks: Sequence[SnapshotConstraint], what: str) -> Part:
    wanted = sum(len(check.target_rows or ()) for check in checks)
    rows = "1 row was" if len(found.rows) == 1 else f"{len(found.rows)} rows were"
    return Part(float(len(found.rows) == wanted), f"{rows} {what}, wanted {wanted}")


def _best(check: SnapshotConstraint, found: View) -> float:
    """How well some of the rows found are those that a check wants."""
    target = check.prepared().target
    if target is None:
        return 0.0
    choices = combinations(found.rows, len(target.view.rows))
    tried = (
        target.zero_filled_similarity(found.with_rows(rows))
        for _, rows in zip(range(_MOST_CHOICES), choices, strict=False)
    )
    return max(tried, default=0.0)


@frozen
class Telling:
    """One way in which what the user has to hear is written down.

    Args:
        constraint: What a message of the agent should say.
        source: Milestone at whose message the values stand that are filled in; ``None`` when there are none.
    """

    constraint: SnapshotConstraint
    source: int | None = None

    def similarity(self, trajectory: Trajectory, reached: Mapping[int, tuple[int, float]], first: int) -> float:
        """How well the best message from ``first`` on says it."""
        known = trajectory.similarity(self.constraint)
        messages = range(max(first, trajectory.first_user_index), trajectory.last_index + 1)
        return max(
            (known.at(index, source) for source in self._sources(trajectory, reached) for index in messages),
            default=0.0,
        )

    def _sources(self, trajectory: Trajectory, reached: Mapping[int, tuple[int, float]]) -> list[int | None]:
        if self.source is None:
            return [None]
        index, similarity = reached.get(self.source, (0, 0.0))
        if similarity:
            return [index]
        return [at for at in range(trajectory.first_user_index, trajectory.last_index + 1) if _traced(trajectory, at)]


def _traced(trajectory: Trajectory, index: int) -> bool:
    rows = trajectory.view(_LOG, index).rows
    return len(rows) == 1 and rows[0]["tool_trace"] is not None


@frozen
class Outcome:
    """What the end should be.

    Args:
        tables: What should be in the tables.
        told: What the user should have heard, each with the ways to write it down, of which the best counts.
        unchanged: Tables that should be as they were at the start.
    """

    tables: tuple[TableEnd, ...] = ()
    told: tuple[tuple[Telling, ...], ...] = ()
    unchanged: tuple[str, ...] = ()

    def similarity(self, trajectory: Trajectory, reached: Mapping[int, tuple[int, float]]) -> float:
        """How well the end is the wanted one: the worst of what it has to be.

        Args:
            trajectory: The trajectory.
            reached: Milestone → (message, similarity), for values that are filled into what is told.
        """
        return min((part.similarity for part in self.parts(trajectory, reached)), default=1.0)

    def parts(self, trajectory: Trajectory, reached: Mapping[int, tuple[int, float]]) -> Iterator[Part]:
        """Everything that the end has to be.

        Args:
            trajectory: The trajectory.
            reached: As for ``similarity``.
        """
        first = self._settled(trajectory)
        for table in self.tables:
            yield from table.parts(trajectory)
        for ways in self.told:
            told = max(way.similarity(trajectory, reached, first) for way in ways)
            yield Part(told, "the user was not told how it ended")
        for name in self.unchanged:
            yield Part(float(_unchanged(trajectory, name)), f"{name.lower()} changed, which it should not")

    def unasked(self, trajectory: Trajectory) -> tuple[UnaskedChange, ...]:
        """Everything that is different after the last message and that nobody asked for."""
        beyond = [change for table in self.tables for change in table.unasked(trajectory)]
        changed = [name for name in self.unchanged if not _unchanged(trajectory, name)]
        return (*beyond, *(one for name in changed for one in all_changes(name, *_start_and_end(trajectory, name))))

    def _settled(self, trajectory: Trajectory) -> int:
        """The first message at which the tables are what they are in the end: what is said before is no report."""
        first = trajectory.last_index
        while first > trajectory.first_user_index and all(
            trajectory.content(table.namespace, first - 1) == trajectory.content(table.namespace, trajectory.last_index)
            for table in self.tables
        ):
            first -= 1
        return first


def _unchanged(trajectory: Trajectory, namespace: str) -> bool:
    start, last = trajectory.first_user_index, trajectory.last_index
    return trajectory.content(namespace, start) == trajectory.content(namespace, last)

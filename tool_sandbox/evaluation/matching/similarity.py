"""How well one milestone is met at one message."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any

from tool_sandbox.common.vocabulary import DatabaseNamespace
from tool_sandbox.evaluation.comparing.views import View, stored_view
from tool_sandbox.evaluation.constraints import Milestone, SnapshotConstraint
from tool_sandbox.evaluation.snapshots import reads_only_traces, same_rows
from tool_sandbox.evaluation.truth.untruths import untruth, wanted_facts

if TYPE_CHECKING:
    from tool_sandbox.common.execution_context import ExecutionContext
    from tool_sandbox.common.world.snapshots import Snapshot
    from tool_sandbox.evaluation.comparing.answers import WantedText
    from tool_sandbox.evaluation.comparing.targets import Target


START = -1
"""Reference to the state at the first message of the user."""


class Trajectory:
    """A finished trajectory as views, each snapshot taken apart once.

    Args:
        execution_context: The trajectory.
    """

    def __init__(self, execution_context: ExecutionContext) -> None:
        self.context = execution_context
        self._visible_after: dict[str, list[Snapshot | None]] = {}
        self._views: dict[str, list[View | None]] = {}
        self._numbers: dict[str, list[int]] = {}
        self._unchanged: dict[str, bool] = {}
        self._similarities: dict[int, ConstraintSimilarity] = {}
        self._untruths: dict[tuple[WantedText, int], str | None] = {}

    @cached_property
    def first_user_index(self) -> int:
        """The first message of the user."""
        return self.context.first_user_sandbox_message_index

    @cached_property
    def last_index(self) -> int:
        """The last message."""
        return self.context.max_sandbox_message_index

    def similarity(self, constraint: SnapshotConstraint) -> ConstraintSimilarity:
        """A constraint against this trajectory, whoever asks: milestones and the outcome share some."""
        known = self._similarities.get(id(constraint))
        if known is None:
            known = self._similarities[id(constraint)] = ConstraintSimilarity(self, constraint)
        return known

    def forget(self) -> None:
        """Let go of the constraints, which know the trajectory, so that nobody has to look for them as garbage."""
        self._similarities.clear()

    def version(self, namespace: str, index: int) -> Hashable:
        """Identity of the table's snapshot at a message: the same object means the same rows."""
        return self.versions(namespace)[max(index, 0)]

    def view(self, namespace: str, index: int) -> View:
        """The table's visible rows at a message."""
        views, at = self._views.get(namespace), max(index, 0)
        return (views and views[at]) or self._taken_apart(namespace, at)

    def _taken_apart(self, namespace: str, at: int) -> View:
        """The view, which stands for the same snapshot at messages before and after this one, too."""
        versions = self.versions(namespace)
        views = self._views.setdefault(namespace, [None] * len(versions))
        snapshot, start, end = versions[at], at, at + 1
        while start and versions[start - 1] is snapshot:
            start -= 1
        while end < len(versions) and versions[end] is snapshot:
            end += 1
        view = stored_view(namespace, () if snapshot is None else snapshot.rows)
        views[start:end] = [view] * (end - start)
        return view

    def content(self, namespace: str, index: int) -> int:
        """The same number for every message at which the table had the same rows."""
        return self.contents(namespace)[max(index, 0)]

    def contents(self, namespace: str) -> list[int]:
        """That number after each message, and after the next one."""
        numbers = self._numbers.get(namespace)
        if numbers is None:
            numbers = self._numbers[namespace] = self._numbered(self.versions(namespace), namespace)
        return numbers

    def _numbered(self, versions: list[Snapshot | None], namespace: str) -> list[int]:
        if versions[0] is versions[-1]:
            return [0] * len(versions)
        distinct: list[View] = []
        known: dict[int, int] = {}
        for at, version in enumerate(versions):
            if id(version) not in known:
                view = self.view(namespace, at)
                known[id(version)] = next(
                    (at for at, one in enumerate(distinct) if same_rows(view, one)), len(distinct)
                )
                if known[id(version)] == len(distinct):
                    distinct.append(view)
        return [known[id(version)] for version in versions]

    def is_unchanged(self, namespace: str) -> bool:
        """Whether the table has the same rows at every message from the user's first on."""
        unchanged = self._unchanged.get(namespace)
        if unchanged is None:
            seen = self.contents(namespace)[max(self.first_user_index, 0) : self.last_index + 1]
            unchanged = self._unchanged[namespace] = len(set(seen)) <= 1
        return unchanged

    def untrue(self, target: Target | None, index: int) -> str | None:
        """Why a message is untrue, looked into once however often its words are wanted; see ``untruths``."""
        wanted = wanted_facts(target)
        if wanted is None:
            return None
        if (wanted, index) not in self._untruths:
            self._untruths[wanted, index] = untruth(wanted, self, index)
        return self._untruths[wanted, index]

    def versions(self, namespace: str) -> list[Snapshot | None]:
        """The table's snapshot that is visible after each message, and after the next one."""
        versions = self._visible_after.get(namespace)
        if versions is None:
            versions = self._visible_after[namespace] = self._visible(namespace)
        return versions

    def _visible(self, namespace: str) -> list[Snapshot | None]:
        length = self.last_index + 2
        table = self.context.versions(namespace)
        if not any(snapshot.rows for snapshot in table):
            return [None] * length
        if len(table) == 1:
            return [table[0]] * length
        ends = [*(snapshot.index for snapshot in table[1:]), length]
        visible: list[Snapshot | None] = []
        for snapshot, end in zip(table, ends, strict=True):
            visible += [snapshot] * (min(end, length) - len(visible))
        return visible


class ConstraintSimilarity:
    """One constraint against one trajectory; every pair of snapshots is compared once."""

    __slots__ = (
        "_identities",
        "_known",
        "_prepared",
        "_reads_traces",
        "_trajectory",
        "_versions",
        "constraint",
        "is_guardrail",
    )

    def __init__(self, trajectory: Trajectory, constraint: SnapshotConstraint) -> None:
        self.constraint = constraint
        self.is_guardrail = constraint.is_guardrail
        self._trajectory = trajectory
        self._versions = trajectory.versions(constraint.database_namespace)
        self._prepared = None if self.is_guardrail else constraint.prepared()
        self._reads_traces = (
            not self.is_guardrail
            and reads_only_traces(constraint.snapshot_constraint)
            and constraint.database_namespace == DatabaseNamespace.SANDBOX
        )
        self._known: dict[Hashable, float] = {}
        self._identities: dict[int, Hashable] = {}

    @property
    def is_ours(self) -> bool:
        """Whether no function of users takes part in it: it is in [0, 1], and fails at one message as at any other."""
        return self.is_guardrail or (self._prepared or self.constraint.prepared()).is_ours

    def at(self, index: int, reference: int | None) -> float:
        """Its similarity at a message, given the message of the reference."""
        after = self._versions[max(index, 0)]
        before = None if reference is None else self._versions[max(reference, 0)]
        if after is before and self.is_guardrail:
            return 1.0
        key = (id(after), None if reference is None else self.reference_identity(reference))
        value = self._known.get(key)
        if value is None:
            value = self._known[key] = self._compare(index, reference)
        return value

    @property
    def tells_references_apart(self) -> bool:
        """Whether it may be of importance which message a reference stands for."""
        return not (self.is_guardrail and self._trajectory.is_unchanged(self.constraint.database_namespace))

    def reference_identity(self, index: int) -> Hashable:
        """What the constraint can see of a message it refers to: equal identities give equal similarities."""
        if index not in self._identities:
            self._identities[index] = self._identity(index)
        return self._identities[index]

    def reference_identities(self, first: int, last: int) -> list[Hashable]:
        """The same of each message from the first to the last."""
        if self.is_guardrail:
            contents = self._trajectory.contents(self.constraint.database_namespace)
            return [contents[max(index, 0)] for index in range(first, last + 1)]
        return [self.reference_identity(index) for index in range(first, last + 1)]

    def _identity(self, index: int) -> Hashable:
        namespace = self.constraint.database_namespace
        if self._reads_traces:
            rows = self._trajectory.view(namespace, index).rows
            if len(rows) == 1:
                traces = rows[0]["tool_trace"]
                return None if traces is None else tuple(traces)
        if self.is_guardrail:
            return self._trajectory.content(namespace, index)
        return id(self._trajectory.version(namespace, index))

    def _compare(self, index: int, reference: int | None) -> float:
        if self.is_guardrail and reference is not None:
            namespace = self.constraint.database_namespace
            return float(self._trajectory.content(namespace, index) == self._trajectory.content(namespace, reference))
        trajectory, namespace = self._trajectory, self.constraint.database_namespace
        prepared = self._prepared or self.constraint.prepared()
        if prepared.compare is not None:
            before = None if reference is None else trajectory.view(namespace, reference)
            similarity = prepared.compare(trajectory.view(namespace, index), prepared.target, before)
            told = similarity and namespace == DatabaseNamespace.SANDBOX
            return 0.0 if told and trajectory.untrue(prepared.target, index) else similarity
        frame = trajectory.context.get_database
        value: Any = self.constraint.snapshot_constraint(
            snapshot=frame(namespace, index),
            target_dataframe=self._frame_of_target(),
            column_similarities=self.constraint.column_similarity_measure,
            reference_snapshot=None if reference is None else frame(namespace, reference),
        )
        return float(value)

    def _frame_of_target(self) -> Any:
        wanted = self.constraint.target_dataframe
        return self.constraint.prepared().target_frame() if isinstance(wanted, list) else wanted


class CachedSimilarityCalculator:
    """Similarity of one milestone at any message.

    Args:
        execution_context: The trajectory.
        milestone: The milestone or minefield.
        trajectory: Its views, shared with other milestones.
    """

    def __init__(
        self, execution_context: ExecutionContext, milestone: Milestone, *, trajectory: Trajectory | None = None
    ) -> None:
        self.execution_context = execution_context
        self.milestone = milestone
        self.trajectory = trajectory or Trajectory(execution_context)
        self.first_user_message_snapshot_index = self.trajectory.first_user_index
        self.constraints = [self.trajectory.similarity(one) for one in milestone.snapshot_constraints]
        self.countable = sum(not one.is_guardrail for one in milestone.snapshot_constraints)
        self.snapshot_constraint_similarity_cache: list[dict[tuple[int, int | None], float]] = [
            {} for _ in self.constraints
        ]

    @property
    def is_ours(self) -> bool:
        """Whether no function of users takes part in it."""
        return all(one.is_ours for one in self.constraints)

    @property
    def database_bucket_boundary(self) -> dict[str, list[int]]:
        """Message indices at which each constrained table has a snapshot of its own."""
        names = dict.fromkeys(one.database_namespace for one in self.milestone.snapshot_constraints)
        return {name: list(self.execution_context.snapshot_indices(name)) for name in names}

    def calculate_similarity(
        self, current_snapshot_index: int, milestone_snapshot_mapping: Mapping[int, tuple[int, float]]
    ) -> float:
        """Geometric mean of the constraints at one message; guardrails multiply by 0 or 1 and do not count.

        Args:
            current_snapshot_index: The message.
            milestone_snapshot_mapping: Milestones matched so far, for references.

        Raises:
            KeyError: A referenced milestone is not matched yet.
            ZeroDivisionError: There is nothing but guardrails.
        """
        product: float = 1
        for at, one in enumerate(self.constraints):
            reference = self.reference_index(one.constraint, milestone_snapshot_mapping)
            if one.is_guardrail and reference == current_snapshot_index:
                continue  # nothing changed since the same message
            cache, key = self.snapshot_constraint_similarity_cache[at], (current_snapshot_index, reference)
            value = cache.get(key)
            if value is None:
                value = cache[key] = one.at(current_snapshot_index, reference)
            product *= value
        return float(product ** (1 / self.countable))

    def similarity_of(
        self, constraints: Iterable[ConstraintSimilarity], index: int, messages: Mapping[int | None, int | None]
    ) -> float:
        """The same of some of the constraints, where the others are met.

        Args:
            constraints: Those that are looked at, in their order.
            index: The message.
            messages: What a constraint may refer to → the message that stands for it.
        """
        product: float = 1
        for one in constraints:
            reference = messages[one.constraint.reference_milestone_node_index]
            if one.is_guardrail and reference is not None and (reference == index or not product):
                continue  # nothing changed, or nothing is met any more
            product *= one.at(index, reference)
        return float(product ** (1 / self.countable))

    def reference_index(self, constraint: SnapshotConstraint, mapping: Mapping[int, tuple[int, float]]) -> int | None:
        """The message that a constraint's reference stands for."""
        node = constraint.reference_milestone_node_index
        if node is None:
            return None
        return self.first_user_message_snapshot_index if node == START and node not in mapping else mapping[node][0]

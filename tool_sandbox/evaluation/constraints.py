"""Declarations: what has to hold at a milestone, and what must never hold."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from attrs import define, field

from tool_sandbox.common.serialization import described_fields
from tool_sandbox.common.shared_json import SharedJson
from tool_sandbox.common.vocabulary import DatabaseNamespace
from tool_sandbox.common.world.schemas import namespaces, schema_of
from tool_sandbox.evaluation.comparing.columns import (
    column_contains_similarity,
    column_exact_match_similarity,
    column_one_similarity,
    column_rouge_l_similarity,
    column_tool_trace_exact_match_similarity,
)
from tool_sandbox.evaluation.comparing.targets import Target
from tool_sandbox.evaluation.comparing.views import plain, view_of
from tool_sandbox.evaluation.snapshots import RowSimilarity, guardrail_similarity, row_similarity

if TYPE_CHECKING:
    import polars as pl

_BY_NAME: dict[str, Any] = {
    "exact": column_exact_match_similarity,
    "rouge": column_rouge_l_similarity,
    "one": column_one_similarity,
    "contains": column_contains_similarity,
    "tool_trace": column_tool_trace_exact_match_similarity,
}


def default_column_similarities(namespace: str) -> dict[str, Any]:
    """How each column of a table is compared unless a constraint says otherwise. A new dict at each call."""
    schema = schema_of(namespace)
    measures = {name: _BY_NAME[schema.similarities.get(name, "exact")] for name in schema.columns}
    return {"sandbox_message_index": column_exact_match_similarity, **measures}


class TargetRows(list[dict[str, Any]]):
    """Wanted rows that were given as dicts; whatever a list does not have is answered by the DataFrame they make."""

    def frame(self) -> pl.DataFrame:
        """The rows as a DataFrame."""
        return view_of(self).frame()

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return getattr(self.frame(), name)


def _as_target(value: Any) -> Any:
    if isinstance(value, (list, tuple)) and not isinstance(value, TargetRows):
        return TargetRows({name: plain(cell) for name, cell in row.items()} for row in value)
    return value


@define(slots=False)
class SnapshotConstraint:
    """What one table has to look like.

    Args:
        database_namespace: The table.
        snapshot_constraint: How the table is compared with the target, and possibly with a reference.
        reference_milestone_node_index: Milestone whose matched snapshot is the reference; -1 is the state at the first
            message of the user, ``None`` is no reference.
        target_dataframe: The wanted rows: a DataFrame, or row dicts, which never become a DataFrame.
        column_similarity_measure: Column name to column similarity, where it differs from the table's default.
            Afterwards it holds every column of the table.
    """

    database_namespace: DatabaseNamespace
    snapshot_constraint: Any
    reference_milestone_node_index: int | None = None
    target_dataframe: Any = field(default=None, converter=_as_target)
    column_similarity_measure: dict[str, Any] | None = None

    def __attrs_post_init__(self) -> None:
        """Complete the column similarities with the defaults of the table."""
        given = self.column_similarity_measure or {}
        self.column_similarity_measure = {**default_column_similarities(self.database_namespace), **given}

    @classmethod
    def of_rows(
        cls,
        database_namespace: DatabaseNamespace,
        snapshot_constraint: Any,
        target_rows: Iterable[Mapping[str, Any]],
        *,
        reference_milestone_node_index: int | None = None,
        column_similarity_measure: dict[str, Any] | None = None,
    ) -> SnapshotConstraint:
        """A constraint whose wanted rows are dicts."""
        return cls(
            database_namespace,
            snapshot_constraint,
            reference_milestone_node_index,
            list(target_rows),
            column_similarity_measure,
        )

    @property
    def target_rows(self) -> list[dict[str, Any]] | None:
        """The wanted rows as dicts, however they were given."""
        return None if self.target_dataframe is None else [dict(row) for row in view_of(self.target_dataframe).rows]

    @property
    def is_guardrail(self) -> bool:
        """Whether it only demands that nothing changed. By identity: a partial is an ordinary constraint."""
        return self.snapshot_constraint is guardrail_similarity

    def identity(self) -> tuple[Any, ...]:
        """Something else as soon as another field is put in place of one."""
        return (
            self.database_namespace,
            self.snapshot_constraint,
            self.reference_milestone_node_index,
            id(self.target_dataframe),
            tuple((self.column_similarity_measure or {}).items()),
        )

    def prepared(self) -> Prepared:
        """The constraint ready for rows; prepared anew only when a field was changed."""
        kept: Prepared | None = self.__dict__.get("_prepared")
        if kept is None or not kept.is_of(self):
            kept = self.__dict__["_prepared"] = _prepare(self)
        return kept

    def __getstate__(self) -> dict[str, Any]:
        """Everything but what was prepared, which cannot be pickled."""
        return {name: value for name, value in self.__dict__.items() if name != "_prepared"}


@define
class Prepared:
    """A constraint's comparison in row form; ``compare`` is ``None`` for a user's own function."""

    compare: RowSimilarity | None
    target: Target | None
    is_ours: bool
    """Whether no function of users takes part in it."""
    _function: Any
    _wanted: Any
    _measures: dict[str, Any]

    def is_of(self, constraint: SnapshotConstraint) -> bool:
        """Whether this is still what the constraint says."""
        return (
            self._function is constraint.snapshot_constraint
            and self._wanted is constraint.target_dataframe
            and self._measures == (constraint.column_similarity_measure or {})
        )

    def target_frame(self) -> pl.DataFrame | None:
        """The wanted rows as a DataFrame."""
        return None if self.target is None else self.target.view.frame()


def _prepare(constraint: SnapshotConstraint) -> Prepared:
    function, wanted = constraint.snapshot_constraint, constraint.target_dataframe
    measures = dict(constraint.column_similarity_measure or {})
    target = None if wanted is None else Target(view_of(wanted), measures)
    compare = row_similarity(function)
    is_ours = compare is not None and (target is None or target.is_ours)
    return Prepared(compare, target, is_ours, function, wanted, measures)


@define(slots=False)
class Milestone:
    """What has to hold at one message, and which tables must not have changed on the way.

    Args:
        snapshot_constraints: Must all hold at the same message.
        guardrail_database_list: Tables to guard; ``None`` guards all. Afterwards it holds the effective list.
        guardrail_database_exclusion_list: Tables to leave unguarded; excludes ``guardrail_database_list``.
        id: Under which people know it; ``None`` where only its position tells it from others.
        because: Why it matters, in words.

    Raises:
        ValueError: Both lists are given.
    """

    snapshot_constraints: list[SnapshotConstraint]
    guardrail_database_list: list[DatabaseNamespace] | None = None
    guardrail_database_exclusion_list: list[DatabaseNamespace] | None = None
    id: str | None = field(default=None, kw_only=True)
    because: str = field(default="", kw_only=True)

    def __attrs_post_init__(self) -> None:
        """Make the guardrail list the effective one."""
        excluded = self.guardrail_database_exclusion_list
        if self.guardrail_database_list is not None and excluded is not None:
            message = (
                f"guardrail_database_list={self.guardrail_database_list!r} and "
                f"guardrail_database_exclusion_list={excluded!r} exclude each other; give one of them."
            )
            raise ValueError(message)
        if self.guardrail_database_list is None:
            self.guardrail_database_list = [name for name in namespaces() if name not in (excluded or [])]

    def described(self) -> SharedJson:
        """What it demands as JSON-able data, the same object until a field is changed."""
        key = (
            self.id,
            self.because,
            tuple(self.guardrail_database_list or ()),
            tuple(self.guardrail_database_exclusion_list or ()),
            tuple([one.identity() for one in self.snapshot_constraints]),
        )
        kept: tuple[Any, SharedJson] | None = self.__dict__.get("_described")
        if kept is None or kept[0] != key:
            kept = self.__dict__["_described"] = (key, SharedJson(described_fields(self)))
        return kept[1]

    def __getstate__(self) -> dict[str, Any]:
        """Everything but what was described."""
        return {name: value for name, value in self.__dict__.items() if name != "_described"}


@define(slots=False)
class Minefield(Milestone):
    """What must never hold; declared like a milestone."""


def names_of(milestones: Sequence[Milestone]) -> tuple[str, ...]:
    """What milestones, or minefields, are called wherever people read of them: their ids, else their positions."""
    return tuple(getattr(milestone, "id", None) or str(number) for number, milestone in enumerate(milestones))

"""How alike one snapshot of a table and the wanted rows are, alone or compared with an earlier snapshot.

The public functions take DataFrames (or lists of row dicts). The evaluation recognises them and works on rows.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from tool_sandbox.evaluation.comparing.targets import Target
from tool_sandbox.evaluation.comparing.views import View, row_key, view_of
from tool_sandbox.evaluation.traces import traced

if TYPE_CHECKING:
    import polars as pl

    from tool_sandbox.evaluation.comparing.columns import ColumnSimilarityMeasureType

_T = TypeVar("_T")

RowSimilarity = Callable[..., float]
"""``(snapshot: View, target: Target | None, reference: View | None, **bound) -> float``."""


class SnapshotSimilarityMeasureType(Protocol):
    """Shape of a snapshot similarity; users may write their own."""

    def __call__(
        self,
        snapshot: pl.DataFrame,
        target_dataframe: pl.DataFrame | None = None,
        column_similarities: dict[str, ColumnSimilarityMeasureType] | None = None,
        reference_snapshot: pl.DataFrame | None = None,
        **kwargs: Any,
    ) -> float:
        """A number from 0 to 1."""
        ...


def snapshot_similarity(
    snapshot: pl.DataFrame,
    target_dataframe: pl.DataFrame | None = None,
    column_similarities: dict[str, ColumnSimilarityMeasureType] | None = None,
    reference_snapshot: pl.DataFrame | None = None,
    **kwargs: Any,  # noqa: ARG001 -- part of the shape
) -> float:
    """Geometric mean over rows and columns of the best one-to-one assignment of wanted to found rows."""
    return _called(_snapshot, snapshot, target_dataframe, column_similarities, reference_snapshot)


def addition_similarity(
    snapshot: pl.DataFrame,
    target_dataframe: pl.DataFrame | None = None,
    column_similarities: dict[str, ColumnSimilarityMeasureType] | None = None,
    reference_snapshot: pl.DataFrame | None = None,
    **kwargs: Any,  # noqa: ARG001 -- part of the shape
) -> float:
    """How well the rows that the snapshot has beyond the reference are the wanted ones; 0 if the reference lost any."""
    return _called(_addition, snapshot, target_dataframe, column_similarities, reference_snapshot)


def removal_similarity(
    snapshot: pl.DataFrame,
    target_dataframe: pl.DataFrame | None = None,
    column_similarities: dict[str, ColumnSimilarityMeasureType] | None = None,
    reference_snapshot: pl.DataFrame | None = None,
    **kwargs: Any,  # noqa: ARG001 -- part of the shape
) -> float:
    """How well the rows that the reference has beyond the snapshot are the wanted ones; 0 if any were added."""
    return _called(_removal, snapshot, target_dataframe, column_similarities, reference_snapshot)


def update_similarity(
    snapshot: pl.DataFrame,
    target_dataframe: pl.DataFrame | None = None,
    column_similarities: dict[str, ColumnSimilarityMeasureType] | None = None,
    reference_snapshot: pl.DataFrame | None = None,
    **kwargs: Any,  # noqa: ARG001 -- part of the shape
) -> float:
    """How well the changed rows are the wanted ones; 0 if snapshot and reference differ in number of rows."""
    return _called(_update, snapshot, target_dataframe, column_similarities, reference_snapshot)


def guardrail_similarity(
    snapshot: pl.DataFrame,
    target_dataframe: pl.DataFrame | None = None,  # noqa: ARG001 -- part of the shape
    column_similarities: dict[str, ColumnSimilarityMeasureType] | None = None,  # noqa: ARG001 -- part of the shape
    reference_snapshot: pl.DataFrame | None = None,
    **kwargs: Any,  # noqa: ARG001 -- part of the shape
) -> float:
    """1 if the snapshot equals the reference in values and row order, else 0."""
    return _called(_guardrail, snapshot, None, None, reference_snapshot)


def tool_trace_dependant_similarity(
    snapshot: pl.DataFrame,
    target_dataframe: pl.DataFrame | None = None,
    column_similarities: dict[str, ColumnSimilarityMeasureType] | None = None,
    reference_snapshot: pl.DataFrame | None = None,
    **kwargs: Any,
) -> float:
    """How well a message is the wanted one, once values of an earlier tool result were filled into what is wanted.

    Bind ``fill_to`` (``"tool_trace"`` or ``"content"``) and ``extractor`` with ``functools.partial``.
    """
    return _called(_tool_trace, snapshot, target_dataframe, column_similarities, reference_snapshot, **kwargs)


def _called(
    rows: RowSimilarity, snapshot: Any, target: Any, measures: Mapping[str, Any] | None, reference: Any, **bound: Any
) -> float:
    prepared = None if target is None or measures is None else Target(view_of(target), measures)
    return rows(view_of(snapshot), prepared, None if reference is None else view_of(reference), **bound)


def row_similarity(function: Any) -> RowSimilarity | None:
    """The row form of one of our own snapshot functions, or of a partial of one; ``None`` for a user's own."""
    if isinstance(function, partial):
        inner = None if function.args else row_similarity(function.func)
        if inner is None or function.keywords.keys() & {"snapshot", "target_dataframe", *_FIXED}:
            return None
        return partial(inner, **function.keywords)
    return _ROW_FORMS.get(function) if isinstance(function, type(row_similarity)) else None


def reads_only_traces(function: Any) -> bool:
    """Whether all a snapshot function takes from its reference is the recorded traces."""
    return isinstance(function, partial) and function.func is tool_trace_dependant_similarity and not function.args


_FIXED = ("column_similarities", "reference_snapshot")


def _snapshot(snapshot: View, target: Target | None, reference: View | None, **bound: Any) -> float:  # noqa: ARG001
    return _demand(target, "target_dataframe and column_similarities").similarity(snapshot)


def _addition(snapshot: View, target: Target | None, reference: View | None, **bound: Any) -> float:  # noqa: ARG001
    target = _demand(target, "target_dataframe and column_similarities")
    before = _demand(reference, "reference_snapshot")
    kept, added = _compared(_filled(snapshot), _filled(before, snapshot))
    return target.zero_filled_similarity(added) if kept == len(before.rows) else 0.0


def _removal(snapshot: View, target: Target | None, reference: View | None, **bound: Any) -> float:
    return _addition(_demand(reference, "reference_snapshot"), target, snapshot, **bound)


def _update(snapshot: View, target: Target | None, reference: View | None, **bound: Any) -> float:  # noqa: ARG001
    target = _demand(target, "target_dataframe and column_similarities")
    before = _demand(reference, "reference_snapshot")
    after, before = _filled(snapshot), _filled(before, snapshot)
    if len(after.rows) != len(before.rows):
        return 0.0
    return target.zero_filled_similarity(_compared(after, before)[1])


def _guardrail(snapshot: View, target: Target | None, reference: View | None, **bound: Any) -> float:  # noqa: ARG001
    return 1.0 if same_rows(snapshot, _demand(reference, "reference_snapshot")) else 0.0


def changed_rows(after: View, before: View) -> tuple[View, View]:
    """The rows that only ``after`` has, and those that only ``before`` has; an updated row is in both."""
    after, before = _filled(after), _filled(before, after)
    return _compared(after, before)[1], _compared(before, after)[1]


def same_rows(one: View, other: View) -> bool:
    """Whether two snapshots have the same columns and the same rows in the same order."""
    if list(one.kinds) != list(other.kinds) or len(one.rows) != len(other.rows):
        return False
    return all(
        found is wanted or found == wanted or row_key(found, one.kinds) == row_key(wanted, one.kinds)
        for found, wanted in zip(one.rows, other.rows, strict=True)
    )


def _tool_trace(snapshot: View, target: Target | None, reference: View | None, **bound: Any) -> float:
    target = _demand(target, "target_dataframe and column_similarities")
    return traced(snapshot, target, _demand(reference, "reference_snapshot"), **bound)


def _demand(value: _T | None, name: str) -> _T:
    if value is None:
        message = f"This snapshot similarity needs {name}; it was called without."
        raise AssertionError(message)
    return value


def _filled(view: View, other: View | None = None) -> View:
    return view.filled(None if other is None else other.kinds)


def _compared(after: View, before: View) -> tuple[int, View]:
    """Number of pairs of equal rows, and the rows of ``after`` that ``before`` does not have."""
    _check_same_columns(after, before)
    same_order = list(after.kinds) == list(before.kinds)
    known = Counter(before.keys() if same_order else [row_key(row, after.kinds) for row in before.rows])
    pairs, new = 0, []
    for row, key in zip(after.rows, after.keys(), strict=True):
        times = known.get(key, 0)
        pairs += times
        if not times:
            new.append(row)
    return pairs, after.with_rows(new)


def _check_same_columns(after: View, before: View) -> None:
    missing = [name for name in after.kinds if name not in before.kinds]
    if missing:
        from polars.exceptions import ColumnNotFoundError

        message = f"The two snapshots have different columns: {missing!r} is only in one of them."
        raise ColumnNotFoundError(message)


_ROW_FORMS: dict[Any, RowSimilarity] = {
    snapshot_similarity: _snapshot,
    addition_similarity: _addition,
    removal_similarity: _removal,
    update_similarity: _update,
    guardrail_similarity: _guardrail,
    tool_trace_dependant_similarity: _tool_trace,
}

"""How the columns of a constraint are compared, as the modifiers ``match`` and ``within``."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from functools import partial
from typing import Any

from attrs import Factory, frozen

from tool_sandbox.evaluation.comparing import columns
from tool_sandbox.evaluation.constraints import SnapshotConstraint, default_column_similarities
from tool_sandbox.scenarios.conversion.losses import NoFormError, described

ANY_DISTANCE = "any"
_WAYS = {
    columns.column_exact_match_similarity: "exact",
    columns.column_rouge_l_similarity: "likeness",
    columns.column_contains_similarity: "contains",
    columns.column_one_similarity: "any",
}


@frozen
class Measures:
    """The modifiers of one check."""

    match: Mapping[str, str] = Factory(dict)
    within: Mapping[str, Any] = Factory(dict)
    trace_tolerances: Mapping[str, Any] = Factory(dict)
    """Tolerance per argument of a wanted call."""


def measures_of(constraint: SnapshotConstraint, wanted: Iterable[str]) -> Measures:
    """The modifiers that the wanted columns need; that one is compared by likeness is always said.

    Args:
        constraint: The constraint.
        wanted: The columns its target names.

    Raises:
        NoFormError: A column is compared in a way that has no name.
    """
    usual = default_column_similarities(constraint.database_namespace)
    match: dict[str, str] = {}
    within: dict[str, Any] = {}
    traces: dict[str, Any] = {}
    for column in wanted:
        function, tolerances = _taken_apart((constraint.column_similarity_measure or {}).get(column), column)
        if column == "tool_trace" and function is columns.column_tool_trace_exact_match_similarity:
            traces = {name: _tolerance(value, name) for name, value in (tolerances or {}).items()}
        elif function is columns.column_close_similarity:
            if tolerances is None:
                message = f"column {column!r} is compared by closeness without a tolerance, which fails when evaluated"
                raise NoFormError(message)
            within[column] = _tolerance(tolerances.get(column, 0), column)
        elif function is not usual[column] or function is columns.column_rouge_l_similarity:
            match[column] = _way(function, column)
    return Measures(match, within, traces)


def _taken_apart(measure: Any, column: str) -> tuple[Any, Mapping[str, Any] | None]:
    if not isinstance(measure, partial):
        return measure, None
    if measure.args or measure.keywords.keys() - {"atol_dict"}:
        message = f"column {column!r} is compared by {described(measure.func)} with further arguments bound"
        raise NoFormError(message)
    return measure.func, measure.keywords.get("atol_dict")


def _way(function: Any, column: str) -> str:
    if function not in _WAYS:
        message = f"column {column!r} is compared by {described(function)}; a file can say {', '.join(_WAYS.values())}"
        raise NoFormError(message)
    return _WAYS[function]


def _tolerance(value: Any, name: str) -> float | str:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or math.isnan(value) or value < 0:
        message = f"the tolerance {value!r} of {name!r} is not a number from 0 upwards"
        raise NoFormError(message)
    return ANY_DISTANCE if math.isinf(value) else value

"""Wanted rows that depend on what an earlier tool call returned."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from tool_sandbox.common.vocabulary import DatabaseNamespace
from tool_sandbox.common.world.schemas import INDEX_COLUMN, schema_of
from tool_sandbox.evaluation.comparing.targets import Target
from tool_sandbox.evaluation.comparing.views import View

Extractor = Callable[[Any], "list[dict[str, Any]]"]


def traced(snapshot: View, target: Target, reference: View, **bound: Any) -> float:
    """Best similarity of the snapshot to the target, over all values extracted from the reference.

    Args:
        snapshot: One message.
        target: The wanted message; extracted values are filled into it.
        reference: The message that carries the traces of the earlier call.
        **bound: ``fill_to``, the column to fill, and ``extractor``, from a trace to the values it offers.

    Raises:
        polars.exceptions.SchemaError: A snapshot is not exactly one message.
        KeyError: ``fill_to`` or ``extractor`` is missing.
        ValueError: ``fill_to`` is unknown, or a wanted text has a stray brace.
    """
    _check_one_message(snapshot, "snapshot")
    _check_one_message(reference, "reference snapshot")
    fill_to = bound["fill_to"]
    if fill_to not in _FILLERS:
        message = f"fill_to must be one of {sorted(_FILLERS)}; it is {fill_to!r}."
        raise ValueError(message)
    extractor: Extractor = bound["extractor"]
    traces = reference.rows[0]["tool_trace"]
    if traces is None:
        return 0.0
    key = (fill_to, id(extractor), tuple(traces))
    if key not in target.memo:
        target.memo[key] = _targets(target, fill_to, _extracted(traces, extractor))
    best = 0.0
    try:
        for wanted in target.memo[key]:
            if wanted is None:
                return 0.0
            best = max(best, wanted.similarity(snapshot))
    except (IndexError, KeyError):
        return 0.0
    return best


def filled_targets(target: Target, reference: View, **bound: Any) -> list[Target]:
    """What is wanted, once for every value that the traces of a message offer; none where they offer none.

    Args:
        target: The wanted message; extracted values are filled into it.
        reference: The message that carries the traces.
        **bound: As for ``traced``.
    """
    traces = reference.rows[0]["tool_trace"] if len(reference.rows) == 1 else None
    filled = _targets(target, bound["fill_to"], _extracted(traces or (), bound["extractor"]))
    return [each for each in filled if each is not None]


def _check_one_message(view: View, name: str) -> None:
    if (
        len(view.rows) == 1
        and view.kinds.keys() - {INDEX_COLUMN} == schema_of(DatabaseNamespace.SANDBOX).columns.keys()
    ):
        return
    from polars.exceptions import SchemaError

    message = (
        f"tool_trace_dependant_similarity compares messages: the {name} must be exactly one row of SANDBOX; "
        f"it has {len(view.rows)} rows of {sorted(view.kinds)}."
    )
    raise SchemaError(message)


def _extracted(traces: Iterable[str], extractor: Extractor) -> list[Mapping[str, Any]]:
    found: list[Mapping[str, Any]] = []
    for text in traces:
        try:
            found += extractor(json.loads(text))
        except (KeyError, IndexError, TypeError, ValueError):
            continue  # This trace offers nothing: it belongs to another tool, or the call returned something else.
    return found


def _targets(target: Target, fill_to: str, extracted: Iterable[Mapping[str, Any]]) -> list[Target | None]:
    """One target per extracted value; a final ``None`` says that filling failed, which voids all of them."""
    filled: list[Target | None] = []
    for values in extracted:
        try:
            filled.append(_with_column(target, fill_to, _FILLERS[fill_to](_first(target, fill_to), values)))
        except (IndexError, KeyError):
            return [*filled, None]
    return filled


def _first(target: Target, column: str) -> Any:
    if column not in target.view.kinds:
        from polars.exceptions import ColumnNotFoundError

        message = f"The target has no column {column!r} to fill; it has {sorted(target.view.kinds)}."
        raise ColumnNotFoundError(message)
    return target.view.rows[0][column]


def _with_column(target: Target, column: str, value: Any) -> Target:
    rows = [{**row, column: value} for row in target.view.rows]
    return Target(target.view.with_rows(rows), target.measures)


def _filled_trace(wanted: str, values: Mapping[str, Any]) -> str:
    decoded = json.loads(wanted)
    variants = []
    for golden in decoded if isinstance(decoded, list) else [decoded]:
        arguments = golden["arguments"]
        variants.append({**golden, "arguments": {**arguments, **values}})
        variants.append({**golden, "arguments": {**values, **arguments}})
    return json.dumps(variants)


def _filled_content(wanted: str, values: Mapping[str, Any]) -> str:
    return wanted.format(**values)


_FILLERS: dict[str, Callable[[str, Mapping[str, Any]], str]] = {
    "tool_trace": _filled_trace,
    "content": _filled_content,
}

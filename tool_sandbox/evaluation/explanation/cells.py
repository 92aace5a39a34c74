"""One row beside a wanted one: in which cells the two differ, and by how much."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any

from tool_sandbox.common.call_text import quoted
from tool_sandbox.evaluation.comparing.answers import TextSimilarity
from tool_sandbox.evaluation.comparing.columns import (
    cell_similarity,
    column_contains_similarity,
    column_rouge_l_similarity,
)
from tool_sandbox.evaluation.comparing.targets import Target
from tool_sandbox.evaluation.comparing.views import ColumnKinds
from tool_sandbox.evaluation.explanation.parts import Loss, Reason
from tool_sandbox.evaluation.explanation.rows import Rows

Cells = Mapping[str, Any]


def row_similarity(target: Target, wanted: Cells, found: Cells, kinds: ColumnKinds) -> float:
    """How alike a row and a wanted one are, in [0, 1]; cells that cannot be compared do not count."""
    values = [_similarity(target, name, wanted, found, kinds) for name in wanted if name in kinds]
    known = [value for value in values if value is not None]
    return math.prod(known) ** (1 / len(known)) if known else 0.0


def cell_losses(
    table: str, target: Target, wanted: Cells, found: Cells, kinds: ColumnKinds, shown: Rows
) -> Iterator[Loss]:
    """Every cell that is not as it should be.

    Args:
        table: What the row is a part of, in lower case; for messages, what is done.
        target: How cells are compared.
        wanted: The wanted row.
        found: The row that was found.
        kinds: Kinds of the table's columns.
        shown: Shows cells.
    """
    for name, value in wanted.items():
        similarity = _similarity(target, name, wanted, found, kinds) if name in kinds else 0.0
        if similarity == 1:
            continue
        measure = target.measures.get(name)
        where = table if table == "said" else f"{table}.{name}"
        if isinstance(measure, TextSimilarity):
            yield from _text_losses(where, measure, value, found.get(name))
        elif _function(measure) is column_rouge_l_similarity:
            said = "" if where == "said" else f"{where}: {quoted(str(found.get(name)))} "
            text = f"{said}is {similarity or 0:.2f} like {quoted(str(value))}, where 1 is in the same words"
            yield _loss(Reason.WORDING, where, text, value, found.get(name), similarity)
        elif _function(measure) is column_contains_similarity:
            text = f"{_own(where)}does not contain {quoted(str(value))}"
            yield _loss(Reason.COLUMN, where, text, value, found.get(name), similarity)
        else:
            text = f"{where}: wanted {shown.cell(name, value)}, was {shown.cell(name, found.get(name))}"
            yield _loss(Reason.COLUMN, where, text, value, found.get(name), similarity)


def _own(where: str) -> str:
    return "" if where == "said" else f"{where}: "


def _loss(reason: Reason, where: str, text: str, wanted: Any, found: Any, similarity: float | None) -> Loss:
    return Loss(reason=reason, where=where, text=text, wanted=wanted, found=found, similarity=similarity or 0.0)


def _function(measure: Any) -> Any:
    return measure.func if isinstance(measure, partial) else measure


def _similarity(target: Target, name: str, wanted: Cells, found: Cells, kinds: ColumnKinds) -> float | None:
    measure = target.measures.get(name)
    compare = None if measure is None else cell_similarity(measure, name, wanted[name], kinds[name])
    return float(found.get(name) == wanted[name]) if compare is None else compare(found.get(name))


def _text_losses(where: str, measure: TextSimilarity, wanted: str, found: Any) -> Iterator[Loss]:
    """What a text gets wrong, then what it lacks."""
    verdict = measure.verdict(wanted, str(found or ""))
    for number, text in enumerate(verdict.reasons):
        reason = Reason.CONTRADICTION if number < len(verdict.contradictions) else Reason.FACT
        yield _loss(reason, where, f"{_own(where)}{text}", wanted, found, verdict.share)

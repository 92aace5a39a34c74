"""How alike one column of a table and one wanted value are.

Every function takes a DataFrame and gives one column ``similarity``; behind it stands a comparison of single cells,
which is what the evaluation uses for the functions of this module. A user's own functions get DataFrames.
"""

from __future__ import annotations

import json
import math
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from functools import lru_cache, partial
from typing import TYPE_CHECKING, Any, ClassVar, Protocol

from tool_sandbox.common.not_given import NOT_GIVEN
from tool_sandbox.common.values import is_close
from tool_sandbox.common.world.schemas import BOOLEAN, NUMBER, ROLE, TEXT
from tool_sandbox.evaluation.comparing.rouge import rouge_l_for
from tool_sandbox.evaluation.comparing.views import LISTS, NULL, view_of

if TYPE_CHECKING:
    import polars as pl

Tolerances = Mapping[str, float]
CellSimilarity = Callable[[Any], "float | None"]
"""A cell's value to its similarity; ``None`` says that the cell cannot be compared."""
_Maker = Callable[[str, Any, str, "Tolerances | None"], CellSimilarity]
"""Column, wanted value, kind of its cells, tolerances → how its cells are compared."""


class ColumnSimilarityMeasureType(Protocol):
    """Shape of a column similarity; users may write their own."""

    def __call__(
        self,
        dataframe: pl.DataFrame,
        column_name: str,
        value: Any,
        atol_dict: dict[str, float] | None = None,
    ) -> pl.DataFrame:
        """One column ``similarity`` with one number per row."""
        ...


class CellMeasure(ABC):
    """A column similarity of ours that is an object, made for what it compares with."""

    costly: ClassVar[bool] = False
    """Whether cells are only compared in rows that no other column rules out; each similarity is then in [0, 1]."""

    @abstractmethod
    def cell(self, value: Any) -> CellSimilarity:
        """The comparison of single cells with a wanted value."""

    @property
    def is_ours(self) -> bool:
        """Whether no function of users takes part in it."""
        return comes_with_us(type(self))

    @abstractmethod
    def described(self) -> Any:
        """What it looks for, as JSON-able data for people."""

    def __call__(
        self,
        dataframe: pl.DataFrame,
        column_name: str,
        value: Any,
        atol_dict: dict[str, float] | None = None,  # noqa: ARG002 -- part of the shape
    ) -> pl.DataFrame:
        """The similarity of every row."""
        return _column_of(self.cell(value), dataframe, column_name)


def column_exact_match_similarity(
    dataframe: pl.DataFrame, column_name: str, value: Any, atol_dict: dict[str, float] | None = None
) -> pl.DataFrame:
    """1 where the cell equals the value, else 0; null where the cell is null and the value is not."""
    return _column(_exact, dataframe, column_name, value, atol_dict)


def column_close_similarity(
    dataframe: pl.DataFrame, column_name: str, value: Any, atol_dict: dict[str, float] | None = None
) -> pl.DataFrame:
    """1 where the number is within the column's tolerance of the value, else 0."""
    return _column(_close, dataframe, column_name, value, atol_dict)


def column_one_similarity(
    dataframe: pl.DataFrame, column_name: str, value: Any, atol_dict: dict[str, float] | None = None
) -> pl.DataFrame:
    """1 everywhere: the column does not matter."""
    return _column(_one, dataframe, column_name, value, atol_dict, wide=True)


def column_contains_similarity(
    dataframe: pl.DataFrame, column_name: str, value: Any, atol_dict: dict[str, float] | None = None
) -> pl.DataFrame:
    """1 where the text contains the value literally, else 0; null where the cell is null."""
    return _column(_contains, dataframe, column_name, value, atol_dict)


def column_tool_trace_exact_match_similarity(
    dataframe: pl.DataFrame, column_name: str, value: Any, atol_dict: dict[str, float] | None = None
) -> pl.DataFrame:
    """1 where one recorded call is one of the wanted ones with every wanted argument, else 0."""
    return _column(_tool_trace, dataframe, column_name, value, atol_dict)


def column_rouge_l_similarity(
    dataframe: pl.DataFrame, column_name: str, value: Any, atol_dict: dict[str, float] | None = None
) -> pl.DataFrame:
    """ROUGE-L F-measure of the text with the value; 0 where the cell is null."""
    return _column(_rouge, dataframe, column_name, value, atol_dict)


def cell_similarity(measure: Any, column: str, value: Any, kind: str) -> CellSimilarity | None:
    """The comparison of single cells behind one of our own column functions, or a partial of one.

    Args:
        measure: A column similarity function.
        column: Name of the column.
        value: The wanted value.
        kind: Kind of the column's cells.

    Returns:
        ``None`` when the function is a user's own.
    """
    if isinstance(measure, CellMeasure):
        return measure.cell(value)
    maker = _maker(measure)
    tolerances = measure.keywords.get("atol_dict") if isinstance(measure, partial) else None
    return None if maker is None else maker(column, value, kind, tolerances)


def is_ours(measure: Any) -> bool:
    """Whether no function of users takes part in a column similarity: it is in [0, 1], whatever the cell."""
    return measure.is_ours if isinstance(measure, CellMeasure) else _maker(measure) is not None


def comes_with_us(thing: Any) -> bool:
    """Whether a function or class is defined in this package."""
    return str(getattr(thing, "__module__", "")).startswith("tool_sandbox.")


def _maker(measure: Any) -> _Maker | None:
    if isinstance(measure, partial):
        if measure.args or measure.keywords.keys() - {"atol_dict"}:
            return None
        measure = measure.func
    return _MAKERS.get(measure) if isinstance(measure, _FUNCTION) else None


def _exact(column: str, value: Any, kind: str, tolerances: Tolerances | None) -> CellSimilarity:  # noqa: ARG001, PLR0911 -- one shape for all, one return per kind
    if value is None:
        return lambda cell: 1.0 if cell is None else 0.0
    if kind == NULL:
        return lambda cell: None  # noqa: ARG005 -- every cell is null
    if not _comparable(value, kind):
        return _raises_compute_error(f"Column {column!r} holds {kind}; it cannot be compared with {value!r}.")
    if kind in LISTS:
        wanted = list(value)
        return lambda cell: None if cell is None else float(list(cell) == wanted)
    if {kind, type(value)} in ({TEXT, bool}, {ROLE, bool}) or (kind == BOOLEAN and isinstance(value, str)):
        text = _as_text(value)
        return lambda cell: None if cell is None else float(_as_text(cell) == text)
    if isinstance(value, float) and math.isnan(value):
        return lambda cell: None if cell is None else float(cell != cell)  # noqa: PLR0124 -- NaN
    return lambda cell: None if cell is None else float(cell == value)


def _comparable(value: Any, kind: str) -> bool:
    if isinstance(value, (list, tuple)):
        return kind in LISTS or kind not in (TEXT, ROLE, NUMBER, BOOLEAN)
    if kind in LISTS:
        return False
    if isinstance(value, str):
        return kind != NUMBER
    return not (kind in (TEXT, ROLE) and isinstance(value, (int, float)) and not isinstance(value, bool))


def _as_text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _raises_compute_error(message: str) -> CellSimilarity:
    def refuse(cell: Any) -> float:  # noqa: ARG001 -- every cell is refused
        from polars.exceptions import ComputeError

        raise ComputeError(message)

    return refuse


def _close(column: str, value: Any, kind: str, tolerances: Tolerances | None) -> CellSimilarity:  # noqa: ARG001
    def similarity(cell: Any) -> float:
        if not isinstance(value, (int, float)):
            message = f"Column {column!r} is compared by closeness, so {value!r} must be a number."
            raise AssertionError(message)  # noqa: TRY004 -- what code written against the original expects
        if tolerances is None:
            message = f"Column {column!r} is compared by closeness without atol_dict; bind one with functools.partial."
            raise AssertionError(message)
        return float(cell is not None and is_close(value, cell, tolerances.get(column)))

    return similarity


def _one(column: str, value: Any, kind: str, tolerances: Tolerances | None) -> CellSimilarity:  # noqa: ARG001
    return lambda cell: 1.0  # noqa: ARG005


def _contains(column: str, value: Any, kind: str, tolerances: Tolerances | None) -> CellSimilarity:  # noqa: ARG001
    if not isinstance(value, str) or kind not in (TEXT, ROLE):

        def refuse(cell: Any) -> float:  # noqa: ARG001 -- every cell is refused
            from polars.exceptions import SchemaError

            message = f"{value!r} cannot be looked for in column {column!r} of {kind}: both must be text."
            raise SchemaError(message)

        return refuse
    return lambda cell: None if cell is None else float(value in cell)


def _rouge(column: str, value: Any, kind: str, tolerances: Tolerances | None) -> CellSimilarity:  # noqa: ARG001
    if isinstance(value, str):
        return rouge_l_for(str(value)).similarity

    def refuse(cell: Any) -> float:  # noqa: ARG001 -- every cell is refused
        message = f"Column {column!r} is compared by words, so the wanted value must be text, not {value!r}."
        raise TypeError(message)

    return refuse


def _tool_trace(column: str, value: Any, kind: str, tolerances: Tolerances | None) -> CellSimilarity:  # noqa: ARG001
    limits = tolerances or {}
    golden: list[Any] | None = None

    def similarity(cell: Any) -> float:
        nonlocal golden
        if cell is None:
            return 0.0
        if golden is None:
            golden = golden_traces(value)
        return float(any(_fits(decoded_trace(text), golden, limits) for text in cell))

    return similarity


@lru_cache(maxsize=1 << 12)
def decoded_trace(text: str) -> Any:
    """A recorded trace, decoded once. Read-only."""
    return json.loads(text)


def golden_traces(text: str) -> list[Any]:
    """The wanted traces that a JSON text of one object or a list of objects names."""
    decoded = json.loads(text)
    return decoded if isinstance(decoded, list) else [decoded]


def _fits(recorded: Mapping[str, Any], golden: list[Any], tolerances: Tolerances) -> bool:
    return any(
        recorded["tool_name"] == wanted["tool_name"]
        and all(
            is_close(recorded["arguments"].get(name, NOT_GIVEN), argument, tolerances.get(name))
            for name, argument in wanted["arguments"].items()
        )
        for wanted in golden
    )


_MAKERS: dict[Any, _Maker] = {
    column_exact_match_similarity: _exact,
    column_close_similarity: _close,
    column_one_similarity: _one,
    column_contains_similarity: _contains,
    column_tool_trace_exact_match_similarity: _tool_trace,
    column_rouge_l_similarity: _rouge,
}
_FUNCTION = type(column_one_similarity)


def _column(
    maker: _Maker,
    dataframe: pl.DataFrame,
    column_name: str,
    value: Any,
    atol_dict: dict[str, float] | None,
    *,
    wide: bool = False,
) -> pl.DataFrame:
    kind = view_of(dataframe.select(column_name)).kinds[column_name]
    return _column_of(maker(column_name, value, kind, atol_dict), dataframe, column_name, wide=wide)


def _column_of(
    similarity: CellSimilarity, dataframe: pl.DataFrame, column_name: str, *, wide: bool = False
) -> pl.DataFrame:
    """One column ``similarity``, made by comparing single cells; of 64 bits where ``wide``."""
    import polars as pl

    rows = view_of(dataframe.select(column_name)).rows
    if not rows:
        similarity(None)  # wrong types are an error even in an empty table
    cells = [similarity(row[column_name]) for row in rows]
    return pl.DataFrame({"similarity": cells}, schema={"similarity": pl.Float64 if wide else pl.Float32})

"""The samples of a run as a data frame."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import islice
from typing import Any

import polars as pl
from polars import selectors

from tool_sandbox.runs.outcomes import SampleResult
from tool_sandbox.runs.summary import categories_counted

CATEGORY = "category"

SCHEMA: dict[str, Any] = {
    "name": pl.String,
    "trial": pl.Int64,
    CATEGORY: pl.List(pl.String),
    "agent": pl.String,
    "user": pl.String,
    "status": pl.String,
    "cause": pl.String,
    "similarity": pl.Float64,
    "outcome": pl.Float64,
    "milestone_similarity": pl.Float64,
    "minefield_similarity": pl.Float64,
    "nop_floor": pl.Float64,
    "floor": pl.Float64,
    "turn_count": pl.Int64,
    "messages": pl.Int64,
    "duration": pl.Float64,
    "calls": pl.Int64,
    "prompt_tokens": pl.Int64,
    "completion_tokens": pl.Int64,
    "cost": pl.Float64,
    "fallback": pl.Boolean,
}
"""The columns of a row of a sample."""
_AT_ONCE = 5000
"""So many rows stand beside each other before they are columns."""
_OF_SPENDING = ("calls", "prompt_tokens", "completion_tokens")


class SampleFrame(pl.DataFrame):
    """One row per sample; ``category`` holds the list of categories that the sample counts for."""

    def group_by(self, *by: Any, **more: Any) -> Any:
        """Group the samples; by ``category``, each counts in every one of its categories.

        Categories are there to be compared in numbers, so beside them only columns of numbers are kept.
        """
        keys = [key for each in by for key in ([each] if isinstance(each, str | pl.Expr) else each)]
        if CATEGORY not in [key for key in keys if isinstance(key, str)]:
            return super().group_by(*by, **more)
        names = [key for key in keys if isinstance(key, str)]
        numbers = (selectors.numeric() | selectors.boolean()) - selectors.by_name(names)
        return self.explode(CATEGORY).select(*names, numbers).group_by(*by, **more)


def sample_frame(results: Iterable[SampleResult]) -> SampleFrame:
    """One row per sample, in order; a cost that nobody knows is null, and so is the score of a void sample."""
    return SampleFrame(frame_of(map(row_of, results), SCHEMA))


def frame_of(rows: Iterable[Mapping[str, Any]], schema: Mapping[str, Any]) -> pl.DataFrame:
    """Rows as a frame; they may be more than fit into memory as they are."""
    left = iter(rows)
    parts = iter(lambda: list(islice(left, _AT_ONCE)), [])
    return pl.concat([pl.DataFrame(schema=schema), *(pl.DataFrame(part, schema=schema) for part in parts)])


def row_of(result: SampleResult) -> dict[str, Any]:
    """The row of a sample, by the columns of ``SCHEMA``."""
    special = {
        CATEGORY: categories_counted(result.categories),
        "cost": result.spending.cost.total,
        **{name: getattr(result.spending, name) for name in _OF_SPENDING},
    }
    return {name: special[name] if name in special else getattr(result, name) for name in SCHEMA}

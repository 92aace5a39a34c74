"""The samples of a run as a data frame."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import polars as pl
from polars import selectors

from tool_sandbox.runs.outcomes import SampleResult
from tool_sandbox.runs.summary import categories_counted

CATEGORY = "category"

_SCHEMA: dict[str, Any] = {
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
    return SampleFrame([_row(result) for result in results], schema=_SCHEMA)


def _row(result: SampleResult) -> dict[str, Any]:
    special = {
        CATEGORY: categories_counted(result.categories),
        "cost": result.spending.cost.total,
        **{name: getattr(result.spending, name) for name in _OF_SPENDING},
    }
    return {name: special[name] if name in special else getattr(result, name) for name in _SCHEMA}

"""Tables over the results of a run."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import polars as pl


def extract_meta_stats(scenarios_df: pl.DataFrame) -> pl.DataFrame:
    """One row about a whole run.

    Args:
        scenarios_df: As ``extract_scenario_results`` makes it. Void samples of ours have no turn count and add none.

    Returns:
        Columns ``num_scenarios``, ``num_exceptions``, ``total_num_turn_counts`` and
        ``normalized_total_num_turn_counts`` (turns per scenario).
    """
    import polars as pl

    return scenarios_df.select(
        num_scenarios=pl.len(),
        num_exceptions=pl.col("traceback").is_not_null().sum(),
        total_num_turn_counts=pl.col("turn_count").sum(),
        normalized_total_num_turn_counts=pl.col("turn_count").sum() / pl.len(),
    )


def extract_aggregated_stats(results: dict[str, Any]) -> pl.DataFrame:
    """One row per category: ``category``, ``similarity`` and ``turn_count``."""
    import polars as pl

    categories = results["category_aggregated_results"]
    return pl.DataFrame(
        {
            "category": list(categories),
            "similarity": [values["similarity"] for values in categories.values()],
            "turn_count": [values["turn_count"] for values in categories.values()],
        }
    )

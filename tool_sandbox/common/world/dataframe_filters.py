"""The criteria of ``row_filters`` for DataFrames, for tools written against the original."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from tool_sandbox.common.not_given import NOT_GIVEN
from tool_sandbox.common.world.row_filters import check_any_given, fuzzy_positions

if TYPE_CHECKING:
    from collections.abc import Sequence

    import polars as pl


class DataframeFilterMethodType(Protocol):
    """Keeps the rows of a DataFrame whose cell in one column fits a value."""

    def __call__(self, dataframe: pl.DataFrame, column_name: str, value: Any, **kwargs: Any) -> pl.DataFrame:
        """The rows to keep, with all columns."""


def filter_dataframe(
    dataframe: pl.DataFrame,
    filter_criteria: Sequence[tuple[str, Any, DataframeFilterMethodType]],
) -> pl.DataFrame:
    """Apply the filters whose value is given, one after the other.

    Args:
        dataframe: Where to search.
        filter_criteria: Column, wanted value and filter of each criterion.

    Raises:
        ValueError: No criterion has a value.
    """
    check_any_given([(column, value) for column, value, _ in filter_criteria])
    for column_name, value, filter_method in filter_criteria:
        if value is not NOT_GIVEN:
            dataframe = filter_method(dataframe=dataframe, column_name=column_name, value=value)
    return dataframe


def exact_match_filter_dataframe(dataframe: pl.DataFrame, column_name: str, value: Any, **_kwargs: Any) -> pl.DataFrame:
    """Rows whose cell equals the value; null equals nothing, not even null."""
    import polars as pl

    return dataframe.clear() if value is None else dataframe.filter(pl.col(column_name) == value)


def subsequence_filter_dataframe(dataframe: pl.DataFrame, column_name: str, value: Any, **_kwargs: Any) -> pl.DataFrame:
    """Rows whose cell contains a match of the value, read as a regular expression."""
    import polars as pl

    return dataframe.filter(pl.col(column_name).str.contains(str(value)))


def range_filter_dataframe(
    dataframe: pl.DataFrame, column_name: str, value: Any, *, value_delta: Any, **_kwargs: Any
) -> pl.DataFrame:
    """Rows whose cell lies between the value and value + delta, both included; the delta may be negative."""
    import polars as pl

    low, high = sorted((value, value + value_delta))
    return dataframe.filter(pl.col(column_name).is_between(low, high))


def gt_eq_filter_dataframe(dataframe: pl.DataFrame, column_name: str, value: Any, **_kwargs: Any) -> pl.DataFrame:
    """Rows whose cell is not below the value."""
    import polars as pl

    return dataframe.filter(pl.col(column_name) >= value)


def lt_eq_filter_dataframe(dataframe: pl.DataFrame, column_name: str, value: Any, **_kwargs: Any) -> pl.DataFrame:
    """Rows whose cell is not above the value."""
    import polars as pl

    return dataframe.filter(pl.col(column_name) <= value)


def fuzzy_match_filter_dataframe(
    dataframe: pl.DataFrame, column_name: str, value: Any, threshold: float = 90, **_kwargs: Any
) -> pl.DataFrame:
    """At most five rows whose cell resembles the value, best first.

    Args:
        dataframe: Where to search.
        column_name: A column of texts.
        value: The text looked for.
        threshold: Least weighted likeness, 0 to 100.
    """
    positions = fuzzy_positions(value, dataframe[column_name].to_list(), threshold)
    return dataframe[positions] if positions else dataframe.clear()


def polars_multiply_columns_expression(column_names: Sequence[str]) -> pl.Expr:
    """The product of the columns."""
    import polars as pl

    product = pl.lit(1)
    for column_name in column_names:
        product = product * pl.col(column_name)
    return product

"""What tool authors use, under the name the original gave it."""

from __future__ import annotations

from tool_sandbox.common.dates import get_next_iso_weekday_datetime, get_tomorrow_datetime
from tool_sandbox.common.logging_switch import all_logging_disabled
from tool_sandbox.common.not_given import NOT_GIVEN, NotGiven
from tool_sandbox.common.serialization import attrs_serialize
from tool_sandbox.common.tool import add_tool_trace, register_as_tool
from tool_sandbox.common.values import deterministic_uuid, is_close
from tool_sandbox.common.world.dataframe_filters import (
    DataframeFilterMethodType,
    exact_match_filter_dataframe,
    filter_dataframe,
    fuzzy_match_filter_dataframe,
    gt_eq_filter_dataframe,
    lt_eq_filter_dataframe,
    polars_multiply_columns_expression,
    range_filter_dataframe,
    subsequence_filter_dataframe,
)

__all__ = [
    "NOT_GIVEN",
    "DataframeFilterMethodType",
    "NotGiven",
    "add_tool_trace",
    "all_logging_disabled",
    "attrs_serialize",
    "deterministic_uuid",
    "exact_match_filter_dataframe",
    "filter_dataframe",
    "fuzzy_match_filter_dataframe",
    "get_next_iso_weekday_datetime",
    "get_tomorrow_datetime",
    "gt_eq_filter_dataframe",
    "is_close",
    "lt_eq_filter_dataframe",
    "polars_multiply_columns_expression",
    "range_filter_dataframe",
    "register_as_tool",
    "subsequence_filter_dataframe",
]

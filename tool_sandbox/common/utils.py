"""What tool authors use, under the name the original gave it."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from tool_sandbox import clock
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

DAYS_PER_WEEK = 7


def get_tomorrow_datetime() -> datetime:
    """This time tomorrow, in the world's zone."""
    return clock.now_datetime() + timedelta(days=1)


def get_next_iso_weekday_datetime(next_iso_weekday: int) -> datetime:
    """This time on the next day with that ISO weekday (1 is Monday); today if it is one."""
    now = clock.now_datetime()
    return now + timedelta(days=(next_iso_weekday - now.isoweekday()) % DAYS_PER_WEEK)


@contextmanager
def all_logging_disabled(highest_level: int = logging.CRITICAL) -> Iterator[None]:
    """Drop log records up to this level inside the block."""
    previous = logging.root.manager.disable
    logging.disable(highest_level)
    try:
        yield
    finally:
        logging.disable(previous)

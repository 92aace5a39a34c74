from __future__ import annotations

import copy
import functools
import logging
import pickle
from datetime import UTC, datetime, timedelta
from typing import Any

import attrs
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tool_sandbox import clock
from tool_sandbox.common.utils import (
    NOT_GIVEN,
    NotGiven,
    all_logging_disabled,
    attrs_serialize,
    deterministic_uuid,
    exact_match_filter_dataframe,
    filter_dataframe,
    fuzzy_match_filter_dataframe,
    get_next_iso_weekday_datetime,
    get_tomorrow_datetime,
    gt_eq_filter_dataframe,
    is_close,
    lt_eq_filter_dataframe,
    polars_multiply_columns_expression,
    range_filter_dataframe,
    subsequence_filter_dataframe,
)
from tool_sandbox.common.vocabulary import RoleType

NAMES = pl.DataFrame({"name": ["Ada Lovelace", "lovelace ada", None, "Grace Hopper"], "n": [1, 2, 3, 4]})


def rows(frame: pl.DataFrame) -> list[int]:
    return frame["n"].to_list()


def test_not_given_is_one_falsy_object_however_it_is_copied() -> None:
    assert not NOT_GIVEN
    assert repr(NOT_GIVEN) == "NOT_GIVEN"
    assert copy.deepcopy([NOT_GIVEN])[0] is NOT_GIVEN
    assert pickle.loads(pickle.dumps(NOT_GIVEN)) is NOT_GIVEN  # noqa: S301 -- our own bytes
    assert NotGiven() != NOT_GIVEN


def test_exact_match_never_finds_null() -> None:
    assert rows(exact_match_filter_dataframe(dataframe=NAMES, column_name="n", value=2)) == [2]
    assert rows(exact_match_filter_dataframe(dataframe=NAMES, column_name="name", value=None)) == []


def test_fuzzy_match_ignores_case_and_at_a_low_threshold_word_order() -> None:
    assert rows(fuzzy_match_filter_dataframe(NAMES, "name", "ADA LOVELACE", threshold=100)) == [1]
    assert rows(fuzzy_match_filter_dataframe(NAMES, "name", "Ada Lovelace", threshold=50)) == [1, 2]
    assert rows(fuzzy_match_filter_dataframe(NAMES, "name", "Linus", threshold=100)) == []


def test_fuzzy_match_returns_the_best_five() -> None:
    frame = pl.DataFrame({"name": ["tea cup", *["tea"] * 6], "n": range(7)})
    assert rows(fuzzy_match_filter_dataframe(frame, "name", "tea")) == [1, 2, 3, 4, 5]


@pytest.mark.parametrize("query", [None, float("nan"), "", "?!"])
def test_fuzzy_match_of_nothing_is_nothing_with_all_columns(query: Any) -> None:
    found = fuzzy_match_filter_dataframe(NAMES, "name", query, threshold=0)
    assert found.shape == (0, 2)


def test_fuzzy_match_needs_text() -> None:
    with pytest.raises(TypeError):
        fuzzy_match_filter_dataframe(NAMES, "name", 3)


def test_subsequence_reads_a_regular_expression() -> None:
    assert rows(subsequence_filter_dataframe(NAMES, "name", "^Gr.ce")) == [4]


def test_range_includes_both_ends_in_either_direction() -> None:
    assert rows(range_filter_dataframe(NAMES, "n", 2, value_delta=1)) == [2, 3]
    assert rows(range_filter_dataframe(NAMES, "n", 3, value_delta=-1)) == [2, 3]
    moments = pl.DataFrame({"at": [datetime(2024, 1, day, tzinfo=UTC) for day in (1, 2, 3)], "n": [1, 2, 3]})
    found = range_filter_dataframe(moments, "at", datetime(2024, 1, 1, tzinfo=UTC), value_delta=timedelta(days=1))
    assert rows(found) == [1, 2]
    missing_delta: Any = range_filter_dataframe
    with pytest.raises(TypeError):
        missing_delta(NAMES, "n", 2)


def test_bounds_are_inclusive() -> None:
    assert rows(gt_eq_filter_dataframe(NAMES, "n", 3)) == [3, 4]
    assert rows(lt_eq_filter_dataframe(NAMES, "n", 2)) == [1, 2]


def test_filters_apply_in_order_and_only_where_a_value_is_given() -> None:
    fuzzy = functools.partial(fuzzy_match_filter_dataframe, threshold=50)
    criteria: list[Any] = [("name", "lovelace", fuzzy), ("n", NOT_GIVEN, gt_eq_filter_dataframe)]
    assert sorted(rows(filter_dataframe(NAMES, criteria))) == [1, 2]
    criteria[1] = ("n", 2, gt_eq_filter_dataframe)
    assert rows(filter_dataframe(NAMES, criteria)) == [2]


def test_a_row_ranked_sixth_is_lost_to_later_criteria() -> None:
    frame = pl.DataFrame({"name": ["tea"] * 6, "n": range(6)})
    criteria: Any = [("name", "tea", fuzzy_match_filter_dataframe), ("n", 5, exact_match_filter_dataframe)]
    assert rows(filter_dataframe(frame, criteria)) == []


@pytest.mark.parametrize("criteria", [[], [("a", NOT_GIVEN, None), ("b", NOT_GIVEN, None)]])
def test_a_search_without_criteria_names_the_columns(criteria: Any) -> None:
    with pytest.raises(ValueError) as caught:
        filter_dataframe(NAMES, criteria)
    assert str(tuple(column for column, _, _ in criteria)) in str(caught.value)


def test_columns_are_multiplied() -> None:
    frame = pl.DataFrame({"a": [2, 3], "b": [5, 7]})
    assert frame.select(polars_multiply_columns_expression(["a", "b"])).to_series().to_list() == [10, 21]


def test_logging_is_back_after_an_error() -> None:
    before = logging.root.manager.disable
    switch = all_logging_disabled()
    switch.__enter__()
    assert not logging.getLogger("x").isEnabledFor(logging.CRITICAL)
    assert not switch.__exit__(ZeroDivisionError, ZeroDivisionError(), None)
    assert logging.root.manager.disable == before


def test_attrs_objects_become_json_data() -> None:
    double = lambda x: 2 * x
    cases = [
        (functools.partial(is_close, atol=1), "is_close"),
        (is_close, "is_close"),
        (double, "double = lambda x: 2 * x"),
        (NAMES.head(1), [{"name": "Ada Lovelace", "n": 1}]),
        (RoleType.USER, "USER"),
        (3, 3),
    ]
    for value, expected in cases:
        assert attrs_serialize(None, None, value) == expected

    @attrs.frozen
    class Holder:
        role: RoleType

    data = attrs.asdict(Holder(RoleType.AGENT), value_serializer=attrs_serialize)
    assert type(data["role"]) is str


def test_a_payload_always_has_the_same_uuid() -> None:
    assert deterministic_uuid("my_phone") == "04640c30-ec89-5a3c-9fb4-4af3101c8e04"


@pytest.mark.parametrize(
    ("value", "reference", "atol", "close"),
    [
        (1, 1.5, 0.5, True),
        (1, 1.51, 0.5, False),
        (True, 0, 1, True),
        (5, -5, float("inf"), True),
        (1, 1.0, None, True),
        ("a", "a", 1, True),
        ("1", 1, 1, False),
        (None, None, 1, True),
    ],
)
def test_closeness(value: Any, reference: Any, atol: float | None, close: bool) -> None:
    assert is_close(value, reference, atol) is close


@given(st.integers(1, 7), st.integers(0, 10**9))
def test_the_next_weekday_is_within_a_week_and_may_be_today(weekday: int, instant: int) -> None:
    with clock.use(clock.Clock(float(instant), "America/Los_Angeles")):
        day = get_next_iso_weekday_datetime(weekday)
        assert day.isoweekday() == weekday
        assert timedelta(0) <= day.date() - clock.now_datetime().date() < timedelta(days=7)
        assert get_tomorrow_datetime().date() - clock.now_datetime().date() == timedelta(days=1)

"""Column similarities called with DataFrames: spec/50, section 1."""

from __future__ import annotations

import json
import math
from functools import partial
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from polars.exceptions import ComputeError, SchemaError
from polars.testing import assert_frame_equal

from tests.evaluation import reference
from tool_sandbox.common.evaluation import (
    _default_dbs_column_similarities,
    column_close_similarity,
    column_contains_similarity,
    column_exact_match_similarity,
    column_one_similarity,
    column_rouge_l_similarity,
    column_tool_trace_exact_match_similarity,
)
from tool_sandbox.common.execution_context import DatabaseNamespace, RoleType
from tool_sandbox.common.values import is_close
from tool_sandbox.evaluation.comparing.rouge import RougeL

FRAME = pl.DataFrame(
    {
        "text": ["a", None, "b"],
        "number": [1.0, None, math.nan],
        "flag": [True, None, False],
        "list": [["a"], None, ["a", "b"]],
    }
)


def scores(measure: Any, frame: pl.DataFrame, column: str, value: Any, **bound: Any) -> list[float | None]:
    result = measure(dataframe=frame, column_name=column, value=value, **bound)
    assert result.columns == ["similarity"]
    return result["similarity"].to_list()  # type: ignore[no-any-return]


@pytest.mark.parametrize(
    ("column", "value", "expected"),
    [
        ("text", "a", [1, None, 0]),
        ("text", None, [0, 1, 0]),
        ("text", RoleType.AGENT, [0, None, 0]),
        ("number", 1, [1, None, 0]),
        ("number", True, [1, None, 0]),
        ("number", math.nan, [0, None, 1]),
        ("flag", 1.0, [1, None, 0]),
        ("list", ["a"], [1, None, 0]),
        ("list", None, [0, 1, 0]),
    ],
)
def test_exact_match_compares_by_value_and_leaves_null_cells_open(
    column: str, value: Any, expected: list[float | None]
) -> None:
    assert scores(column_exact_match_similarity, FRAME, column, value) == expected


@pytest.mark.parametrize(("column", "value"), [("text", 1), ("number", "a"), ("text", ["a"]), ("list", "a")])
def test_exact_match_of_different_kinds_is_an_error(column: str, value: Any) -> None:
    with pytest.raises(ComputeError, match=column):
        scores(column_exact_match_similarity, FRAME, column, value)
    with pytest.raises(ComputeError):
        scores(column_exact_match_similarity, FRAME.clear(), column, value)


def test_an_enum_column_is_compared_as_text() -> None:
    frame = pl.DataFrame({"sender": ["AGENT", "USER"]}, schema={"sender": pl.Enum(["USER", "AGENT"])})
    assert scores(column_exact_match_similarity, frame, "sender", RoleType.AGENT) == [1, 0]


@pytest.mark.parametrize(
    ("tolerances", "value", "expected"),
    [
        ({"number": 0.5}, 1.4, [1, 0, 0]),
        ({"number": 0.5}, 1.6, [0, 0, 0]),
        ({"number": math.inf}, -1e300, [1, 0, 0]),
        ({"other": 9.0}, 1, [1, 0, 0]),
        ({}, 1.1, [0, 0, 0]),
    ],
)
def test_close_match_uses_the_tolerance_of_its_column(
    tolerances: dict[str, float], value: float, expected: list[float]
) -> None:
    assert scores(partial(column_close_similarity, atol_dict=tolerances), FRAME, "number", value) == expected


@pytest.mark.parametrize(("value", "tolerances"), [("1", {}), (None, {}), (1.0, None)])
def test_close_match_demands_a_number_and_tolerances(value: Any, tolerances: dict[str, float] | None) -> None:
    with pytest.raises(AssertionError):
        scores(column_close_similarity, FRAME, "number", value, atol_dict=tolerances)


def test_one_is_one_everywhere_in_64_bits() -> None:
    result = column_one_similarity(dataframe=FRAME, column_name="text", value=object())
    assert result["similarity"].to_list() == [1, 1, 1]
    assert result.schema == {"similarity": pl.Float64}


def test_all_others_have_32_bits() -> None:
    for measure in (column_exact_match_similarity, column_contains_similarity, column_rouge_l_similarity):
        assert measure(dataframe=FRAME, column_name="text", value="a").schema == {"similarity": pl.Float32}


def test_contains_looks_for_literal_case_sensitive_text() -> None:
    frame = pl.DataFrame({"text": ["a.b", "aXb", "A.B", None]})
    assert scores(column_contains_similarity, frame, "text", "a.b") == [1, 0, 0, None]
    assert scores(column_contains_similarity, frame, "text", "") == [1, 1, 1, None]


@pytest.mark.parametrize(("column", "value"), [("text", 1), ("text", None), ("number", "1"), ("flag", "true")])
def test_contains_demands_text_on_both_sides(column: str, value: Any) -> None:
    with pytest.raises(SchemaError):
        scores(column_contains_similarity, FRAME, column, value)


def trace(arguments: dict[str, Any], name: str = "tool") -> dict[str, Any]:
    return {"tool_name": name, "arguments": arguments, "result": 1}


@pytest.mark.parametrize(
    ("wanted", "recorded", "expected"),
    [
        ({"a": 1}, {"a": 1, "b": 2}, 1),
        ({}, {"a": 1}, 1),
        ({"a": 1}, {"a": True}, 1),
        ({"a": 1}, {"a": 1.0}, 1),
        ({"a": 1}, {}, 0),
        ({"a": None}, {}, 0),
        ({"a": None}, {"a": None}, 1),
        ({"t": 1.0}, {"t": 1.4}, 1),
        ({"t": 1.0}, {"t": 1.6}, 0),
        ({"anything": 0}, {"anything": -5e9}, 1),
        ({"anything": 0}, {"anything": "text"}, 0),
        ({"anything": 0}, {}, 0),
    ],
)
def test_a_recorded_call_fits_when_every_wanted_argument_does(
    wanted: dict[str, Any], recorded: dict[str, Any], expected: float
) -> None:
    frame = pl.DataFrame({"tool_trace": [[json.dumps(trace({}, "other")), json.dumps(trace(recorded))]]})
    measure = partial(column_tool_trace_exact_match_similarity, atol_dict={"t": 0.5, "anything": math.inf})
    assert scores(measure, frame, "tool_trace", json.dumps(trace(wanted))) == [expected]


def test_any_of_several_golden_traces_is_enough() -> None:
    frame = pl.DataFrame({"tool_trace": [[json.dumps(trace({"a": 1}))], None, []]})
    golden = json.dumps([trace({"a": 2}), trace({"a": 1})])
    assert scores(column_tool_trace_exact_match_similarity, frame, "tool_trace", golden) == [1, 0, 0]
    assert scores(column_tool_trace_exact_match_similarity, frame, "tool_trace", "[]") == [0, 0, 0]


def test_a_golden_trace_without_arguments_fails_only_when_its_tool_was_called() -> None:
    frame = pl.DataFrame({"tool_trace": [[json.dumps(trace({}))]]})
    other = json.dumps({"tool_name": "other"})
    assert scores(column_tool_trace_exact_match_similarity, frame, "tool_trace", other) == [0]
    with pytest.raises(KeyError, match="arguments"):
        scores(column_tool_trace_exact_match_similarity, frame, "tool_trace", json.dumps({"tool_name": "tool"}))


def test_a_golden_trace_that_is_no_json_is_an_error() -> None:
    frame = pl.DataFrame({"tool_trace": [[json.dumps(trace({}))]]})
    with pytest.raises(json.JSONDecodeError):
        scores(column_tool_trace_exact_match_similarity, frame, "tool_trace", "{")


WORDS = st.sampled_from(["Milk", "buying", "buys", "naïve", "10", "+10000000000", "a-b", "!", "running", "ß", "İx"])


@given(st.lists(WORDS, max_size=9).map(" ".join), st.lists(WORDS, max_size=9).map(" ".join))
def test_rouge_equals_rouge_score_to_the_last_bit(wanted: str, found: str) -> None:
    assert RougeL(wanted).similarity(found) == reference.rouge(wanted, found)


@given(st.text(max_size=40), st.text(max_size=40))
def test_rouge_of_any_text_equals_rouge_score(wanted: str, found: str) -> None:
    assert RougeL(wanted).similarity(found) == reference.rouge(wanted, found)


def test_rouge_ignores_case_and_punctuation_and_null_is_zero() -> None:
    frame = pl.DataFrame({"text": ["I CALLED Ann!", "i call ann", None, ""]})
    assert scores(column_rouge_l_similarity, frame, "text", "I called, Ann.") == [1, 1, 0, 0]
    with pytest.raises(TypeError, match="None"):
        scores(column_rouge_l_similarity, frame, "text", None)


@pytest.mark.parametrize(
    ("value", "wanted", "tolerance", "expected"),
    [
        (1, 1.5, 0.5, True),
        (1, 1.6, 0.5, False),
        (True, 1, 0.0, True),
        (1, 5, math.inf, True),
        ("a", "a", 1.0, True),
        ("a", 1, math.inf, False),
        (1, 1.0, None, True),
        (10**400, 1.0, math.inf, True),
        (10**400, 1.0, 1.0, False),
    ],
)
def test_closeness(value: Any, wanted: Any, tolerance: float | None, expected: bool) -> None:
    assert is_close(value, wanted, tolerance) is expected


def test_defaults_per_column() -> None:
    rouge = {"SANDBOX": {"content"}, "CONTACT": {"relationship"}, "MESSAGING": {"content"}, "REMINDER": {"content"}}
    ones = {"openai_tool_call_id", "openai_function_name", "tool_call_exception"}
    for namespace in ("SANDBOX", "SETTING", "CONTACT", "MESSAGING", "REMINDER"):
        measures = _default_dbs_column_similarities[DatabaseNamespace(namespace)]
        for column, measure in measures.items():
            expected: Any = column_exact_match_similarity
            if column in rouge.get(namespace, ()):
                expected = column_rouge_l_similarity
            elif column in ones:
                expected = column_one_similarity
            elif column == "tool_trace":
                expected = column_tool_trace_exact_match_similarity
            assert measure is expected, (namespace, column)


def test_the_result_is_one_column_per_row_even_without_rows() -> None:
    expected = pl.DataFrame({"similarity": []}, schema={"similarity": pl.Float32})
    result = column_exact_match_similarity(dataframe=FRAME.clear(), column_name="text", value="a")
    assert_frame_equal(result, expected)

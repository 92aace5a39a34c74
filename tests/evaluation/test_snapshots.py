"""Snapshot similarities called with DataFrames: spec/50, sections 2 and 8."""

from __future__ import annotations

import json
import math
import random
from functools import partial
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.exceptions import ColumnNotFoundError, ComputeError, InvalidOperationError, SchemaError

from tests.evaluation import reference, trajectories
from tool_sandbox.common.evaluation import (
    _default_dbs_column_similarities,
    addition_similarity,
    column_close_similarity,
    column_exact_match_similarity,
    column_one_similarity,
    column_rouge_l_similarity,
    guardrail_similarity,
    removal_similarity,
    snapshot_similarity,
    tool_trace_dependant_similarity,
    update_similarity,
)
from tool_sandbox.common.execution_context import DatabaseNamespace, ExecutionContext, RoleType

ROUGE = {"content": column_rouge_l_similarity}
BOTH = {**ROUGE, "n": column_exact_match_similarity}
CONTACT = ExecutionContext.dbs_schemas[DatabaseNamespace.CONTACT]
SANDBOX = ExecutionContext.dbs_schemas[DatabaseNamespace.SANDBOX]
CONTACT_MEASURES = _default_dbs_column_similarities[DatabaseNamespace.CONTACT]
SANDBOX_MEASURES = _default_dbs_column_similarities[DatabaseNamespace.SANDBOX]


def similar(found: dict[str, Any], wanted: dict[str, Any], measures: dict[str, Any]) -> float:
    return snapshot_similarity(
        snapshot=pl.DataFrame(found), target_dataframe=pl.DataFrame(wanted), column_similarities=measures
    )


def test_one_fuzzy_column_stays_in_32_bits() -> None:
    assert similar({"content": ["w b"]}, {"content": ["w k"]}, ROUGE) == 0.4999999701976776


def test_two_columns_end_in_64_bits() -> None:
    found, wanted = {"content": ["w b"], "n": [1]}, {"content": ["w k"], "n": [1]}
    assert similar(found, wanted, BOTH) == pytest.approx(0.7071067594397266, abs=1e-15)


def test_a_perfect_match_is_exactly_one() -> None:
    rows = {"content": ["a b c", "d"], "n": [1, 2]}
    assert similar(rows, rows, BOTH) == 1.0


def test_row_order_and_further_columns_do_not_matter() -> None:
    found: dict[str, list[Any]] = {"content": ["one two", "three four five"], "n": [1, 2], "more": [0, 0]}
    turned = {name: values[::-1] for name, values in found.items()}
    wanted = {"content": ["one two six", "three"], "n": [1, 2]}
    assert 0 < similar(found, wanted, BOTH) < 1
    assert similar(turned, wanted, BOTH) == pytest.approx(similar(found, wanted, BOTH), abs=1e-12)


def test_another_number_of_rows_or_an_unknown_column_is_zero() -> None:
    assert similar({"n": [1, 2]}, {"n": [1]}, BOTH) == 0
    assert similar({"n": [1]}, {"m": [1]}, BOTH) == 0
    assert similar({"n": []}, {"n": [1]}, BOTH) == 0


def test_a_target_column_without_similarity_is_an_error() -> None:
    with pytest.raises(KeyError, match="n"):
        similar({"n": [1]}, {"n": [1]}, {})


def test_target_and_similarities_are_demanded() -> None:
    frame = pl.DataFrame({"n": [1]})
    for function in (snapshot_similarity, addition_similarity, removal_similarity, update_similarity):
        with pytest.raises(AssertionError):
            function(snapshot=frame, column_similarities=BOTH, reference_snapshot=frame)
        with pytest.raises(AssertionError):
            function(snapshot=frame, target_dataframe=frame, reference_snapshot=frame)
    for function in (addition_similarity, removal_similarity, update_similarity, guardrail_similarity):
        with pytest.raises(AssertionError):
            function(snapshot=frame, target_dataframe=frame, column_similarities=BOTH)


def test_a_wanted_empty_table_is_met_by_an_empty_table_only() -> None:
    empty = pl.DataFrame({"n": []}, schema={"n": pl.Int64})
    one = pl.DataFrame({"n": [1]})
    assert snapshot_similarity(snapshot=empty, target_dataframe=empty, column_similarities=BOTH) == 1
    assert snapshot_similarity(snapshot=one, target_dataframe=empty, column_similarities=BOTH) == 0


def test_null_cells_do_not_lower_a_row_that_has_something_else_to_compare() -> None:
    measures = {"a": column_exact_match_similarity, "n": column_exact_match_similarity}
    found = pl.DataFrame({"a": ["x"], "n": [None]}, schema={"a": pl.String, "n": pl.Float64})
    assert snapshot_similarity(found, pl.DataFrame({"a": ["x"], "n": [2.0]}), measures) == 1.0
    assert snapshot_similarity(found, pl.DataFrame({"n": [2.0]}), measures) == 0.0


def test_a_column_similarity_of_a_user_gets_dataframes() -> None:
    seen: list[Any] = []

    def half(dataframe: pl.DataFrame, column_name: str, value: Any, atol_dict: Any = None) -> pl.DataFrame:
        seen.append((dataframe, column_name, value, atol_dict))
        return dataframe.select(pl.lit(0.5).alias("similarity"), pl.lit(1).alias("other"))

    assert similar({"n": [1]}, {"n": [7]}, {"n": half}) == pytest.approx(0.5, abs=1e-15)
    assert isinstance(seen[0][0], pl.DataFrame)
    assert seen[0][1:] == ("n", 7, None)
    found, wanted = {"n": [1], "content": ["a"]}, {"n": [7], "content": ["a"]}
    assert similar(found, wanted, {"n": half, **ROUGE}) == pytest.approx(math.sqrt(0.5), abs=1e-12)


def test_a_column_that_always_matches_counts_as_one() -> None:
    measures = {**ROUGE, "n": column_one_similarity}
    assert similar({"content": ["w b"], "n": [1]}, {"content": ["w k"], "n": [9]}, measures) == pytest.approx(
        math.sqrt(0.5), abs=1e-7
    )
    assert similar({"n": [1]}, {"n": [9]}, measures) == 1.0


def contacts(*rows: dict[str, Any], index: bool = False) -> pl.DataFrame:
    frame = pl.DataFrame([{name: row.get(name) for name in CONTACT} for row in rows], schema=CONTACT)
    return frame.with_columns(sandbox_message_index=pl.lit(4)) if index else frame.drop("sandbox_message_index")


ANN, BOB, EVE = ({"person_id": name[0], "name": name, "is_self": False} for name in ("Ann", "Bob", "Eve"))


def changed(function: Any, after: Any, before: Any, wanted: dict[str, Any]) -> float:
    value: float = function(
        snapshot=after,
        target_dataframe=pl.DataFrame([wanted]),
        column_similarities=CONTACT_MEASURES,
        reference_snapshot=before,
    )
    return value


def test_an_added_row_is_found_with_and_without_index_column() -> None:
    for index in (False, True):
        before, after = contacts(ANN, index=index), contacts(ANN, BOB, index=index)
        assert changed(addition_similarity, after, before, {"name": "Bob"}) == 1
        assert changed(addition_similarity, after, before, {"name": "Eve"}) == 0
        assert changed(removal_similarity, before, after, {"name": "Bob"}) == 1
        assert changed(removal_similarity, after, before, {"name": "Bob"}) == 0


def test_an_addition_that_loses_or_doubles_a_row_is_zero() -> None:
    assert changed(addition_similarity, contacts(BOB), contacts(ANN), {"name": "Bob"}) == 0
    assert changed(addition_similarity, contacts(ANN, ANN, BOB), contacts(ANN), {"name": "Bob"}) == 0
    assert changed(addition_similarity, contacts(ANN, BOB, EVE), contacts(ANN), {"name": "Bob"}) == 0
    assert changed(addition_similarity, contacts(ANN, ANN), contacts(ANN), {"name": "Ann"}) == 0


def test_two_identical_new_rows_are_two_rows() -> None:
    wanted = pl.DataFrame([{"name": "Bob"}, {"name": "Bob"}])
    assert addition_similarity(contacts(ANN, BOB, BOB), wanted, CONTACT_MEASURES, contacts(ANN)) == 1


def test_fuzzy_content_of_an_added_row_is_between() -> None:
    after = contacts(ANN, {**BOB, "relationship": "close friend"})
    assert 0 < changed(addition_similarity, after, contacts(ANN), {"relationship": "friend", "name": "Bob"}) < 1


def test_a_wanted_null_equals_an_absent_value_but_not_by_words() -> None:
    after, before = contacts(ANN, BOB), contacts(ANN)
    typed = pl.DataFrame(
        {"name": ["Bob"], "phone_number": [None]}, schema={"name": pl.String, "phone_number": pl.String}
    )
    assert addition_similarity(after, typed, CONTACT_MEASURES, before) == 1
    assert changed(addition_similarity, after, before, {"name": "Bob", "phone_number": None}) == 1
    assert changed(addition_similarity, after, before, {"name": "Bob", "relationship": None}) == 0


def test_an_update_needs_as_many_changed_rows_as_wanted() -> None:
    before = contacts(ANN, BOB)
    assert changed(update_similarity, contacts(ANN, {**BOB, "name": "Rob"}), before, {"name": "Rob"}) == 1
    assert changed(update_similarity, contacts({**BOB, "name": "Rob"}, ANN), before, {"name": "Rob"}) == 1
    assert changed(update_similarity, contacts(ANN), before, {"name": "Rob"}) == 0
    assert (
        changed(update_similarity, contacts({**ANN, "name": "x"}, {**BOB, "name": "Rob"}), before, {"name": "Rob"}) == 0
    )
    assert changed(update_similarity, before, before, {"name": "Rob"}) == 0


def test_added_rows_cannot_be_told_in_a_table_with_lists() -> None:
    frame = pl.DataFrame({"tool_trace": [["a"]]})
    with pytest.raises(InvalidOperationError, match="tool_trace"):
        addition_similarity(frame, frame, SANDBOX_MEASURES, frame)


def test_a_guardrail_demands_equal_values_in_equal_order() -> None:
    def guarded(after: pl.DataFrame, before: pl.DataFrame) -> float:
        return guardrail_similarity(snapshot=after, reference_snapshot=before)

    assert guarded(contacts(ANN, BOB), contacts(ANN, BOB)) == 1
    assert guarded(contacts(BOB, ANN), contacts(ANN, BOB)) == 0
    assert guarded(contacts(ANN), contacts(ANN, BOB)) == 0
    not_a_number = pl.DataFrame({"x": [math.nan]})
    assert guarded(not_a_number, pl.DataFrame({"x": [math.nan]})) == 1


def message(**fields: Any) -> pl.DataFrame:
    row = {"sender": RoleType.EXECUTION_ENVIRONMENT.value, "recipient": "AGENT", **fields}
    return pl.DataFrame([{name: row.get(name) for name in SANDBOX}], schema=SANDBOX)


def traced(wanted: Any, found: Any, earlier: Any, *, fill_to: str = "tool_trace") -> float:
    def extractor(tool_trace: dict[str, Any]) -> list[dict[str, Any]]:
        return [{"x": tool_trace["value"]}]

    cell = (lambda value: [json.dumps(one) for one in value]) if fill_to == "tool_trace" else (lambda value: value)
    wanted = json.dumps(wanted) if fill_to == "tool_trace" else wanted
    return partial(tool_trace_dependant_similarity, fill_to=fill_to, extractor=extractor)(
        snapshot=message(**{fill_to: cell(found)}),
        target_dataframe=pl.DataFrame([{fill_to: wanted}]),
        column_similarities=SANDBOX_MEASURES,
        reference_snapshot=message(tool_trace=None if earlier is None else [json.dumps(one) for one in earlier]),
    )


def call(**arguments: Any) -> dict[str, Any]:
    return {"tool_name": "t", "arguments": arguments}


def test_an_extracted_value_fills_a_missing_argument() -> None:
    assert traced(call(a=1), [call(a=1, x=5)], [{"value": 5}]) == 1
    assert traced(call(a=1), [call(a=1, y=5)], [{"value": 5}]) == 0
    assert traced(call(a=1), [call(a=1, x=6)], [{"value": 5}]) == 0
    assert traced([call(b=1), call(a=1)], [call(a=1, x=5)], [{"value": 5}]) == 1


def test_the_golden_argument_is_kept_when_the_extracted_one_is_wrong() -> None:
    assert traced(call(x=1), [call(x=1)], [{"value": 5}]) == 1
    assert traced(call(x=1), [call(x=5)], [{"value": 5}]) == 1


def test_traces_that_offer_nothing_are_skipped() -> None:
    assert traced(call(), [call(x=5)], [{"other": 1}, {"value": 5}]) == 1
    assert traced(call(), [call(x=5)], [{"other": 1}]) == 0
    assert traced(call(), [call(x=5)], []) == 0
    assert traced(call(), [call(x=5)], None) == 0


def test_extracted_values_fill_the_placeholders_of_a_text() -> None:
    assert traced("It is {x} degrees", "it is 7 degrees!", [{"value": 7}], fill_to="content") == 1
    assert 0 < traced("It is {x} degrees", "it is 8 degrees!", [{"value": 7}], fill_to="content") < 1
    assert traced("It is {y} degrees", "it is 7 degrees!", [{"value": 7}], fill_to="content") == 0
    with pytest.raises(ValueError, match="expected"):
        traced("It is { degrees", "it", [{"value": 7}], fill_to="content")


def test_a_golden_trace_without_arguments_voids_the_match() -> None:
    assert traced([call(x=5), {"tool_name": "t"}], [call(x=5)], [{"value": 5}]) == 0


def test_what_trace_dependence_demands() -> None:
    good = {
        "target_dataframe": pl.DataFrame([{"content": "x"}]),
        "column_similarities": SANDBOX_MEASURES,
        "reference_snapshot": message(tool_trace=[json.dumps({"value": 1})]),
    }
    bound: dict[str, Any] = {"fill_to": "content", "extractor": lambda trace: [{"x": trace["value"]}]}
    check: Any = tool_trace_dependant_similarity
    assert check(snapshot=message(content="x"), **good, **bound) == 1
    with pytest.raises(SchemaError):
        check(snapshot=pl.concat([message(), message()]), **good, **bound)
    with pytest.raises(SchemaError):
        check(snapshot=pl.DataFrame({"content": ["x"]}), **good, **bound)
    with pytest.raises(KeyError):
        check(snapshot=message(), **good, extractor=bound["extractor"])
    with pytest.raises(KeyError):
        check(snapshot=message(), **good, fill_to="content")
    with pytest.raises(ValueError, match="sender"):
        check(snapshot=message(), **good, fill_to="sender", extractor=bound["extractor"])
    with pytest.raises(ColumnNotFoundError):
        check(snapshot=message(), **good, fill_to="tool_trace", extractor=bound["extractor"])


@settings(max_examples=80)
@given(st.integers(0, 10**9))
def test_random_tables_score_like_the_reference(seed: int) -> None:
    source = random.Random(seed)
    context = trajectories.trajectory(source, 5)
    measures = {
        **_default_dbs_column_similarities[DatabaseNamespace.REMINDER],
        "latitude": partial(column_close_similarity, atol_dict={"latitude": 1.0}),
    }
    wanted = pl.DataFrame(
        [{"content": trajectories.text(source, 2), "latitude": 1.0} for _ in range(source.randint(1, 3))]
    )
    frames = [context.get_database(DatabaseNamespace.REMINDER, index) for index in range(6)]
    for after in frames:
        assert snapshot_similarity(after, wanted, measures) == pytest.approx(
            reference.snapshot(after, wanted, measures), abs=1e-12
        )
        before = source.choice(frames)
        for ours, theirs in ((addition_similarity, reference.addition), (update_similarity, reference.update)):
            assert ours(after, wanted, measures, before) == pytest.approx(
                theirs(after, wanted, measures, before), abs=1e-12
            )


def test_a_wanted_value_that_cannot_be_compared_is_an_error_whatever_the_other_cells_say() -> None:
    measures = {"sender": column_exact_match_similarity, "n": column_exact_match_similarity}
    with pytest.raises(ComputeError, match="cannot be compared"):
        similar({"sender": ["USER"], "n": [1]}, {"sender": ["AGENT"], "n": ["one"]}, measures)

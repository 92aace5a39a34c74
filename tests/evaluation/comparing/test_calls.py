"""A recorded call beside a wanted one: what it asks for and what it gave, not how it is spelt."""

from __future__ import annotations

import json
import math
from typing import Any

import polars as pl
import pytest

from tool_sandbox.common.tool_discovery import ToolBackend, get_all_tools
from tool_sandbox.evaluation.comparing.calls import CallSimilarity
from tool_sandbox.scenarios.compiling.compiler import canonical_arguments

SHIPPED = canonical_arguments(get_all_tools(ToolBackend.DEFAULT))


def call(tool: str, result: Any = None, /, **arguments: Any) -> dict[str, Any]:
    return {"tool_name": tool, "arguments": arguments, "result": result}


def similarity(recorded: dict[str, Any], *wanted: dict[str, Any], **within: float) -> float:
    measure = CallSimilarity(within, SHIPPED)
    bare = [{key: part for key, part in each.items() if key != "result" or part is not None} for each in wanted]
    found = measure.cell(json.dumps(bare))([json.dumps(recorded)])
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("found", "wanted", "expected"),
    [
        ({"name": "WANDA"}, {"name": "Wanda"}, 1),
        ({"name": " wanda ekström"}, {"name": "Wanda Ekström"}, 1),
        ({"name": "Wand"}, {"name": "Wanda"}, 0),
        ({"name": "Wanda", "is_self": False}, {"name": "Wanda"}, 1),
        ({}, {"name": "Wanda"}, 0),
        ({"name": None}, {"name": "Wanda"}, 0),
        ({"is_self": True}, {"is_self": True}, 1),
        ({"is_self": "true"}, {"is_self": True}, 0),
    ],
)
def test_texts_are_equal_whatever_their_case(found: dict[str, Any], wanted: dict[str, Any], expected: float) -> None:
    assert similarity(call("search_contacts", **found), call("search_contacts", **wanted)) == expected


@pytest.mark.parametrize(
    ("unit", "expected"),
    [("mile", 1), ("miles", 1), ("mi", 1), ("Miles", 1), ("kilometer", 0), ("nautical_mile", 0), ("no unit", 0)],
)
def test_units_are_equal_when_the_tool_makes_them_equal(unit: str, expected: float) -> None:
    wanted = call("unit_conversion", amount=5, from_unit="mile", to_unit="kilometer")
    for other in ("kilometer", "km", "Kilometres"):
        assert similarity(call("unit_conversion", amount=5, from_unit=unit, to_unit=other), wanted) == expected
    assert similarity(call("search_contacts", name="miles"), call("search_contacts", name="mile")) == 0


@pytest.mark.parametrize(
    ("amounts", "expected"),
    [
        ({"hours": 2}, 1),
        ({"minutes": 120}, 1),
        ({"hours": 1, "minutes": 60}, 1),
        ({"seconds": 7200.0}, 1),
        ({"weeks": 0, "days": 0, "hours": 2, "minutes": 0, "seconds": 0}, 1),
        ({"days": 2}, 0),
        ({"hours": 2, "minutes": 1}, 0),
        ({"hours": -2}, 0),
        ({"hours": "2"}, 0),
        ({}, 0),
    ],
)
def test_amounts_of_time_are_equal_in_any_parts(amounts: dict[str, Any], expected: float) -> None:
    wanted = call("shift_timestamp", timestamp=10.0, hours=2)
    assert similarity(call("shift_timestamp", timestamp=10, **amounts), wanted) == expected
    assert similarity(call("shift_timestamp", timestamp=11, **amounts), wanted) == 0


def test_numbers_are_equal_within_the_tolerance_of_their_argument() -> None:
    wanted = call("search_weather_around_lat_lon", latitude=47.6, longitude=8.0)
    near = call("search_weather_around_lat_lon", latitude=47.65, longitude=8.0)
    assert similarity(near, wanted) == 0
    assert similarity(near, wanted, latitude=0.1) == 1
    assert similarity(near, wanted, longitude=0.1) == 0
    assert similarity(near, wanted, latitude=0.01) == 0


@pytest.mark.parametrize(
    ("amounts", "within", "expected"),
    [
        ({"hours": 3}, {"hours": 1}, 1),
        ({"hours": 1}, {"hours": 1}, 1),
        ({"minutes": 90}, {"hours": 0.5}, 1),
        ({"minutes": 89}, {"hours": 0.5}, 0),
        ({"hours": 3, "seconds": 1}, {"hours": 1}, 0),
        ({"hours": 3, "seconds": 1}, {"hours": 1, "seconds": 1}, 1),
        ({"minutes": 115}, {"minutes": 5}, 0),
        ({"seconds": 7230}, {"seconds": 30}, 1),
        ({"days": 9}, {"hours": math.inf}, 1),
        ({"hours": 3}, {"timestamp": 1}, 0),
        ({}, {"hours": 1}, 0),
    ],
)
def test_a_tolerance_of_one_amount_of_time_holds_however_the_time_is_given(
    amounts: dict[str, Any], within: dict[str, float], expected: float
) -> None:
    wanted = call("shift_timestamp", timestamp=10.0, hours=2)
    assert similarity(call("shift_timestamp", timestamp=10, **amounts), wanted, **within) == expected


def test_a_tolerance_of_an_argument_that_keeps_its_name_is_taken_as_it_is_written() -> None:
    wanted = call("unit_conversion", amount=5, from_unit="mile", to_unit="kilometer")
    near = call("unit_conversion", amount=5.1, from_unit="miles", to_unit="km")
    assert similarity(near, wanted, amount=0.11) == 1
    assert similarity(near, wanted, amount=0.09) == 0
    assert similarity(near, wanted, from_unit=1) == 0


def test_any_of_the_wanted_calls_will_do_but_not_parts_of_several() -> None:
    wanted = (call("search_contacts", name="Priya", is_self=False), call("search_contacts", relationship="boss"))
    assert similarity(call("search_contacts", relationship="Boss"), *wanted) == 1
    assert similarity(call("search_contacts", name="Priya"), *wanted) == 0
    assert similarity(call("add_contact", relationship="boss"), *wanted) == 0


DIFFERENCE = call("timestamp_diff", {"days": 268}, timestamp_0=1.0)


@pytest.mark.parametrize(
    ("result", "gave", "within", "expected"),
    [
        ({"days": 268, "seconds": 5}, {"days": 268}, {}, 1),
        ({"days": 267}, {"days": 268}, {}, 0),
        ({"days": 267}, {"days": 268}, {"days": 1}, 1),
        ({"seconds": 1}, {"days": 268}, {}, 0),
        ([{"name": "Wanda Ekström"}], {"0.name": "wanda ekström"}, {}, 1),
        ([], {"0.name": "Wanda Ekström"}, {}, 0),
        (None, {"0.name": "Wanda Ekström"}, {}, 0),
        (8.0467, {"": 8.05}, {"": 0.01}, 1),
        (8.0467, {"": 8.05}, {}, 0),
        ([1, 2], {"": [1, 2]}, {}, 1),
        ([{"name": "Dana"}, {"name": "Wanda"}], {"any.name": "Wanda"}, {}, 1),
        ([{"name": "Dana"}, {"age": 3}, 5], {"any.name": "Wanda"}, {}, 0),
        ([{"price": 2.5}], {"any.price": 2}, {"any.price": 0.5}, 1),
        ([[1, 2], [3]], {"any.any.": 3}, {}, 1),
        ([], {"any.name": "Wanda"}, {}, 0),
        ({"any": {"name": "Wanda"}}, {"any.name": "Wanda"}, {}, 0),
        ("text", {"any.name": "Wanda"}, {}, 0),
        (None, {"any.name": "Wanda"}, {}, 0),
    ],
)
def test_what_a_call_gave_counts_whatever_its_arguments(
    result: Any, gave: dict[str, Any], within: dict[str, float], expected: float
) -> None:
    recorded = call("any_tool", result, whatever=3)
    measure = CallSimilarity(within)
    wanted = json.dumps({"tool_name": "any_tool", "arguments": {}, "result": gave})
    assert measure.cell(wanted)([json.dumps(recorded)]) == expected


def test_arguments_and_result_both_have_to_fit_where_both_are_wanted() -> None:
    wanted = call("search_contacts", {"0.name": "Wanda Ekström"}, name="Wanda")
    wanda = [{"name": "Wanda Ekström"}]
    assert similarity(call("search_contacts", wanda, name="Wanda"), wanted) == 1
    assert similarity(call("search_contacts", wanda, relationship="friend"), wanted) == 0
    assert similarity(call("search_contacts", [], name="Wanda"), wanted) == 0


def test_one_of_several_recorded_calls_is_enough_and_none_is_no_match() -> None:
    cell = CallSimilarity().cell(json.dumps({"tool_name": "b", "arguments": {}}))
    traces = [json.dumps(call(name)) for name in "abc"]
    assert (cell(traces), cell(traces[:1]), cell([]), cell(None)) == (1, 0, 0, 0)


def test_a_whole_column_is_compared_as_its_cells_are() -> None:
    traces = pl.DataFrame({"tool_trace": [[json.dumps(call("a"))], None, [json.dumps(call("b"))]]})
    wanted = json.dumps({"tool_name": "b", "arguments": {}})
    assert CallSimilarity()(traces, "tool_trace", wanted)["similarity"].to_list() == [0, 0, 1]

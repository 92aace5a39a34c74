"""What scenarios read from recorded calls: spec/50, section 2.7."""

from __future__ import annotations

from typing import Any

import pytest

from tool_sandbox.common import tool_trace_extractors as extractors

WRITTEN = ["21", "21.5", "21.46", "21.457"]


def trace(result: Any) -> dict[str, Any]:
    return {"tool_name": "tool", "arguments": {}, "result": result}


def test_a_float_is_written_with_up_to_three_decimals() -> None:
    assert extractors.default_value_normalization(21.457) == WRITTEN
    assert extractors.default_value_normalization(21) == ["21"]
    assert extractors.default_value_normalization("x") == ["x"]
    assert extractors.default_value_normalization(None) == ["None"]


@pytest.mark.parametrize(
    ("name", "result", "expected"),
    [
        (
            "search_weather_around_lat_lon_temperature_extractor",
            {"current_temperature": 21.457},
            [{"temperature": text} for text in WRITTEN],
        ),
        ("search_weather_around_lat_lon_temperature_extractor", {}, []),
        ("search_weather_around_lat_lon_temperature_extractor", None, []),
        ("result_to_temperature_extractor", "21.457", [{"temperature": text} for text in WRITTEN]),
        ("min_temperature_extractor", 21.457, [{"min_temperature": text} for text in WRITTEN]),
        ("current_temperature_extractor", {"current_temperature": 3}, [{"amount": 3.0}]),
        ("min_temperature_amount_extractor", {"min_temperature": 3}, [{"amount": 3.0}]),
        ("result_to_timestamp0_extractor", 7, [{"timestamp_0": 7.0}]),
        ("result_to_timestamp1_extractor", 7, [{"timestamp_1": 7.0}]),
        ("result_to_reminder_timestamp_lowerbound_extractor", 7, [{"reminder_timestamp_lowerbound": 7.0}]),
        ("days_extractor", {"days": 4.0}, [{"days": 4}]),
        ("lat_lon_dict_extractor", {"latitude": 1, "longitude": "2"}, [{"latitude": 1, "longitude": "2"}]),
    ],
)
def test_what_each_extractor_reads(name: str, result: Any, expected: list[dict[str, Any]]) -> None:
    found = getattr(extractors, name)(trace(result))
    assert found == expected
    assert [type(value) for one in found for value in one.values()] == [
        type(value) for one in expected for value in one.values()
    ]


@pytest.mark.parametrize(
    "name",
    [
        "result_to_temperature_extractor",
        "min_temperature_extractor",
        "current_temperature_extractor",
        "min_temperature_amount_extractor",
        "result_to_timestamp0_extractor",
        "result_to_timestamp1_extractor",
        "result_to_reminder_timestamp_lowerbound_extractor",
        "days_extractor",
        "lat_lon_dict_extractor",
    ],
)
def test_the_other_extractors_leave_errors_to_their_caller(name: str) -> None:
    with pytest.raises((KeyError, TypeError)):
        getattr(extractors, name)(trace(None))
    with pytest.raises(KeyError):
        getattr(extractors, name)({})

from __future__ import annotations

import math
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any

import holidays
import pint
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.tools.conftest import NOW
from tests.tools.worlds import change_setting
from tool_sandbox import clock
from tool_sandbox.common.compatibility import use_original_rules
from tool_sandbox.common.execution_context import ExecutionContext
from tool_sandbox.tools import holiday_calendar, utilities

tools: Any = utilities
CALIFORNIA = "America/Los_Angeles"
ZONES = ["UTC", CALIFORNIA, "Asia/Kolkata", "Pacific/Auckland"]
FIELDS = ("year", "month", "day", "hour", "minute", "second")


def midnight(year: int, month: int, day: int) -> float:
    return datetime(year, month, day, tzinfo=UTC).timestamp()


def test_now_is_the_worlds_now(world: ExecutionContext) -> None:
    assert utilities.get_current_timestamp() == NOW


def test_a_timestamp_is_taken_apart_in_the_worlds_zone(world: ExecutionContext) -> None:
    assert utilities.timestamp_to_datetime_info(0.0 + 1_718_000_000) == {
        "year": 2024,
        "month": 6,
        "day": 10,
        "hour": 6,
        "minute": 13,
        "second": 20,
        "isoweekday": 1,
    }
    with clock.use(clock.Clock(NOW, CALIFORNIA)):
        info = utilities.timestamp_to_datetime_info(1_718_000_000)
    assert (info["day"], info["hour"], info["isoweekday"]) == (9, 23, 7)


@given(st.integers(315529200, 2524604400), st.sampled_from(ZONES))
def test_taking_a_timestamp_apart_and_putting_it_together_again(timestamp: int, zone: str) -> None:
    with clock.use(clock.Clock(NOW, zone)):
        info = utilities.timestamp_to_datetime_info(float(timestamp))
        back = utilities.datetime_info_to_timestamp(*(info[name] for name in FIELDS))
    assert abs(back - timestamp) in {0, 3600}  # an hour that the clocks show twice is taken as the first


@pytest.mark.parametrize("date", [(2023, 2, 29, 0, 0, 0), (2023, 13, 1, 0, 0, 0), (2023, 1, 1, 24, 0, 0)])
def test_impossible_dates_are_refused(date: tuple[int, ...]) -> None:
    with pytest.raises(ValueError):
        utilities.datetime_info_to_timestamp(*date)


@pytest.mark.parametrize(
    ("shift", "difference"),
    [
        ({}, 0),
        ({"weeks": 1}, 604800),
        ({"days": -1}, -86400),
        ({"hours": 2, "minutes": 3, "seconds": 4}, 7384),
        ({"days": 1, "hours": -24}, 0),
    ],
)
def test_shifting(world: ExecutionContext, shift: dict[str, int], difference: int) -> None:
    assert utilities.shift_timestamp(NOW, **shift) == NOW + difference


def test_a_day_across_a_clock_change_is_a_day_on_the_wall(world: ExecutionContext) -> None:
    with clock.use(clock.Clock(NOW, CALIFORNIA)):
        before = utilities.datetime_info_to_timestamp(2024, 3, 9, 12, 0, 0)
        after = utilities.shift_timestamp(before, days=1)
        assert utilities.timestamp_to_datetime_info(after)["hour"] == 12
        assert utilities.timestamp_diff(before, after) == {"days": 1, "seconds": 0}
    assert after - before == 23 * 3600


@pytest.mark.parametrize(
    ("later", "expected"),
    [
        (NOW, {"days": 0, "seconds": 0}),
        (NOW + 90061.9, {"days": 1, "seconds": 3661}),
        (NOW - 1, {"days": -1, "seconds": 86399}),
    ],
)
def test_differences_are_normalised(world: ExecutionContext, later: float, expected: dict[str, int]) -> None:
    assert utilities.timestamp_diff(NOW, later) == expected


@pytest.mark.parametrize("call", ["timestamp_to_datetime_info", "shift_timestamp"])
def test_implausible_timestamps_are_refused(call: str) -> None:
    with pytest.raises(ValueError, match="timestamp"):
        getattr(tools, call)(1.7e12)
    with pytest.raises(TypeError, match="timestamp"):
        getattr(tools, call)("today")


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [(0, (0, 0, 0)), (59.9, (0, 0, 59)), (3661, (1, 1, 1)), (90000.0, (25, 0, 0))],
)
def test_durations_do_not_depend_on_any_zone(seconds: float, expected: tuple[int, int, int]) -> None:
    with clock.use(clock.Clock(NOW, CALIFORNIA)):
        duration = utilities.seconds_to_hours_minutes_seconds(seconds)
    assert duration == dict(zip(("hour", "minute", "second"), expected, strict=True))


def test_a_negative_duration_is_refused() -> None:
    with pytest.raises(ValueError, match="seconds"):
        utilities.seconds_to_hours_minutes_seconds(-1)


@pytest.mark.parametrize(
    ("amount", "origin", "target", "expected"),
    [
        (10, "celsius", "fahrenheit", 49.999999999999936),
        (1, "meter", "mile", 0.0006213711922373339),
        (1, "Meter", "MILE", 0.0006213711922373339),
        (10, "meter", "meter", 10),
        (2, "hours", "minutes", 120.0),
    ],
)
def test_units(amount: float, origin: str, target: str, expected: float) -> None:
    assert utilities.unit_conversion(amount, origin, target) == expected


def test_units_are_case_sensitive_where_the_case_has_a_meaning() -> None:
    with pytest.raises(pint.DimensionalityError):
        utilities.unit_conversion(1, "C", "fahrenheit")
    with pytest.raises(pint.DimensionalityError):
        utilities.unit_conversion(1, "meter", "second")
    with pytest.raises(pint.UndefinedUnitError, match="'parrots'"):
        utilities.unit_conversion(1, "Parrots", "meter")


def test_units_can_be_converted_in_many_threads_at_once() -> None:
    with ThreadPoolExecutor(8) as pool:
        results = list(pool.map(lambda n: utilities.unit_conversion(n, "kilometer", "meter"), range(40)))
    assert results == [n * 1000 for n in range(40)]


def test_distance_between_two_places() -> None:
    distance = utilities.calculate_lat_lon_distance(37.334606, -122.009102, 37.3230, -122.0322)
    assert distance == pytest.approx(2.417, abs=0.005)
    with pytest.raises(ValueError, match="latitude_1"):
        utilities.calculate_lat_lon_distance(0, 200, 91, 0)
    with pytest.raises(ValueError, match="longitude_0"):
        utilities.calculate_lat_lon_distance(0, 200, 90, 0)
    with pytest.raises(ValueError, match="finite"):
        utilities.calculate_lat_lon_distance(0, 20, math.nan, 0)


@pytest.mark.parametrize(
    ("places", "kilometers"),
    [
        ((0.0, -180.0, 0.0, 180.0), 0.0),
        ((90.0, 0.0, -90.0, 77.0), 20003.931458625444),
        ((0.0, 0.0, 0.5, 179.7), 19944.127420750458),
        ((37.334606, -122.009102, 37.3230, -122.0322), 2.4186325136820384),
    ],
)
def test_distances_are_those_along_the_ellipsoid(places: tuple[float, float, float, float], kilometers: float) -> None:
    assert utilities.calculate_lat_lon_distance(*places) == pytest.approx(kilometers, rel=1e-12)


@pytest.mark.parametrize(
    ("name", "year", "day"),
    [
        ("Christmas Day", 2024, (2024, 12, 25)),
        ("new years", 2024, (2024, 1, 1)),
        ("thanksgiving", 2024, (2024, 11, 28)),
        ("Thanksgiving", 2021, (2021, 11, 25)),
        ("martin luther king", 2024, (2024, 1, 15)),
        ("Washington's Birthday", 2024, (2024, 2, 19)),
        ("Christmas Day", 2022, (2022, 12, 26)),
        ("Independence Day", 2021, (2021, 7, 5)),
        ("New Year's Day", 2021, (2021, 12, 31)),
        ("day", 2024, (2024, 12, 25)),
        ("Christmas Day", None, (2023, 12, 25)),
    ],
)
def test_holidays(world: ExecutionContext, name: str, year: int | None, day: tuple[int, int, int]) -> None:
    assert utilities.search_holiday(name, year) == midnight(*day)


@pytest.mark.parametrize(("name", "year"), [("new years eve", 2024), ("towel festival", 2024), ("", 2024)])
def test_unknown_holidays(world: ExecutionContext, name: str, year: int) -> None:
    assert utilities.search_holiday(name, year) is None


def test_holidays_start_at_midnight_in_the_worlds_zone(world: ExecutionContext) -> None:
    with clock.use(clock.Clock(NOW, CALIFORNIA)):
        assert utilities.search_holiday("Christmas Day", 2024) == midnight(2024, 12, 25) + 8 * 3600


@pytest.mark.parametrize("year", [2101, 2150, 9998])
@pytest.mark.parametrize("original", [False, True])
def test_holidays_of_distant_years_are_known(world: ExecutionContext, year: int, original: bool) -> None:
    with use_original_rules(original):
        assert utilities.search_holiday("Veterans Day", year) == midnight(year, 11, 11)


def test_holidays_are_those_of_the_library_wherever_it_keeps_them(
    world: ExecutionContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    ours = holiday_calendar.united_states()
    monkeypatch.setattr(holidays, "__file__", "/nowhere/__init__.py")
    holiday_calendar.united_states.cache_clear()

    assert utilities.search_holiday("Memorial Day", 1987) == midnight(1987, 5, 25)
    for year in (1776, 2026, 2099):
        assert dict(ours(years=year, language="en_US")) == dict(
            holidays.country_holidays("US", years=year, language="en_US")
        )
    holiday_calendar.united_states.cache_clear()


def test_the_last_year_has_no_holidays_and_an_error_under_the_original_rules(world: ExecutionContext) -> None:
    assert utilities.search_holiday("Christmas Day", 9999) is None
    with use_original_rules(), pytest.raises(ValueError, match="year 10000 is out of range"):
        utilities.search_holiday("Christmas Day", 9999)


@pytest.mark.parametrize(
    ("zone", "seconds", "time_of_day"),
    [
        ("UTC", 90061.9, (1, 1, 1)),
        ("UTC", 86400.0, (0, 0, 0)),
        ("UTC", -2.0, (23, 59, 58)),
        (CALIFORNIA, 3661.0, (17, 1, 1)),
    ],
)
def test_a_duration_is_a_time_of_day_under_the_original_rules(
    world: ExecutionContext, zone: str, seconds: float, time_of_day: tuple[int, int, int]
) -> None:
    with use_original_rules(), clock.use(clock.Clock(NOW, zone)):
        assert tuple(utilities.seconds_to_hours_minutes_seconds(seconds).values()) == time_of_day


def test_holidays_need_wifi(world: ExecutionContext) -> None:
    change_setting(world, wifi=False)
    with pytest.raises(ConnectionError, match=r"[Ww]ifi"):
        utilities.search_holiday("Christmas Day")
    with pytest.raises(TypeError):
        tools.search_holiday("Christmas Day", "2024")


@pytest.mark.skipif(not hasattr(os, "fork"), reason="the variable TZ is a POSIX matter")
@pytest.mark.parametrize("zone", ["Asia/Tokyo", "America/New_York"])
def test_the_zone_of_the_host_never_matters(zone: str) -> None:
    program = (
        "from tool_sandbox import clock\n"
        "from tool_sandbox.tools.utilities import *\n"
        "clock.set_clock(clock.Clock(1700300000.0))\n"
        "print(timestamp_to_datetime_info(1700300000.0), datetime_info_to_timestamp(2024, 1, 1, 0, 0, 0),\n"
        "      shift_timestamp(1700300000.0, days=200), seconds_to_hours_minutes_seconds(3661.0),\n"
        "      search_holiday('Christmas Day'))\n"
    )
    outputs = [
        subprocess.run(
            [sys.executable, "-c", program], env={**os.environ, "TZ": host}, capture_output=True, check=True, text=True
        ).stdout
        for host in ("UTC", zone)
    ]
    assert outputs[0] == outputs[1]
    assert "'hour': 9" in outputs[0]

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tool_sandbox.scenarios.seeding.dates import Move
from tool_sandbox.zones import zone_named

MONDAY = date(2026, 3, 2)
SIX_WEEKS = Move(MONDAY, 6)
seeds = st.integers(1, 10_000)


@pytest.mark.parametrize(
    ("text", "moved"),
    [
        ("2026-03-06 09:00", "2026-04-17 09:00"),
        ("on Friday, March 6, at noon", "on Friday, April 17, at noon"),
        ("March 6th, 2026", "April 17th, 2026"),
        ("6 March 2026, at 12:00", "17 April 2026, at 12:00"),
        ("the 22nd of march", "the 3rd of may"),
        ("Mar 6 and Mar. 9", "Apr 17 and Apr. 20"),
        ("MAY 24", "JULY 5"),
        ("03/03/2026", "04/14/2026"),
        ("24/05/2026 or 5/24/2026", "05/07/2026 or 7/5/2026"),
        ("30 December", "10 February"),
        ("in 2026", "in 2026"),
        ("the meeting on 3/6, $5,000, 17:30, 8.05 km", "the meeting on 3/6, $5,000, 17:30, 8.05 km"),
        ("You may 31", "You july 12"),
        ("February 30", "February 30"),
    ],
)
def test_a_date_in_a_text_moves_and_is_written_as_before(text: str, moved: str) -> None:
    assert SIX_WEEKS.text(text) == moved


def test_years_near_by_follow_the_clock() -> None:
    assert Move(MONDAY, 52).text("in 2026, 2027 and 2012") == "in 2027, 2028 and 2012"


@pytest.mark.parametrize(
    ("values", "moved"),
    [
        ({"year": 2026, "month": 3, "day": 6, "hour": 12}, {"year": 2026, "month": 4, "day": 17, "hour": 12}),
        ({"month": {"from": "x"}, "day": 3, "hour": 17}, {"month": {"from": "x"}, "day": 14, "hour": 17}),
        ({"month": {"from": "x"}, "day": 28}, {"month": {"from": "x"}, "day": 11}),
        ({"year": 2026}, {"year": 2026}),
        ({"days": 3}, {"days": 3}),
        ({"year": 2026, "month": 2, "day": 30}, {"year": 2026, "month": 2, "day": 30}),
    ],
)
def test_dates_in_numbers_move(values: dict[str, object], moved: dict[str, object]) -> None:
    assert SIX_WEEKS.numbers(values) == moved


@given(st.dates(date(2025, 9, 5), date(2026, 8, 25)), st.integers(-40, 40), st.sampled_from(["%Y-%m-%d", "%B %d, %Y"]))
def test_moving_back_gives_the_same_text(day: date, weeks: int, form: str) -> None:
    text = f"due {day.strftime(form)} at 9"
    there = Move(MONDAY, weeks)
    back = Move(there.moved(MONDAY), -weeks)
    assert back.text(there.text(text)).replace(" 0", " ") == text.replace(" 0", " ")


@given(seeds, st.dates(date(2026, 1, 1), date(2026, 12, 31)), st.sampled_from(["Europe/Lisbon", "Australia/Perth"]))
def test_a_world_moves_by_whole_weeks_to_where_no_clock_changes(seed: int, day: date, zone: str) -> None:
    move = Move.of(seed, f"{day} 09:00", zone)
    then = move.moved(day)
    assert then != day
    assert then.weekday() == day.weekday()
    offsets = {
        datetime(then.year, then.month, then.day, 12, tzinfo=zone_named(zone)) + timedelta(days=days)
        for days in (-14, 0, 14)
    }
    assert len({each.utcoffset() for each in offsets}) == 1
    for days in range(-6, 14):
        if (day + timedelta(days=days)).month == day.month:
            assert (then + timedelta(days=days)).month == then.month

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from tool_sandbox.clock import Clock
from tool_sandbox.scenarios.language.moments import duration, moment

ZONE = "America/Los_Angeles"
MONDAY = Clock(datetime(2026, 3, 2, 9, 0, tzinfo=ZoneInfo(ZONE)).timestamp(), ZONE)


def at(*parts: int) -> float:
    return datetime(*parts, tzinfo=ZoneInfo(ZONE)).timestamp()  # type: ignore[arg-type, misc]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("now", at(2026, 3, 2, 9)),
        ("now + 2 hours", at(2026, 3, 2, 11)),
        ("now - 3 days - 4 hours", at(2026, 2, 27, 5)),
        ("now - 1 minute", at(2026, 3, 2, 8, 59)),
        ("today 17:30", at(2026, 3, 2, 17, 30)),
        ("Tomorrow 5:05", at(2026, 3, 3, 5, 5)),
        ("yesterday 23:59:30", at(2026, 3, 1, 23, 59, 30)),
        ("friday 12:00", at(2026, 3, 6, 12)),
        ("monday 08:00", at(2026, 3, 9, 8)),
        ("2026-05-24 09:00", at(2026, 5, 24, 9)),
        ("tomorrow 17:00 + 1.5 hours", at(2026, 3, 3, 18, 30)),
    ],
)
def test_points_in_time(text: str, expected: float) -> None:
    assert moment(text, MONDAY) == expected


def test_days_keep_the_time_of_day_and_hours_do_not_when_the_clocks_change() -> None:
    assert moment("now + 1 week", MONDAY) == at(2026, 3, 9, 9)
    assert moment("now + 168 hours", MONDAY) == at(2026, 3, 9, 10)


@pytest.mark.parametrize("text", ["", "soon", "tomorrow", "today 25:00", "2026-02-30 10:00", "now + 2 moons", "now 5"])
def test_what_names_no_point_in_time_is_refused_with_the_forms(text: str) -> None:
    with pytest.raises(ValueError, match="expected 'now'"):
        moment(text, MONDAY)


@pytest.mark.parametrize(
    ("text", "seconds"), [("1 minute", 60), ("90 seconds", 90), ("1.5 hours", 5400), ("1 day", 86400)]
)
def test_durations(text: str, seconds: float) -> None:
    assert duration(text) == seconds


@pytest.mark.parametrize("text", ["", "minute", "5", "5 moons", "-1 minute"])
def test_what_is_no_duration_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="not a duration"):
        duration(text)


@pytest.mark.parametrize("text", ["now + 99999999 weeks", "now - 199999 weeks", "today 10:00 + 99999999999999 hours"])
def test_a_point_in_time_that_no_calendar_has_is_explained(text: str) -> None:
    with pytest.raises(ValueError, match=r"lies outside the years 1 to 9999; expected 'now'"):
        moment(text, MONDAY)

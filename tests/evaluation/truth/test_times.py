"""When an answer says that things are is held against the calendar and the reminders."""

from __future__ import annotations

import pytest

from tests.evaluation.answering import worth


@pytest.mark.parametrize(
    ("entry", "text", "expected"),
    [
        ("weekday_of_independence_day", "Independence Day 2026 is on Saturday, July 5th.", 0),
        ("weekday_of_independence_day", "Independence Day 2026 is on Saturday, July 4th.", 1),
        ("days_until_thanksgiving_with_wifi_off", "268 days, it falls on Thursday, November 19, 2026.", 0),
        ("days_until_thanksgiving_with_wifi_off", "268 days, it falls on Thursday, November 26, 2026.", 1),
        ("postpone_cake_reminder", "The birthday cake reminder was pushed back by two days.", 0),
        ("postpone_cake_reminder", "The birthday cake reminder was pushed back by two hours.", 1),
        ("move_reminder_just_read", "I moved the birthday cake reminder to tomorrow at 9:30 AM.", 0),
        ("move_reminder_just_read", "I moved the birthday cake reminder to 9:30 AM today, March 2.", 1),
    ],
)
def test_days_and_moves_are_known(entry: str, text: str, expected: float) -> None:
    assert worth(entry, text) == expected

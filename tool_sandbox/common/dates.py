"""Days relative to the world's today."""

from __future__ import annotations

from datetime import datetime, timedelta

from tool_sandbox import clock

DAYS_PER_WEEK = 7


def get_tomorrow_datetime() -> datetime:
    """This time tomorrow, in the world's zone."""
    return clock.now_datetime() + timedelta(days=1)


def get_next_iso_weekday_datetime(next_iso_weekday: int) -> datetime:
    """This time on the next day with that ISO weekday (1 is Monday); today if it is one."""
    now = clock.now_datetime()
    return now + timedelta(days=(next_iso_weekday - now.isoweekday()) % DAYS_PER_WEEK)

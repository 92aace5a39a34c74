"""Points in time and durations as people write them: ``tomorrow 17:00``, ``now - 3 days``, ``friday 09:30``."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

from tool_sandbox.clock import Clock

_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_NEAR_DAYS = {"yesterday": -1, "today": 0, "tomorrow": 1}
_SECONDS = {"second": 1, "minute": 60, "hour": 3600, "day": 86400, "week": 604800}
_FORMS = (
    "expected 'now', '<day> HH:MM' where the day is today, tomorrow, yesterday, a weekday or YYYY-MM-DD, "
    "optionally followed by '+ 2 hours' or '- 3 days'"
)
_SHIFT = re.compile(r"\s*([+-])\s*(\d+(?:\.\d+)?)\s*([a-z]+?)s?\b")
_BASE = re.compile(
    r"\s*(now|(?P<day>[a-z]+|\d{4}-\d{2}-\d{2})\s+(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<second>\d{2}))?)"
)


def moment(text: str, clock: Clock) -> float:
    """POSIX seconds of a point in time in the world.

    Args:
        text: A base — ``now``, or a day with a time of day — and any number of shifts. A weekday is the next day of
            that name after today. Shifts by days and weeks keep the time of day across a change of daylight saving.
        clock: The world's clock.

    Raises:
        ValueError: The text names no point in time; the message says which forms there are.
    """
    lowered = text.strip().lower()
    match = _BASE.match(lowered)
    if match is None:
        message = f"{text!r} is not a point in time; {_FORMS}."
        raise ValueError(message)
    when = _base(match, clock, text)
    rest = lowered[match.end() :]
    while rest.strip():
        shift = _SHIFT.match(rest)
        if shift is None or shift[3] not in _SECONDS:
            message = f"{rest.strip()!r} in {text!r} cannot be understood; {_FORMS}."
            raise ValueError(message)
        when = _shifted(when, float(shift[1] + shift[2]), shift[3], text)
        rest = rest[shift.end() :]
    return when.timestamp()


def _base(match: re.Match[str], clock: Clock, text: str) -> datetime:
    now = datetime.fromtimestamp(clock.instant, clock.tzinfo())
    if match["day"] is None:
        return now
    try:
        day = _day(match["day"], now)
        return day.replace(
            hour=int(match["hour"]), minute=int(match["minute"]), second=int(match["second"] or 0), microsecond=0
        )
    except ValueError as error:
        message = f"{text!r} is not a point in time ({error}); {_FORMS}."
        raise ValueError(message) from error


def _day(name: str, now: datetime) -> datetime:
    if name in _NEAR_DAYS:
        return now + timedelta(days=_NEAR_DAYS[name])
    if name in _WEEKDAYS:
        ahead = (_WEEKDAYS.index(name) - now.weekday() - 1) % 7 + 1
        return now + timedelta(days=ahead)
    return datetime.strptime(name, "%Y-%m-%d").replace(tzinfo=now.tzinfo)


def _shifted(when: datetime, amount: float, unit: str, text: str) -> datetime:
    try:
        if unit in ("day", "week"):
            return when + timedelta(**{f"{unit}s": amount})
        return datetime.fromtimestamp(when.timestamp() + amount * _SECONDS[unit], when.tzinfo)
    except (ArithmeticError, ValueError, OSError) as error:
        message = f"{text!r} lies outside the years 1 to 9999; {_FORMS}."
        raise ValueError(message) from error


def duration(text: str) -> float:
    """Seconds of ``5 minutes`` or ``1 hour``.

    Raises:
        ValueError: The text is not a duration.
    """
    match = re.fullmatch(r"(\d+(?:\.\d+)?)\s*([a-z]+?)s?", text.strip().lower())
    if match is None or match[2] not in _SECONDS:
        message = f"{text!r} is not a duration; expected a number and a unit, such as '5 minutes'."
        raise ValueError(message)
    return float(match[1]) * _SECONDS[match[2]]

"""Dates of a fresh world: its clock stands whole weeks elsewhere, and dates in texts are moved with it.

Whole weeks keep weekdays, and words such as tomorrow. How many it may be is limited so that what is near today and in
its month stays there, and no clock changes to summer time or back near by.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any

from attrs import frozen

from tool_sandbox.scenarios.seeding.words import in_any_order
from tool_sandbox.zones import zone_named

_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
_SHORT = {name[:3].casefold(): number for number, name in enumerate(_MONTHS, 1)}
_MONTH = rf"(?P<month>{'|'.join(_MONTHS)}|(?:{'|'.join(name[:3] for name in _MONTHS)}|Sept)\b\.?)"
_DAY = r"(?P<day>\d{1,2})(?P<ending>st|nd|rd|th)?"
_WRITTEN = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        r"(?<![\d-])(?P<year>20\d\d)-(?P<month>\d\d)-(?P<day>\d\d)(?![\d-])",
        rf"(?<!\w){_DAY}(?P<between> | of )(?:{_MONTH})(?![\w])(?P<comma>,? )?(?P<year>(?<= )20\d\d)?",
        rf"(?<!\w){_MONTH}(?P<between> | the ){_DAY}(?![\w:]|[.,]\d)(?P<comma>,? )?(?P<year>(?<= )20\d\d)?",
        r"(?<![\d/.])(?P<first>\d{1,2})(?P<between>[/.])(?P<second>\d{1,2})(?P=between)(?P<year>20\d\d)(?!\d)",
    )
)
_YEAR = re.compile(r"(?<![\d.,:/-])20[2-3]\d(?![\d/-]|[.,:]\d)")
_WEEKS = (*range(-60, -3), *range(4, 131))
_NEAR = range(-6, 14)
_SAME_OFFSET = range(-28, 29, 7)


@frozen
class Move:
    """How far the time of a world is moved.

    Args:
        today: The date of the world as it is written.
        weeks: How many weeks later the fresh world is.
    """

    today: date
    weeks: int = 0

    @classmethod
    @cache
    def of(cls, seed: int, now: str, zone: str) -> Move:
        """How far a world is moved.

        Args:
            seed: Which world.
            now: What its clock shows as it is written, such as ``2026-03-02 09:00``.
            zone: Its time zone.
        """
        today = datetime.strptime(now[:10], "%Y-%m-%d")  # noqa: DTZ007 -- a date on the world's own clock
        fitting = [weeks for weeks in _WEEKS if _fits(today, today + timedelta(weeks=weeks), zone)]
        order = in_any_order(map(str, fitting), "weeks", seed, now, zone)
        return cls(today.date(), int(order[0]) if order else 52)

    def moved(self, day: date) -> date:
        """The day in the fresh world."""
        return day + timedelta(weeks=self.weeks)

    def text(self, text: str) -> str:
        """A text with the dates of the fresh world, written as they were."""
        parts = list(_dates_in(text))
        if not parts:
            return _YEAR.sub(self._year, text)
        moved, done = [], 0
        for match in parts:
            moved += [_YEAR.sub(self._year, text[done : match.start()]), self._written(match)]
            done = match.end()
        return "".join([*moved, _YEAR.sub(self._year, text[done:])])

    def numbers(self, values: dict[str, Any]) -> dict[str, Any]:
        """What is given of a date by ``year``, ``month`` and ``day``; the day nearest to today where parts are open."""
        given = {key: value for key, value in values.items() if key in _PARTS and isinstance(value, int)}
        if not given:
            return values
        if given.keys() == {"year"}:
            return {**values, "year": given["year"] + self.moved(self.today).year - self.today.year}
        day = _valid(**given) if len(given) == len(_PARTS) else self._nearest(given)
        return {**values, **{key: getattr(self.moved(day), key) for key in given}} if day else values

    def _nearest(self, given: dict[str, int]) -> date | None:
        """The day nearest to today that has these parts."""
        days = (self.today + timedelta(days=way * days) for days in range(367) for way in (1, -1))
        return next((day for day in days if all(getattr(day, key) == given[key] for key in given)), None)

    def _year(self, match: re.Match[str]) -> str:
        year = int(match[0])
        near = abs(year - self.today.year) <= 1
        return str(year + self.moved(self.today).year - self.today.year) if near else match[0]

    def _written(self, match: re.Match[str]) -> str:
        day = self._day(match)
        if day is None:
            return match[0]
        moved, parts = self.moved(day), match.groupdict()
        values = {"year": str(moved.year), "ending": _ending(moved.day)}
        if "first" in parts:
            width = 2 if "0" in (parts["first"][0], parts["second"][0]) else 1
            by_month = (day.month, day.day) == (int(parts["first"]), int(parts["second"]))
            first, second = (moved.month, moved.day) if by_month else (moved.day, moved.month)
            values |= {"first": f"{first:0{width}d}", "second": f"{second:0{width}d}"}
        else:
            width = 2 if parts["month"].isdigit() or parts["day"].startswith("0") else 1
            values |= {"day": f"{moved.day:0{width}d}", "month": _month(moved.month, parts["month"])}
        return _replaced(match, values)

    def _day(self, match: re.Match[str]) -> date | None:
        """The day that is meant: where it is open, the one that comes closest to today."""
        parts = match.groupdict()
        years = [int(parts["year"])] if parts["year"] else [self.today.year + more for more in (-1, 0, 1)]
        if "first" in parts:
            orders = [(int(parts["first"]), int(parts["second"])), (int(parts["second"]), int(parts["first"]))]
        else:
            month = parts["month"].strip(".")
            orders = [(int(month) if month.isdigit() else _SHORT[month[:3].casefold()], int(parts["day"]))]
        possible = [day for year in years for month, number in orders if (day := _valid(year, month, number))]
        return min(possible, key=lambda day: abs(day - self.today), default=None)


_PARTS = ("year", "month", "day")


def _fits(today: datetime, then: datetime, zone: str) -> bool:
    days = [timedelta(days=days) for days in _NEAR if (today + timedelta(days=days)).month == today.month]
    return all((then + each).month == then.month for each in days) and _is_calm(then.date(), zone)


@cache
def _is_calm(day: date, zone: str) -> bool:
    """Whether no clock changes four weeks before and after."""
    noon = datetime(day.year, day.month, day.day, 12, tzinfo=zone_named(zone))
    return len({(noon + timedelta(days=days)).utcoffset() for days in _SAME_OFFSET}) == 1


def _dates_in(text: str) -> Iterator[re.Match[str]]:
    """The dates that are written in a text, in order, none inside another."""
    if not any(each.isdigit() for each in text):
        return
    found = sorted((match for pattern in _WRITTEN for match in pattern.finditer(text)), key=lambda each: each.span())
    done = 0
    for match in found:
        if match.start() >= done:
            yield match
            done = match.end()


def _replaced(match: re.Match[str], values: dict[str, str]) -> str:
    text, done = "", match.start()
    spans = sorted((match.span(name), value) for name, value in values.items() if match.groupdict().get(name))
    for (start, end), value in spans:
        text += match.string[done:start] + value
        done = end
    return text + match.string[done : match.end()]


def _month(number: int, written: str) -> str:
    if written.isdigit():
        return f"{number:02d}"
    bare, dot = written.strip("."), "." if written.endswith(".") else ""
    name = _MONTHS[number - 1] if len(bare) > 4 or bare.casefold() in _LONG else _MONTHS[number - 1][:3] + dot  # noqa: PLR2004 -- Sept
    return name.lower() if bare.islower() else name.upper() if bare.isupper() else name


_LONG = frozenset({"may", "june", "july"})
"""Names of months that are short, but whole."""


def _ending(day: int) -> str:
    return "th" if 10 < day < 20 else {1: "st", 2: "nd", 3: "rd"}.get(day % 10, "th")  # noqa: PLR2004 -- 11th to 13th


def _valid(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def is_number(value: Any) -> bool:
    """Whether a value of a file is a number, and not true or false."""
    return isinstance(value, int | float) and not isinstance(value, bool)

"""Days of the calendar, and which day is meant."""

from __future__ import annotations

from datetime import date, timedelta

from attrs import field, frozen

from tool_sandbox.evaluation.facts.mentions.mention import EXACT, NOWHERE, Agreement, Span, Tolerance

_PAST = 3
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


@frozen
class CalendarDay:
    """A day of the calendar, of which the text may leave out the year, or the month too."""

    year: int | None
    month: int | None
    day: int

    @classmethod
    def of(cls, value: date) -> CalendarDay:
        """A whole date."""
        return cls(value.year, value.month, value.day)

    def may_be(self, other: CalendarDay) -> bool:
        """Whether the two are the same as far as both say."""
        pairs = ((self.year, other.year), (self.month, other.month), (self.day, other.day))
        return all(mine is None or theirs is None or mine == theirs for mine, theirs in pairs)

    def as_date(self) -> date:
        """The date, of a day that has its year and month."""
        assert self.year is not None
        assert self.month is not None
        return date(self.year, self.month, self.day)

    def meant(self, today: date) -> date | None:
        """The date that is meant today; None where there is none, such as a February 30.

        What lies ahead is meant rather than what is past, which has to be three times as near.
        """
        years = [self.year] if self.year is not None else [today.year - 1, today.year, today.year + 1]
        months = [self.month] if self.month is not None else range(1, 13)
        dates = [_date(year, month, self.day) for year in years for month in months]
        return min(
            (each for each in dates if each),
            key=lambda each: each - today if each >= today else _PAST * (today - each),
            default=None,
        )

    def falling_on(self, weekday: int, today: date) -> list[CalendarDay]:
        """The day as it is where it falls on this weekday in the year that is meant, else in a year beside it."""
        near = self.meant(today)
        if near and near.weekday() == weekday:
            return [self]
        years = () if self.year is not None or near is None else (near.year - 1, near.year + 1)
        beside = (_date(year, near.month, near.day) for year in years if near)
        return [CalendarDay.of(each) for each in beside if each and each.weekday() == weekday]


@frozen
class Day:
    """A day.

    Args:
        dates: Every date that the text may say; none where it contradicts itself, such as a Monday that is a Tuesday.
        weekday: The day of the week that it names, 0 for Monday.
        is_weekday_only: Whether it names nothing but the day of the week.
        today: The day on which it is said.
        span: Where it stands.
    """

    dates: frozenset[CalendarDay]
    weekday: int | None = None
    is_weekday_only: bool = False
    today: date | None = field(default=None, eq=False)
    span: Span = field(default=NOWHERE, eq=False)

    @classmethod
    def of(cls, value: date) -> Day:
        """A date that is wanted."""
        return cls(frozenset({CalendarDay.of(value)}))

    @classmethod
    def on(cls, weekday: str, today: date) -> Day:
        """A weekday that is wanted.

        Args:
            weekday: Its name, such as "saturday".
            today: The day on which it is said.

        Raises:
            ValueError: It is no weekday's name.
        """
        if weekday.lower() not in WEEKDAYS:
            raise ValueError(f"{weekday!r} is no weekday; expected one such as 'saturday'.")
        return named_weekday(WEEKDAYS.index(weekday.lower()), today)

    def beside(self, said: object, tolerance: Tolerance = EXACT) -> Agreement:  # noqa: ARG002 -- as all mentions
        """What another mention says about this one."""
        if not isinstance(said, Day):
            return Agreement.UNRELATED
        if self.is_weekday_only and said.weekday is not None:
            return Agreement.SAME if self.weekday == said.weekday and said.dates else Agreement.OTHER
        if any(mine.may_be(other) for mine in self.dates for other in said.dates):
            return Agreement.SAME
        if self.is_weekday_only and said.falls_on(self.weekday):
            return Agreement.UNRELATED
        return Agreement.OTHER

    def falls_on(self, weekday: int | None) -> bool:
        """Whether a date that it may be has this weekday, where the year is not said in the year that is meant."""
        near = [each.meant(self.today) for each in self.dates if self.today]
        return any(each.weekday() == weekday for each in near if each)


_SUNDAY = 6
"""The last day of a week for some, the first for others."""


def named_weekday(weekday: int, today: date, modifier: str = "") -> Day:
    """The day that a weekday's name says.

    Args:
        weekday: 0 for Monday.
        today: The day on which it is said.
        modifier: What stands before it, such as "next", "next week", "this" or "last".
    """
    ahead = (weekday - today.weekday()) % 7
    if modifier == "next week":
        following = 7 + weekday - today.weekday()
        shifts = [following, following - 7] if weekday == _SUNDAY else [following]
    elif modifier == "next":
        shifts = [ahead or 7, ahead + 7]
    elif modifier in {"last", "past", "previous", "this past"}:
        shifts = [ahead - 7]
    else:
        shifts = [ahead, ahead or 7] + ([] if modifier else [ahead - 7])
    dates = frozenset(CalendarDay.of(today + timedelta(shift)) for shift in shifts)
    return Day(dates, weekday, is_weekday_only=True, today=today)


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None

"""Days: the forms that say one, and the near misses. Today is Wednesday, 20 May 2026."""

from __future__ import annotations

from datetime import date

import pytest

from tests.evaluation.answers import NOW, read, said
from tool_sandbox.evaluation.facts.mentions.days import Day
from tool_sandbox.evaluation.facts.mentions.mention import Agreement

SAME, OTHER, UNRELATED = Agreement.SAME, Agreement.OTHER, Agreement.UNRELATED
TODAY = NOW.date()


@pytest.mark.parametrize(
    "answer",
    [
        "June 15",
        "June 15th",
        "on June the 15th",
        "Jun 15",
        "Jun. 15th, 2026",
        "15 June",
        "15th June 2026",
        "the 15th of June",
        "the fifteenth of June",
        "June fifteenth",
        "15/06",
        "06/15",
        "15/06/2026",
        "6/15/2026",
        "06-15-2026",
        "15.06.2026",
        "6/15/26",
        "2026-06-15",
        "2026/06/15",
        "2026/6/15",
        "Monday (June 15)",
        "2026-06-15T18:15:00",
        "Monday, June 15",
        "Mon, Jun 15",
        "Monday the 15th",
        "June 15 (Monday)",
        "on the 15th",
        "June 15–17",
        "13-15 June",
        "**June 15, 2026** at 6:15 PM",
        "- Date: 15 Jun 2026",
        "in 26 days",
    ],
)
def test_a_date_is_said(answer: str) -> None:
    assert said(Day.of(date(2026, 6, 15)), answer) is SAME


@pytest.mark.parametrize(
    "answer",
    [
        "June 16",
        "July 15",
        "June 15, 2025",
        "15/07",
        "16/06/2026",
        "2026-06-16",
        "2027-06-15",
        "Tuesday, June 15",
        "June 15 (Tuesday)",
        "Tuesday (June 15)",
        "the fourteenth of June",
        "on the 16th",
        "tomorrow",
        "Monday",
        "in 25 days",
        "June 16–18",
    ],
)
def test_another_date_contradicts(answer: str) -> None:
    assert said(Day.of(date(2026, 6, 15)), answer) is OTHER


@pytest.mark.parametrize(
    ("wanted", "answer"),
    [
        (date(2026, 5, 20), "today"),
        (date(2026, 5, 20), "tonight"),
        (date(2026, 5, 20), "this evening"),
        (date(2026, 5, 21), "Tomorrow's low is 4."),
        (date(2026, 5, 21), "Thursday"),
        (date(2026, 5, 21), "tomorrow, May 21st"),
        (date(2026, 5, 22), "the day after tomorrow"),
        (date(2026, 5, 22), "in two days"),
        (date(2026, 5, 22), "two days from now"),
        (date(2026, 5, 22), "until Friday"),
        (date(2026, 5, 22), "this Friday"),
        (date(2026, 5, 22), "by Fri"),
        (date(2026, 5, 19), "yesterday"),
        (date(2026, 5, 18), "two days ago"),
        (date(2026, 5, 18), "last Monday"),
        (date(2026, 5, 25), "next Monday"),
        (date(2026, 6, 1), "next Monday"),
        (date(2026, 5, 29), "Friday next week"),
        (date(2026, 5, 29), "next week on Friday"),
        (date(2026, 5, 29), "next week's Friday"),
        (date(2026, 11, 26), "Thursday, November 26"),
        (date(2026, 4, 30), "Thursday, April 30"),
        (date(2026, 5, 27), "in a week"),
        (date(2026, 5, 27), "a week from today"),
        (date(2026, 5, 28), "a week from tomorrow"),
        (date(2026, 5, 29), "a week from Friday"),
        (date(2026, 6, 3), "in a fortnight"),
        (date(2027, 11, 25), "Next year it is the 25 november, a Thursday."),
    ],
)
def test_a_day_is_told_from_today(wanted: date, answer: str) -> None:
    assert said(Day.of(wanted), answer) is SAME


@pytest.mark.parametrize(
    ("wanted", "answer"),
    [
        (date(2026, 5, 21), "today"),
        (date(2026, 5, 21), "the day after tomorrow"),
        (date(2026, 5, 21), "Friday"),
        (date(2026, 5, 21), "in two days"),
        (date(2026, 5, 22), "last Friday"),
        (date(2026, 5, 22), "Saturday"),
        (date(2026, 5, 25), "in a week"),
        (date(2026, 11, 26), "Wednesday, November 26"),
    ],
)
def test_another_day_told_from_today_contradicts(wanted: date, answer: str) -> None:
    assert said(Day.of(wanted), answer) is OTHER


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ("Independence Day is on a Saturday.", SAME),
        ("July 4 falls on a Saturday", SAME),
        ("Saturday, July 4, 2026", SAME),
        ("It's Sat, Jul 4", SAME),
        ("It's on a Sat.", SAME),
        ("Day of the week: Sat", SAME),
        ("It's a Sunday.", OTHER),
        ("Sunday, July 4, 2026", OTHER),
        ("Saturday, July 5, 2026", OTHER),
        ("It's on July 5.", OTHER),
        ("It's on July 4.", UNRELATED),
        ("May 23", SAME),
    ],
)
def test_a_weekday_is_said_by_its_name(answer: str, expected: Agreement) -> None:
    assert said(Day.on("Saturday", TODAY), answer) is expected


@pytest.mark.parametrize(
    "answer",
    [
        "at nine that Sunday morning",  # of a day that was named before
        "on the 5th floor",
        "24/7",
        "1/2 cup",
        "the other 5 may be late",
        "8.05 km",
        "June 2026",
        "555-0139",
        "32/13",
        "2026-00-15",
        "in two million days",
        "Feb 30",
        "2 weeks",
    ],
)
def test_what_is_no_day_is_read_as_none(answer: str) -> None:
    assert [mention for mention in read(answer) if isinstance(mention, Day)] == []


def test_an_unknown_weekday_is_refused() -> None:
    with pytest.raises(ValueError, match="'caturday' is no weekday"):
        Day.on("caturday", TODAY)


@pytest.mark.parametrize(
    ("answer", "place"),
    [("It's on the 4th of July.", "the 4th of July"), ("See you Sept. 4", "Sept. 4"), ("by 5 May.", "5 May")],
)
def test_the_end_of_a_sentence_is_no_part_of_a_day(answer: str, place: str) -> None:
    (mention,) = read(answer)
    assert answer[slice(*mention.span)] == place

"""Times of day: the forms that say one, and the near misses."""

from __future__ import annotations

from datetime import time

import pytest

from tests.evaluation.answers import read, said
from tool_sandbox.evaluation.facts.mentions.mention import Agreement
from tool_sandbox.evaluation.facts.mentions.times import TimeOfDay

SAME, OTHER, UNRELATED = Agreement.SAME, Agreement.OTHER, Agreement.UNRELATED


@pytest.mark.parametrize(
    ("wanted", "answer"),
    [
        ("18:15", "at 6:15 PM"),
        ("18:15", "at 6:15pm"),
        ("18:15", "6:15 p.m."),
        ("18:15", "6.15pm"),
        ("18:15", "6.15 p.m. sharp"),
        ("18:15", "18:15"),
        ("18:15", "18:15:00"),
        ("18:15", "2026-05-20T18:15:00"),
        ("18:15", "2026-05-20 18:15"),
        ("18:15", "at 6:15"),
        ("18:15", "quarter past six"),
        ("18:15", "a quarter after 6"),
        ("18:15", "fifteen minutes past six"),
        ("18:15", "six fifteen"),
        ("18:15", "six fifteen PM"),
        ("18:15", "6:15 this evening"),
        ("18:15", "tonight at 6:15"),
        ("18:15", "- **6:15 PM** – defrost the freezer"),
        ("18:15", "18h15"),
        ("18:00", "Thursday at 18h"),
        ("18:15", "1815 hours"),
        ("18:15", "at 18.15"),
        ("18:15", "18:15h"),
        ("18:15", "around 6:15 PM or so"),
        ("17:30", "half past five"),
        ("17:30", "half five."),
        ("17:30", "5:30"),
        ("17:30", "at five thirty"),
        ("17:30", "tomorrow afternoon at 5:30"),
        ("18:45", "quarter to seven"),
        ("18:50", "at ten to seven"),
        ("18:50", "ten minutes to seven"),
        ("19:00", "The match starts at seven."),
        ("20:00", "dinner is at eight"),
        ("20:00", "dinner is at eight \N{SLIGHTLY SMILING FACE}"),
        ("20:00", "dinner is at eight: bring wine"),
        ("20:00", "'Dinner is at eight'"),
        ("20:00", "dinner at 8 tonight"),
        ("20:00", "at 8, as you said"),
        ("20:00", "dinner @ 8"),
        ("20:00", "8 o'clock"),
        ("20:00", "eight o’clock in the evening"),
        ("20:00", "8 PM"),
        ("20:00", "eight in the evening"),
        ("12:00", "at noon"),
        ("12:00", "12 noon"),
        ("12:00", "midday"),
        ("12:00", "12 PM"),
        ("12:00", "12:00"),
        ("00:00", "midnight"),
        ("00:00", "12 AM"),
        ("00:30", "12:30 a.m."),
        ("09:00", "9-10 AM"),
        ("09:00", "from 9 to 10 AM"),
        ("10:00", "between 9 and 10 am"),
        ("09:30", "moved from 10:00 to 9:30"),
        ("09:30", "9:30 tomorrow morning"),
        ("09:05", "nine oh five am"),
    ],
)
def test_a_time_is_said(wanted: str, answer: str) -> None:
    assert said(TimeOfDay.of(wanted), answer) is SAME


@pytest.mark.parametrize(
    ("wanted", "answer"),
    [
        ("18:15", "6:15 AM"),
        ("18:15", "6:15 in the morning"),
        ("18:15", "06:15"),
        ("18:15", "6:51 PM"),
        ("18:15", "6:16 pm"),
        ("18:15", "18:51"),
        ("18:15", "quarter to six"),
        ("18:15", "quarter past seven"),
        ("18:15", "at seven"),
        ("18:15", "19:15"),
        ("17:30", "half past six"),
        ("17:30", "5:30 AM"),
        ("12:00", "midnight"),
        ("12:00", "12 AM"),
        ("00:00", "noon"),
        ("09:30", "10:00 AM"),
        ("09:30", "tonight at 9:30"),
        ("20:00", "dinner is at nine"),
    ],
)
def test_another_time_contradicts(wanted: str, answer: str) -> None:
    assert said(TimeOfDay.of(wanted), answer) is OTHER


@pytest.mark.parametrize(
    "answer",
    [
        "at 6 km",
        "at 5 degrees",
        "at 7 Main Street",
        "look at one of them",
        "(206) 555-0139",
        "8.05 km",
        "a 1:30 hours walk",
        "15/06",
        "$6.15",
        "six fifteen-minute sessions",
        "in 10 minutes",
        "ten to seven people",
        "from 9 to 5",
        "at 37.7749, -122.4194",
        "3 reminders",
    ],
)
def test_what_is_no_time_is_read_as_none(answer: str) -> None:
    assert [mention for mention in read(answer) if isinstance(mention, TimeOfDay)] == []


def test_a_time_without_half_of_the_day_is_both() -> None:
    assert TimeOfDay.of("5:30").times == {time(5, 30), time(17, 30)}


def test_a_time_object_is_taken_to_the_minute() -> None:
    assert TimeOfDay.of(time(18, 15, 30)).times == {time(18, 15)}


@pytest.mark.parametrize("text", ["soon", "25:00", "18:15 or so", "6:75"])
def test_what_is_no_time_of_day_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is no time of day"):
        TimeOfDay.of(text)


@pytest.mark.parametrize(
    ("answer", "place"), [("It's at 9:30 AM.", "9:30 AM"), ("It's at 9:30 a.m.", "9:30 a.m."), ("at noon.", "noon")]
)
def test_the_end_of_a_sentence_is_no_part_of_a_time(answer: str, place: str) -> None:
    (mention,) = read(answer)
    assert answer[slice(*mention.span)] == place

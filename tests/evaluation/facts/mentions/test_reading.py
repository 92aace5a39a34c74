"""All mentions of a text side by side."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.evaluation.answers import NOW, read
from tool_sandbox.evaluation.facts.mentions.amounts import Quantity
from tool_sandbox.evaluation.facts.mentions.days import Day
from tool_sandbox.evaluation.facts.mentions.mention import Agreement, Span
from tool_sandbox.evaluation.facts.mentions.money import Money
from tool_sandbox.evaluation.facts.mentions.normalisation import normalised
from tool_sandbox.evaluation.facts.mentions.phones import Phone
from tool_sandbox.evaluation.facts.mentions.reading import Mention, agreement, mention_of, mentions_in
from tool_sandbox.evaluation.facts.mentions.times import TimeOfDay


def kinds(answer: str) -> list[str]:
    return [type(mention).__name__ for mention in read(answer)]


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (
            "I sent it to +12065550139 at 6:15 PM on June 15th, 5 km away, for $5.",
            ["Phone", "TimeOfDay", "Day", "Quantity", "Money"],
        ),
        ("Monday, June 15th, 2026 at 6:15 PM", ["Day", "TimeOfDay"]),
        ("2026-06-15T18:15:00", ["Day", "TimeOfDay"]),
        ("in 13 days", ["Day", "Quantity"]),
        ("tomorrow at 5:30 PM", ["Day", "TimeOfDay"]),
        ("Friday at noon", ["Day", "TimeOfDay"]),
        ("4 new texts, 2 from (206) 555-0139", ["Quantity", "Quantity", "Phone"]),
        ("It was moved from 10:00 to 9:30.", ["TimeOfDay", "TimeOfDay"]),
        ("1 Infinite Loop, Cupertino", ["Quantity"]),
        ("Sent to Wanda.", []),
        ("", []),
    ],
)
def test_mentions_come_in_their_order_and_share_no_digits(answer: str, expected: list[str]) -> None:
    assert kinds(answer) == expected


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("8.05 km", Quantity),
        ("1 hour", Quantity),
        ("13", Quantity),
        ("$207.52", Money),
        ("230 euros", Money),
        ("18:15", TimeOfDay),
        ("quarter past six", TimeOfDay),
        ("tomorrow", Day),
        ("2026-05-24", Day),
        ("saturday", Day),
        (" +12065550139 ", Phone),
    ],
)
def test_a_text_that_is_one_mention_is_known_by_its_kind(text: str, kind: type[Mention]) -> None:
    assert isinstance(mention_of(text, NOW), kind)


@pytest.mark.parametrize("text", ["sold out", "at 18:15", "8.05 km away", "tomorrow 17:30", ""])
def test_a_text_that_is_more_than_one_mention_is_none(text: str) -> None:
    assert mention_of(text, NOW) is None


def test_mentions_of_different_kinds_are_unrelated() -> None:
    different: list[Mention] = [
        Quantity.of(5, "km"),
        Money.of(5, "EUR"),
        TimeOfDay.of("05:00"),
        Day.of(date(2026, 5, 5)),
        Phone.of("+12065550139"),
    ]
    for wanted in different:
        for said in different:
            assert (agreement(wanted, said) is Agreement.SAME) == (wanted is said)
            assert agreement(wanted, said) is not Agreement.OTHER


def test_phone_numbers_of_another_country_are_read_there() -> None:
    for country in ("SE", "+46701740605"):
        (mention,) = mentions_in("08-555 012 34", NOW, country=country)
        assert mention == Phone("+46855501234")


@given(st.text(alphabet="0123456789 .,:/-+$€°()aApPmMkKofhinte\n½", max_size=40) | st.text(max_size=60))
def test_any_text_is_read_without_an_error_and_places_are_within_it(text: str) -> None:
    plain = normalised(text).text
    for mention in mentions_in(plain, NOW):
        assert 0 <= mention.span.start < mention.span.end <= len(plain)


def test_spans_overlap_when_they_share_a_character() -> None:
    assert Span(0, 3).overlaps(Span(2, 4))
    assert not Span(0, 3).overlaps(Span(3, 4))

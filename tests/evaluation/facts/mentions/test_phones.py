"""Phone numbers: the groupings that say one, and the near misses."""

from __future__ import annotations

import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st
from phonenumbers import PhoneNumberFormat, format_number, parse

from tests.evaluation.answers import read, said
from tests.waiting import HANG
from tool_sandbox.evaluation.facts.mentions.mention import Agreement
from tool_sandbox.evaluation.facts.mentions.phones import Phone

SAME, OTHER = Agreement.SAME, Agreement.OTHER


@pytest.mark.parametrize(
    ("wanted", "answer"),
    [
        ("+12065550139", "Wanda's number is +12065550139."),
        ("+12065550139", "(206) 555-0139"),
        ("+12065550139", "206-555-0139"),
        ("+12065550139", "206.555.0139"),
        ("+12065550139", "206 555 0139"),
        ("+12065550139", "2065550139"),
        ("+12065550139", "+1 206 555 0139"),
        ("+12065550139", "+1 (206) 555‑0139"),
        ("+12065550139", "1-206-555-0139"),
        ("+12065550139", "+1-206-555-0139"),
        ("+12065550139", "**+1 206-555-0139**"),
        ("+12065550139", "`+12065550139`"),
        ("+12065550139", "[call](tel:+12065550139)"),
        ("+12065550139", "001 206 555 0139"),
        ("+12065550139", "555-0139"),
        ("+12065550139", "5550139"),
        ("+46855501234", "+46 8 555 012 34"),
        ("+46855501234", "0046 8 555 01234"),
        ("+46855501234", "08-555 012 34"),
        ("+46855501234", "0855501234"),
        ("+31205550123", "+31 20 555 0123"),
        ("+31205550123", "020-5550123"),
        ("+442079460018", "+44 (0)20 7946 0018"),
        ("+442079460018", "020 7946 0018"),
        ("+15550100", "+15550100"),
        ("+15550100", "+1 555 0100"),
    ],
)
def test_a_phone_number_is_said_in_any_grouping(wanted: str, answer: str) -> None:
    assert said(Phone.of(wanted), answer) is SAME


@pytest.mark.parametrize(
    ("wanted", "answer"),
    [
        ("+12065550139", "(206) 555-0193"),
        ("+12065550139", "+12065550138"),
        ("+12065550139", "+1 207 555 0139"),
        ("+12065550139", "555-0193"),
        ("+12065550139", "+46 206 555 0139"),
        ("+46855501234", "+46 8 555 012 43"),
        ("+46855501234", "08-555 012 35"),
        ("+15550100", "+15550101"),
    ],
)
def test_another_phone_number_contradicts(wanted: str, answer: str) -> None:
    assert said(Phone.of(wanted), answer) is OTHER


@pytest.mark.parametrize(
    "answer",
    [
        "2026-06-15 18:15",
        "15.06.2026",
        "1 234 567",
        "1,234,567",
        "1781546400",
        "ISBN 978-3-16-148410-0",
        "192.168.1.1",
        "1779296400.0",
        "37.7749, -122.4194",
        "$2065550.139",
        "12345",
        "8.04672 km",
        "95014-1234 is no phone, 5 6 7",
    ],
)
def test_what_is_no_phone_number_is_read_as_none(answer: str) -> None:
    assert [mention for mention in read(answer) if isinstance(mention, Phone)] == []


@pytest.mark.parametrize("text", ["nobody", "12", "2026-06-15"])
def test_what_is_no_phone_number_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is no phone number"):
        Phone.of(text)


@given(st.from_regex(r"\+(1[2-9][0-9]{9}|(31|33|44|46|49)[1-9][0-9]{6,9})", fullmatch=True))
def test_a_number_that_is_not_parsed_is_what_the_parser_makes_of_it(number: str) -> None:
    assert Phone.of(number).digits == format_number(parse(number), PhoneNumberFormat.E164)


LOADING = """
import sys
from tool_sandbox import load_scenarios

load_scenarios(presentations="plain")
assert "tool_sandbox.evaluation.facts.mentions.phones" in sys.modules
assert "phonenumbers" not in sys.modules
"""


def test_loading_the_scenarios_loads_no_metadata_of_phone_numbers() -> None:
    subprocess.run([sys.executable, "-c", LOADING], check=True, timeout=HANG)

"""Quantities and durations: the forms that say one, and the near misses."""

from __future__ import annotations

from decimal import Decimal

import pytest

from tests.evaluation.answers import read, said
from tool_sandbox.evaluation.facts.mentions.amounts import Quantity
from tool_sandbox.evaluation.facts.mentions.mention import Agreement, Tolerance

SAME, OTHER, UNRELATED = Agreement.SAME, Agreement.OTHER, Agreement.UNRELATED
DISTANCE = Quantity.of("8.04672", "km")
COLD = Quantity.of(-4, "degC")
MASS = Quantity.of("907.18474", "grams")


@pytest.mark.parametrize(
    "answer",
    [
        "5 miles is 8.05 km.",
        "5 miles are about 8 kilometres.",
        "That's approx. 8.05 kilometers!",
        "It's ~8 km.",
        "≈ **8.05** km",
        "- 5 mi\n- 8.047 km",
        "8,04672 km",
        "8,05km",
        "Roughly eight kilometers.",
        "eight point oh five km",
        "8.0 km",
        "8.05",
        "5 miles ≈ 8.05",
        "It is 8 km 50 m.",
        "8 kilometers and 47 meters",
        "8047 m",
        "8,046.72 metres",
        "8 046,72 m",
        "somewhere between 8 and 8.1 km",
        "8.0–8.1 km",
        "an 8-km walk",
        "5 miles = `8.04672` kilometers",
        "| mi | km |\n|---|---|\n| 5 | 8.05 |",
        "**5 miles** → **8.05 kilometers** (rounded)",
    ],
)
def test_a_length_is_said(answer: str) -> None:
    assert said(DISTANCE, answer) is SAME


@pytest.mark.parametrize(
    "answer",
    [
        "5 miles is 8.5 km.",
        "8.06 km",
        "9 kilometers",
        "80.5 km",
        "-8.05 km",
        "8.05 miles",
        "8.05 meters",
        "8.05 m",
        "about nine kilometres",
        "7.9 km",
        "8,15 km",
        "8 km 500 m",
    ],
)
def test_another_length_contradicts(answer: str) -> None:
    assert said(DISTANCE, answer) is OTHER


@pytest.mark.parametrize("answer", ["It is 5 miles.", "Done!", "8.05 kg", "It takes 8 minutes", "5", "5 K"])
def test_what_is_no_length_of_that_system_neither_says_nor_contradicts_it(answer: str) -> None:
    assert said(DISTANCE, answer) is UNRELATED


@pytest.mark.parametrize(
    "answer",
    [
        "Tomorrow's low is -4 °C.",
        "a low of \u22124°C",
        "minus 4 degrees Celsius",
        "minus four degrees",
        "negative four",
        "It'll drop to -4° tonight.",
        "4 degrees below zero",
        "four below zero",
        "-4C",
        "-4\u00baC",
        "Low: **-4°C**, high: 3°C",
        "between -4 and 2 degrees",
        "-4 to 2 °C",
        "-4.0 degrees C",
        "(-4)",
    ],
)
def test_the_sign_is_part_of_a_temperature(answer: str) -> None:
    assert said(COLD, answer) is SAME


@pytest.mark.parametrize(
    "answer",
    ["It is 4 degrees.", "4°C", "+4 °C", "4", "four degrees Celsius", "-4 °F", "-5 °C", "minus 14 degrees", "- 4 °C"],
)
def test_another_sign_or_scale_contradicts_a_temperature(answer: str) -> None:
    assert said(COLD, answer) is OTHER


@pytest.mark.parametrize(
    "answer",
    [
        "2 pounds are 907 grams",
        "907.2 g",
        "about 910 grams",
        "~900 g",
        "0.907 kg",
        "0.91 kilos",
        "907,18 g",
        "907 185 mg",
    ],
)
def test_a_rounded_mass_is_said(answer: str) -> None:
    assert said(MASS, answer) is SAME


@pytest.mark.parametrize("answer", ["908 g", "900.0 g", "9070 g", "970 grams", "0.09 kg", "1 kg", "907 kg", "907 lb"])
def test_another_mass_contradicts(answer: str) -> None:
    assert said(MASS, answer) is OTHER


@pytest.mark.parametrize(
    ("wanted", "answer"),
    [
        ((1, "hour"), "You have one hour left."),
        ((1, "hour"), "You've got an hour"),
        ((1, "hour"), "60 minutes"),
        ((1, "hour"), "3600 seconds"),
        ((90, "minutes"), "an hour and a half"),
        ((90, "minutes"), "1.5 hours"),
        ((90, "minutes"), "one and a half hours"),
        ((90, "minutes"), "one hour thirty"),
        ((266, "minutes"), "just under four hours twenty-six."),
        ((90, "minutes"), "1 hour and 30 minutes"),
        ((90, "minutes"), "1h 30m"),
        ((90, "minutes"), "1h30"),
        ((90, "minutes"), "1 hr 30 min"),
        ((90, "minutes"), "1:30 hours"),
        ((90, "minutes"), "ninety minutes"),
        ((30, "minutes"), "half an hour"),
        ((30, "minutes"), "a half-hour"),
        ((15, "minutes"), "a quarter of an hour"),
        ((45, "minutes"), "three quarters of an hour"),
        ((10, "minutes"), "ten minutes late"),
        ((10, "minutes"), "a 10-minute walk"),
        ((10, "minutes"), "a 10-to-15-minute walk"),
        ((13, "days"), "Thanksgiving is in 13 days."),
        ((13, "days"), "There are thirteen days left."),
        ((13, "days"), "**13** days"),
        ((13, "days"), "13"),
        ((14, "days"), "two weeks"),
        ((1, "year"), "12 months"),
        ((120, "minutes"), "two hours"),
        ((15947, "seconds"), "4h 25m 47s"),
        ((15947, "seconds"), "4 hours, 25 minutes and 47 seconds"),
        ((2098, "hours"), "87 days and about 10 hours"),
        ((617, "hours"), "25 days (and about 17 hours)"),
    ],
)
def test_a_duration_is_said(wanted: tuple[int, str], answer: str) -> None:
    assert said(Quantity.of(*wanted), answer) is SAME


@pytest.mark.parametrize(
    ("wanted", "answer"),
    [
        ((1, "hour"), "2 hours"),
        ((1, "hour"), "61 minutes"),
        ((1, "hour"), "an hour and a half"),
        ((2, "hours"), "119 minutes"),
        ((90, "minutes"), "1 hour 20 minutes"),
        ((90, "minutes"), "1h31"),
        ((90, "minutes"), "two hours"),
        ((13, "days"), "12 days"),
        ((13, "days"), "13 weeks"),
        ((13, "days"), "two weeks"),
        ((10, "minutes"), "ten hours"),
        ((30, "minutes"), "half a day"),
        ((15947, "seconds"), "4h 25m 46s"),
        ((2098, "hours"), "87 days and about 11 hours"),
    ],
)
def test_another_duration_contradicts(wanted: tuple[int, str], answer: str) -> None:
    assert said(Quantity.of(*wanted), answer) is OTHER


def test_what_is_counted_behind_hours_is_no_minutes() -> None:
    assert said(Quantity.of(150, "minutes"), "two hours thirty people") is not SAME


@pytest.mark.parametrize(
    ("wanted", "answer"),
    [
        ("3", "You have three reminders."),
        ("3", "You have 3 reminders"),
        ("12", "a dozen eggs"),
        ("24", "two dozen"),
        ("6", "half a dozen"),
        ("1234.5", "1,234.5"),
        ("1234.5", "1 234,5"),
        ("1234.5", "1.234,5"),
        ("1234.5", "1'234.5"),
        ("1234", "1,234 contacts"),
        ("1234", "1.234"),
        ("1234", "one thousand two hundred and thirty-four"),
        ("1234567", "1,234,567"),
        ("1234567", "1.234.567"),
        ("1234567", "1.23 million"),
        ("25", "twenty-five"),
        ("25", "Twenty five of them"),
        ("100", "a hundred"),
        ("0.5", "½"),
        ("1.5", "1½"),
        ("1.5", "one and a half"),
        ("0", "zero"),
        ("-7", "minus seven"),
        ("2500", "2.5k"),
        ("2026", "2026 steps"),
        ("1", "You have one contact."),
    ],
)
def test_a_number_is_said(wanted: str, answer: str) -> None:
    assert said(Quantity.of(wanted), answer) is SAME


@pytest.mark.parametrize(
    ("wanted", "answer"),
    [
        ("3", "four reminders"),
        ("3", "13"),
        ("25", "twenty-six"),
        ("1234", "1,243"),
        ("0", "-1"),
        ("1203", "1200"),
        ("7", "-7"),
    ],
)
def test_another_number_contradicts(wanted: str, answer: str) -> None:
    assert said(Quantity.of(wanted), answer) is OTHER


@pytest.mark.parametrize(
    "answer",
    [
        "the 5th",
        "your 5th reminder",
        "in 2026",
        "Thanksgiving 2026",
        "one of them",
        "no one",
        "the other one.",
        "1. First item\n2. Second item",
        "24/7",
        "4G",
        "v2.1.3",
        "https://example.com/5?q=7",
        "(206) 555-0139",
        "18:15",
        "6 PM",
        "June 15th",
        "2026-06-15T18:15:00",
        "at seven",
        "quarter past six",
        "a bit",
        "ABC123",
        "one moment",
    ],
)
def test_what_is_no_amount_is_read_as_none(answer: str) -> None:
    assert [mention for mention in read(answer) if isinstance(mention, Quantity)] == []


def test_one_form_of_a_number_has_both_its_readings() -> None:
    (mention,) = read("8,046 km")
    assert isinstance(mention, Quantity)
    assert [each.value for each in mention.readings] == [Decimal(8046), Decimal("8.046")]
    assert (mention.value, mention.decimals) == (Decimal(8046), 0)


@pytest.mark.parametrize("digits", [16, 31, 40, 5000])
def test_a_long_row_of_digits_is_read_without_an_error(digits: int) -> None:
    assert said(Quantity.of(3), "9" * digits) in {OTHER, UNRELATED}
    assert said(Quantity.of("3.5"), f"about {'1' + '0' * (digits - 1)} million") in {OTHER, UNRELATED}


def test_below_is_a_sign_only_beside_zero() -> None:
    assert said(Quantity.of(-4), "It is 4 below.") is SAME
    assert said(Quantity.of(4), "It is 4 below average.") is SAME


def test_pounds_are_a_weight_and_a_sum() -> None:
    assert {type(mention).__name__ for mention in read("230 pounds")} == {"Quantity", "Money"}


def test_the_sign_belongs_to_the_place_of_a_quantity() -> None:
    (mention,) = read("It is minus 4 °C now")
    assert "It is minus 4 °C now"[slice(*mention.span)] == "minus 4 °C"


@pytest.mark.parametrize(
    ("tolerance", "answer", "expected"),
    [
        (Tolerance(relative=Decimal("0.01")), "8.1 km", SAME),
        (Tolerance(relative=Decimal("0.01")), "8.13 km", OTHER),
        (Tolerance(absolute=Decimal("0.5")), "8.5 km", SAME),
        (Tolerance(absolute=Decimal("0.5")), "8500 m", SAME),
        (Tolerance(absolute=Decimal("0.5")), "8600 m", OTHER),
        (Tolerance(absolute=Decimal(20)), "-8 km", OTHER),
    ],
)
def test_a_tolerance_widens_what_is_equal_but_not_across_the_sign(
    tolerance: Tolerance, answer: str, expected: Agreement
) -> None:
    assert said(DISTANCE, answer, tolerance) is expected


def test_an_unknown_unit_is_refused() -> None:
    with pytest.raises(ValueError, match="'parsnips' is no unit"):
        Quantity.of(3, "parsnips")


def test_a_unit_that_only_pint_knows_is_one() -> None:
    assert said(Quantity.of(3, "furlong"), "3") is SAME

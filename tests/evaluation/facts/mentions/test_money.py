"""Sums of money: the forms that say one, and the near misses."""

from __future__ import annotations

import pytest

from tests.evaluation.answers import read, said
from tool_sandbox.evaluation.facts.mentions.amounts import Quantity
from tool_sandbox.evaluation.facts.mentions.mention import Agreement
from tool_sandbox.evaluation.facts.mentions.money import Money

SAME, OTHER, UNRELATED = Agreement.SAME, Agreement.OTHER, Agreement.UNRELATED


@pytest.mark.parametrize(
    ("currency", "answer"),
    [
        ("USD", "One share costs $207.52."),
        ("USD", "US$207.52"),
        ("USD", "207.52 USD"),
        ("USD", "USD 207.52"),
        ("USD", "USD207.52"),
        ("USD", "**$207.52**"),
        ("USD", "\\$207.52"),
        ("USD", "207.52 dollars"),
        ("USD", "207.52 US dollars"),
        ("USD", "207 dollars and 52 cents"),
        ("USD", "two hundred and seven dollars and fifty-two cents"),
        ("USD", "207.52 bucks"),
        ("USD", "$207.5"),
        ("USD", "about $208"),
        ("USD", "it is 207.52"),
        ("EUR", "€207.52"),
        ("EUR", "207,52 €"),
        ("EUR", "EUR 207.52"),
        ("EUR", "207.52 Euros"),
        ("EUR", "around 207.5 euro"),
        ("EUR", "€ 207.52"),
        ("EUR", "between €207 and €208"),
        ("GBP", "£207.52"),
        ("GBP", "207.52 pounds"),
        ("GBP", "207.52 quid"),
        ("SEK", "207,52 kr"),
        ("SEK", "207.52 Swedish kronor"),
        ("CAD", "CA$207.52"),
        ("CAD", "207.52 Canadian dollars"),
        ("CAD", "$207.52"),
        ("CHF", "CHF 207.52"),
        ("CHF", "207.52 francs"),
        ("CHF", "207 francs and 52 centimes"),
        ("CHF", "207 Swiss francs 52 rappen"),
        ("SEK", "207 kronor and 52 öre"),
        ("INR", "207 rupees and 52 paise"),
        ("JPY", "¥207.52"),
    ],
)
def test_a_sum_is_said(currency: str, answer: str) -> None:
    assert said(Money.of("207.52", currency), answer) is SAME


@pytest.mark.parametrize(
    ("currency", "answer"),
    [
        ("USD", "$207.25"),
        ("USD", "$27.52"),
        ("USD", "$2,075.20"),
        ("USD", "-$207.52"),
        ("USD", "€207.52"),
        ("USD", "207.52 Canadian dollars"),
        ("USD", "207 dollars and 25 cents"),
        ("USD", "207.52 cents"),
        ("EUR", "€207.62"),
        ("EUR", "$207.52"),
        ("EUR", "€200"),
        ("GBP", "£270.52"),
    ],
)
def test_another_sum_contradicts(currency: str, answer: str) -> None:
    assert said(Money.of("207.52", currency), answer) is OTHER


@pytest.mark.parametrize("answer", ["250 US dollars", "207.52 km", "5 shares", "at 2:07", "on June 7"])
def test_what_is_no_sum_of_that_currency_neither_says_nor_contradicts_it(answer: str) -> None:
    assert said(Money.of("207.52", "EUR"), answer) is UNRELATED


@pytest.mark.parametrize(
    ("value", "answer"),
    [
        ("1234.5", "€1.234,50"),
        ("1234.5", "€1,234.50"),
        ("1234.5", "1 234,50 €"),
        ("1200000", "€1.2 million"),
        ("1200000", "1.2 million euros"),
        ("1200000", "€1.2m"),
        ("1200000", "€1.2M"),
        ("2500", "€2.5k"),
        ("0.99", "99 cents"),
        ("1", "a euro"),
        ("1.5", "one and a half euros"),
        ("20", "twenty euros"),
        ("1234", "€1.234"),
        ("230", "230 euros"),
    ],
)
def test_large_and_small_sums_are_said_as_people_say_them(value: str, answer: str) -> None:
    assert said(Money.of(value, "EUR"), answer) is SAME


def test_a_number_alone_that_is_wanted_is_said_by_a_sum() -> None:
    assert said(Quantity.of("207.52"), "$207.52") is SAME
    assert said(Quantity.of("208.52"), "$207.52") is UNRELATED


@pytest.mark.parametrize("text", ["ALL 3 reminders", "the top 5", "team 5 won", "a real problem"])
def test_words_beside_numbers_are_no_currency(text: str) -> None:
    assert [mention for mention in read(text) if isinstance(mention, Money)] == []


def test_the_code_at_the_end_of_a_line_belongs_to_no_number_on_the_next() -> None:
    sums = [each for each in read("78,500 JPY\n690,000 KRW\n670.00 SGD") if isinstance(each, Money)]
    assert [set(each.currencies) for each in sums] == [{"JPY"}, {"KRW"}, {"SGD"}]


def test_an_unknown_currency_is_refused() -> None:
    with pytest.raises(ValueError, match="'doubloon' is no currency"):
        Money.of(3, "doubloon")

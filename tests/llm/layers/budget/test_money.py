"""Sums of money never lose what is unknown, are exact in files, and show no more than millionths of a dollar."""

from __future__ import annotations

from decimal import Decimal
from functools import reduce
from operator import add

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tool_sandbox.llm.layers.budget.money import Cost, as_float, as_float_or_none, dollars, shown, total_cost

AMOUNTS = st.none() | st.floats(0, 100) | st.decimals(0, 100, allow_nan=False, places=9)


@given(st.lists(AMOUNTS, max_size=20), st.integers(0, 20))
def test_a_sum_is_the_same_in_any_parts_and_knows_what_it_does_not_know(
    amounts: list[float | Decimal | None], cut: int
) -> None:
    whole = total_cost(amounts)
    assert total_cost(amounts[:cut]) + total_cost(amounts[cut:]) == whole
    assert reduce(add, map(Cost.of, reversed(amounts)), Cost()) == whole
    assert whole.unknown_calls == amounts.count(None)
    assert (whole.total is None) == (None in amounts)
    assert ("of unknown price" in str(whole)) == (None in amounts)
    assert Cost.from_record(whole.total, as_float(whole.known), whole.unknown_calls) == whole


@given(st.floats(0, 1e6))
def test_amounts_have_twelve_decimals_at_most_show_six_and_nothing_is_nothing(amount: float) -> None:
    rounded = as_float(amount)
    assert as_float(rounded) == rounded
    assert round(rounded, 12) == rounded
    assert (rounded == 0) == (amount == 0)
    assert len(shown(amount).partition(".")[2]) in (4, 5, 6)


@given(st.lists(st.tuples(st.integers(1, 2_000_000), st.integers(1, 999)), min_size=1, max_size=200))
def test_what_tokens_cost_is_summed_to_the_last_digit(calls: list[tuple[int, int]]) -> None:
    price = Decimal("1e-9")  # a tenth of a cent per million tokens: a hundredth of the cheapest that is sold
    exact = sum((tokens * times * price for tokens, times in calls), Decimal(0))
    assert total_cost(tokens * times * price for tokens, times in calls).known == exact
    assert Cost.from_record(as_float(exact), None, 0).known == exact


@pytest.mark.parametrize(
    ("cost", "text"),
    [
        (Cost(), "0.0000 USD"),
        (Cost.of(0.007), "0.0070 USD"),
        (Cost.of(0.000012), "0.000012 USD"),
        (Cost.of(1e-9), "0.000001 USD"),
        (Cost.of(None), "cost unknown (1 call of unknown price)"),
        (Cost(known=Decimal("1.5"), unknown_calls=7), "≥ 1.5000 USD (7 calls of unknown price)"),
    ],
)
def test_costs_are_shown_with_their_unknown_part(cost: Cost, text: str) -> None:
    assert str(cost) == text


def test_binary_noise_is_gone() -> None:
    assert as_float(0.1 + 0.2) == 0.3
    assert dollars("0.0070500000000000004") == Decimal("0.007050")
    assert as_float_or_none(None) is None

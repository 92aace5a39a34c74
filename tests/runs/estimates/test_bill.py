"""What the calls of one role come to."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tool_sandbox.llm.layers.budget.money import Cost
from tool_sandbox.llm.layers.budget.pricing import Price
from tool_sandbox.runs.estimates.bill import Bill, Reasoning

PRICE = Price(input=Decimal("0.001"), output=Decimal("0.01"), cached_input=Decimal("0.0001"))


def cost(bill: Bill, name: str) -> float | None:
    found: Cost = bill.costs()[name]
    return found.total


def test_every_request_is_paid_in_full_as_often_as_the_conversation_is_had() -> None:
    bill = Bill(PRICE)
    bill.add([100, 150], [10, 20], times=3)
    assert (bill.calls, bill.prompt_tokens, bill.completion_tokens) == (6, 750, 90)
    assert cost(bill, "cost") == pytest.approx(3 * (0.25 + 0.3))


def test_low_reads_what_was_sent_before_from_the_cache_where_a_provider_would_keep_it() -> None:
    long, short, asked = Bill(PRICE), Bill(PRICE), Bill(PRICE, caches=False)
    long.add([2000, 2100], [10, 10], times=1)
    asked.add([2000, 2100], [10, 10], times=1)
    short.add([200, 300], [10, 10], times=1)
    assert cost(long, "low") == pytest.approx(2.0 + 2000 * 0.0001 + 100 * 0.001 + 0.2)
    assert cost(asked, "low") == cost(asked, "cost") == pytest.approx(4.1 + 0.2)
    assert cost(short, "low") == cost(short, "cost")


def test_high_is_twice_the_calls_of_a_conversation_that_goes_on_growing() -> None:
    bill = Bill(PRICE)
    bill.add([100, 150, 200], [10, 10, 10], times=1)
    assert cost(bill, "high") == pytest.approx((100 + 150 + 200 + 250 + 300 + 350) * 0.001 + 6 * 0.1)


def test_hidden_reasoning_is_paid_as_part_of_each_answer() -> None:
    bill = Bill(PRICE, Reasoning(expected=50, most=200))
    bill.add([100], [10], times=1)
    assert bill.completion_tokens == 60
    assert cost(bill, "cost") == pytest.approx(0.1 + 0.6)
    assert cost(bill, "low") == pytest.approx(0.1 + 0.1)
    assert cost(bill, "high") == pytest.approx(0.1 + 0.12 + 2 * 2.1)


def test_without_a_price_every_call_is_of_unknown_price() -> None:
    bill = Bill(None)
    bill.add([100, 150], [10, 20], times=3)
    assert bill.costs()["cost"] == bill.costs()["high"] == Cost(unknown_calls=6)


@given(
    prompts=st.lists(st.integers(1, 5000), min_size=1, max_size=6).map(sorted),
    answer=st.integers(1, 500),
    thought=st.integers(0, 500),
    caches=st.booleans(),
)
def test_the_expected_cost_lies_between_the_ends(prompts: list[int], answer: int, thought: int, caches: bool) -> None:
    bill = Bill(PRICE, Reasoning(thought, 2 * thought), caches=caches)
    bill.add(prompts, [answer] * len(prompts), times=2)
    amounts = bill.amounts
    assert amounts.low <= amounts.expected <= amounts.high

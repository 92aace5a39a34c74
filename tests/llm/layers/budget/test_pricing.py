"""Prices are exact, come from the right source, and stay unknown when nobody knows them."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.llm.fakes import answer
from tool_sandbox.errors import SettingsError
from tool_sandbox.llm.chat import Usage
from tool_sandbox.llm.layers.budget.pricing import Price, PriceBook

LISTING: Mapping[str, Mapping[str, Any]] = {
    "openai/listed": {
        "input_cost_per_token": 2.5e-06,
        "output_cost_per_token": 1e-05,
        "cache_read_input_token_cost": 1.25e-06,
        "max_output_tokens": 4096,
    },
    "openai/image": {"output_cost_per_image": 0.04},
    "gemini/tiered": {
        "input_cost_per_token": 1.25e-06,
        "output_cost_per_token": 1e-05,
        "input_cost_per_token_above_200k_tokens": 2.5e-06,
        "output_cost_per_token_above_200k_tokens": 1.5e-05,
    },
}


def test_prices_cached_written_and_reasoning_tokens_to_the_last_digit() -> None:
    price = Price.from_mapping(
        {
            "input_per_million": "3",
            "output_per_million": "15",
            "cached_input_per_million": "0.30",
            "cache_write_per_million": "3.75",
            "reasoning_per_million": "7.000001",
        }
    )
    usage = Usage(
        prompt_tokens=1000, completion_tokens=200, cached_tokens=700, cache_write_tokens=100, reasoning_tokens=150
    )

    # 200 × 3 + 700 × 0.30 + 100 × 3.75 + 50 × 15 + 150 × 7.000001, each per million
    assert price.of(usage) == Decimal("0.00298500015")


def test_reasoning_beyond_the_tokens_of_the_answer_is_not_paid_for() -> None:
    price = Price.from_mapping({"input_per_million": 0, "output_per_million": 10, "reasoning_per_million": 40})

    assert price.of(Usage(prompt_tokens=1, completion_tokens=100, reasoning_tokens=250)) == Decimal("0.004")


@pytest.mark.parametrize(
    ("usage", "expected"),
    [
        (Usage(prompt_tokens=1000, completion_tokens=200, cached_tokens=800), "0.0035"),
        (Usage(prompt_tokens=1, completion_tokens=0), "0.0000025"),
        (Usage(prompt_tokens=333_333, completion_tokens=777), "0.8411025"),
    ],
)
def test_a_listed_price_is_exact(usage: Usage, expected: str) -> None:
    book = PriceBook(lookup=LISTING.get)

    response = answer(cost=None, usage=usage, model="openai/listed")

    assert book.cost(response, "openai/listed") == Decimal(expected)
    assert book.priced(response, "openai/listed").cost == float(expected)


def test_per_token_and_per_million_say_the_same() -> None:
    per_token = Price.from_mapping({"input_cost_per_token": 2.5e-06, "output_cost_per_token": 1e-05})
    per_million = Price.from_mapping({"input_per_million": 2.5, "output_per_million": 10})

    assert per_token == per_million


def test_the_users_price_wins_over_the_reported_cost() -> None:
    book = PriceBook.from_mapping({"gpt-test": {"input_per_million": 1, "output_per_million": 2}}, LISTING.get)

    assert book.cost(answer(cost=9.99), "openai/gpt-test") == Decimal("0.00014")


def test_the_reported_cost_wins_over_the_listing() -> None:
    assert PriceBook(lookup=LISTING.get).cost(answer(cost=0.1, model="openai/listed"), "openai/listed") == Decimal(
        "0.1"
    )


def test_the_model_that_answered_is_priced_before_the_one_that_was_asked() -> None:
    prices = {
        "primary": {"input_per_million": 1, "output_per_million": 1},
        "fallback": {"input_per_million": 10, "output_per_million": 10},
    }
    book = PriceBook.from_mapping(prices)

    assert book.cost(answer(model="fallback"), "primary") == Decimal("0.0012")


@pytest.mark.parametrize("model", ["openai/never-heard-of", "openai/image"])
def test_an_unknown_price_stays_unknown(model: str) -> None:
    book = PriceBook(lookup=LISTING.get)

    assert book.price(model) is None
    assert book.priced(answer(cost=None, model=model), model).cost is None


def test_a_model_is_looked_up_once_also_when_it_is_not_listed() -> None:
    asked: list[str] = []
    book = PriceBook(lookup=asked.append)

    assert [book.price("openai/never-heard-of") for _ in range(3)] == [None] * 3
    assert asked == ["openai/never-heard-of"]


@pytest.mark.parametrize("usage", [None, Usage(prompt_tokens=0, completion_tokens=0)])
def test_a_zero_cost_without_tokens_is_unknown(usage: Usage | None) -> None:
    assert PriceBook(lookup=LISTING.get).cost(answer(cost=0.0, usage=usage), "openai/listed") is None


def test_a_model_declared_free_costs_nothing_even_without_usage() -> None:
    book = PriceBook.from_mapping({"local/llama": {"input_per_million": 0, "output_per_million": 0}})

    assert book.cost(answer(cost=None, usage=None, model=""), "local/llama") == 0


def test_a_cached_answer_keeps_its_price_of_nothing() -> None:
    book = PriceBook.from_mapping({"gpt-test": {"input_per_million": 1, "output_per_million": 2}})

    assert book.cost(answer(cost=0.0, cached=True), "openai/gpt-test") == 0


def test_long_prompts_pay_the_price_of_their_tier() -> None:
    price = PriceBook(lookup=LISTING.get).price("gemini/tiered")

    assert price is not None
    assert price.of(Usage(prompt_tokens=200_000, completion_tokens=10)) == Decimal("0.2501")
    assert price.of(Usage(prompt_tokens=200_001, completion_tokens=10)) == Decimal("0.5001525")


def test_of_several_tiers_the_highest_that_is_reached_counts() -> None:
    steps = {"input_cost_per_token_above_128k_tokens": 2e-06, "input_cost_per_token_above_512k_tokens": 3e-06}
    price = Price.from_listing({"input_cost_per_token": 1e-06, "output_cost_per_token": 0.0, **steps})
    assert price is not None

    costs = [price.of(Usage(prompt_tokens=tokens, completion_tokens=0)) for tokens in (128_000, 200_000, 600_000)]
    assert costs == [Decimal("0.128"), Decimal("0.4"), Decimal("1.8")]


@given(
    prompt=st.integers(0, 400_000),
    completion=st.integers(0, 5000),
    shares=st.tuples(st.floats(0, 0.5), st.floats(0, 0.5), st.floats(0, 3)),
)
def test_no_usage_costs_more_than_the_ceiling(prompt: int, completion: int, shares: tuple[float, float, float]) -> None:
    price = Price.from_listing(
        {**LISTING["gemini/tiered"], "cache_creation_input_token_cost": 2e-06, "output_cost_per_reasoning_token": 2e-05}
    )
    assert price is not None
    usage = Usage(
        prompt_tokens=prompt,
        completion_tokens=completion,
        cached_tokens=int(prompt * shares[0]),
        cache_write_tokens=int(prompt * shares[1]),
        reasoning_tokens=int(completion * shares[2]),
    )

    assert price.of(usage) <= price.ceiling(prompt, completion)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ({"input_per_milion": 1, "output_per_million": 1}, "did you mean 'input_per_million'"),
        ({"input_per_million": 1}, "has no output price"),
        ({"input_per_million": "cheap", "output_per_million": 1}, "'cheap'"),
        ({"input_per_million": -1, "output_per_million": 1}, "zero or more"),
        ({"input_per_million": "nan", "output_per_million": 1}, "zero or more"),
    ],
)
def test_a_wrong_price_is_explained(data: dict[str, Any], message: str) -> None:
    with pytest.raises(SettingsError, match=message):
        Price.from_mapping(data, name="m")

from __future__ import annotations

import json
from decimal import Decimal

from tool_sandbox.llm.layers.budget.money import Cost
from tool_sandbox.llm.layers.budget.spending import Spending


def test_a_record_with_an_unknown_part_is_null_with_the_known_part_beside_it() -> None:
    spending = Spending(calls=3, cost=Cost(known=Decimal("0.25"), unknown_calls=2))
    record = json.loads(json.dumps(spending.to_record()))

    assert (record["cost"], record["known_cost"], record["unpriced_calls"]) == (None, 0.25, 2)
    assert Spending.from_record(record) == spending


def test_what_is_known_to_be_nothing_is_zero() -> None:
    record = Spending(calls=1, cost=0.0).to_record()
    assert (record["cost"], record["known_cost"], record["unpriced_calls"]) == (0.0, 0.0, 0)


def test_records_of_older_runs_are_read() -> None:
    old = {"calls": 2, "cost": 0.5, "unpriced_calls": 1, "saved_cost": 0.1, "cached_calls": 1}
    spending = Spending.from_record(old)
    assert (spending.cost, spending.saved_cost) == (Cost(known=Decimal("0.5"), unknown_calls=1), Cost.of(0.1))


def test_the_uncertain_part_is_shown_beside_the_certain_one() -> None:
    spending = Spending(calls=2, prompt_tokens=9, cost=0.25, uncertain_cost=0.125, uncertain_calls=1)
    assert str(spending) == (
        "2 calls, 9 tokens in, 0 out, 0.2500 USD; 1 try that broke off may have been billed as well, up to 0.1250 USD"
    )
    assert "up to" not in str(Spending(uncertain_cost=None, uncertain_calls=2))
    assert spending.to_record()["uncertain_cost"] == 0.125


def test_tokens_and_money_that_nobody_told_are_not_shown_as_none() -> None:
    assert str(Spending(calls=2, cost=None)) == "2 calls, cost unknown (1 call of unknown price)"


def test_what_the_cache_saved_has_an_unknown_part_too() -> None:
    assert "≥ 0.5000 USD (1 call of unknown price) saved by the cache" in str(
        Spending(saved_cost=0.5) + Spending(saved_cost=None)
    )

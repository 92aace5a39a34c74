from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from attrs import evolve

from tests.runs.fakes import Obedient, Speaker
from tool_sandbox.errors import ProviderTimeoutError
from tool_sandbox.llm.chat import Attempt, ChatRequest, ChatResponse, Usage
from tool_sandbox.llm.layers.budget.money import Cost
from tool_sandbox.llm.layers.tally import Tally
from tool_sandbox.roles.base_role import BaseRole


def _response(**fields: Any) -> ChatResponse:
    usage = Usage(prompt_tokens=10, completion_tokens=5, cached_tokens=3)
    return ChatResponse(**{"text": "x", "model": "m", "usage": usage, "cost": 0.5, **fields})


async def test_a_roles_calls_are_counted_whichever_way_it_asks() -> None:
    role = Speaker(Obedient())
    tally = role.tally
    request = ChatRequest(model="m", messages=({"role": "user", "content": "Please say x"},))

    role.model.complete(request)
    await role.model.acomplete(request)

    assert (tally.spending.calls, tally.spending.cost, tally.models) == (2, Cost.of(0.5), ["fake-1"])


def test_a_role_without_a_model_counts_nothing() -> None:
    assert BaseRole().tally == Tally()


KNOWN, UNKNOWN, NOTHING = Cost.of(0.5), Cost.of(None), Cost.of(0.0)


@pytest.mark.parametrize(
    ("fields", "cost", "saved"),
    [
        ({}, KNOWN, NOTHING),
        ({"cost": None}, UNKNOWN, NOTHING),
        ({"cost": 0.0}, NOTHING, NOTHING),
        ({"cached": True, "cost": 0.0, "saved_cost": 0.5}, NOTHING, KNOWN),
        ({"cached": True, "cost": 0.0}, NOTHING, UNKNOWN),
        ({"replayed": True, "cost": 0.0, "saved_cost": 0.5}, KNOWN, NOTHING),
        ({"replayed": True, "cost": 0.0}, UNKNOWN, NOTHING),
        ({"replayed": True, "cached": True, "cost": 0.0, "saved_cost": 0.5}, NOTHING, KNOWN),
    ],
)
def test_money_is_counted_once_and_unknown_stays_unknown(fields: dict[str, Any], cost: Cost, saved: Cost) -> None:
    tally = Tally()

    tally.count(_response(**fields))

    assert (tally.spending.cost, tally.spending.saved_cost) == (cost, saved)


def test_tries_that_broke_off_are_counted_whether_an_answer_followed_or_not() -> None:
    timed_out = Attempt(number=1, error="ProviderTimeoutError: slow", uncertain_cost=0.25)
    refused = Attempt(number=2, error="RateLimitError: slow down")
    tally = Tally()

    tally.count(_response(attempts=[timed_out, refused, Attempt(number=3)]))
    tally.count_failure(ProviderTimeoutError("slow", attempts=(evolve(timed_out, uncertain_cost=None),)))

    spending = tally.spending
    assert (spending.calls, spending.failed_calls, spending.uncertain_calls) == (1, 1, 2)
    assert spending.uncertain_cost == Cost(known=Decimal("0.25"), unknown_calls=1)


def test_a_script_is_named_but_is_no_call() -> None:
    tally = Tally()

    tally.count(_response(provider="script"))

    assert (tally.spending.calls, tally.models) == (0, ["m"])


def test_fallbacks_and_changes_to_requests_are_kept() -> None:
    tally = Tally()

    for _ in range(2):
        tally.count(_response(fallback=True, deployment="b", adjustments=("dropped temperature",), parse_losses=1))

    assert (tally.spending.fallback_calls, tally.spending.parse_losses) == (2, 2)
    assert (tally.models, tally.deployments) == (["m"], ["b"])
    assert tally.adjustments == ["dropped temperature"]

from __future__ import annotations

from typing import Any

import pytest

from tests.runs.acting import Obedient, Speaker
from tool_sandbox.llm.chat import ChatRequest, ChatResponse, Usage
from tool_sandbox.roles.base_role import BaseRole
from tool_sandbox.runs.tally import Tally, tally_of


def _response(**fields: Any) -> ChatResponse:
    usage = Usage(prompt_tokens=10, completion_tokens=5, cached_tokens=3)
    return ChatResponse(**{"text": "x", "model": "m", "usage": usage, "cost": 0.5, **fields})


async def test_a_roles_calls_are_counted_whichever_way_it_asks() -> None:
    role = Speaker(Obedient())
    tally = tally_of(role)
    request = ChatRequest(model="m", messages=({"role": "user", "content": "Please say x"},))

    role.model.complete(request)
    await role.model.acomplete(request)

    assert (tally.spending.calls, tally.spending.cost, tally.models) == (2, 0.5, ["fake-1"])


def test_a_role_without_a_model_counts_nothing() -> None:
    assert tally_of(BaseRole()) == Tally()


@pytest.mark.parametrize(
    ("fields", "cost", "unpriced", "saved"),
    [
        ({}, 0.5, 0, 0),
        ({"cost": None}, 0, 1, 0),
        ({"cached": True, "cost": 0.0, "saved_cost": 0.5}, 0, 0, 0.5),
        ({"replayed": True, "cost": 0.0, "saved_cost": 0.5}, 0.5, 0, 0),
    ],
)
def test_money_is_counted_once_and_unknown_stays_unknown(
    fields: dict[str, Any], cost: float, unpriced: int, saved: float
) -> None:
    tally = Tally()

    tally.count(_response(**fields))

    assert (tally.spending.cost, tally.spending.unpriced_calls, tally.spending.saved_cost) == (cost, unpriced, saved)


def test_a_script_is_named_but_is_no_call() -> None:
    tally = Tally()

    tally.count(_response(provider="script"))

    assert (tally.spending.calls, tally.models) == (0, ["m"])


def test_fallbacks_and_changes_to_requests_are_kept() -> None:
    tally = Tally()

    for _ in range(2):
        tally.count(_response(fallback=True, deployment="b", adjustments=("dropped temperature",), parse_losses=1))

    assert (tally.spending.fallback_calls, tally.spending.parse_losses) == (2, 2)
    assert (tally.models, tally.adjustments) == (["b"], ["dropped temperature"])

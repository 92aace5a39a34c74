"""Deployments whose servers have limits, in an event loop whose time is simulated."""

from __future__ import annotations

from typing import Any

import pytest

from tests.llm.layers.limits.simulation import Provider, endpoint, many, now, simulated
from tool_sandbox.llm.chat import ChatResponse
from tool_sandbox.llm.layers.limits.layer import Limited
from tool_sandbox.llm.layers.retry import RetryPolicy
from tool_sandbox.llm.routing.router import Router
from tool_sandbox.llm.routing.settings import RouterSettings


def router(providers: dict[str, Provider], **limits: Any) -> Router:
    """One group of a deployment at each provider; a call is tried once."""
    entries = [
        {"model_name": "main", "litellm_params": {"model": f"openai/{name}", **limits}, "model_info": {"id": name}}
        for name in providers
    ]
    settings = RouterSettings.from_config(entries, {}, {})
    limited = {name: Limited(provider, endpoint()) for name, provider in providers.items()}
    policy = RetryPolicy(attempts=1, seed=1, clock=now)
    return Router(settings, limited, policy=policy, seed=7, clock=now)


@pytest.mark.parametrize("servers", [1, 2])
def test_deployments_that_refuse_for_a_while_lose_no_call_and_are_used_up(servers: int) -> None:
    async def play() -> tuple[float, list[Any]]:
        providers = {f"server-{number}": Provider(latency=1.0, per_window=50) for number in range(servers)}
        given = await many(router(providers), 120 * servers, 16 * servers)
        return now(), given

    seconds, given = simulated(play())
    assert all(isinstance(each, ChatResponse) for each in given)
    assert seconds <= 1.1 * (120 + 2)
    assert sum(each.waits.get("rate_limit", 0) for each in given) > 0


def test_a_call_says_how_long_it_waited_for_a_deployments_own_limit() -> None:
    async def play() -> list[ChatResponse]:
        return await many(router({"server": Provider(latency=1.0)}, rpm=1), 2, 1)

    first, second = simulated(play())
    assert first.waits == {}
    assert 59 <= second.waits["deployment"] <= 61
    assert second.latency == pytest.approx(1.0)

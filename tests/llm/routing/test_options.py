"""LiteLLM's router options in LiteLLM's spelling, from the agent down to real servers on loopback."""

from __future__ import annotations

import asyncio
import threading
from collections import Counter
from typing import Any

import pytest

from tests.llm.fakes import FakeModel, answer, question
from tests.llm.loopback import Answer, Server, chunks, completion
from tests.llm.routing.deployments import at
from tests.llm.routing.test_router import Time, entry, error, routed
from tests.roles.worlds import asks, log, system, world
from tests.waiting import HANG, auntil
from tool_sandbox.errors import (
    InvalidRequestError,
    ProviderError,
    ProviderTimeoutError,
    ProviderUnavailableError,
    RateLimitError,
    SettingsError,
)
from tool_sandbox.llm.routing.option_kinds import STRATEGIES
from tool_sandbox.llm.routing.settings import RouterSettings
from tool_sandbox.roles.litellm_agent import LiteLLMAgentWithRouter

DOWN = Answer({"error": {"message": "overloaded"}}, 503)


async def turns(agent: LiteLLMAgentWithRouter, count: int) -> list[str]:
    """Ask so many times; gives the deployment that answered each time."""
    answered = []
    for _ in range(count):
        with world(system(), asks()) as context:
            await agent.arespond()
            answered.append(context.annotations[2]["answered"]["deployment"])
    return answered


@pytest.mark.parametrize("strategy", STRATEGIES)
async def test_everything_litellms_router_takes_is_taken_under_its_name(
    servers: tuple[Server, Server], strategy: str
) -> None:
    one, two = servers
    one.says(DOWN)
    agent = LiteLLMAgentWithRouter(
        [
            at(one, "a", "primary", rpm=600, tpm=100_000, weight=1, max_parallel_requests=8, stream_timeout=90),
            at(two, "b", "fallback_0", timeout=50, max_retries=0),
        ],
        routing_strategy=strategy,
        routing_strategy_args={"ttl": 60, "lowest_latency_buffer": 0.5},
        num_retries=1,
        timeout=100,
        retry_after=0,
        stream_timeout=80,
        fallbacks=[{"primary": ["fallback_0"]}],
        context_window_fallbacks=[{"primary": ["fallback_0"]}],
        content_policy_fallbacks=[{"primary": ["fallback_0"]}],
        default_fallbacks=["fallback_0"],
        max_fallbacks=3,
        allowed_fails=1,
        allowed_fails_policy={"InternalServerErrorAllowedFails": 1},
        cooldown_time=60,
        retry_policy={"ServiceUnavailableErrorRetries": 1, "DefaultRetries": 0},
        model_group_retry_policy={"fallback_0": {"RateLimitErrorRetries": 2}},
        default_litellm_params={"seed": 4},
        default_max_parallel_requests=10,
        enable_pre_call_checks=True,
        set_verbose=False,
        cache_responses=False,
    )
    assert await turns(agent, 2) == ["b", "b"]
    assert len(one.requests) == 2  # a try and a retry; then left alone, the fallback answers at once
    assert two.requests[0]["seed"] == 4
    assert agent.counters["fallbacks"] == 2
    agent.teardown()


async def test_load_spreads_over_the_deployments_of_a_group(servers: tuple[Server, Server]) -> None:
    agent = LiteLLMAgentWithRouter([at(servers[0], "a"), at(servers[1], "b")])
    answered = Counter(await turns(agent, 24))
    assert set(answered) == {"a", "b"}
    assert agent.counters["fallbacks"] == 0
    agent.teardown()


async def test_least_busy_keeps_two_servers_equally_busy(servers: tuple[Server, Server]) -> None:
    all_asked = threading.Event()
    for server in servers:
        server.says(Answer(completion(), release=all_asked))
    agent = LiteLLMAgentWithRouter([at(servers[0], "a"), at(servers[1], "b")], routing_strategy="least-busy")
    answers = asyncio.gather(*(agent.model.acomplete(question()) for _ in range(8)))
    await auntil(lambda: sum(len(server.requests) for server in servers) == 8)
    all_asked.set()
    await answers
    assert [len(server.requests) for server in servers] == [4, 4]
    agent.teardown()


async def test_when_all_are_down_there_is_one_clear_error_and_nothing_is_said(servers: tuple[Server, Server]) -> None:
    for server in servers:
        server.says(DOWN)
    agent = LiteLLMAgentWithRouter(
        [at(servers[0], "a", "primary"), at(servers[1], "b", "fallback_0")],
        fallbacks=[{"primary": ["fallback_0"]}],
        num_retries=0,
        patience=0,
    )
    with world(system(), asks()):
        with pytest.raises(ProviderUnavailableError, match="neither the model nor its fallbacks") as caught:
            await agent.arespond()
        assert len(log()) == 2
    assert [attempt.deployment for attempt in caught.value.attempts] == ["a", "b"]
    agent.teardown()


async def test_a_stream_has_a_time_out_of_its_own(servers: tuple[Server, Server]) -> None:
    slow, fast = servers
    slow.says(Answer(stream=chunks({"content": "late"}), delay=HANG))
    fast.says(Answer(stream=chunks({"content": "hi"})))
    agent = LiteLLMAgentWithRouter(
        [at(slow, "a", "primary"), at(fast, "b", "fallback_0", stream_timeout=HANG)],
        fallbacks=[{"primary": ["fallback_0"]}],
        timeout=HANG,
        stream_timeout=0.3,
        stream=True,
        num_retries=0,
    )
    assert await turns(agent, 1) == ["b"]
    agent.teardown()


def tried(kind: type[ProviderError], status: int, **options: Any) -> int:
    """How often a failing deployment is asked."""
    model = FakeModel(error(kind, status=status))
    with pytest.raises(kind):
        routed([entry("a", 1)], {"a-1": model}, tries=3, **options).complete(question())
    return model.calls


@pytest.mark.parametrize(
    ("kind", "status", "policy", "calls"),
    [
        (RateLimitError, 429, {"RateLimitErrorRetries": 1}, 2),
        (ProviderTimeoutError, 408, {"TimeoutErrorRetries": 0}, 1),
        (ProviderUnavailableError, 500, {"InternalServerErrorRetries": 1, "ServiceUnavailableErrorRetries": 0}, 2),
        (ProviderUnavailableError, 503, {"InternalServerErrorRetries": 1, "ServiceUnavailableErrorRetries": 0}, 1),
        (InvalidRequestError, 404, {"NotFoundErrorRetries": 1, "BadRequestErrorRetries": 0}, 2),
        (InvalidRequestError, 400, {"DefaultRetries": 5}, 1),
        (RateLimitError, 429, {"DefaultRetries": 5}, 6),
        (RateLimitError, 429, {"TimeoutErrorRetries": 0}, 3),
    ],
)
def test_a_retry_policy_counts_by_kind_of_error(
    kind: type[ProviderError], status: int, policy: dict[str, int], calls: int
) -> None:
    assert tried(kind, status, retry_policy=policy) == calls
    assert tried(kind, status, model_group_retry_policy={"a": policy}, retry_policy={"DefaultRetries": 8}) == calls


def test_policies_can_be_objects_of_litellms() -> None:
    from litellm.types.router import AllowedFailsPolicy, RetryPolicy

    settings = RouterSettings.from_config(
        [entry("a", 1)],
        {
            "retry_policy": RetryPolicy(RateLimitErrorRetries=2),
            "allowed_fails_policy": AllowedFailsPolicy(TimeoutErrorAllowedFails=7),
        },
    )
    assert settings.options.retry_policy == {"RateLimitError": 3}
    assert settings.options.allowed_fails_policy == {"ProviderTimeoutError": 7}


def test_failures_allowed_by_kind_win_over_the_general_number() -> None:
    limited, other = FakeModel(error(RateLimitError, status=429)), FakeModel(answer())
    router = routed(
        [entry("a", 1, order=1), entry("a", 2, order=2)],
        {"a-1": limited, "a-2": other},
        tries=1,
        allowed_fails_policy={"RateLimitErrorAllowedFails": 1},
        cooldown_time=60,
    )
    for _ in range(2):  # without the policy the first one would be left alone after a single failure
        with pytest.raises(RateLimitError):
            router.complete(question())
    assert router.complete(question()).deployment == "a-2"
    assert limited.calls == 2


def test_the_shortest_wait_between_tries_is_kept() -> None:
    time = Time()
    model = FakeModel(error(ProviderUnavailableError, status=500), answer())
    routed([entry("a", 1)], {"a-1": model}, tries=2, time=time, retry_after=9).complete(question())
    assert time.waits == [9]


def test_prices_and_the_model_behind_a_name_may_stand_in_model_info() -> None:
    info = {"id": "x", "base_model": "gpt-4o", "input_cost_per_token": 1e-6, "output_cost_per_token": 2e-6}
    (found,) = RouterSettings.from_config(
        [{"model_name": "m", "litellm_params": {"model": "azure/mine"}, "model_info": info}]
    ).deployments
    assert found.settings.base_model == "gpt-4o"
    assert found.settings.prices == {"input_cost_per_token": 1e-6, "output_cost_per_token": 2e-6}


def test_a_group_has_other_names() -> None:
    alias = {"fast": "b", "hidden": {"model": "a", "hidden": True}}
    pair = [entry("a", 1), entry("b", 1)]
    assert RouterSettings.from_config(pair, {"model_group_alias": alias, "model_group": "fast"}).main_group == "b"
    assert RouterSettings.from_config(pair, {"model_group_alias": alias, "model_group": "hidden"}).main_group == "a"


@pytest.mark.parametrize(
    ("option", "message"),
    [
        ({"routing_strategy": "lar1"}, "confidence"),
        ({"routing_strategy": "provider-budget-routing"}, "max_budget"),
        ({"routing_groups": [{}]}, "one routing_strategy"),
        ({"redis_url": "redis://h"}, "cache='redis"),
        ({"cache_responses": True}, "cache="),
        ({"allowed_fails_policy": {"RateLimitErrorAllowedFail": 1}}, "did you mean 'RateLimitErrorAllowedFails'"),
        ({"model_group_retry_policy": {"z": {}}}, "no deployment"),
    ],
)
def test_what_is_done_elsewhere_says_where(option: dict[str, Any], message: str) -> None:
    with pytest.raises(SettingsError, match=message):
        RouterSettings.from_config([entry("a", 1)], option)

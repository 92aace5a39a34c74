"""LiteLLM's router as what chooses among deployments: real servers on loopback of different speed, price and health."""

from __future__ import annotations

import asyncio
import copy
from collections import Counter
from itertools import count
from typing import Any

import pytest
from attrs import evolve

from tests.llm.fakes import question
from tests.llm.loopback import Answer, Server, chunks, completion
from tests.llm.routing.deployments import at
from tool_sandbox.errors import (
    AuthenticationError,
    BudgetExceededError,
    ProviderUnavailableError,
    RateLimitError,
    SettingsError,
)
from tool_sandbox.llm.chat import CallTag, ChatRequest
from tool_sandbox.llm.routing.option_kinds import STRATEGIES
from tool_sandbox.llm.routing.settings import RouterSettings
from tool_sandbox.llm.transports.through_litellm.transport import load_litellm
from tool_sandbox.roles.litellm_agent import LiteLLMAgent, LiteLLMAgentWithRouter

CHEAP: dict[str, Any] = {"input_cost_per_token": 1e-6, "output_cost_per_token": 1e-6}
DEAR: dict[str, Any] = {"input_cost_per_token": 4e-6, "output_cost_per_token": 4e-6}
LISTS = ("callbacks", "input_callback", "success_callback", "failure_callback", "_async_success_callback",
         "_async_failure_callback", "_async_input_callback", "service_callback")  # fmt: skip
_numbers = count()


def routed(*deployments: dict[str, Any], **options: Any) -> LiteLLMAgentWithRouter:
    return LiteLLMAgentWithRouter(list(deployments), **{"num_retries": 0, "patience": 0, **options})


def sample(name: str = "") -> ChatRequest:
    """A question of a sample of its own."""
    return evolve(question(), tag=CallTag(scenario=name or f"sample {next(_numbers)}"))


async def answered(agent: LiteLLMAgent, calls: int) -> list[str | None]:
    """Which deployments answered so many samples, one after the other."""
    return [(await agent.model.acomplete(sample())).deployment for _ in range(calls)]


async def test_the_faster_server_is_preferred_as_soon_as_both_are_known(servers: tuple[Server, Server]) -> None:
    slow, fast = servers
    slow.says(Answer(completion(), delay=2.0))  # it is asked once or twice; the fast one is slow on a busy machine, too
    for first, second in ((at(slow, "slow"), at(fast, "fast")), (at(fast, "fast"), at(slow, "slow"))):
        agent = routed(first, second, routing_strategy="latency-based-routing")
        assert Counter((await answered(agent, 16))[4:])["fast"] >= 10
        agent.teardown()


async def test_the_cheaper_deployment_is_preferred_and_each_answer_has_its_own_price(
    servers: tuple[Server, Server],
) -> None:
    dear, cheap = servers
    agent = routed(
        at(dear, "dear", model="openai/a", **DEAR),
        at(cheap, "cheap", model="openai/b", **CHEAP),
        routing_strategy="cost-based-routing",
        cooldown_time=60,
    )
    assert set(await answered(agent, 5)) == {"cheap"}
    cheap.says(Answer({"error": {"message": "slow down"}}, 429))
    with pytest.raises(RateLimitError):
        await agent.model.acomplete(sample())
    assert (await answered(agent, 2)) == ["dear", "dear"]
    spent = agent.ledger.snapshot()
    assert spent["run"]["cost"] == pytest.approx(5 * 110e-6 + 2 * 440e-6)
    assert spent["model"]["openai/a"]["cost"] == pytest.approx(2 * 440e-6)
    agent.teardown()


async def test_a_budget_holds_for_the_price_of_the_deployment_that_is_asked(servers: tuple[Server, Server]) -> None:
    agent = routed(at(servers[0], "a", **DEAR), at(servers[1], "b", **DEAR), max_budget=0.005, max_tokens=100)
    outcomes = await asyncio.gather(*(agent.model.acomplete(sample()) for _ in range(40)), return_exceptions=True)
    refused = [each for each in outcomes if isinstance(each, BudgetExceededError)]
    assert refused
    assert len(refused) < 40
    assert agent.ledger.spent() <= 0.005
    assert sum(len(server.requests) for server in servers) == 40 - len(refused)
    agent.teardown()


@pytest.mark.parametrize("strategy", ["usage-based-routing", "usage-based-routing-v2"])
async def test_calls_go_to_whoever_used_fewer_tokens(servers: tuple[Server, Server], strategy: str) -> None:
    heavy, light = servers
    usage = {"prompt_tokens": 9000, "completion_tokens": 10, "total_tokens": 9010}
    heavy.says(Answer(completion(usage=usage)))
    agent = routed(at(heavy, "heavy"), at(light, "light"), routing_strategy=strategy)
    assert Counter(await answered(agent, 16))["light"] >= 11
    agent.teardown()


@pytest.mark.parametrize("share", ["weight", "rpm"])
async def test_the_shuffle_goes_by_weight_or_by_limits(servers: tuple[Server, Server], share: str) -> None:
    agent = routed(at(servers[0], "a", **{share: 900}), at(servers[1], "b", **{share: 100}))
    used = Counter(await answered(agent, 60))
    assert used["a"] > 40 > used["b"] > 0
    agent.teardown()


async def test_a_lower_order_is_used_first_and_another_one_when_it_is_left_alone(
    servers: tuple[Server, Server],
) -> None:
    first, second = servers
    agent = routed(at(first, "first", order=0), at(second, "second", order=1), cooldown_time=60)
    assert await answered(agent, 4) == ["first"] * 4
    first.says(Answer({"error": {"message": "slow down"}}, 429))
    with pytest.raises(RateLimitError):
        await agent.model.acomplete(sample())
    assert await answered(agent, 4) == ["second"] * 4
    agent.teardown()


@pytest.mark.parametrize("status", [429, 503])
async def test_a_server_that_asked_for_time_is_left_alone_by_all(servers: tuple[Server, Server], status: int) -> None:
    first, second = servers
    first.says(Answer({"error": {"message": "later"}}, status, {"Retry-After": "3600"}))
    agent = routed(at(first, "first", order=1), at(second, "second", order=2), num_retries=1)
    assert await answered(agent, 4) == ["second"] * 4
    assert [len(server.requests) for server in servers] == [1, 4]
    agent.teardown()


async def test_a_refused_key_is_tried_at_the_other_deployment_at_once(servers: tuple[Server, Server]) -> None:
    first, second = servers
    first.says(Answer({"error": {"message": "wrong key"}}, 401))
    agent = routed(at(first, "first", order=1), at(second, "second", order=2), num_retries=3)
    response = await agent.model.acomplete(sample())
    assert [(each.deployment, each.status) for each in response.attempts] == [("first", 401), ("second", 200)]
    assert response.attempts[1].waited == 0
    assert [len(server.requests) for server in servers] == [1, 1]
    agent.teardown()


@pytest.mark.parametrize(("status", "kind"), [(500, ProviderUnavailableError), (401, AuthenticationError)])
async def test_one_attempt_is_one_request_and_its_error_says_who_failed(
    servers: tuple[Server, Server], status: int, kind: type[Exception]
) -> None:
    for server in servers:
        server.says(Answer({"error": {"message": "no"}}, status))
    agent = routed(at(servers[0], "a", order=1), at(servers[1], "b", order=2))
    with pytest.raises(kind) as caught:
        await agent.model.acomplete(sample())
    assert [each.deployment for each in caught.value.attempts] == ["a"]  # type: ignore[attr-defined]
    assert [len(server.requests) for server in servers] == [1, 0]
    assert "Fallback" not in str(caught.value)
    agent.teardown()


async def test_when_all_are_left_alone_and_there_is_no_fallback_the_server_itself_is_asked(
    servers: tuple[Server, Server],
) -> None:
    for server in servers:
        server.says(Answer({"error": {"message": "wrong key"}}, 401))
    agent = routed(at(servers[0], "a"), at(servers[1], "b"), cooldown_time=60)
    for _ in range(4):
        with pytest.raises(AuthenticationError, match="wrong key"):
            await agent.model.acomplete(sample())
    assert sum(len(server.requests) for server in servers) == 4
    servers[0].says(Answer(completion()))
    servers[1].says(Answer(completion()))
    assert (await agent.model.acomplete(sample())).text == "hi"
    agent.teardown()


async def test_a_group_that_is_left_alone_leaves_the_call_to_its_fallback(servers: tuple[Server, Server]) -> None:
    down, spare = servers
    down.says(Answer({"error": {"message": "wrong key"}}, 401))
    agent = routed(
        at(down, "a"), at(down, "b"), at(spare, "c", "spare"), fallbacks=[{"m": ["spare"]}], cooldown_time=60,
        num_retries=1,
    )  # fmt: skip
    for _ in range(3):
        response = await agent.model.acomplete(sample())
        assert (response.deployment, response.fallback) == ("c", True)
    assert len(down.requests) == 2
    agent.teardown()


async def test_a_sample_stays_with_the_deployment_that_answered_it_while_that_is_healthy(
    servers: tuple[Server, Server],
) -> None:
    agent = routed(at(servers[0], "a"), at(servers[1], "b"), num_retries=1, cooldown_time=60)
    kept = {name: {(await agent.model.acomplete(sample(name))).deployment for _ in range(6)} for name in "stuvwxyz"}
    assert all(len(each) == 1 for each in kept.values())
    assert set.union(*kept.values()) == {"a", "b"}
    (first,) = kept["s"]
    servers["ab".index(str(first))].says(Answer({"error": {"message": "slow down"}}, 429))
    assert (await agent.model.acomplete(sample("s"))).deployment != first
    agent.teardown()


async def test_every_deployment_is_asked_with_its_own_key_and_settings(servers: tuple[Server, Server]) -> None:
    agent = routed(at(servers[0], "a", temperature=0.7), at(servers[1], "b"))
    for _ in range(16):
        await agent.model.acomplete(evolve(sample(), params={"temperature": 0.2, "seed": 3}))
    for server, key, temperature in ((servers[0], "sk-a", 0.7), (servers[1], "sk-b", 0.2)):
        assert {each["Authorization"] for each in server.headers} == {f"Bearer {key}"}
        assert {(each["temperature"], each["seed"], each["model"]) for each in server.requests} == {
            (temperature, 3, "gpt-4o")
        }
    agent.teardown()


@pytest.mark.filterwarnings("ignore:Accessing the 'model_\\w*fields' attribute")  # LiteLLM's streams, with new pydantic
async def test_streams_come_through_the_router_as_well(servers: tuple[Server, Server]) -> None:
    for server in servers:
        server.says(Answer(stream=chunks({"content": "he"}, {"content": "y"})))
    agent = routed(at(servers[0], "a"), at(servers[1], "b"))
    response = await agent.model.acomplete(evolve(sample(), stream=True))
    assert (response.text, response.deployment in ("a", "b"), response.usage is not None) == ("hey", True, True)
    agent.teardown()


@pytest.mark.parametrize("strategy", STRATEGIES)
async def test_nothing_stays_behind_in_the_process(servers: tuple[Server, Server], strategy: str) -> None:
    litellm = load_litellm()
    before = {name: list(getattr(litellm, name, [])) for name in LISTS}
    litellm.suppress_debug_info, quiet = False, litellm.suppress_debug_info
    prices = copy.copy(litellm.model_cost), dict(litellm.model_cost["gpt-4o"])
    try:
        agent = routed(at(servers[0], "a", **DEAR), at(servers[1], "b", **DEAR), routing_strategy=strategy)
        assert litellm.suppress_debug_info is False
        assert litellm.model_cost["gpt-4o"] == prices[1]
        await answered(agent, 3)
        agent.teardown()
        assert {name: list(getattr(litellm, name, [])) for name in LISTS} == before
        assert litellm.model_cost.keys() == prices[0].keys()
        assert litellm.model_cost["gpt-4o"] == prices[1]
        assert litellm.cache is None
    finally:
        litellm.suppress_debug_info = quiet


async def test_a_ready_router_chooses_and_is_left_as_it_was(servers: tuple[Server, Server]) -> None:
    router = load_litellm().Router(
        [at(servers[0], "a"), at(servers[1], "b"), at(servers[1], "c", "spare")],
        fallbacks=[{"m": ["spare"]}],
        routing_strategy="simple-shuffle",
    )
    agent = LiteLLMAgentWithRouter(router, num_retries=0, patience=0)
    assert agent.router is router
    assert set(await answered(agent, 16)) == {"a", "b"}
    for server in servers:
        server.says(Answer({"error": {"message": "no"}}, 500))
    with pytest.raises(ProviderUnavailableError) as caught:
        await agent.model.acomplete(sample())
    assert [each.deployment in ("a", "b", "c") for each in caught.value.attempts] == [True, True]
    agent.teardown()
    for server in servers:
        server.says(Answer(completion()))
    await router.acompletion("m", [{"role": "user", "content": "hi"}])
    router.retire()


async def test_a_ready_router_cannot_choose_a_server_that_asked_for_time(servers: tuple[Server, Server]) -> None:
    busy, free = servers
    busy.says(Answer({"error": {"message": "later"}}, 503, {"Retry-After": "3600"}))
    router = load_litellm().Router([at(busy, "a"), at(free, "b")])
    agent = LiteLLMAgentWithRouter(router, num_retries=1, patience=0)
    assert await answered(agent, 16) == ["b"] * 16
    assert len(busy.requests) == 1
    agent.teardown()
    router.retire()


def test_what_is_no_router_is_named() -> None:
    with pytest.raises(SettingsError, match=r"a litellm\.Router"):
        LiteLLMAgentWithRouter(42)


def test_there_is_a_router_where_there_is_something_to_choose() -> None:
    entries = [{"model": "openai/a", "api_key": "k1"}, {"model": "openai/a", "api_key": "k2"}]
    agent = LiteLLMAgentWithRouter(entries)
    assert isinstance(agent.router, load_litellm().Router)
    agent.teardown()
    assert LiteLLMAgentWithRouter(entries[:1]).router is None
    assert LiteLLMAgentWithRouter([{"model": "direct:a", "api_base": "http://h/v1"}] * 2).router is None
    assert LiteLLMAgent("openai/a", api_key="k").router is None


def test_an_option_that_litellms_router_does_not_have_is_refused() -> None:
    with pytest.raises(SettingsError, match="did you mean 'enable_pre_call_checks'"):
        RouterSettings.from_config([{"model": "openai/a"}], {"enable_pre_call_check": True})


async def test_callers_that_cannot_await_are_served_too(servers: tuple[Server, Server]) -> None:
    agent = routed(at(servers[0], "a"), at(servers[1], "b"), routing_strategy="cost-based-routing")
    assert {agent.model.complete(sample()).text for _ in range(3)} == {"hi"}
    agent.teardown()

"""Agents over real HTTP: what the environment names is where they go, and two in one process never meet."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest

from tests.llm.loopback import Answer, Server, completion, serving
from tests.roles.worlds import asks, log, replies, system, world
from tool_sandbox.errors import BudgetExceededError
from tool_sandbox.llm.config import LiteLLMConfig
from tool_sandbox.llm.transports.through_litellm.transport import close_litellm, load_litellm
from tool_sandbox.roles.litellm_agent import LiteLLMAgent, LiteLLMAgentWithRouter

KEY = "sk-of-this-provider"
PRICES = {"input_cost_per_token": 0.001, "output_cost_per_token": 0.01}


@pytest.fixture(autouse=True)
async def no_connection_left() -> AsyncIterator[None]:
    yield
    await close_litellm()


@pytest.fixture
def server() -> Iterator[Server]:
    with serving() as running:
        running.says(Answer(completion("hi", service_tier="default")))
        yield running


@pytest.mark.parametrize(
    ("model", "key", "base"),
    [
        ("openai/brand-new", "OPENAI_API_KEY", "OPENAI_API_BASE"),
        ("openai/brand-new", "OPENAI_API_KEY", "OPENAI_BASE_URL"),
        ("gpt-never-heard-of", "OPENAI_API_KEY", "OPENAI_API_BASE"),
        ("mistral/brand-new", "MISTRAL_API_KEY", "MISTRAL_API_BASE"),
        ("mistral-brand-new", "MISTRAL_API_KEY", "MISTRAL_API_BASE"),
        ("groq/brand-new", "GROQ_API_KEY", "GROQ_API_BASE"),
        ("together_ai/org/brand-new", "TOGETHERAI_API_KEY", "TOGETHER_AI_API_BASE"),
        ("openrouter/org/brand-new", "OPENROUTER_API_KEY", "OPENROUTER_API_BASE"),
        ("deepseek/brand-new", "DEEPSEEK_API_KEY", "DEEPSEEK_API_BASE"),
        ("xai/brand-new", "XAI_API_KEY", "XAI_API_BASE"),
        ("fireworks_ai/brand-new", "FIREWORKS_AI_API_KEY", "FIREWORKS_API_BASE"),
        ("hosted_vllm/org/brand-new", "HOSTED_VLLM_API_KEY", "HOSTED_VLLM_API_BASE"),
        ("litellm_proxy/team", "LITELLM_PROXY_API_KEY", "LITELLM_PROXY_API_BASE"),
        ("cerebras/brand-new", "CEREBRAS_API_KEY", "CEREBRAS_API_BASE"),
    ],
)
async def test_a_model_nobody_has_heard_of_is_asked_where_the_environment_says(
    model: str, key: str, base: str, server: Server
) -> None:
    agent = LiteLLMAgent(**LiteLLMConfig.from_env(model, {key: KEY, base: server.base}))
    with world(system(), asks()):
        await agent.arespond()
        assert log()[-1] == replies("hi")
    agent.teardown()
    assert server.headers[0]["Authorization"] == f"Bearer {KEY}"
    assert str(server.requests[0]["model"]).endswith(("brand-new", "team", "never-heard-of"))


async def test_a_chain_from_the_environment_feeds_straight_into_the_router_agent(server: Server) -> None:
    server.says(Answer({"error": {"message": "down"}}, 503), Answer(completion("hi", service_tier="default")))
    environ = {
        "OPENAI_API_KEY": "sk-openai-key",
        "OPENAI_API_BASE": server.base,
        "GROQ_API_KEY": "gsk-groq-key",
        "GROQ_API_BASE": server.base,
    }
    config = LiteLLMConfig.with_fallbacks("gpt-x", ["groq/y"], environ)
    agent = LiteLLMAgentWithRouter(**config, num_retries=0)
    with world(system(), asks()) as context:
        await agent.arespond()
        answered = context.annotations[2]["answered"]
    agent.teardown()
    assert (answered["deployment"], answered["fallback"]) == ("fallback_0-1", True)
    assert [header["Authorization"] for header in server.headers] == ["Bearer sk-openai-key", "Bearer gsk-groq-key"]


async def test_two_agents_with_other_caches_budgets_and_prices_do_not_see_each_other(server: Server) -> None:
    shared: dict[str, Any] = {"api_base": server.base, "api_key": KEY}
    rich = LiteLLMAgent("openai/x", **shared, cache="memory", max_budget=100, prices=PRICES)
    poor = LiteLLMAgent("openai/x", **shared, cache={"type": "memory", "ttl": 9}, max_budget=0.001, prices=PRICES)
    plain = LiteLLMAgent("openai/x", **shared)

    async def turn(agent: LiteLLMAgent) -> None:
        with world(system(), asks()):
            await agent.arespond()

    for _ in range(2):
        await turn(rich)
        with pytest.raises(BudgetExceededError):
            await turn(poor)
        await turn(plain)

    assert len(server.requests) == 3  # one by the rich, whose second answer came from its cache, two by the plain one
    assert (rich.ledger.snapshot()["run"]["calls"], plain.ledger.snapshot()["run"]["calls"]) == (1, 2)
    assert rich.ledger.snapshot()["run"]["cost"] == pytest.approx(100 * 0.001 + 10 * 0.01)
    for agent in (rich, poor, plain):
        agent.teardown()


async def test_a_users_own_callbacks_of_litellm_survive_any_number_of_agents(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    litellm = load_litellm()
    heard: list[str] = []

    async def mine(kwargs: dict[str, Any], response: Any, start: Any, end: Any) -> None:
        heard.append(kwargs["model"])

    monkeypatch.setattr(litellm, "success_callback", [])
    monkeypatch.setattr(litellm, "_async_success_callback", [mine])
    before = {name: getattr(litellm, name) for name in ("cache", "max_budget", "num_retries", "drop_params")}
    agents = [
        LiteLLMAgent("openai/x", api_base=server.base, api_key=KEY, cache=cache, max_budget=budget, prices=PRICES)
        for cache, budget in ((None, None), ("memory", 50))
    ]
    with world(system(), asks()):
        await asyncio.gather(*(agent.model.acomplete(agent._request([asks_chat()], [], set())) for agent in agents))
    await close_litellm()
    assert litellm._async_success_callback == [mine]
    assert {name: getattr(litellm, name) for name in before} == before
    assert heard == ["x", "x"]
    for agent in agents:
        agent.teardown()


def asks_chat() -> dict[str, Any]:
    return {"role": "user", "content": "Is wifi on?"}

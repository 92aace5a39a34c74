from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Mapping
from itertools import count
from typing import Any

import pytest
from attrs import evolve

from tests.llm.fakes import FakeModel, answer, question
from tool_sandbox.errors import (
    AuthenticationError,
    ContextWindowError,
    HarnessError,
    InvalidRequestError,
    ProviderError,
    ProviderUnavailableError,
    RateLimitError,
    RefusalError,
    SettingsError,
)
from tool_sandbox.llm.chat import CallTag, ChatModel, ChatRequest, ChatResponse, Usage
from tool_sandbox.llm.layers.retry import RetryPolicy
from tool_sandbox.llm.routing.option_kinds import STRATEGIES
from tool_sandbox.llm.routing.router import Router
from tool_sandbox.llm.routing.settings import RouterSettings
from tool_sandbox.roles.litellm_agent import LiteLLMAgentWithRouter

DOWN = ProviderUnavailableError("down", status=503)


class Time:
    def __init__(self) -> None:
        self.now = 1000.0
        self.waits: list[float] = []

    async def sleep(self, seconds: float) -> None:
        self.waits.append(seconds)
        self.now += seconds
        await asyncio.sleep(0)  # others go on meanwhile


def entry(group: str, number: int, **params: Any) -> dict[str, Any]:
    model = params.pop("model", f"openai/{group}")
    return {
        "model_name": group,
        "litellm_params": {"model": model, **params},
        "model_info": {"id": f"{group}-{number}"},
    }


def error(kind: type[ProviderError], **fields: Any) -> Any:
    """A model that fails in a fresh way each time."""

    def fail(_: ChatRequest) -> ChatResponse:
        raise kind("no", **fields)

    return fail


def routed(
    model_list: list[dict[str, Any]],
    models: Mapping[str, ChatModel],
    *,
    tries: int = 1,
    time: Time | None = None,
    **options: Any,
) -> Router:
    time = time or Time()
    settings = RouterSettings.from_config(model_list, options, {})
    policy = RetryPolicy(attempts=tries, seed=1, clock=lambda: time.now, sleep=time.sleep)
    return Router(settings, models, policy=policy, seed=7, clock=lambda: time.now)


PAIR = [entry("primary", 1), entry("fallback", 1)]
CHAIN = [{"primary": ["fallback"]}]


@pytest.mark.parametrize("awaited", [False, True])
async def test_a_fallback_answers_when_the_model_is_down_and_is_marked(awaited: bool) -> None:
    models = {"primary-1": FakeModel(error(ProviderUnavailableError)), "fallback-1": FakeModel(answer("from fallback"))}
    router = routed(PAIR, models, tries=2, fallbacks=CHAIN)
    response = await router.acomplete(question()) if awaited else router.complete(question())
    assert (response.text, response.deployment, response.fallback) == ("from fallback", "fallback-1", True)
    assert [(each.number, each.deployment) for each in response.attempts] == [
        (1, "primary-1"),
        (2, "primary-1"),
        (3, "fallback-1"),
    ]


def test_the_model_itself_is_no_fallback_and_is_asked_by_its_own_name() -> None:
    models = {"primary-1": FakeModel(answer()), "fallback-1": FakeModel(answer())}
    response = routed(PAIR, models, fallbacks=CHAIN).complete(evolve(question(), model="router"))
    assert (response.deployment, response.fallback) == ("primary-1", False)
    assert models["primary-1"].requests[0].model == "openai/primary"
    assert models["fallback-1"].calls == 0


def test_when_all_are_down_one_error_tells_the_whole_story() -> None:
    models = {
        "primary-1": FakeModel(error(RateLimitError, status=429)),
        "fallback-1": FakeModel(error(AuthenticationError)),
    }
    with pytest.raises(RateLimitError, match=r"'primary'.*'fallback'") as caught:
        routed(PAIR, models, tries=2, fallbacks=CHAIN).complete(question())
    assert [each.number for each in caught.value.attempts] == [1, 2, 3]
    assert caught.value.status == 429


def test_without_fallbacks_the_error_is_the_models_own() -> None:
    with pytest.raises(InvalidRequestError, match=r"^no$"):
        routed([entry("a", 1)], {"a-1": FakeModel(error(InvalidRequestError))}).complete(question())


def test_a_mistake_of_ours_is_never_hidden_by_a_fallback() -> None:
    models = {"primary-1": FakeModel(HarnessError("bug")), "fallback-1": FakeModel(answer())}
    router = routed([entry("primary", 1, max_parallel_requests=1), PAIR[1]], models, fallbacks=CHAIN)
    for _ in range(2):  # the second call finds the room that the first one had
        with pytest.raises(HarnessError):
            router.complete(question())


@pytest.mark.parametrize(
    ("failure", "option", "expected"),
    [
        (ContextWindowError, "context_window_fallbacks", "special-1"),
        (RefusalError, "content_policy_fallbacks", "special-1"),
        (InvalidRequestError, "context_window_fallbacks", "fallback-1"),
    ],
)
def test_special_failures_have_fallbacks_of_their_own(failure: type[ProviderError], option: str, expected: str) -> None:
    models = {
        "primary-1": FakeModel(error(failure)), "fallback-1": FakeModel(answer()), "special-1": FakeModel(answer()),
    }  # fmt: skip
    options: dict[str, Any] = {"fallbacks": CHAIN, option: [{"primary": ["special"]}]}
    assert routed([*PAIR, entry("special", 1)], models, **options).complete(question()).deployment == expected


def test_default_fallbacks_stand_by_for_everyone() -> None:
    models = {"primary-1": FakeModel(error(ProviderUnavailableError)), "fallback-1": FakeModel(answer())}
    assert routed(PAIR, models, default_fallbacks=["fallback"]).complete(question()).fallback


def test_the_time_of_an_answer_holds_the_tries_before_it() -> None:
    time = Time()
    models = {"primary-1": FakeModel(error(ProviderUnavailableError)), "fallback-1": FakeModel(answer())}
    response = routed(PAIR, models, tries=2, time=time, fallbacks=CHAIN).complete(question())
    assert sum(time.waits) > 0
    assert response.latency == pytest.approx(sum(time.waits))


def test_a_refused_key_of_one_deployment_is_tried_at_the_other_at_once() -> None:
    time = Time()
    models = {"a-1": FakeModel(error(AuthenticationError)), "a-2": FakeModel(answer())}
    router = routed([entry("a", 1, order=1), entry("a", 2, order=2)], models, tries=3, time=time)
    assert router.complete(question()).deployment == "a-2"
    assert time.waits == [0.0]
    router.complete(question())
    assert models["a-1"].calls == 1


def test_a_limited_deployment_is_left_alone_until_it_has_cooled() -> None:
    time = Time()
    models = {"a-1": FakeModel(error(RateLimitError), answer()), "a-2": FakeModel(answer())}
    router = routed([entry("a", 1, order=1), entry("a", 2, order=2)], models, tries=2, time=time, cooldown_time=10)
    assert [router.complete(sample()).deployment for _ in range(3)] == ["a-2"] * 3
    time.now += 11
    assert router.complete(sample()).deployment == "a-1"


@pytest.mark.parametrize("kind", [RateLimitError, ProviderUnavailableError])
def test_nobody_asks_a_deployment_again_before_the_time_that_it_asked_for(kind: type[ProviderError]) -> None:
    time = Time()
    models = {"a-1": FakeModel(error(kind, retry_after=30), answer()), "a-2": FakeModel(answer())}
    router = routed([entry("a", 1, order=1), entry("a", 2, order=2)], models, tries=2, time=time, cooldown_time=1)
    assert router.complete(sample()).deployment == "a-2"
    assert time.waits == [0.0]
    time.now += 29
    assert router.complete(sample()).deployment == "a-2"
    time.now += 2
    assert router.complete(sample()).deployment == "a-1"


def test_a_sample_does_not_stay_with_a_deployment_that_asked_for_time() -> None:
    models = {"a-1": FakeModel(answer(), error(ProviderUnavailableError, retry_after=30)), "a-2": FakeModel(answer())}
    router = routed([entry("a", 1, order=1), entry("a", 2, order=2)], models, tries=2)
    assert [router.complete(question()).deployment for _ in range(3)] == ["a-1", "a-2", "a-2"]
    assert models["a-1"].calls == 2


def test_all_calls_wait_where_the_only_deployment_asked_for_time() -> None:
    time = Time()
    model = FakeModel(error(RateLimitError, retry_after=30), answer())
    router = routed([entry("a", 1)], {"a-1": model}, time=time)
    with pytest.raises(RateLimitError):
        router.complete(sample())
    assert router.complete(sample()).deployment == "a-1"
    assert 30 <= sum(time.waits) <= 33


def test_a_call_is_told_at_once_of_a_wait_that_is_longer_than_calls_may_take() -> None:
    time = Time()
    model = FakeModel(error(RateLimitError, status=429, retry_after=900), answer())
    router = routed([entry("a", 1)], {"a-1": model}, tries=2, time=time)
    for message in ("^no$", "every deployment of 'a' asked not to be asked for another 900 s: no"):
        with pytest.raises(RateLimitError, match=message) as caught:
            router.complete(sample())
        assert caught.value.status == 429
    assert (model.calls, time.waits) == (1, [])
    time.now += 900
    assert router.complete(sample()).deployment == "a-1"


def test_without_cooldowns_a_deployment_is_asked_again_whatever_it_asked_for() -> None:
    time = Time()
    model = FakeModel(error(RateLimitError, retry_after=900), answer())
    router = routed([entry("a", 1)], {"a-1": model}, time=time, disable_cooldowns=True)
    with pytest.raises(RateLimitError):
        router.complete(sample())
    assert (router.complete(sample()).deployment, time.waits) == ("a-1", [])


def test_a_dead_model_with_a_fallback_is_skipped_while_it_cools() -> None:
    models = {"primary-1": FakeModel(error(ProviderUnavailableError)), "fallback-1": FakeModel(answer())}
    router = routed(PAIR, models, tries=4, fallbacks=CHAIN, allowed_fails=3, cooldown_time=60)
    assert router.complete(question()).fallback
    asked = models["primary-1"].calls
    assert asked == 4
    assert router.complete(question()).fallback
    assert models["primary-1"].calls == asked


def test_a_dead_model_without_a_fallback_is_tried_every_time() -> None:
    model = FakeModel(error(ProviderUnavailableError))
    router = routed([entry("a", 1)], {"a-1": model}, tries=4)
    for _ in range(2):
        with pytest.raises(ProviderUnavailableError):
            router.complete(question())
    assert model.calls == 8


_numbers = count()


def sample() -> ChatRequest:
    """A question of a sample of its own."""
    return evolve(question(), tag=CallTag(scenario=f"sample {next(_numbers)}"))


def spread(router: Router, calls: int) -> Counter[str | None]:
    return Counter(router.complete(sample()).deployment for _ in range(calls))


@pytest.mark.parametrize("strategy", STRATEGIES)
@pytest.mark.parametrize("awaited", [False, True])
async def test_every_strategy_answers(strategy: str, awaited: bool) -> None:
    models = {f"a-{number}": FakeModel(answer()) for number in (1, 2, 3)}
    router = routed([entry("a", number) for number in (1, 2, 3)], models, routing_strategy=strategy)
    for _ in range(3):
        response = await router.acomplete(question()) if awaited else router.complete(question())
        assert response.deployment in models


def test_the_shuffle_spreads_evenly_without_weights_and_by_weight_with_them() -> None:
    models = {"a-1": FakeModel(answer()), "a-2": FakeModel(answer())}
    even = spread(routed([entry("a", 1), entry("a", 2)], models), 400)
    assert abs(even["a-1"] - 200) < 60
    heavy = spread(routed([entry("a", 1, weight=9), entry("a", 2, weight=1)], models), 400)
    assert heavy["a-1"] > 300 > heavy["a-2"] > 10


async def test_least_busy_never_queues_behind_a_busy_deployment() -> None:
    models = {f"a-{number}": FakeModel(answer(), delay=0.02) for number in (1, 2, 3)}
    router = routed([entry("a", number) for number in (1, 2, 3)], models, routing_strategy="least-busy")
    await asyncio.gather(*(router.acomplete(sample()) for _ in range(9)))
    assert {model.most_running for model in models.values()} == {3}


async def test_calls_wait_for_room_where_a_deployment_takes_so_many_at_once() -> None:
    models = {"a-1": FakeModel(answer(), delay=0.01), "a-2": FakeModel(answer(), delay=0.01)}
    deployments = [entry("a", 1, max_parallel_requests=2), entry("a", 2, max_parallel_requests=1)]
    router = routed(deployments, models)
    await asyncio.gather(*(router.acomplete(sample()) for _ in range(12)))
    assert [models["a-1"].most_running, models["a-2"].most_running] == [2, 1]
    assert models["a-1"].calls + models["a-2"].calls == 12


async def test_calls_wait_for_tokens_and_those_in_flight_count() -> None:
    time = Time()
    model = FakeModel(answer(usage=Usage(prompt_tokens=90, completion_tokens=10)))
    router = routed([entry("a", 1, tpm=250)], {"a-1": model}, time=time)
    await asyncio.gather(*(router.acomplete(sample()) for _ in range(3)))
    assert sum(time.waits) < 30
    await router.acomplete(sample())
    assert sum(time.waits) > 55


def test_a_sample_stays_with_the_deployment_that_answered_it_while_that_is_healthy() -> None:
    models = {"a-1": FakeModel(answer()), "a-2": FakeModel(answer())}
    router = routed([entry("a", 1), entry("a", 2)], models, tries=2, cooldown_time=60)
    assert len({router.complete(question()).deployment for _ in range(20)}) == 1
    first = str(router.complete(question()).deployment)
    models[first].answers = (error(RateLimitError),)
    models[first].requests.clear()
    assert router.complete(question()).deployment != first


def test_limits_may_come_from_the_environment() -> None:
    settings = RouterSettings.from_config([entry("a", 1, rpm="os.environ/RPM", order="1")], environ={"RPM": "2"})
    assert (settings.deployments[0].limits.rpm, settings.deployments[0].limits.order) == (2, 1)


def test_a_deployments_own_limit_sends_calls_elsewhere_and_then_waits() -> None:
    time = Time()
    models = {"a-1": FakeModel(answer()), "a-2": FakeModel(answer())}
    router = routed([entry("a", 1, rpm=2, order=1), entry("a", 2, rpm=1, order=2)], models, tries=2, time=time)
    assert spread(router, 3) == {"a-1": 2, "a-2": 1}
    assert time.waits == []
    router.complete(sample())
    assert 55 <= time.waits[0] <= 70


def test_settings_of_one_deployment_win_over_those_of_the_request() -> None:
    model = FakeModel(answer())
    router = routed([entry("a", 1, temperature=0.7, timeout=3)], {"a-1": model})
    router.complete(question())
    assert (model.requests[0].params["temperature"], model.requests[0].timeout) == (0.7, 3)


def test_retry_policies_of_litellm_are_understood() -> None:
    model = FakeModel(error(RateLimitError))
    router = routed([entry("a", 1)], {"a-1": model}, tries=9, retry_policy={"RateLimitErrorRetries": 1})
    with pytest.raises(RateLimitError):
        router.complete(question())
    assert model.calls == 2


def test_short_entries_with_one_model_share_its_load_and_others_stand_by() -> None:
    short = [
        {"model": "openai/a", "api_key": "1"},
        {"model": "openai/a", "api_key": "2"},
        {"model": "groq/b", "api_key": "3"},
    ]
    settings = RouterSettings.from_config(short)
    assert [each.group for each in settings.deployments] == ["openai/a", "openai/a", "groq/b"]
    assert settings.fallbacks == {"openai/a": ("groq/b",)}
    assert settings.only_model == "openai/a"


def test_variables_are_looked_up_for_keys() -> None:
    settings = RouterSettings.from_config([{"model": "openai/a", "api_key": "os.environ/K"}], environ={"K": "secret"})
    assert settings.deployments[0].settings.api_key == "secret"
    with pytest.raises(SettingsError, match="not set"):
        RouterSettings.from_config([{"model": "openai/a", "api_key": "os.environ/K"}], environ={})


@pytest.mark.parametrize(
    ("model_list", "options", "message"),
    [
        ([], {}, "at least one deployment"),
        ([{"api_key": "k"}], {}, "names no model"),
        (["gpt-4o"], {}, "must be a mapping"),
        ([entry("a", 1, temprature=1)], {}, "did you mean 'temperature'"),
        ([entry("a", 1), entry("a", 1)], {}, "used twice"),
        ([entry("a", 1, rpm=0)], {}, "rpm=0 must be a number above 0"),
        ([entry("a", 1, max_parallel_requests=0)], {}, "must be a whole number above 0"),
        ([entry("a", 1)], {"routing_strategy": "least-bussy"}, "did you mean 'least-busy'"),
        ([entry("a", 1)], {"fallback": []}, "did you mean 'fallbacks'"),
        ([entry("a", 1)], {"fallbacks": [{"a": ["b"]}]}, "no deployment"),
        ([entry("a", 1)], {"fallbacks": ["a"]}, "must be a list like"),
        ([entry("a", 1)], {"redis_host": "h"}, "not used here"),
        ([entry("a", 1)], {"retry_policy": {"RateLimitRetries": 1}}, "did you mean 'RateLimitErrorRetries'"),
    ],
)  # fmt: skip
def test_mistakes_in_the_configuration_are_named(model_list: list[Any], options: dict[str, Any], message: str) -> None:
    with pytest.raises(SettingsError, match=message):
        RouterSettings.from_config(model_list, options)


def test_an_agent_over_deployments_is_called_router_and_keeps_its_own_settings() -> None:
    agent = LiteLLMAgentWithRouter(
        [{"model": "openai/a", "api_key": "k"}], routing_strategy="least-busy", temperature=0.3, num_retries=1
    )
    assert (agent.model_name, agent.settings.temperature) == ("router", 0.3)
    assert agent.routing.options.routing_strategy == "least-busy"
    with pytest.raises(SettingsError, match="did you mean"):
        LiteLLMAgentWithRouter([{"model": "openai/a", "api_key": "k"}], temprature=0.3)

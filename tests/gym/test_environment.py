"""Episodes by the methods that Gymnasium names, in this process and over HTTP."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

import tool_sandbox as ts
from tests.remote.serving import call, served, serving
from tests.waiting import until
from tool_sandbox.errors import SessionError, SettingsError, UsageError
from tool_sandbox.gym import LocalSamples, ServedSamples, ToolSandboxEnv, register

EASY, OTHER = "switch_wifi_off", "ticker_symbol_of_company"
TWO_DEEDS = "text_plumber_with_cellular_off"
OFF = call("set_wifi_status", on=False)


@pytest.fixture(scope="module")
def samples() -> Iterator[LocalSamples]:
    made = LocalSamples([EASY, OTHER], tells_score=True)
    yield made
    made.close()


def test_an_episode_is_begun_played_and_rewarded_at_its_end(samples: LocalSamples) -> None:
    env = ToolSandboxEnv(samples)
    observation, info = env.reset(options={"scenario": EASY})
    assert [each["role"] for each in observation["messages"]] == ["system", "user"]
    assert "set_wifi_status" in {tool["function"]["name"] for tool in observation["tools"]}
    assert (info["scenario"], info["new"]) == (EASY, observation["messages"])
    observation, reward, terminated, truncated, info = env.step(OFF)
    assert (reward, terminated, truncated) == (0.0, False, False)
    assert [each["role"] for each in info["new"]] == ["tool"]
    assert [each["role"] for each in observation["messages"]] == ["system", "user", "assistant", "tool"]
    _, reward, terminated, truncated, info = env.step("Wi-Fi is off now.")
    assert (reward, terminated, truncated) == (1.0, True, False)
    assert info["result"]["score"] == 1.0


def test_the_shaped_rewards_add_up_to_the_score(samples: LocalSamples) -> None:
    env = ToolSandboxEnv(samples, shaped=True)
    env.reset(options={"scenario": EASY})
    steps = [env.step(OFF), env.step("Wi-Fi is off now.")]
    rewards = [reward for _, reward, *_ in steps]
    assert rewards[0] > 0
    assert sum(rewards) == pytest.approx(1.0)


def test_one_seed_is_one_episode(samples: LocalSamples) -> None:
    env = ToolSandboxEnv(samples)
    first = [env.reset(seed=3), env.step(OFF), env.reset(), env.reset()]
    again = [env.reset(seed=3), env.step(OFF), env.reset(), env.reset()]
    assert first == again
    assert [env.reset(seed=seed)[1]["scenario"] for seed in range(4)] == [EASY, OTHER, EASY, OTHER]
    assert env.reset(seed=5)[1]["trial"] == 2


def test_without_a_seed_each_scenario_comes_in_turn() -> None:
    made = LocalSamples([EASY, OTHER])
    env = ToolSandboxEnv(made, closes_samples=True)
    begun = [env.reset()[1] for _ in range(4)]
    assert [(each["scenario"], each["trial"]) for each in begun] == [(EASY, 0), (OTHER, 0), (EASY, 1), (OTHER, 1)]
    env.close()
    env.close()


def test_many_environments_share_samples(samples: LocalSamples) -> None:
    def play(_seed: int) -> float:
        env = ToolSandboxEnv(samples)
        env.reset(seed=0)  # all of them the same
        env.step(OFF)
        return env.step("Wi-Fi is off now.")[1]

    with ThreadPoolExecutor(16) as threads:
        assert list(threads.map(play, range(16))) == [1.0] * 16


def test_nothing_is_left_on_the_disk() -> None:
    made = LocalSamples([EASY])
    directory = made._run.store.directory
    env = ToolSandboxEnv(made, closes_samples=True)
    env.reset()
    env.close()
    assert not Path(str(directory)).exists()


def test_an_episode_that_no_policy_could_win_is_truncated_without_a_reward(samples: LocalSamples) -> None:
    made = LocalSamples([EASY], sample_timeout=0.05)
    env = ToolSandboxEnv(made, closes_samples=True)
    env.reset()
    until(lambda: all(each.over.done() for each in made._sessions.values()))
    _, reward, terminated, truncated, info = env.step("Hello")
    env.close()
    assert (reward, terminated, truncated, info["result"]["cause"]) == (0.0, False, True, "timeout")


def test_what_is_wrong_is_told(samples: LocalSamples) -> None:
    env = ToolSandboxEnv(samples)
    with pytest.raises(UsageError, match=r"call reset\(\) first"):
        env.step("Hello")
    with pytest.raises(SessionError, match="did you mean 'switch_wifi_off'"):
        env.reset(options={"scenario": "switch_wifi_of"})
    with pytest.raises(SettingsError, match=r"options has 'name'; expected 'scenario' and 'trial'"):
        env.reset(options={"name": EASY})
    env.reset(seed=0)
    wrong: list[Any] = [{}, {"role": "user", "content": "Hi"}, {"tool_calls": [{}]}, 5, None]
    for action in wrong:
        with pytest.raises(UsageError, match="an action is text or an assistant's message"):
            env.step(action)
    env.step(OFF)
    assert env.step("Wi-Fi is off now.")[1] == 1.0


def test_a_shaped_reward_needs_the_score_so_far() -> None:
    made = LocalSamples([EASY])
    with pytest.raises(SettingsError, match=r"tells_score=True, or serve with --tell-score"):
        ToolSandboxEnv(made, shaped=True).reset()
    made.close()


def test_the_same_class_plays_a_run_that_is_served(tmp_path: Path) -> None:
    with served(tmp_path, EASY, OTHER, token="s3cret", tells_score=True) as run:
        remote = ServedSamples(str(run.client.base_url), "s3cret")
        env = ToolSandboxEnv(remote, shaped=True)
        _, info = env.reset(seed=0)
        rewards = [env.step(OFF)[1], env.step("Wi-Fi is off now.")[1]]
        _, given_up = env.reset()
        env.close()
        assert run.sessions.count().left == 1
        with pytest.raises(SessionError, match="is finished"):
            env.reset(seed=0)
        remote.close()
    assert (info["scenario"], given_up["scenario"]) == (EASY, OTHER)
    assert sum(rewards) == pytest.approx(1.0)
    assert [each.similarity for each in ts.open_run(run.run.directory).samples] == [1.0, None]


def test_an_address_where_nothing_answers_is_told() -> None:
    with pytest.raises(UsageError, match=r"nothing answers at 'http://127\.0\.0\.1:9/v1'"):
        ServedSamples("http://127.0.0.1:9/v1")


def test_an_address_of_something_else_is_told() -> None:
    async def hello(_request: Request) -> Response:
        return PlainTextResponse("Hello")

    told = "is no address of tool_sandbox serve: it answered with status 200"
    app = Starlette(routes=[Route("/v1/run", hello)])
    with serving(app) as address, pytest.raises(UsageError, match=told):
        ServedSamples(f"{address}/v1")


def test_an_episode_that_cannot_begin_is_told() -> None:
    def broken() -> Any:
        message = "no user today"
        raise RuntimeError(message)

    env = ToolSandboxEnv(LocalSamples([EASY], user=broken), closes_samples=True)
    with pytest.raises(UsageError, match="'switch_wifi_off' could not be begun: user_simulator: no user today"):
        env.reset()
    env.close()


def test_gymnasium_finds_nothing_wrong() -> None:
    import gymnasium
    from gymnasium.utils.env_checker import check_env

    register()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it only advises, such as to have a render mode
        env = gymnasium.make("tool_sandbox/ToolSandbox-v1", scenarios=[EASY, OTHER])
        check_env(env.unwrapped, skip_render_check=True)
    env.close()


def test_gymnasium_plays_several_at_once() -> None:
    import gymnasium

    register()
    made = LocalSamples([EASY])
    every = gymnasium.make_vec("tool_sandbox/ToolSandbox-v1", 2, vectorization_mode="sync", samples=made)
    observations, _ = every.reset(seed=1)
    assert [len(each["messages"]) for each in observations] == [2, 2]
    _, rewards, terminated, _, _ = every.step(("Hello", "Hello"))
    assert (list(rewards), list(terminated)) == ([0.0, 0.0], [True, True])
    every.close()
    made.close()

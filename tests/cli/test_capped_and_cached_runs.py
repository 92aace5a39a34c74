"""Money, caches, tracing and tools in the prompt, all the way from the command line to a server."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.cli.command import EASY, openai_server, run_directory
from tests.llm.redis_server import RedisServer
from tests.waiting import HANG, until
from tool_sandbox.cli.app import exit_code

PRICES = "prices={input_cost_per_token: 0.00001, output_cost_per_token: 0.00001}"


@pytest.fixture
def url() -> Iterator[str]:
    with openai_server() as base:
        yield base


def calls_at(url: str) -> int:
    """How many chats the server has answered."""
    return int(httpx.get(url.removesuffix("/v1") + "/calls").json()["calls"])


def play(url: str, base: Path, *more: str, scenarios: tuple[str, ...] = EASY, user: str = "oracle") -> int:
    agent = f"direct:{url}/model"
    return exit_code(["run", "-a", agent, "-u", user, "-s", *scenarios, "-o", str(base), *more])


def summary(base: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((run_directory(base) / "result_summary.json").read_text())
    return found


@pytest.mark.parametrize(("role", "cap"), [("agent", 0.03), ("user", 0.07)])
def test_a_role_has_a_budget_of_its_own_and_the_run_goes_on_with_a_larger_one(
    role: str, cap: float, url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    flag = {"agent": "--param", "user": "--user-param"}[role]
    given = [flag, PRICES, flag, f"max_budget={cap}", "--max-tokens", "10", "--trials", "4", "-p", "1"]
    if role == "user":
        given += ["--user-param", "max_tokens=10"]

    code = play(url, tmp_path, *given, user=f"direct:{url}/model")
    first = summary(tmp_path)

    assert code == 3
    assert "max_budget" in capsys.readouterr().err
    entries = [json.loads(line) for line in (run_directory(tmp_path) / "calls.jsonl").read_text().splitlines()]
    assert 0 < sum(entry["response"]["cost"] or 0 for entry in entries if entry["role"] == role.upper()) <= cap
    assert 0 < first["outcomes"]["scored"] < 8

    directory = str(run_directory(tmp_path))
    assert exit_code(["resume", directory]) == 3  # what was spent before counts
    assert summary(tmp_path)["outcomes"]["scored"] == first["outcomes"]["scored"]
    assert exit_code(["resume", directory, flag, "max_budget=50"]) == 0
    assert summary(tmp_path)["outcomes"]["scored"] == 8


def test_sixty_four_samples_in_flight_stay_under_half_a_dollar(url: str, tmp_path: Path) -> None:
    prices = "prices={input_cost_per_token: 0.00005, output_cost_per_token: 0.0001}"
    code = play(
        url, tmp_path, "-p", "64", "--trials", "64", "--budget", "0.50", "--param", prices, "--max-tokens", "20",
        scenarios=("switch_wifi_off",),
    )  # fmt: skip
    spending = summary(tmp_path)["spending"]

    assert code == 3
    assert 0.25 < spending["cost"] <= 0.50
    entries = [json.loads(line) for line in (run_directory(tmp_path) / "calls.jsonl").read_text().splitlines()]
    assert sum(entry["response"]["cost"] for entry in entries) <= 0.50


def test_the_prices_of_a_router_file_count_against_the_budget(url: str, tmp_path: Path) -> None:
    file = tmp_path / "config.yaml"
    deployment = f"{{model: 'direct:x', api_base: '{url}', api_key: k"
    prices = "input_cost_per_token: 0.00001, output_cost_per_token: 0.00001}"
    file.write_text(f"model_list:\n  - {{model_name: m, litellm_params: {deployment}, {prices}}}\n")
    arguments = ["run", "-a", "m", "--router-config", str(file), "-u", "oracle", "-s", *EASY, "--max-tokens", "10"]

    assert exit_code([*arguments, "--budget", "100", "-o", str(tmp_path / "runs")]) == 0
    spending = summary(tmp_path / "runs")["spending"]
    assert (spending["unpriced_calls"], spending["cost"] > 0) == (0, True)


def test_a_second_run_is_answered_from_redis_and_says_what_it_saved(url: str, tmp_path: Path) -> None:
    with RedisServer(tmp_path) as redis:
        settings = tmp_path / "run.yaml"
        settings.write_text(f"cache: {{url: '{redis.url}', deadline: {HANG}}}\n")
        for name in ("first", "second"):
            assert play(url, tmp_path / name, "--config", str(settings), "--param", PRICES, "--trials", "2") == 0
    first, second = summary(tmp_path / "first"), summary(tmp_path / "second")

    assert calls_at(url) == first["spending"]["calls"] == 4  # repeated trials stay independent
    assert first["spending"]["cost"] > 0
    assert second["spending"]["cost"] == 0
    assert second["spending"]["cached_calls"] == 4
    assert second["spending"]["saved_cost"] == pytest.approx(first["spending"]["cost"])


def test_a_redis_killed_and_started_again_within_a_run_costs_no_sample(tmp_path: Path) -> None:
    with openai_server("--hold-after", "6") as url, RedisServer(tmp_path) as redis:

        def trouble() -> None:
            until(lambda: calls_at(url) > 6)
            redis.kill()
            httpx.get(url.removesuffix("/v1") + "/release")
            until(lambda: calls_at(url) > 12)
            redis.start()

        troubling = threading.Thread(target=trouble)
        troubling.start()
        code = play(url, tmp_path / "runs", "--cache", redis.url, "--trials", "16", "-p", "1")
        troubling.join()

        assert code == 0
        assert summary(tmp_path / "runs")["outcomes"] == {**summary(tmp_path / "runs")["outcomes"], "scored": 32}
        assert calls_at(url) == 32


def test_spans_name_run_scenario_trial_and_turn(url: str, tmp_path: Path) -> None:
    assert play(url, tmp_path, "--callback", "otel", "--trials", "2", scenarios=("switch_wifi_off",)) == 0
    lines = (run_directory(tmp_path) / "spans.jsonl").read_text().splitlines()
    spans = [json.loads(line)["attributes"] for line in lines]

    assert {span["tool_sandbox.scenario"] for span in spans} == {"switch_wifi_off"}
    assert {span["tool_sandbox.trial"] for span in spans} == {0, 1}
    assert all(span["tool_sandbox.run"] and span["tool_sandbox.turn"] > 0 for span in spans)


@pytest.mark.parametrize("form", ["json", "hermes"])
def test_tools_go_into_the_prompt_on_request(form: str, url: str, tmp_path: Path) -> None:
    assert play(url, tmp_path, "--tool-format", form, scenarios=("switch_wifi_off",)) == 0
    assert summary(tmp_path)["outcomes"]["scored"] == 1


def test_an_unknown_tool_format_ends_with_code_2(url: str, tmp_path: Path) -> None:
    assert play(url, tmp_path, "--tool-format", "xmll") == 2
    assert calls_at(url) == 0

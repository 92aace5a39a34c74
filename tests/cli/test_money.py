"""What a run cost, from the server to the summary: known, unknown and uncertain money."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.cli.command import run_directory
from tests.llm.loopback import Answer, Server, completion, serving
from tool_sandbox.cli.app import exit_code

FREE = "prices={input_per_million: 0, output_per_million: 0}"
PRICED = "prices={input_per_million: 0.3, output_per_million: 0.7}"


@pytest.fixture
def server() -> Iterator[Server]:
    with serving() as running:
        running.says(Answer(completion("I cannot do that.")))
        yield running


def play(base: Path, agent: str, *more: str) -> int:
    arguments = ["run", "-a", agent, "-u", "oracle", "-s", "switch_wifi_off", "--trials", "2", "-p", "1"]
    return exit_code([*arguments, "--retries", "0", "-o", str(base), *more])


def summary(base: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((run_directory(base) / "result_summary.json").read_text(encoding="utf-8"))
    return found


def spending(base: Path) -> dict[str, Any]:
    found: dict[str, Any] = summary(base)["spending"]
    return found


def test_calls_of_unknown_price_are_unknown_before_and_after_a_resume(
    server: Server, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    assert play(tmp_path, f"direct:{server.base}/m") == 0
    before = spending(tmp_path)
    assert (before["cost"], before["known_cost"], before["unpriced_calls"]) == (None, 0.0, 2)
    assert "cost unknown (2 calls of unknown price)" in capfd.readouterr().out

    results = run_directory(tmp_path) / "results.jsonl"
    results.write_text(results.read_text(encoding="utf-8").splitlines(keepends=True)[0], encoding="utf-8")
    assert exit_code(["resume", str(run_directory(tmp_path))]) == 0
    assert len(server.requests) == 2  # the other sample was replayed
    assert spending(tmp_path) == before
    assert "cost unknown (2 calls of unknown price)" in capfd.readouterr().out


@pytest.mark.parametrize("prices", [FREE, PRICED])
def test_calls_of_known_price_are_the_same_before_and_after_a_resume(
    prices: str, server: Server, tmp_path: Path
) -> None:
    assert play(tmp_path, f"direct:{server.base}/m", "--param", prices) == 0
    before = spending(tmp_path)
    assert before["cost"] == (0.0 if prices == FREE else 0.000074)  # twice 0.000037
    (run_directory(tmp_path) / "results.jsonl").write_text("", encoding="utf-8")
    assert exit_code(["resume", str(run_directory(tmp_path))]) == 0
    assert spending(tmp_path) == before


def test_amounts_are_written_without_the_noise_of_floats(server: Server, tmp_path: Path) -> None:
    odd = "prices={input_per_million: 0.123456789, output_per_million: 1.23456789}"
    assert play(tmp_path, f"direct:{server.base}/m", "--param", odd, "--budget", "1") == 0
    found: list[Any] = []

    def look(value: Any, name: str = "") -> None:
        if isinstance(value, dict):
            for key, each in value.items():
                look(each, key)
        elif isinstance(value, list):
            for each in value:
                look(each, name)
        elif "cost" in name and isinstance(value, float):
            found.append(value)

    for path in run_directory(tmp_path).rglob("*.json*"):
        text = path.read_text(encoding="utf-8")
        for line in text.splitlines() if path.suffix == ".jsonl" else [text]:
            look(json.loads(line))
    assert len(found) > 5
    assert [amount for amount in found if round(amount, 12) != amount] == []


def test_what_a_call_that_broke_off_may_have_cost_is_shown(
    server: Server, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    server.says(Answer("<html>", 200), Answer(completion("No.")))
    assert play(tmp_path, f"direct:{server.base}/m", "--param", PRICED, "--budget", "1", "--max-tokens", "10") == 1
    known = spending(tmp_path)
    assert (known["failed_calls"], known["uncertain_calls"]) == (1, 1)
    assert 0 < known["uncertain_cost"] < 0.1
    assert "1 try that broke off may have been billed as well, up to 0.00" in capfd.readouterr().out


def test_models_are_models_and_deployments_stand_beside_them(server: Server, tmp_path: Path) -> None:
    with serving() as down:
        down.says(Answer({"error": {"message": "down"}}, 503))
        assert play(tmp_path, f"direct:{down.base}/a", "--fallback", f"direct:{server.base}/b") == 0
    (result, _) = summary(tmp_path)["per_scenario_results"]
    assert (result["models"], result["deployments"]) == (["served-model"], ["fallback_0-1"])


def test_a_price_is_known_to_a_budget_as_it_is_to_the_sum(tmp_path: Path, server: Server) -> None:
    server.says(Answer(completion("No.", model="openai/gpt-4o")))
    given = ("--param", f"api_base={server.base}", "--param", "api_key=sk-anything")
    assert play(tmp_path / "free", "openrouter/openai/gpt-4o", *given) == 0
    assert play(tmp_path / "capped", "openrouter/openai/gpt-4o", *given, "--budget", "5") == 0
    assert spending(tmp_path / "free")["cost"] == spending(tmp_path / "capped")["cost"] == 0.0007


@pytest.mark.parametrize("more", [(), ("--budget", "1")])
def test_nobody_knows_what_a_server_of_ones_own_costs(more: tuple[str, ...], tmp_path: Path, server: Server) -> None:
    server.says(Answer(completion("No.", model="gpt-4o")))
    given = ("--param", f"api_base={server.base}", *more)
    code = play(tmp_path, "hosted_vllm/gpt-4o", *given)
    assert code == (2 if more else 0)
    if not more:
        assert spending(tmp_path)["cost"] is None

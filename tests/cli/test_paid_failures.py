"""Answers that cannot be used and are paid all the same."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.cli.command import run_directory
from tests.llm.loopback import Answer, Server, completion, serving
from tool_sandbox.cli.app import exit_code

PRICES = "prices={input_per_million: 1, output_per_million: 10}"
USAGE = {"prompt_tokens": 1000, "completion_tokens": 100, "total_tokens": 1100}
COST = 0.002
FILTERED = Answer(completion(None, finish_reason="content_filter", usage=USAGE))
LOST = Answer(completion("half", finish_reason="error", usage=USAGE))
ODD = Answer(completion(None, message={"content": 7}, usage=USAGE))
GOOD = Answer(completion("I cannot do that.", usage=USAGE))
TRANSPORTS = ["direct", "hosted_vllm"]


@pytest.fixture
def server() -> Iterator[Server]:
    with serving() as running:
        yield running


def play(base: Path, server: Server, transport: str, *more: str, retries: int = 0, trials: int = 1) -> int:
    agent = f"direct:{server.base}/m" if transport == "direct" else "hosted_vllm/m"
    address = () if transport == "direct" else ("--param", f"api_base={server.base}")
    which = ["-a", agent, "-u", "oracle", "-s", "switch_wifi_off", "--trials", str(trials), "-p", "1"]
    given = [*address, "--param", PRICES, "--retries", str(retries), "-o", str(base)]
    return exit_code(["run", *which, *given, *more])


def summary(base: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((run_directory(base) / "result_summary.json").read_text(encoding="utf-8"))
    return found


@pytest.mark.parametrize("transport", TRANSPORTS)
@pytest.mark.parametrize("answer", [FILTERED, LOST, ODD], ids=["filtered", "lost", "odd"])
def test_an_answer_that_is_none_but_has_tokens_is_paid(
    server: Server, tmp_path: Path, transport: str, answer: Answer
) -> None:
    server.says(answer)
    assert play(tmp_path, server, transport) == 1
    found = summary(tmp_path)["spending"]
    assert (found["cost"], found["prompt_tokens"], found["completion_tokens"]) == (COST, 1000, 100)
    assert (found["failed_calls"], found["uncertain_calls"]) == (1, 0)


@pytest.mark.parametrize("transport", TRANSPORTS)
def test_tries_before_the_answer_are_paid_as_well(server: Server, tmp_path: Path, transport: str) -> None:
    server.says(LOST, GOOD)
    assert play(tmp_path, server, transport, "--param", "retry_ceiling=60", retries=2) == 0
    found = summary(tmp_path)["spending"]
    assert (found["cost"], found["prompt_tokens"], found["calls"]) == (2 * COST, 2000, 1)


@pytest.mark.parametrize("transport", TRANSPORTS)
def test_a_model_whose_fallback_answered_is_paid_too(server: Server, tmp_path: Path, transport: str) -> None:
    server.says(FILTERED)
    with serving() as other:
        other.says(GOOD)
        assert play(tmp_path, server, transport, "--fallback", f"direct:{other.base}/b") == 0
    (result,) = summary(tmp_path)["per_scenario_results"]
    assert result["fallback"]
    assert (result["spending"]["known_cost"], result["spending"]["unpriced_calls"]) == (COST, 1)
    assert result["spending"]["prompt_tokens"] == 2000


@pytest.mark.parametrize("transport", TRANSPORTS)
def test_a_budget_holds_for_answers_that_are_none(server: Server, tmp_path: Path, transport: str) -> None:
    server.says(FILTERED)
    more = ("--budget", "0.05", "--max-tokens", "100", "--max-void", "100")
    assert play(tmp_path, server, transport, *more, trials=60) == 3
    found = summary(tmp_path)["spending"]
    assert found["cost"] == pytest.approx(COST * len(server.requests))
    assert 0.04 < found["cost"] <= 0.05


def test_what_failures_cost_is_in_the_journal_and_counts_after_a_resume(server: Server, tmp_path: Path) -> None:
    server.says(FILTERED)
    more = ("--budget", "0.05", "--max-tokens", "100", "--max-void", "100")
    assert play(tmp_path, server, "direct", *more, trials=10) == 1
    directory = run_directory(tmp_path)
    lines = [json.loads(line) for line in (directory / "calls.jsonl").read_text(encoding="utf-8").splitlines()]
    assert [line["response"] for line in lines] == [None] * 10
    assert [line["error"]["attempts"][0]["cost"] for line in lines] == [COST] * 10
    assert lines[0]["error"]["attempts"][0]["usage"]["prompt_tokens"] == 1000

    (directory / "results.jsonl").write_text("", encoding="utf-8")  # as after a crash: the money is gone all the same
    server.requests.clear()
    assert exit_code(["resume", str(directory), "--budget", "0.025"]) == 3
    assert len(server.requests) < 3

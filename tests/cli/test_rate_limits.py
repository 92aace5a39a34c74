"""Whole runs against a server that takes only so many calls in a while, over real HTTP."""

from __future__ import annotations

import json
import math
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.cli.command import run_directory
from tests.llm.loopback import Answer, Server, completion, serving
from tests.waiting import HANG, until
from tool_sandbox.cli.app import exit_code
from tool_sandbox.registry.settings import RunSettings
from tool_sandbox.runs.preparation import new_runs
from tool_sandbox.runs.started_run import StartedRun

PER_WINDOW, WINDOW = 20, 1.0


class Windows:
    """Takes so many calls in each window of time, and says when the next one begins."""

    def __init__(self) -> None:
        self.began = time.monotonic()
        self.counts: dict[int, int] = {}
        self.refused = 0

    def __call__(self, _body: dict[str, Any]) -> Answer:
        passed = time.monotonic() - self.began
        number = int(passed // WINDOW)
        self.counts[number] = self.counts.get(number, 0) + 1
        if self.counts[number] <= PER_WINDOW:
            return Answer(completion("I cannot do that."))
        self.refused += 1
        left = math.ceil(((number + 1) * WINDOW - passed) * 1000) / 1000
        return Answer({"error": {"message": "slow down"}}, 429, {"Retry-After": f"{left:.3f}"})


@pytest.fixture
def server() -> Iterator[Server]:
    with serving() as running:
        yield running


@pytest.mark.parametrize("transport", ["direct", "hosted_vllm"])
def test_a_run_that_is_refused_and_told_when_to_come_back_loses_no_sample(
    server: Server, tmp_path: Path, transport: str
) -> None:
    windows = Windows()
    server.says(windows)
    agent = f"direct:{server.base}/m" if transport == "direct" else "hosted_vllm/m"
    address = () if transport == "direct" else ("--param", f"api_base={server.base}")
    given = ["-a", agent, "-u", "oracle", "-s", "switch_wifi_off", "--trials", "50", "-p", "8", *address]
    assert exit_code(["run", *given, "--retries", "0", "-q", "-o", str(tmp_path)]) == 0
    lines = (run_directory(tmp_path) / "results.jsonl").read_text(encoding="utf-8").splitlines()
    results = [json.loads(line) for line in lines]
    assert [result["status"] for result in results] == ["scored"] * 50
    assert len(server.requests) == 50 + windows.refused
    assert windows.refused <= 8 * len(windows.counts), "no more than one burst for each window"
    if windows.refused:  # on a machine with little to do
        assert sum(result["waits"].get("rate_limit", 0) for result in results) > 0


def test_a_cap_of_the_run_is_kept_for_agent_and_user_together(server: Server, tmp_path: Path) -> None:
    server.says(Answer(completion("Please switch Wi-Fi off.")))
    agent, user = (f"direct:{server.base}/{model}" for model in "mn")
    asked = RunSettings(agent=agent, user=user, scenarios=("switch_wifi_off",), rpm=3, output=str(tmp_path))
    run = StartedRun(new_runs([asked])[0])
    until(lambda: run.progress().waiting or run.is_over)
    assert "1 call waiting" in run.progress().waiting
    assert [body["model"] for body in server.requests] == ["m", "n", "m"]
    assert run.stop(HANG)

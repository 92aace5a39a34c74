"""Agents behind a router file, with a deployment that is down."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.cli.command import EASY, openai_server, run_directory
from tool_sandbox.cli.app import exit_code

DOWN = "http://127.0.0.1:9/v1"


def _play(tmp_path: Path, *more: str) -> dict[str, Any]:
    with openai_server() as url:
        file = tmp_path / "config.yaml"
        file.write_text(
            "model_list:\n"
            f"  - {{model_name: first, litellm_params: {{model: 'direct:x', api_base: '{DOWN}', api_key: k}}}}\n"
            f"  - {{model_name: second, litellm_params: {{model: 'direct:y', api_base: '{url}', api_key: k}}}}\n"
            "router_settings: {fallbacks: [{first: [second]}]}\n"
        )
        arguments = ["run", "-a", "first", "--router-config", str(file), "-u", "oracle", "-s", *EASY]
        code = exit_code([*arguments, "--retries", "0", "-o", str(tmp_path / "runs"), *more])
    summary: dict[str, Any] = json.loads((run_directory(tmp_path / "runs") / "result_summary.json").read_text())
    return {**summary, "code": code}


@pytest.mark.parametrize("policy", ["allow", "mark"])
def test_a_fallback_answers_and_is_told(tmp_path: Path, policy: str) -> None:
    summary = _play(tmp_path, "--on-fallback", policy)

    assert summary["code"] == 0
    assert [(one["status"], one["fallback"]) for one in summary["per_scenario_results"]] == [("scored", True)] * 2
    assert (summary["score"]["mixed"], summary["score"]["pure"]) == (0, None)
    assert summary["spending"]["fallback_calls"] == 2


def test_a_sample_a_fallback_answered_can_be_void(tmp_path: Path) -> None:
    summary = _play(tmp_path, "--on-fallback", "void")

    assert summary["code"] == 1
    assert summary["outcomes"]["void"] == {"fallback": 2}


def test_the_samples_of_a_run_are_spread_over_deployments_behind_litellm(tmp_path: Path) -> None:
    with openai_server() as one, openai_server() as two:
        deployments = "".join(
            f"  - {{model_name: main, litellm_params: {{model: openai/gpt-4o, api_base: '{url}', api_key: k}}}}\n"
            for url in (one, two)
        )
        file = tmp_path / "config.yaml"
        file.write_text(f"model_list:\n{deployments}router_settings: {{routing_strategy: usage-based-routing-v2}}\n")
        arguments = ["run", "-a", "main", "--router-config", str(file), "-u", "oracle", "-s", *EASY]
        assert exit_code([*arguments, "--trials", "6", "-p", "1", "-o", str(tmp_path / "runs")]) == 0
    summary = json.loads((run_directory(tmp_path / "runs") / "result_summary.json").read_text())
    served = [sample["deployments"] for sample in summary["per_scenario_results"]]

    assert {name for names in served for name in names} == {"main-0", "main-1"}
    assert all(len(names) == 1 for names in served)  # a sample stays where it began
    assert summary["spending"]["fallback_calls"] == 0
    assert summary["spending"]["cost"] > 0

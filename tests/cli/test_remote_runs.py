"""Runs in a remote store, here one in memory: another machine goes on with them and pays for nothing again."""

from __future__ import annotations

import json
import urllib.request
from collections.abc import Iterator
from uuid import uuid4

import pytest
from upath import UPath

from tests.cli.command import openai_server
from tool_sandbox.cli.app import exit_code

PRICES = "prices={input_cost_per_token: 0.00001, output_cost_per_token: 0.00001}"


@pytest.fixture
def url() -> Iterator[str]:
    with openai_server() as url:
        yield url


def calls(url: str) -> int:
    with urllib.request.urlopen(url.replace("/v1", "/calls")) as answer:  # noqa: S310 -- our own server on loopback
        return int(json.load(answer)["calls"])


def played(url: str, *more: str) -> tuple[int, UPath]:
    base = f"memory://remote-{uuid4()}"
    code = exit_code(
        [
            *("run", "-a", f"direct:{url}/model", "-u", "oracle", "-s", "switch_wifi_off*", "--limit", "4", "-q"),
            *("-o", base, "--name", "one", "--param", PRICES, *more),
        ]
    )
    return code, UPath(base) / "one"


def summary(run: UPath) -> dict[str, float]:
    record = json.loads((run / "result_summary.json").read_text())
    return {"score": record["score"]["similarity"], "calls": record["spending"]["calls"]}


def test_a_machine_that_has_only_the_journal_pays_for_nothing_again(url: str) -> None:
    code, run = played(url)
    first, asked = summary(run), calls(url)
    (run / "results.jsonl").unlink()

    assert (code, exit_code(["resume", str(run), "-q"])) == (0, 0)
    assert summary(run) == first
    assert calls(url) == asked == 4
    assert len([path for path in (run / "calls").iterdir() if path.name.endswith(".jsonl")]) == 1


def test_a_budget_holds_over_all_machines_that_play_a_run(url: str) -> None:
    code, run = played(url, "--budget", "0.02", "--max-tokens", "10", "-p", "1")
    asked = calls(url)
    assert (code, 0 < asked < 4) == (3, True)

    assert exit_code(["resume", str(run), "-q"]) == 3
    assert calls(url) == asked
    assert exit_code(["resume", str(run), "-q", "--budget", "100"]) == 0
    assert calls(url) == 4

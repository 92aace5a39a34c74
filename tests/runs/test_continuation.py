"""Going on with stopped runs: what is played again."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from attrs import evolve

from tool_sandbox.cli.app import exit_code
from tool_sandbox.runs.run_result import open_run
from tool_sandbox.runs.store import RunStore

NAMES = ("switch_wifi_off", "is_wifi_on")


@pytest.fixture
def together(tmp_path: Path) -> dict[str, RunStore]:
    """The finished runs of two agents that were started together, by agent."""
    where = ["-o", str(tmp_path), "--name", "both", "-q"]
    assert exit_code(["run", "-a", "oracle", "nop", "-s", *NAMES, "--presentations", "plain", *where]) == 0
    return {agent: RunStore(tmp_path / f"both_{agent}") for agent in ("oracle", "nop")}


def end_first_as(store: RunStore, cause: str) -> None:
    """Leave a first result that is void for this cause."""
    first, *others = store.read_results()
    store.rewrite_results([evolve(first, status="void", cause=cause, similarity=None), *others])


@pytest.mark.parametrize("cause", ["cancelled", "budget"])
def test_a_sample_that_was_stopped_is_played_again_wherever_it_stands(
    cause: str, together: dict[str, RunStore]
) -> None:
    end_first_as(together["oracle"], cause)

    assert exit_code(["resume", str(together["oracle"].directory), "-q"]) == 0
    assert open_run(str(together["oracle"].directory)).score == 1.0
    lines = (together["oracle"].directory / "results.jsonl").read_text().splitlines()
    assert sorted(json.loads(line)["name"] for line in lines) == sorted(NAMES)


def test_a_sample_that_failed_is_played_again_only_if_asked_for(together: dict[str, RunStore]) -> None:
    end_first_as(together["oracle"], "provider")
    directory = str(together["oracle"].directory)

    assert exit_code(["resume", directory, "-q"]) == 1
    assert exit_code(["resume", directory, "-q", "--retry-void"]) == 0


def test_a_run_beside_it_goes_on_too_if_one_of_its_samples_was_stopped(together: dict[str, RunStore]) -> None:
    end_first_as(together["nop"], "cancelled")

    assert exit_code(["resume", str(together["oracle"].directory), "-q"]) == 0
    assert [result.status for result in together["nop"].read_results()] == ["scored", "scored"]

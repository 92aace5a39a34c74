from __future__ import annotations

from pathlib import Path

import tool_sandbox as ts
from tests.runs.samples import scored
from tool_sandbox.analysis.named_runs import named_runs
from tool_sandbox.runs.run_result import RunResult, open_run
from tool_sandbox.runs.store import RunStore


def run(base: Path, agent: str, name: str) -> RunResult:
    store = RunStore.create(str(base), called=name)
    store.append_result(scored(agent=agent))
    return open_run(str(store.directory))


def test_a_run_is_called_by_its_agent_while_that_tells_it_apart(tmp_path: Path) -> None:
    found = named_runs([run(tmp_path, "gpt", "one"), run(tmp_path, "claude", "two"), run(tmp_path, "gpt", "three")])

    assert list(found) == ["one", "claude", "three"]


def test_of_models_behind_addresses_only_what_tells_them_apart_is_told(tmp_path: Path) -> None:
    agents = (
        "direct:one@http://127.0.0.1:1/v1",
        "direct:two@http://127.0.0.1:1/v1",
        "direct:two@http://127.0.0.1:2/v1",
    )

    assert list(named_runs(run(tmp_path, agent, f"run{at}") for at, agent in enumerate(agents))) == ["one", *agents[1:]]


def test_runs_of_one_agent_in_directories_of_one_name_are_called_by_their_paths(tmp_path: Path) -> None:
    found = named_runs([run(tmp_path / "a", "gpt", "run"), run(tmp_path / "b", "gpt", "run")])

    assert list(found) == [str(tmp_path / "a" / "run"), str(tmp_path / "b" / "run")]


def test_a_run_with_rules_for_some_scenarios_is_called_by_the_agent_of_the_others(tmp_path: Path) -> None:
    ruled = run(tmp_path, "nop", "ruled")
    ruled.store.write_run({"settings": {"agent": "gpt"}})

    assert list(named_runs([ruled, run(tmp_path, "claude", "other")])) == ["gpt", "claude"]


def test_runs_that_are_not_kept_have_names_too() -> None:
    runs = [ts.run("oracle", scenarios="switch_wifi_off") for _ in range(2)]

    assert list(named_runs(runs).values()) == runs


def test_a_run_that_is_given_twice_is_there_once(tmp_path: Path) -> None:
    first, second = run(tmp_path, "gpt", "one"), run(tmp_path, "claude", "two")
    (tmp_path / "latest").symlink_to("two")

    assert list(named_runs([first, second, tmp_path / "latest"])) == ["gpt", "claude"]

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve

from tests.runs.fakes import Cast, Failing, scenario, scenarios, settings
from tool_sandbox import errors
from tool_sandbox.analysis.rescore import rescore
from tool_sandbox.runs.run import Plan, run
from tool_sandbox.runs.store import SUMMARY, RunStore


def _finished_run(path: Path, **changes: Any) -> RunStore:
    store = RunStore.create(str(path), "a", "b")
    failing = Failing(lambda: errors.RateLimitError("slow down"))
    run(
        Plan(
            settings=settings(**changes),
            scenarios=scenarios(3),
            cast=Cast(by_name={"say_2": failing}),
            store=store,
        )
    )
    return store


@pytest.mark.parametrize("trials", [1, 2])
def test_an_unchanged_suite_changes_no_score(tmp_path: Path, trials: int) -> None:
    rescoring = rescore(str(_finished_run(tmp_path, trials=trials).directory), scenarios(3))

    assert len(rescoring.samples) == 2 * trials
    assert rescoring.changes == ()
    assert all(not sample.reasons for sample in rescoring.samples)


def test_a_void_sample_is_not_judged(tmp_path: Path) -> None:
    rescoring = rescore(str(_finished_run(tmp_path).directory), scenarios(3))

    assert [(skipped.name, skipped.why) for skipped in rescoring.skipped] == [
        ("say_2", "it is void (provider), so there is nothing to judge")
    ]


def test_a_changed_expectation_is_listed_with_its_reason(tmp_path: Path) -> None:
    changed = {**scenarios(3), "say_1": scenario("Something else entirely")}

    (change,) = rescore(str(_finished_run(tmp_path).directory), changed).changes

    assert change.name == "say_1"
    assert change.before == pytest.approx(1, abs=1e-6)
    assert change.now < 0.5
    assert change.reasons[0].startswith("milestone 0: 1.0000 at message 2 before")


@pytest.mark.parametrize(("user", "found"), [("openai/gpt-5", ["say_0", "say_1"]), ("oracle", [])])
def test_recorded_conversations_are_searched_for_users_that_broke_a_rule(
    tmp_path: Path, user: str, found: list[str]
) -> None:
    store = _finished_run(tmp_path)
    store.rewrite_results(evolve(result, user=user) for result in store.read_results())
    (store.directory / SUMMARY).unlink()  # the original's, which says the same
    for file in store.directory.glob("**/execution_context.json"):
        file.write_text(file.read_text(encoding="utf-8").replace("Hello number", "How many? Hello number"), "utf-8")

    rescoring = rescore(str(store.directory), scenarios(3))

    assert sorted(sample.name for sample in rescoring.with_broken_rules) == found  # they end in any order


def test_a_scenario_that_is_gone_is_told(tmp_path: Path) -> None:
    rescoring = rescore(str(_finished_run(tmp_path).directory), scenarios(1))

    assert [skipped.name for skipped in rescoring.skipped] == ["say_1", "say_2"]


def test_a_run_of_the_original_is_read_from_its_summary_and_trajectories(tmp_path: Path) -> None:
    store = _finished_run(tmp_path)
    path = store.directory / "result_summary.json"
    summary = json.loads(path.read_text())
    ours = {"trial", "status", "cause", "error", "agent", "user", "seed", "spending"}
    original = [
        {key: value for key, value in result.items() if key not in ours} for result in summary["per_scenario_results"]
    ]
    original[0]["similarity"] = 0.25
    original[2] |= {"similarity": 0, "turn_count": 30}
    path.write_text(json.dumps({"per_scenario_results": original}))
    (store.directory / "results.jsonl").unlink()

    rescoring = rescore(str(store.directory), scenarios(3))

    assert [(change.name, change.before) for change in rescoring.changes] == [("say_0", 0.25)]
    assert [(skipped.name, "RateLimitError" in skipped.why) for skipped in rescoring.skipped] == [("say_2", True)]


def test_trajectories_alone_are_judged_too(tmp_path: Path) -> None:
    store = _finished_run(tmp_path)
    for name in ("results.jsonl", "result_summary.json"):
        (store.directory / name).unlink()

    rescoring = rescore(str(store.directory), scenarios(3))

    assert [sample.name for sample in rescoring.changes] == ["say_0", "say_1", "say_2"]
    assert rescoring.changes[0].before is None


@pytest.mark.parametrize("trials", [1, 2])
def test_trajectories_alone_are_judged_under_their_scenarios_names(tmp_path: Path, trials: int) -> None:
    suite = {name: scenario(f"This is {name}") for name in ("Odd / one", "Odd * one")}
    store = RunStore.create(str(tmp_path), "a", "b")
    run(Plan(settings=settings(trials=trials), scenarios=suite, cast=Cast(), store=store))
    for name in ("results.jsonl", "result_summary.json"):
        (store.directory / name).unlink()

    rescoring = rescore(str(store.directory), suite)

    assert sorted((sample.name, sample.trial) for sample in rescoring.samples) == [
        (name, trial) for name in sorted(suite) for trial in range(trials)
    ]


@pytest.mark.parametrize("trials", [1, 2])
def test_long_names_alike_are_judged_by_their_own_trajectories(tmp_path: Path, trials: int) -> None:
    suite = {f"{'x' * 260}_{word}": scenario(f"{word} is what you asked for") for word in ("one", "two")}
    store = RunStore.create(str(tmp_path), "a", "b")
    run(Plan(settings=settings(trials=trials), scenarios=suite, cast=Cast(), store=store))

    rescoring = rescore(str(store.directory), suite)

    assert len(rescoring.samples) == 2 * trials
    assert rescoring.changes == ()


def test_trajectories_that_an_earlier_version_wrote_over_each_other_are_not_judged(tmp_path: Path) -> None:
    names = [f"{'x' * 120}_{word}" for word in ("one", "two")]
    store = _finished_run(tmp_path)
    path = store.directory / "result_summary.json"
    first, second, third = json.loads(path.read_text())["per_scenario_results"]
    before = [{**first, "name": names[0]}, {**second, "name": names[1]}]
    for record in before:
        del record["trajectory"]
    path.write_text(json.dumps({"per_scenario_results": [*before, third]}))
    (store.directory / "trajectories" / ("x" * 100)).mkdir()

    rescoring = rescore(str(store.directory), {name: scenario("Any") for name in names})

    assert [skipped.name for skipped in rescoring.skipped[:2]] == names
    assert "written over" in rescoring.skipped[0].why


def test_a_damaged_trajectory_is_skipped_and_named(tmp_path: Path) -> None:
    store = _finished_run(tmp_path)
    (store.directory / "trajectories/say_0/execution_context.json").write_text('{"_dbs": ')

    rescoring = rescore(str(store.directory), scenarios(3))

    assert "cannot be read" in rescoring.skipped[0].why


def test_a_directory_without_a_run_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(errors.SettingsError, match="holds no trajectories"):
        rescore(str(tmp_path), scenarios(1))

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.runs.samples import scored, void
from tool_sandbox.analysis.conditions import RunFacts, differing_conditions
from tool_sandbox.runs.outcomes import SampleResult
from tool_sandbox.runs.run_result import RunResult
from tool_sandbox.runs.scheduler import Ending
from tool_sandbox.runs.store import RunStore

SETTINGS: dict[str, Any] = {"agent": "good", "user": "gpt", "temperature": None, "concurrency": 16, "user_params": {}}
RECORD = {"scoring_version": 1, "scenario_set": "abc", "scenarios": ["one"], "settings": SETTINGS}


def between(
    first: list[SampleResult] | None = None,
    second: list[SampleResult] | None = None,
    **changes: Any,
) -> tuple[str, ...]:
    """In what two runs differ, of which the second has another record."""
    return differing_conditions(
        RunFacts.of("A", first or [scored()], RECORD),
        RunFacts.of("B", second or [scored()], {**RECORD, **changes}),
    )


def test_runs_that_differ_in_the_model_alone_are_comparable() -> None:
    assert between([scored(agent="good")], [scored(agent="bad")], settings={**SETTINGS, "agent": "bad"}) == ()


@pytest.mark.parametrize(("setting", "value"), [("temperature", 0.0), ("user_params", {"temperature": 1})])
def test_a_setting_that_can_change_scores_is_named_with_both_values(setting: str, value: Any) -> None:
    assert between(settings={**SETTINGS, setting: value}) == (f"{setting}: {SETTINGS[setting]!r} in A, {value!r} in B",)


def test_a_setting_that_an_earlier_version_did_not_know_is_no_difference() -> None:
    assert between(settings={**SETTINGS, "shuffle_tools": False}) == ()


def test_a_run_that_was_decided_before_its_last_trial_is_finished() -> None:
    assert between(settings={**SETTINGS, "trials": 10, "until_decided": True}) == ()


def test_an_unfinished_run_is_told_with_what_is_missing() -> None:
    assert between(settings={**SETTINGS, "trials": 3}) == (
        "B is not finished: 2 of its 3 samples were not played to their end",
    )


def test_how_fast_a_run_was_played_does_not_matter() -> None:
    assert between(settings={**SETTINGS, "concurrency": 1}) == ()


def test_another_simulated_user_is_named_once() -> None:
    found = between([scored(user="gpt")], [scored(user="llama")], settings={**SETTINGS, "user": "llama"})

    assert found == ("simulated user: 'gpt' in A, 'llama' in B",)


def test_other_rules_of_scoring_are_told() -> None:
    assert between(scoring_version=2) == ("rules of scoring: version 1 in A, 2 in B; scores are not comparable",)


def test_scenarios_that_changed_are_told() -> None:
    assert between(scenario_set="def") == ("scenarios: something in them was changed between the two runs",)
    assert between([scored("a", nop_floor=0.1)], [scored("a", nop_floor=0.2)], scenario_set="def") == (
        "scenarios that are not the same in both: a",
    )


def test_scenarios_are_told_apart_by_their_digests() -> None:
    digests = [scored("a", digest=digest) for digest in ("one", "other")]
    assert between(digests[:1], digests[1:]) == ("scenarios that are not the same in both: a",)
    assert between(digests[:1], [scored("a", digest="one", nop_floor=0.5)]) == between(digests[:1], [scored("a")]) == ()


def test_a_list_of_many_scenarios_is_cut() -> None:
    names = ["a", "b", "c", "d", "e"]
    (found,) = between([scored(name) for name in names], [scored(name, nop_floor=1.0) for name in names])

    assert found == "scenarios that are not the same in both: a, b, c and 2 more"


def test_another_selection_of_scenarios_is_no_change_of_them() -> None:
    assert between(scenario_set="def", scenarios=["one", "two"]) == ()


def test_void_samples_on_one_side_are_told() -> None:
    many = [scored(str(number)) for number in range(9)]

    assert between([*many, scored("last")], [*many, void("last")]) == ("share of void samples: 0% in A, 10% in B",)
    assert between([*many, void("last")], [*many, void("last")]) == ()


def test_a_fallback_is_another_model() -> None:
    assert between([scored(fallback=True), scored("two")], [scored(), scored("two")]) == (
        "another model answered in 50.0% of the samples of A, as a fallback",
    )


def test_a_run_without_a_record_is_compared_by_its_samples() -> None:
    facts = [RunFacts.of(name, [scored(user=name)]) for name in ("A", "B")]

    assert differing_conditions(*facts) == ("simulated user: 'A' in A, 'B' in B",)


def test_a_result_brings_its_record_along(tmp_path: Path) -> None:
    store = RunStore.create(str(tmp_path))
    store.write_run(RECORD)
    run = RunResult.of([scored(), void("two", cause="cancelled")], Ending.DONE, store)

    facts = RunFacts.of("A", run)
    assert (facts.record, list(facts.scenarios), len(facts.samples)) == (RECORD, ["one"], 1)
    assert RunFacts.of("A", [scored()]).record == {}

"""Where a whole run lost its points."""

from __future__ import annotations

from typing import Any

import pytest

import tool_sandbox as ts
from tests.runs.samples import scored, void
from tool_sandbox.errors import UsageError
from tool_sandbox.runs.numbers import RunNumbers
from tool_sandbox.runs.run_explanation import EXAMPLES, RunExplanation


def record(
    name: str, credit: float = 0.0, reason: str | None = "column", where: str = "setting.wifi"
) -> dict[str, Any]:
    """What became of a milestone."""
    return {
        "id": name,
        "similarity": credit,
        "credit": credit,
        "message": 17,
        "reason": None if credit == 1 else reason,
        "where": None if credit == 1 else where,
        "text": None if credit == 1 else "was wrong",
    }


def test_points_add_up_to_what_the_run_lost() -> None:
    results = [
        scored("one", 0.25, explanation=(record("a", 0.5), record("b"))),
        scored("two", 1.0, explanation=(record("a", 1.0),)),
        void("three"),
    ]
    explanation = RunExplanation.of(results)
    assert explanation.scored == 2
    assert explanation.lost == pytest.approx(0.375)
    assert sum(group.points for group in explanation.by_reason) == pytest.approx(0.375)
    assert [(group.name, group.points) for group in explanation.by_milestone] == [("one: b", 0.25), ("one: a", 0.125)]


def test_samples_without_a_score_are_counted_by_their_cause() -> None:
    explanation = RunExplanation.of([scored("one"), void("two"), void("three")])
    assert explanation.void == {"provider": 2}
    assert "2 samples without a score left out: 2 provider" in str(explanation)
    assert "left out" not in str(RunExplanation.of([scored("one")]))


def test_points_are_told_apart_by_whose_fault_they_are() -> None:
    records = (record("a", 0.5), {**record("b"), "fault": "tool"}, {**record("c"), "fault": "user"}, record("d", 1.0))
    results = [scored("one", 0.375, explanation=records), scored("two", 1.0, explanation=(record("a", 1.0),))]
    explanation = RunExplanation.of(results)

    assert explanation.by_fault == {"agent": 0.0625, "tool": 0.125, "user": 0.125}
    assert "0.312 of 1 lost over 2 scored samples, of which 0.125 by the tool and 0.125 by the user" in str(explanation)
    assert RunNumbers.of([*results, void("three")]).lost_by_fault == explanation.by_fault
    assert ", of which" not in str(RunExplanation.of([scored("one", 0.5, explanation=(record("a", 0.5),))]))


def test_a_minefield_takes_what_the_milestones_left() -> None:
    records = (record("a", 1.0), record("b"), record("wrong", reason="forbidden", where="wrong"))
    explanation = RunExplanation.of([scored("one", 0.0, explanation=records)])
    hit = scored("one", 0.5, explanation=records)
    assert [group.points for group in RunExplanation.of([hit]).by_reason] == [0.5, 0.5]
    assert explanation.by_reason[0].name == "column: setting.wifi"


def test_presentations_and_trials_of_a_scenario_are_counted_together() -> None:
    results = [
        scored(name, 0.0, trial=trial, explanation=(record("a"),))
        for name in ("one", "one_3_distraction_tools", "one_all_tools")
        for trial in (0, 1)
    ]
    (group,) = RunExplanation.of(results).by_milestone
    assert (group.name, group.samples, len(group.examples)) == ("one: a", 6, EXAMPLES)


def test_the_costliest_examples_come_first() -> None:
    results = [scored(f"s{at}", 0.0, explanation=(record("a", at / 10),)) for at in range(9, 0, -1)]
    (group,) = RunExplanation.of(results).by_reason
    assert [example.sample.name for example in group.examples] == ["s1", "s2", "s3"]


def test_a_run_without_samples_lost_nothing() -> None:
    assert str(RunExplanation.of([])) == "0.000 of 1 lost over 0 scored samples"


def test_results_in_python_explain_themselves() -> None:
    result = ts.run("nop", scenarios=["switch_wifi_off"])
    assert "setting.wifi: wanted false" in str(result.explain())
    explanation = result["switch_wifi_off"].explain()
    assert explanation.milestones[0].name == "off"
    assert explanation.milestones[0].losses[0].wanted is False
    assert explanation.floor == 0


def test_a_sample_of_a_scenario_that_is_gone_says_so() -> None:
    scenario = ts.load_scenarios("switch_wifi_off")["switch_wifi_off"]
    sample = ts.run("nop", scenarios=["switch_wifi_off"])["switch_wifi_off"]
    assert sample.explain(scenario).score == 0
    with pytest.raises(UsageError, match="no scenario 'switch_wifi_off' any more"):
        sample.explained_by({})

"""Scores that a run must reach."""

from __future__ import annotations

import pytest

from tests.runs.samples import scored, void
from tool_sandbox.common.scenario import Scenario
from tool_sandbox.common.vocabulary import ScenarioCategories as Category
from tool_sandbox.errors import SettingsError
from tool_sandbox.runs.thresholds import Threshold, check_thresholds, shortfalls

RESULTS = [
    scored("a", 1.0, tags=("smoke",)),
    scored("b", 0.5, categories=("COREFERENCE",)),
    scored("c", 0.2, categories=("COREFERENCE",), tags=("Smoke",)),
    void("d"),
]


@pytest.mark.parametrize(
    ("threshold", "said"),
    [
        ("0.5", None),
        ("overall=0.6", "score 0.567 over 3 of 4 samples, wanted 0.6"),
        ("0.5667", "score 0.56667 over 3 of 4 samples, wanted 0.5667"),
        ("coreference=0.35", None),
        ("COREFERENCE=0.4", "COREFERENCE 0.350, wanted 0.4"),
        ("smoke=0.6", None),
        ("smoke=0.61", "smoke 0.600, wanted 0.61"),
        ("smoke=0.6004", "smoke 0.600, wanted 0.6004"),
    ],
)
def test_a_score_is_compared_over_the_scored_samples_of_its_group(threshold: str, said: str | None) -> None:
    assert [str(each) for each in shortfalls([threshold], RESULTS)] == ([said] if said else [])


def test_nothing_scored_is_not_enough_even_for_0() -> None:
    [missed] = shortfalls(["0"], [void("a"), void("b")])

    assert str(missed) == "score: none of 2 samples was scored, wanted 0"


def test_a_mean_of_thirds_reaches_what_it_is() -> None:
    assert shortfalls(["0.7"], [scored(f"{number}", 0.7) for number in range(3)]) == ()


@pytest.mark.parametrize("text", ["", "high", "1.2", "-0.1", "nan", "=0.5", "smoke=", "smoke=high"])
def test_what_is_no_score_is_refused(text: str) -> None:
    with pytest.raises(SettingsError, match="must be a score between 0 and 1"):
        Threshold.parse(text)


def test_a_name_that_no_scenario_has_is_refused_with_the_nearest() -> None:
    scenarios = {"a": Scenario(categories=[Category.STATE_DEPENDENCY], tags=("Smoke",))}

    check_thresholds(["0.5", "overall=1", "state_dependency=1", "smoke=1"], scenarios)
    with pytest.raises(SettingsError, match="did you mean 'state_dependency'"):
        check_thresholds(["state_dependncy=1"], scenarios)

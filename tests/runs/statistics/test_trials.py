from __future__ import annotations

from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.analysis.runs_to_compare import run_of
from tool_sandbox.runs.numbers import trials_of
from tool_sandbox.runs.statistics.trials import flaky, flip_rate, pass_rates

SCORES = st.dictionaries(
    st.sampled_from(["a", "b", "b_all_tools", "c"]),
    st.lists(st.sampled_from([0.0, 0.5, 1.0, None]), min_size=1, max_size=5),
    min_size=1,
)


def test_the_presentations_of_a_scenario_are_one_cluster() -> None:
    trials = trials_of(run_of({"a": [1.0], "a_3_distraction_tools_tool_name_scrambled": [0.5], "b": [None]}))

    assert trials.names == ("a", "a_3_distraction_tools_tool_name_scrambled", "b")
    assert trials.clusters == ("a", "b")
    assert trials.cluster.tolist() == [0, 0, 1]
    assert trials.void.tolist() == [False, False, True]


def test_pass_rates_of_one_scenario_are_counted_by_hand() -> None:
    # Three of four trials succeed: of the six ways to take two, three take two successes and none takes two failures.
    rates = pass_rates(trials_of(run_of({"a": [1.0, 1.0, 0.5, 1.0]})))

    assert [rate.k for rate in rates] == [1, 2, 3, 4]
    assert [rate.all_pass.value for rate in rates] == pytest.approx([0.75, 0.5, 0.25, 0.0])
    assert [rate.any_passes.value for rate in rates] == pytest.approx([0.75, 1.0, 1.0, 1.0])


def test_pass_rates_of_thousands_of_trials_are_numbers() -> None:
    # There are more ways to choose 1000 of 2000 than a float can say.
    rates = pass_rates(trials_of(run_of({"a": [1.0] * 1999 + [0.0]})))

    assert [rates[k - 1].all_pass.value for k in (1, 1000, 2000)] == pytest.approx([1999 / 2000, 0.5, 0.0])
    assert [rates[k - 1].any_passes.value for k in (1, 1000, 2000)] == pytest.approx([1999 / 2000, 1.0, 1.0])


def test_pass_rates_average_over_the_scenarios_that_have_enough_trials() -> None:
    rates = pass_rates(trials_of(run_of({"a": [1.0, 1.0], "b": [1.0, 0.0], "c": [0.0, None]})))

    assert [rate.scenarios for rate in rates] == [3, 2]
    assert [rate.all_pass.value for rate in rates] == pytest.approx([0.5, 0.5])
    assert [rate.any_passes.value for rate in rates] == pytest.approx([0.5, 1.0])


def test_what_counts_as_a_success_can_be_set_and_rounding_does_not_matter() -> None:
    trials = trials_of(run_of({"a": [0.8], "b": [1 - 1e-9], "c": [0.79]}))

    assert pass_rates(trials)[0].all_pass.value == pytest.approx(1 / 3)
    assert pass_rates(trials, pass_at=0.8)[0].all_pass.value == pytest.approx(2 / 3)


def test_without_a_scored_sample_there_is_no_rate() -> None:
    trials = trials_of(run_of({"a": [None, None]}))

    assert pass_rates(trials) == ()
    assert flip_rate(trials) is None
    assert pass_rates(trials_of([])) == ()


def test_the_flip_rate_is_how_often_two_trials_disagree() -> None:
    trials = trials_of(run_of({"a": [1.0, 1.0, 0.5, 1.0], "b": [1.0, 1.0], "c": [0.0]}))
    rate = flip_rate(trials)

    assert rate is not None
    assert rate.value == pytest.approx((3 / 6 + 0) / 2)
    assert flaky(trials) == ("a",)


@given(SCORES)
def test_pass_rates_are_the_shares_of_all_choices_of_trials(scores: dict[str, list[float | None]]) -> None:
    for rate in pass_rates(trials_of(run_of(scores))):
        shares = []
        for trials in scores.values():
            passed = [score == 1.0 for score in trials if score is not None]
            if choices := list(combinations(passed, rate.k)):
                shares.append((sum(map(all, choices)) / len(choices), sum(map(any, choices)) / len(choices)))
        every, some = zip(*shares, strict=True)
        assert rate.scenarios == len(shares)
        assert rate.all_pass.value == pytest.approx(sum(every) / len(shares))
        assert rate.any_passes.value == pytest.approx(sum(some) / len(shares))


@given(SCORES)
def test_more_trials_are_harder_to_pass_all_and_easier_to_pass_once(scores: dict[str, list[float | None]]) -> None:
    whole = {name: [0.0 if score is None else score for score in trials][:1] * 3 for name, trials in scores.items()}
    rates = pass_rates(trials_of(run_of(whole)))
    every, some = ([getattr(rate, each).value for rate in rates] for each in ("all_pass", "any_passes"))

    assert every == sorted(every, reverse=True)
    assert some == sorted(some)

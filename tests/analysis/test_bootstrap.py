from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from tool_sandbox.analysis.bootstrap import difference_limits, estimate_of_difference
from tool_sandbox.runs.statistics.intervals import Estimate

DIFFERENCES = st.lists(st.sampled_from([-1.0, -0.5, 0.0, 0.0, 0.25, 1.0]), min_size=2, max_size=30)


def estimated(differences: list[float], cluster: list[int] | None = None) -> Estimate:
    found = estimate_of_difference(np.array(differences), np.array(cluster or range(len(differences))))
    assert found is not None
    return found


def test_the_interval_is_the_same_every_time() -> None:
    differences = [0.5, 0.0, 0.0, -0.25, 1.0, 0.0]

    assert estimated(differences) == estimated(differences)


def test_with_many_even_differences_the_interval_is_that_of_student() -> None:
    differences = np.random.default_rng(2).normal(0.1, 0.2, 500).clip(-1, 1)
    found = estimated(differences.tolist())
    half = stats.t.ppf(0.975, 499) * stats.sem(differences)

    assert found.low == pytest.approx(differences.mean() - half, abs=half / 10)
    assert found.high == pytest.approx(differences.mean() + half, abs=half / 10)


def test_the_interval_reaches_farther_to_the_side_where_rare_differences_may_hide() -> None:
    found = estimated([0.0] * 30 + [0.5, 1.0, 1.0])

    assert found.high - found.value > 1.3 * (found.value - found.low)


def test_scenarios_that_are_all_equal_do_not_prove_that_there_is_no_difference() -> None:
    few, many = estimated([0.0] * 8), estimated([0.0] * 200)

    assert few.low == -few.high
    assert few.high == pytest.approx(stats.t.ppf(0.975, 7) * 0.1)  # the error of 10 pairs with a variance of 1 in 10
    assert 0 < many.high < 0.03


def test_one_scenario_says_nothing_of_others() -> None:
    found = estimated([0.5, 0.25], [0, 0])

    assert (found.low, found.high, found.standard_error) == (-1, 1, None)


def test_presentations_that_repeat_each_other_add_nothing() -> None:
    once = estimated([0.5, 0.0, -0.25, 1.0])
    twice = estimated([0.5, 0.5, 0.0, 0.0, -0.25, -0.25, 1.0, 1.0], [0, 0, 1, 1, 2, 2, 3, 3])

    assert (twice.value, twice.low, twice.high) == pytest.approx((once.value, once.low, once.high))


def test_nothing_has_no_mean() -> None:
    assert estimate_of_difference(np.array([np.nan]), np.array([0])) is None


@given(DIFFERENCES)
def test_the_interval_holds_the_mean_and_is_never_narrower_than_that_of_student(differences: list[float]) -> None:
    found = estimated(differences)
    assert found.standard_error is not None
    half = stats.t.ppf(0.975, len(differences) - 1) * found.standard_error

    assert found.low <= max(-1, found.value - half) + 1e-9
    assert found.high >= min(1, found.value + half) - 1e-9


def test_many_sets_at_once_get_the_intervals_that_each_gets_alone() -> None:
    sums = np.random.default_rng(4).choice([-1.0, 0.0, 0.5], (3, 12))
    counts = np.full(12, 2.0)
    low, high = difference_limits(sums, counts)

    for at, each in enumerate(sums):
        assert difference_limits(each, counts) == pytest.approx((low[at], high[at]))


@pytest.mark.parametrize(("clusters", "least"), [(8, 0.93), (32, 0.93), (129, 0.93)])
def test_intervals_hold_the_truth_as_often_as_they_say(clusters: int, least: float) -> None:
    random = np.random.default_rng(clusters)
    chance = random.beta(2, 1, (1500, clusters)) * 0.8
    differences = (random.binomial(8, chance + 0.1) - random.binomial(8, chance)) / 8
    low, high = difference_limits(differences, np.ones(clusters))

    assert least <= np.mean((low <= 0.1) & (high >= 0.1)) <= 0.98

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy import stats

from tool_sandbox.runs.statistics.differences import difference_limits, estimate_of_difference
from tool_sandbox.runs.statistics.intervals import Estimate

Floats = NDArray[np.float64]
Population = Callable[[np.random.Generator, int], Floats]

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


def test_with_many_skewed_differences_the_interval_is_that_of_the_bootstrap_of_scipy() -> None:
    differences = np.random.default_rng(5).choice([0.0, 0.0, 0.0, 0.0, -0.5, 0.25, 0.5, 1.0], 400)
    found = estimated(differences.tolist())
    resampled = stats.bootstrap((differences,), np.mean, method="BCa", rng=np.random.default_rng(6))
    half = (found.high - found.low) / 2

    assert found.low == pytest.approx(resampled.confidence_interval.low, abs=half / 10)
    assert found.high == pytest.approx(resampled.confidence_interval.high, abs=half / 10)


def test_the_interval_reaches_farther_to_the_side_where_rare_differences_may_hide() -> None:
    found = estimated([0.0] * 30 + [0.5, 1.0, 1.0])

    assert found.high - found.value > 1.1 * (found.value - found.low)


def test_scenarios_that_are_all_equal_leave_open_as_much_as_failures_that_never_happened() -> None:
    few, many = estimated([0.0] * 8), estimated([0.0] * 200)

    assert few.low == -few.high
    assert few.high == pytest.approx(stats.binomtest(0, 8).proportion_ci().high, abs=0.01)
    assert 0 < many.high < 0.02


def test_differences_that_are_all_small_leave_no_room_for_large_ones() -> None:
    small, large = estimated([0.0, 0.01, -0.01, 0.02] * 10), estimated([0.0, 0.1, -0.1, 0.2] * 10)

    assert (small.low, small.high) == pytest.approx((large.low / 10, large.high / 10))


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
def test_the_interval_holds_the_mean_and_stays_between_the_ends(differences: list[float]) -> None:
    found = estimated(differences)

    assert -1 <= found.low <= found.value + 1e-9
    assert found.value - 1e-9 <= found.high <= 1


@given(DIFFERENCES)
def test_who_is_first_changes_nothing_but_the_sign(differences: list[float]) -> None:
    found, turned = estimated(differences), estimated([-each for each in differences])

    assert (turned.value, turned.low, turned.high) == pytest.approx((-found.value, -found.high, -found.low))


def test_many_sets_at_once_get_the_intervals_that_each_gets_alone() -> None:
    sums = np.random.default_rng(4).choice(np.array([-1.0, 0.0, 0.5]), (3, 12))
    counts = np.full(12, 2.0)
    low, high = difference_limits(sums, counts)

    for at, each in enumerate(sums):
        assert difference_limits(each, counts) == pytest.approx((low[at], high[at]))


def presentations(random: np.random.Generator, size: int) -> Floats:
    chance = random.beta(2, 1, (4000, size)) * 0.8
    return (random.binomial(8, chance + 0.1) - random.binomial(8, chance)) / 8


def sparse(random: np.random.Generator, size: int) -> Floats:
    """A fifth of the scenarios differ, on average by half."""
    return np.where(random.random((4000, size)) < 0.2, random.choice([-0.5, 0.5, 0.5, 1.0, 1.0], (4000, size)), 0.0)


@pytest.mark.parametrize("clusters", [8, 32, 129])
@pytest.mark.parametrize("differences", [presentations, sparse])
def test_intervals_hold_the_truth_as_often_as_they_say(differences: Population, clusters: int) -> None:
    low, high = difference_limits(differences(np.random.default_rng(clusters), clusters), np.ones(clusters))
    held = np.mean((low <= 0.1) & (high >= 0.1))

    assert held >= 0.93
    assert held <= 0.975 or clusters == 8  # so few scenarios often show no difference at all

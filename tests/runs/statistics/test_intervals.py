from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy import stats

from tool_sandbox.runs.statistics.intervals import estimate_of_scores, range_with_void, score_limits, wilson

SCORES = st.lists(st.floats(0, 1), min_size=1, max_size=40)


def estimated(scores: list[float], cluster: list[int]) -> tuple[float, float, float]:
    found = estimate_of_scores(np.array(scores), np.array(cluster))
    assert found is not None
    return found.value, found.low, found.high


def test_wilson_gives_the_interval_that_statsmodels_gives() -> None:
    low, high = wilson([0, 3, 8, 45, 129], [8, 8, 8, 53, 129])

    assert low == pytest.approx([0, 0.13684429, 0.67559244, 0.72945751, 0.97108238])
    assert high == pytest.approx([0.32440756, 0.69425761, 1, 0.92147582, 1])


@given(st.integers(0, 40), st.integers(1, 40))
def test_wilson_gives_the_interval_that_scipy_gives(successes: int, failures: int) -> None:
    total = successes + failures
    low, high = wilson(successes, total)
    expected = stats.binomtest(successes, total).proportion_ci(method="wilson")

    assert (low, high) == pytest.approx((expected.low, expected.high), abs=1e-9)


def test_many_successes_and_failures_get_the_interval_of_wilson() -> None:
    _, low, high = estimated([1.0] * 300 + [0.0] * 100, list(range(400)))
    expected = stats.binomtest(300, 400).proportion_ci(method="wilson")

    assert (low, high) == pytest.approx((expected.low, expected.high), abs=0.001)


def test_the_standard_error_is_the_clustered_one_of_statsmodels() -> None:
    scores = np.array([1, 0.5, 0.25, 1, 1, 0, 0.75, 1, 0.5, 1.0])
    found = estimate_of_scores(scores, np.array([0, 0, 0, 1, 1, 2, 2, 2, 2, 3]))

    assert found is not None
    assert found.value == pytest.approx(0.7)
    assert found.standard_error == pytest.approx(0.10801234)
    assert (found.samples, found.clusters) == (10, 4)


def test_without_clusters_the_standard_error_is_the_usual_one() -> None:
    scores = np.array([0.1, 0.9, 0.4, 1.0, 0.7])
    found = estimate_of_scores(scores, np.arange(5))

    assert found is not None
    assert found.standard_error == pytest.approx(stats.sem(scores))


def test_presentations_that_repeat_each_other_add_nothing() -> None:
    once = estimated([0.0, 0.5, 1.0, 1.0], [0, 1, 2, 3])
    eight_times = estimated([0.0] * 8 + [0.5] * 8 + [1.0] * 16, [0] * 8 + [1] * 8 + [2] * 8 + [3] * 8)

    assert eight_times == pytest.approx(once)


def test_with_many_scores_the_interval_is_nearly_that_of_the_normal_distribution() -> None:
    scores = np.random.default_rng(3).beta(2, 1, 5000)
    _, low, high = estimated(scores.tolist(), list(range(5000)))
    half = 1.96 * float(stats.sem(scores))

    assert (low, high) == pytest.approx((scores.mean() - half, scores.mean() + half), abs=half / 50)


def test_eight_perfect_scores_do_not_prove_perfection() -> None:
    value, low, high = estimated([1.0] * 8, list(range(8)))

    assert (value, high) == (1, 1)
    assert 0.5 < low < 0.7


def test_one_scenario_says_nothing_of_others() -> None:
    found = estimate_of_scores(np.array([0.5, 0.75]), np.array([0, 0]))

    assert found is not None
    assert (found.value, found.low, found.high, found.standard_error) == (0.625, 0, 1, None)


def test_nothing_has_no_mean() -> None:
    assert estimate_of_scores(np.array([np.nan]), np.array([0])) is None
    assert estimate_of_scores(np.array([]), np.array([], dtype=np.intp)) is None


def test_the_range_with_void_samples_joins_the_interval_and_the_bounds() -> None:
    cluster = np.arange(4)
    unknown = range_with_void(np.array([1.0, 0.5, 0.75, np.nan]), cluster)

    assert unknown.low == pytest.approx(estimated([1.0, 0.5, 0.75, 0.0], [0, 1, 2, 3])[1])
    with_it, without_it = estimated([1.0, 0.5, 0.75, 1.0], [0, 1, 2, 3])[2], estimated([1.0, 0.5, 0.75], [0, 1, 2])[2]
    assert unknown.high == pytest.approx(max(with_it, without_it))


@given(SCORES)
def test_an_interval_holds_its_mean_and_stays_within_zero_and_one(scores: list[float]) -> None:
    value, low, high = estimated(scores, list(range(len(scores))))

    assert 0 <= low <= value + 1e-9
    assert value - 1e-9 <= high <= 1


@given(SCORES)
def test_failures_and_successes_mirror_each_other(scores: list[float]) -> None:
    cluster = [at // 2 for at in range(len(scores))]
    value, low, high = estimated(scores, cluster)
    mirrored = estimated([1 - score for score in scores], cluster)

    assert mirrored == pytest.approx((1 - value, 1 - high, 1 - low), abs=1e-6)


@given(st.lists(st.one_of(st.floats(0, 1), st.just(np.nan)), min_size=1, max_size=30))
def test_void_samples_only_widen_the_range(scores: list[float]) -> None:
    values, cluster = np.array(scores), np.arange(len(scores))
    whole = range_with_void(values, cluster)
    lowest, highest = (estimate_of_scores(np.nan_to_num(values, nan=each), cluster) for each in (0.0, 1.0))

    assert lowest is not None
    assert highest is not None
    assert whole.low <= lowest.value + 1e-9
    assert whole.high >= highest.value - 1e-9
    if known := estimate_of_scores(values, cluster):
        assert whole.low <= known.low < known.high <= whole.high


def presentations(random: np.random.Generator, size: int) -> NDArray[np.float64]:
    return random.binomial(8, random.beta(2, 0.5, (4000, size))) / 8


def nearly_perfect(random: np.random.Generator, size: int) -> NDArray[np.float64]:
    return random.beta(16, 1, (4000, size))


@pytest.mark.parametrize("clusters", [8, 32, 129])
@pytest.mark.parametrize(("scores", "mean"), [(presentations, 0.8), (nearly_perfect, 16 / 17)])
def test_intervals_of_skewed_scores_hold_the_truth_as_often_as_they_say(
    scores: Callable[[np.random.Generator, int], NDArray[np.float64]], mean: float, clusters: int
) -> None:
    low, high = score_limits(scores(np.random.default_rng(clusters), clusters), np.ones(clusters))

    assert 0.925 <= np.mean((low <= mean) & (high >= mean)) <= 0.975

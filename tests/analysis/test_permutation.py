from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from tool_sandbox.analysis.permutation import exchanges, holm, mcnemar, sign_flip_p_value, sign_flip_p_values

SUMS = st.lists(st.integers(-4, 4), max_size=9)


def test_three_differences_of_one_sign_are_as_likely_as_two_exchanges_of_eight() -> None:
    assert sign_flip_p_value(np.array([1.0, 2.0, 0.5])) == 2 / 8


def test_scenarios_without_a_difference_change_nothing() -> None:
    sums = np.array([1.0, 2.0, 0.5, -0.25])

    assert sign_flip_p_value(np.append(sums, np.zeros(400))) == sign_flip_p_value(sums)


def test_no_difference_at_all_is_no_evidence() -> None:
    assert sign_flip_p_value(np.zeros(5)) == 1
    assert sign_flip_p_value(np.array([])) == 1


def test_differences_of_one_size_are_tested_as_coins() -> None:
    sums = np.array([0.25] * 31 + [-0.25])

    assert sign_flip_p_value(sums) == pytest.approx(stats.binomtest(31, 32).pvalue)


@given(SUMS)
def test_few_scenarios_get_the_share_of_all_exchanges(sums: list[int]) -> None:
    totals = [sum(a * b for a, b in zip(sums, signs, strict=True)) for signs in product((1, -1), repeat=len(sums))]
    share = sum(abs(total) >= abs(sum(sums)) for total in totals) / len(totals)

    assert sign_flip_p_value(np.array(sums, dtype=float)) == pytest.approx(share)


def test_many_scenarios_get_nearly_the_p_value_of_student() -> None:
    sums = np.random.default_rng(1).normal(0.08, 0.5, 200)

    assert sign_flip_p_value(sums) == pytest.approx(stats.ttest_1samp(sums, 0).pvalue, abs=0.01)


def test_many_scenarios_never_get_a_p_value_of_zero() -> None:
    assert sign_flip_p_value(np.linspace(0.5, 1, 100)) == 1 / 20_000


def test_random_exchanges_take_both_signs_equally_often() -> None:
    signs = np.concatenate(list(exchanges(500)))

    assert signs.shape == (20_000, 500)
    assert set(np.unique(signs)) == {-1, 1}
    assert abs(signs.mean()) < 0.002


def test_equal_runs_are_told_apart_no_more_often_than_the_level_says() -> None:
    sums = np.random.default_rng(8).normal(0, 1, (2000, 10))

    assert np.mean(sign_flip_p_values(sums) <= 0.05) == pytest.approx(0.05, abs=0.015)


@pytest.mark.parametrize(
    ("better", "worse", "p_value"), [(10, 2, 0.03857421875), (31, 1, 1.5366822481155396e-08), (5, 5, 1.0), (3, 0, 0.25)]
)
def test_mcnemar_with_one_pair_per_scenario_is_the_exact_test_of_statsmodels(
    better: int, worse: int, p_value: float
) -> None:
    first = np.array([True] * better + [False] * worse + [True] * 4)
    second = np.array([False] * better + [True] * worse + [True] * 4)
    found = mcnemar(first, second, np.arange(len(first)))

    assert (found.better, found.worse) == (better, worse)
    assert found.p_value == pytest.approx(p_value)


def test_mcnemar_counts_the_presentations_of_a_scenario_as_one() -> None:
    first, second = np.full(16, fill_value=True), np.full(16, fill_value=False)
    found = mcnemar(first, second, np.repeat([0, 1], 8))

    assert found.better == 16
    assert found.p_value == 0.5


def test_holm_gives_what_statsmodels_gives() -> None:
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx((0.03, 0.06, 0.06, 0.02))
    assert holm([]) == ()


@given(st.lists(st.floats(0, 1), max_size=8))
def test_holm_raises_p_values_and_keeps_their_order(p_values: list[float]) -> None:
    adjusted = holm(p_values)

    assert all(before <= after <= 1 for before, after in zip(p_values, adjusted, strict=True))
    ranked = sorted(zip(p_values, adjusted, strict=True))
    assert [after for _, after in ranked] == sorted(after for _, after in ranked)

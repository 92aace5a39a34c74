from __future__ import annotations

import pytest
from scipy import stats

from tests.analysis.runs_to_compare import run_of
from tool_sandbox.analysis.power import Resolution
from tool_sandbox.runs.numbers import trials_of
from tool_sandbox.runs.statistics.pairing import Pairs


def resolution(
    first: dict[str, list[float | None]], second: dict[str, list[float | None]], cost: float | None = 0.01
) -> Resolution:
    pairs = Pairs.of(trials_of(run_of(first, cost)), trials_of(run_of(second, cost))).scored
    found = Resolution.of(pairs)
    assert found is not None
    return found


CHANCE = resolution({"a": [1, 0], "b": [0, 1], "c": [1, 0], "d": [1, 1]}, {name: [0, 0] for name in "abcd"})
SETTLED = resolution({"a": [1, 1], "b": [0, 0], "c": [0, 0]}, {name: [0, 0] for name in "abc"})


def test_the_smallest_difference_is_so_many_standard_errors_that_four_of_five_comparisons_show_it() -> None:
    sums_apart = resolution({"a": [1.0], "b": [0.5], "c": [0.0]}, {"a": [0.0], "b": [0.0], "c": [0.0]})
    error = stats.sem([1.0, 0.5, 0.0])

    assert sums_apart.detectable() == pytest.approx(error * (stats.t.ppf(0.975, 2) + stats.norm.ppf(0.8)))


def test_a_difference_that_can_be_shown_needs_nothing_more() -> None:
    need = SETTLED.need(SETTLED.detectable())

    assert (need.trials, need.cost, need.scenarios) == (0, 0, 3)


def test_what_only_chance_makes_uncertain_is_shown_by_more_trials() -> None:
    need = CHANCE.need(CHANCE.detectable() / 2)  # half the error takes four times the trials

    assert need.trials == 6
    assert not need.at_least


def test_further_trials_cost_what_those_before_did() -> None:
    assert CHANCE.cost_of_trial == pytest.approx(4 * 2 * 0.01)
    assert CHANCE.need(CHANCE.detectable() / 2).cost == pytest.approx(6 * 4 * 2 * 0.01)


def test_what_remains_after_more_trials_is_the_spread_between_scenarios() -> None:
    mixed = resolution({"a": [1, 0.75], "b": [0, 0.25], "c": [1, 1], "d": [0, 0]}, {name: [0, 0] for name in "abcd"})
    need = mixed.need(mixed.detectable() * 0.999)

    assert mixed.noise is not None
    assert mixed.noise == pytest.approx((2 * 2 * 0.125**2 / 4 / 8) ** 0.5)
    assert mixed.noise < mixed.error
    assert need.trials is not None
    assert need.trials > 0
    assert mixed.need(mixed.detectable() * 0.9).trials is None


def test_an_unknown_price_is_not_nothing() -> None:
    unpriced = resolution({"a": [1], "b": [0]}, {"a": [0], "b": [0]}, cost=None)

    assert unpriced.cost_of_trial is None
    assert unpriced.need(0.01).cost is None


def test_no_number_of_trials_shows_what_is_hidden_by_too_few_scenarios() -> None:
    need = SETTLED.need(SETTLED.detectable() / 2)

    assert SETTLED.noise == 0
    assert (need.trials, need.cost) == (None, None)
    assert need.scenarios == 12


def test_one_trial_does_not_tell_chance_from_scenarios() -> None:
    once = resolution({"a": [1], "b": [0], "c": [0]}, {name: [0] for name in "abc"})
    need = once.need(once.detectable() / 2)

    assert once.noise is None
    assert need.at_least
    assert need.trials == 3


@pytest.mark.parametrize("difference", [0, -0.1, float("nan")])
def test_a_difference_of_nothing_cannot_be_shown(difference: float) -> None:
    with pytest.raises(ValueError, match="above 0"):
        SETTLED.need(difference)


def test_scenarios_that_are_all_equal_do_not_show_every_difference() -> None:
    equal = resolution({name: [1.0] for name in "abcdefgh"}, {name: [1.0] for name in "abcdefgh"})

    assert 0.1 < equal.error < 0.2
    assert equal.need(0.01).scenarios > 100


def test_one_scenario_has_no_resolution() -> None:
    trials = trials_of(run_of({"a": [1, 0], "a_all_tools": [1, 1]}))

    assert Resolution.of(Pairs.of(trials, trials).scored) is None

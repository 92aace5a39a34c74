from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.analysis.runs_to_compare import run_of
from tool_sandbox.analysis.permutation import exchanges
from tool_sandbox.analysis.sequential import Decision, Rule, decide, is_decided
from tool_sandbox.errors import SettingsError
from tool_sandbox.runs.outcomes import SampleResult

SCENARIOS = [f"s{number}" for number in range(20)]


def run_scoring(score: float, trials: int, names: Sequence[str] = SCENARIOS) -> list[SampleResult]:
    return run_of({name: [score] * trials for name in names})


def only(decisions: tuple[Decision, ...]) -> Decision:
    (found,) = decisions
    return found


def test_a_clear_difference_is_decided_at_the_first_look() -> None:
    found = only(decide({"A": run_scoring(1.0, 3), "B": run_scoring(0.5, 3)}))

    assert (found.first, found.second, found.verdict) == ("A", "B", "better")
    assert [look.trials for look in found.looks] == [1]
    assert found.looks[0].difference == 0.5
    assert found.looks[0].boundary is not None
    assert found.difference is not None
    assert found.difference.low < found.difference.value == 0.5 < found.difference.high
    assert is_decided([found])


def test_the_worse_run_is_named_as_such() -> None:
    assert only(decide({"A": run_scoring(0.0, 1), "B": run_scoring(0.5, 1)})).verdict == "worse"


def test_equal_runs_stay_open_without_a_margin() -> None:
    found = only(decide({"A": run_scoring(0.5, 4), "B": run_scoring(0.5, 4)}))

    assert found.verdict == "open"
    assert [look.trials for look in found.looks] == [1, 2, 3, 4]
    assert not is_decided([found])


def test_runs_that_differ_by_less_than_the_margin_are_equal() -> None:
    names = [f"s{number}" for number in range(200)]
    runs = {name: run_scoring(0.5, 2, names) for name in ("A", "B")}

    assert only(decide(runs, margin=0.05)).verdict == "equal"
    assert only(decide(runs, margin=0.001)).verdict == "open"


def test_too_few_scenarios_decide_nothing_however_often_they_are_played() -> None:
    names = ["a", "b", "c"]
    found = only(decide({"A": run_scoring(1.0, 9, names), "B": run_scoring(0.0, 9, names)}))

    assert found.verdict == "open"
    assert {look.boundary for look in found.looks} == {None}


def test_who_says_when_it_ends_finds_smaller_differences_at_the_end() -> None:
    uneven = run_of({name: [0.3 + at / 40] * 3 for at, name in enumerate(SCENARIOS)})
    known, unknown = (
        [look.boundary or 1 for look in only(decide({"A": uneven, "B": run_scoring(0.5, 3)}, trials=trials)).looks]
        for trials in (3, None)
    )

    assert known == sorted(known, reverse=True)
    assert known[0] > unknown[0]
    assert known[-1] < min(unknown)


def test_a_verdict_and_its_interval_agree() -> None:
    names = [f"s{number}" for number in range(8)]
    runs = {"A": run_of({name: [at / 10 + 0.1] for at, name in enumerate(names)}), "B": run_scoring(0.0, 1, names)}
    better, worse = (only(decide(each, trials=1)) for each in (runs, {"B": runs["B"], "A": runs["A"]}))

    assert (better.verdict, worse.verdict) == ("better", "worse")
    assert better.difference is not None
    assert worse.difference is not None
    assert better.difference.low >= 0
    assert (worse.difference.low, worse.difference.high) == (-better.difference.high, -better.difference.low)


def test_later_trials_do_not_change_a_verdict() -> None:
    first = run_scoring(1.0, 1)
    turned = [*first, *(sample for sample in run_scoring(0.0, 5) if sample.trial)]

    assert only(decide({"A": turned, "B": run_scoring(0.5, 5)})) == only(decide({"A": first, "B": run_scoring(0.5, 1)}))


def test_void_samples_are_left_out() -> None:
    void_runs = run_of({name: [None] for name in SCENARIOS})

    assert only(decide({"A": void_runs, "B": run_scoring(1.0, 1)})) == Decision(
        first="A", second="B", verdict="open", difference=None, looks=()
    )


def test_of_many_runs_every_two_are_decided() -> None:
    runs = {"A": run_scoring(1.0, 1), "B": run_scoring(0.5, 1), "C": run_scoring(0.5, 1)}

    assert [(each.first, each.second, each.verdict) for each in decide(runs)] == [
        ("A", "B", "better"),
        ("A", "C", "better"),
        ("B", "C", "open"),
    ]


def test_more_pairs_leave_less_error_for_each() -> None:
    names = [f"s{number}" for number in range(7)]  # two exchanges of 128 are as extreme: 1.6%
    two = {"A": run_scoring(1.0, 1, names), "B": run_scoring(0.5, 1, names)}

    assert decide(two)[0].verdict == "better"
    assert decide({**two, "C": run_scoring(0.75, 1, names)})[0].verdict == "open"


@pytest.mark.parametrize(
    ("runs", "options", "message"),
    [
        (["A"], {}, "two runs or more, not 1"),
        (["A", "B"], {"margin": 0.0}, "margin=0.0 must be"),
        (["A", "B"], {"margin": float("nan")}, "margin=nan must be"),
        (["A", "B"], {"error_rate": 5}, "error_rate=5 must be"),
        (["A", "B"], {"trials": 0}, "trials=0 must be"),
    ],
)
def test_what_makes_no_sense_is_refused(runs: list[str], options: dict[str, Any], message: str) -> None:
    with pytest.raises(SettingsError, match=message):
        decide({name: run_scoring(1.0, 1) for name in runs}, **options)


def chance_of_verdict(verdicts: set[str], chance: float, other: float, rule: Rule) -> float:
    """How often eight looks at 10 scenarios come to one of ``verdicts``."""
    random = np.random.default_rng(12)
    counts = np.broadcast_to(np.arange(1.0, 9)[:, np.newaxis], (8, 10))
    signs = list(exchanges(10))
    found = []
    for _ in range(2000 if chance == other else 250):
        wins, losses = (random.random((8, 10)) < each for each in (chance, other))
        sums = (wins.astype(float) - losses).cumsum(axis=0)
        found.append(rule.verdict(range(1, 9), sums, counts, signs)[0] in verdicts)
    return float(np.mean(found))


RULES = [Rule(0.05), Rule(0.05, trials=8)]


@pytest.mark.parametrize("rule", RULES)
def test_eight_looks_at_equal_agents_find_a_difference_no_more_often_than_promised(rule: Rule) -> None:
    assert chance_of_verdict({"better", "worse"}, 0.7, 0.7, rule) <= 0.05


@pytest.mark.parametrize("rule", RULES)
def test_a_real_difference_is_found(rule: Rule) -> None:
    assert chance_of_verdict({"better"}, 0.9, 0.5, rule) >= 0.95


@pytest.mark.parametrize("rule", [Rule(0.05, margin=0.2), Rule(0.05, margin=0.2, trials=8)])
def test_agents_that_differ_by_the_margin_are_called_equal_no_more_often_than_promised(rule: Rule) -> None:
    assert chance_of_verdict({"equal"}, 0.7, 0.5, rule) <= 0.05


@given(st.floats(0.001, 0.5), st.one_of(st.none(), st.integers(1, 30)))
def test_no_number_of_looks_spends_more_than_the_error_rate(error_rate: float, trials: int | None) -> None:
    spent = [Rule(error_rate, trials=trials).spent(look) for look in range(1, 60)]

    assert spent == sorted(spent)
    assert spent[-1] < error_rate


@pytest.mark.parametrize("scale", [1e-3, 1.0])
def test_the_verdict_does_not_depend_on_the_unit_of_scores(scale: float) -> None:
    sums = np.random.default_rng(1).normal(0.5, 1, (5, 20)).cumsum(axis=0)
    counts = np.ones((5, 20))
    rule = Rule(0.05)

    assert rule.verdict(range(1, 6), sums * scale, counts)[0] == rule.verdict(range(1, 6), sums, counts)[0]

"""Samples of two runs side by side."""

from __future__ import annotations

from tests.runs.samples import scored, void
from tool_sandbox.runs.numbers import trials_of
from tool_sandbox.runs.statistics.pairing import Pairs


def test_samples_of_one_scenario_and_trial_are_paired_in_the_order_of_the_first_run() -> None:
    first = [scored("b", 0.5, trial=7), scored("only", 1.0), scored("a", 0.25), scored("b", 0.75), void("c")]
    second = [scored("a", 0.5), scored("b", 0.0), scored("c", 1.0), scored("b", 1.0, trial=7), scored("a", trial=1)]
    pairs = Pairs.of(trials_of(first), trials_of(second))
    assert [pairs.key(at) for at in range(len(pairs))] == [("b", 7), ("a", 0), ("b", 0), ("c", 0)]
    assert pairs.scored.difference.tolist() == [-0.5, -0.25, 0.75]


def test_of_several_partners_the_last_counts() -> None:
    pairs = Pairs.of(trials_of([scored("a", 1.0)]), trials_of([scored("a", 0.0), scored("a", 0.5), scored("b")]))
    assert pairs.difference.tolist() == [0.5]


def test_nothing_has_no_partner() -> None:
    assert not len(Pairs.of(trials_of([]), trials_of([scored()])))
    assert not len(Pairs.of(trials_of([scored()]), trials_of([])))
    assert not len(Pairs.of(trials_of([scored("a")]), trials_of([scored("b")])))

from __future__ import annotations

import pytest

from tests.analysis.runs_to_compare import run_of
from tests.runs.samples import scored, void
from tool_sandbox.analysis.statistics import summary_of
from tool_sandbox.runs.statistics.intervals import Interval


def test_a_summary_says_what_was_played() -> None:
    summary = summary_of(run_of({"a": [1.0, 0.5], "a_all_tools": [1.0, None], "b": [0.0, 0.0]}))

    assert (summary.scenarios, summary.base_scenarios, summary.trials) == (3, 2, 2)
    assert (summary.overall.samples, summary.overall.void) == (6, 1)
    assert summary.overall.score is not None
    assert summary.overall.score.value == pytest.approx(0.5)
    assert summary.flaky == ("a",)
    assert [rate.k for rate in summary.pass_rates] == [1, 2]
    assert summary.void_share[0] == pytest.approx(1 / 6)
    assert summary.cost == pytest.approx(0.06)
    assert summary.cost_per_sample == pytest.approx(0.01)


def test_without_void_samples_the_range_is_the_interval() -> None:
    overall = summary_of(run_of({"a": [1.0], "b": [0.5]})).overall

    assert overall.score is not None
    assert overall.range_with_void == Interval(overall.score.low, overall.score.high)


def test_every_presentation_and_category_has_its_score() -> None:
    samples = [
        scored("a", 1.0, categories=("STATE_DEPENDENCY", "NO_DISTRACTION_TOOLS")),
        scored(
            "a_3_distraction_tools_arg_type_scrambled",
            0.5,
            categories=("THREE_DISTRACTION_TOOLS", "ARG_TYPE_SCRAMBLED"),
        ),
        void("b"),
    ]
    summary = summary_of(samples)

    assert list(summary.by_presentation) == ["plain", "3_distraction_tools_arg_type_scrambled"]
    assert (summary.by_presentation["plain"].samples, summary.by_presentation["plain"].void) == (2, 1)
    assert "THREE_DISTRACTION_TOOLS" not in summary.by_category
    assert summary.by_category["ARG_TYPE_SCRAMBLED"].score is not None
    assert summary.by_category["ARG_TYPE_SCRAMBLED"].score.value == 0.5


def test_the_outcome_is_averaged_where_there_is_one() -> None:
    samples = [scored("a", 0.5, outcome=1.0), scored("b", 0.5, outcome=0.5), scored("c", 0.5)]
    outcome = summary_of(samples).overall.outcome

    assert outcome is not None
    assert (outcome.value, outcome.samples) == (0.75, 2)
    assert summary_of(samples[2:]).overall.outcome is None


def test_an_unknown_price_makes_the_sum_unknown() -> None:
    summary = summary_of([*run_of({"a": [1.0]}), *run_of({"b": [1.0]}, cost=None)])

    assert (summary.cost, summary.cost_per_sample) == (None, None)


def test_success_counts_from_the_score_that_was_asked_for() -> None:
    samples = run_of({"a": [0.8, 0.4]})

    assert summary_of(samples).pass_rates[0].all_pass.value == 0
    assert summary_of(samples, pass_at=0.8).pass_rates[0].all_pass.value == 0.5
    assert summary_of(samples, pass_at=0.8).pass_at == 0.8


@pytest.mark.parametrize("scores", [{}, {"a": [None]}])
def test_a_run_without_any_score_has_none(scores: dict[str, list[float | None]]) -> None:
    summary = summary_of(run_of(scores))

    assert summary.overall.score is None
    assert summary.overall.range_with_void.low < 0.5 < summary.overall.range_with_void.high
    assert (summary.pass_rates, summary.flip_rate) == ((), None)

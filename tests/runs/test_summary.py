from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest

from tests.runs.samples import scored, void
from tool_sandbox.analysis.statistics import summary_of
from tool_sandbox.llm.layers.budget.spending import Spending
from tool_sandbox.runs.run_explanation import broken_in_words
from tool_sandbox.runs.summary import summarise

THREE = ("SINGLE_TOOL_CALL", "THREE_DISTRACTION_TOOLS")
SCRAMBLED = (*THREE, "TOOL_NAME_SCRAMBLED")


def test_the_original_keys_hold_the_original_aggregation() -> None:
    summary = summarise(
        [scored("a", 1.0, turn_count=2, categories=THREE), scored("b", 0.0, turn_count=6, categories=SCRAMBLED)],
        git_sha="abc",
    )

    assert summary["git_sha"] == "abc"
    assert [result["name"] for result in summary["per_scenario_results"]] == ["a", "b"]
    assert summary["category_aggregated_results"] == {
        "SINGLE_TOOL_CALL": {"similarity": 0.5, "turn_count": 4},
        "THREE_DISTRACTION_TOOLS": {"similarity": 1.0, "turn_count": 2},
        "TOOL_NAME_SCRAMBLED": {"similarity": 0.0, "turn_count": 6},
        "ALL_CATEGORIES": {"similarity": 0.5, "turn_count": 4},
    }


def test_void_samples_move_the_bounds_and_not_the_score() -> None:
    summary = summarise([scored("a", 0.75), scored("b", 0.25), void("c"), void("d", cause="timeout")], git_sha=None)

    assert summary["score"]["similarity"] == 0.5
    assert _bounds(summary) == (0.25, 0.75)
    assert summary["score"]["coverage"] == 0.5
    assert summary["outcomes"] == {"samples": 4, "scored": 2, "void": {"provider": 1, "timeout": 1}}


def _bounds(summary: Mapping[str, Any]) -> tuple[float, float]:
    return summary["score"]["score_if_void_failed"], summary["score"]["score_if_void_passed"]


def test_the_score_says_how_sure_it_is_and_by_which_method() -> None:
    results = [scored("a", 1.0), scored("a_all_tools", 0.5), scored("b", 0.25), void("c")]
    score = summarise(results, git_sha=None)["score"]

    statistics = summary_of(results).overall
    assert statistics.score is not None
    interval = score["interval"]
    assert (interval["low"], interval["high"]) == (statistics.score.low, statistics.score.high)
    assert (interval["level"], score["base_scenarios"]) == (0.95, 2)
    assert "clustered by base scenario" in interval["method"]
    joined = score["range_with_void"]
    assert (joined["low"], joined["high"]) == (statistics.range_with_void.low, statistics.range_with_void.high)
    assert joined["low"] <= interval["low"] < interval["high"] <= joined["high"]


def test_repeated_trials_give_pass_rates_and_flips_from_the_score_that_is_asked_for() -> None:
    results = [scored(name, value, trial=trial) for name in "ab" for trial, value in enumerate((1.0, 0.5))]
    strict, mild = (summarise(results, git_sha=None, pass_at=pass_at)["score"] for pass_at in (1.0, 0.5))

    assert (strict["pass_at"], mild["pass_at"]) == (1.0, 0.5)
    assert strict["pass_hat_k"] == {"1": 0.5, "2": 0.0}
    assert strict["pass_at_k"] == {"1": 0.5, "2": 1.0}
    assert (strict["flip_rate"], strict["flaky"]) == (1.0, ["a", "b"])
    assert (mild["pass_hat_k"], mild["flip_rate"]) == ({"1": 1.0, "2": 1.0}, 0.0)


def test_samples_are_grouped_by_presentation_tag_and_tool_too() -> None:
    summary = summarise(
        [
            scored("a", 1.0, tags=("smoke",), tools_wanted=("set_wifi_status",)),
            scored("a_all_tools", 0.5, tags=("smoke", "slow"), tools_wanted=("set_wifi_status", "search_contacts")),
        ],
        git_sha=None,
    )

    def means(grouping: str) -> dict[str, float]:
        return {name: score["similarity"] for name, score in summary[grouping].items()}

    assert means("presentations") == {"all_tools": 0.5, "plain": 1.0}
    assert means("tags") == {"slow": 0.5, "smoke": 0.75}
    assert means("tools") == {"search_contacts": 0.5, "set_wifi_status": 0.75}
    json.dumps(summary, allow_nan=False)


def test_a_run_without_any_score_has_none() -> None:
    summary = summarise([void("a")], git_sha=None)

    assert summary["score"]["similarity"] is None
    assert _bounds(summary) == (0, 1)
    assert (summary["score"]["interval"], summary["score"]["flip_rate"]) == (None, None)
    assert summary["score"]["pass_hat_k"] == {}
    assert summary["category_aggregated_results"] == {}


def test_scenarios_that_reward_doing_nothing_are_also_left_out() -> None:
    summary = summarise(
        [scored("a", 0.4), scored("b", 1.0, categories=("INSUFFICIENT_INFORMATION",), nop_floor=1.0)], git_sha=None
    )

    assert summary["score"]["similarity"] == pytest.approx(0.7)
    assert summary["score"]["without_insufficient_information"] == pytest.approx(0.4)
    assert summary["categories"]["INSUFFICIENT_INFORMATION"]["nop_floor"] == 1.0
    assert summary["score"]["nop_floor"] == 0.5


def test_what_doing_nothing_scores_counts_for_void_samples_too() -> None:
    summary = summarise([scored("a", 0.4), void("b", nop_floor=1.0)], git_sha=None)

    assert summary["score"]["nop_floor"] == 0.5


def test_the_outcome_is_the_mean_over_the_samples_that_have_one() -> None:
    results = [scored("a", 0.5, outcome=1.0), scored("b", 1.0, outcome=0.0), scored("c", 1.0), void("d")]
    score = summarise(results, git_sha=None)["score"]
    assert (score["outcome"], score["right_in_the_end"]) == (0.5, 1)
    assert summarise([scored("a", 1.0, outcome=1.0)], git_sha=None)["score"]["right_in_the_end"] == 0
    assert summarise([scored("a", 1.0)], git_sha=None)["score"]["outcome"] is None


def test_samples_are_counted_by_the_rules_that_their_user_broke() -> None:
    rosa, late = ({"rule": rule, "message": 3, "value": "Rosa"} for rule in ("invented", "left_early"))
    results = [scored("a", broken_rules=[rosa, rosa]), void("b", broken_rules=[rosa, late]), scored("c")]
    counts = summarise(results, git_sha=None)["score"]["broken_rules"]
    assert counts == {"any": 2, "invented": 2, "left_early": 1}
    assert broken_in_words(counts) == (
        "The simulated user broke its rules in 2 samples: said what it cannot know in 2, left early in 1"
    )
    assert broken_in_words(summarise([scored("c")], git_sha=None)["score"]["broken_rules"]) == ""


def test_the_floor_beside_a_score_is_that_of_the_best_agent_that_does_not_do_the_work() -> None:
    results = [
        scored("a", floors={"nothing": 0.0, "claiming": 0.5, "reading": 1.0}),
        scored("b", floors={"nothing": 0.5, "claiming": 0.0, "reading": 0.0}, categories=("CANONICALIZATION",)),
        void("c", nop_floor=0.25),
    ]
    summary = summarise(results, git_sha=None)
    assert summary["score"]["floors"] == {"nothing": 0.25, "claiming": 0.25, "reading": pytest.approx(1.25 / 3)}
    stopped = summarise([*results, void("d", cause="cancelled")], git_sha=None)
    assert stopped["score"]["floors"] == summary["score"]["floors"]
    assert summary["score"]["floor"] == pytest.approx(1.25 / 3)
    assert summary["categories"]["CANONICALIZATION"]["floor"] == 0.5
    assert summarise([scored("a", nop_floor=0.125)], git_sha=None)["score"]["floor"] == 0.125


def test_the_pure_score_leaves_out_what_a_fallback_answered() -> None:
    summary = summarise([scored("a", 0.2), scored("b", 1.0, fallback=True)], git_sha=None)

    assert (summary["score"]["pure"], summary["score"]["mixed"]) == (0.2, 0.6)
    assert summary["score"]["samples_with_fallback"] == 1


def test_spending_is_summed_and_unknown_prices_are_counted_apart() -> None:
    summary = summarise(
        [
            scored("a", spending=Spending(calls=2, cost=0.5, prompt_tokens=10)),
            void("b", spending=Spending(calls=1, cost=None, prompt_tokens=5)),
        ],
        git_sha=None,
    )

    assert (summary["spending"]["cost"], summary["spending"]["known_cost"]) == (None, 0.5)
    assert (summary["spending"]["calls"], summary["spending"]["unpriced_calls"]) == (3, 1)
    assert summary["spending"]["prompt_tokens"] == 15


def test_no_samples_make_an_empty_summary() -> None:
    assert summarise([], git_sha=None)["score"]["similarity"] is None

"""Similarity of milestones, the search's properties, and the verdict: spec/50, sections 4 to 6."""

from __future__ import annotations

import gc
from collections import OrderedDict
from typing import Any

import attrs
import polars as pl
import pytest

from tool_sandbox.common.evaluation import (
    CachedSimilarityCalculator,
    Evaluation,
    EvaluationResult,
    Milestone,
    MilestoneMatcher,
    Minefield,
    SnapshotConstraint,
    get_effective_turn_count,
    guardrail_similarity,
    snapshot_similarity,
)
from tool_sandbox.common.execution_context import DatabaseNamespace as N
from tool_sandbox.common.execution_context import ExecutionContext
from tool_sandbox.evaluation.matching.similarity import Trajectory


def conversation(*texts: str) -> ExecutionContext:
    context = ExecutionContext()
    context.add_rows(N.SANDBOX, [{"sender": "SYSTEM", "recipient": "AGENT", "content": "You help."}])
    context.add_rows(N.SANDBOX, [{"sender": "USER", "recipient": "AGENT", "content": "Hello"}])
    for text in texts:
        context.add_rows(
            N.SANDBOX, [{"sender": "AGENT", "recipient": "USER", "content": text, "visible_to": ["AGENT", "USER"]}]
        )
    return context


def says(text: str) -> Milestone:
    return Milestone([SnapshotConstraint.of_rows(N.SANDBOX, snapshot_similarity, [{"content": text}])])


def fixed(value: float) -> Any:
    def similarity(
        snapshot: pl.DataFrame,
        target_dataframe: pl.DataFrame | None = None,
        column_similarities: dict[str, Any] | None = None,
        reference_snapshot: pl.DataFrame | None = None,
        **kwargs: Any,
    ) -> float:
        assert isinstance(snapshot, pl.DataFrame)
        assert isinstance(column_similarities, dict)
        assert not kwargs
        return value

    return similarity


def positions(matcher: MilestoneMatcher, context: ExecutionContext) -> dict[int, int]:
    return {node: index for node, (index, _) in matcher.compute_mapping_and_similarity(context)[0].items()}


def test_constraints_are_averaged_geometrically_and_guardrails_only_void() -> None:
    context = conversation("a")
    parts = [SnapshotConstraint(N.SANDBOX, fixed(0.81)), SnapshotConstraint(N.SANDBOX, fixed(1.0))]
    guards = [SnapshotConstraint(N.SETTING, guardrail_similarity, -1) for _ in range(3)]
    calculator = CachedSimilarityCalculator(context, Milestone([*parts, *guards]))
    assert calculator.calculate_similarity(2, {}) == pytest.approx(0.9)
    context.replace_rows(N.SETTING, [{**context.rows(N.SETTING)[0], "wifi": False}])
    context.add_rows(N.SANDBOX, [{"sender": "AGENT", "recipient": "USER", "content": "b"}])
    assert CachedSimilarityCalculator(context, Milestone([*parts, *guards])).calculate_similarity(3, {}) == 0


def test_the_calculator_needs_its_references_and_something_to_count() -> None:
    context = conversation("a")
    guard = SnapshotConstraint(N.SETTING, guardrail_similarity, 0)
    with pytest.raises(KeyError):
        CachedSimilarityCalculator(context, Milestone([guard])).calculate_similarity(2, {})
    with pytest.raises(ZeroDivisionError):
        CachedSimilarityCalculator(context, Milestone([guard])).calculate_similarity(2, {0: (1, 1.0)})


def test_the_calculator_shows_what_it_worked_on() -> None:
    context = conversation("a")
    calculator = CachedSimilarityCalculator(context, says("a"))
    assert calculator.execution_context is context
    assert calculator.first_user_message_snapshot_index == 1
    assert calculator.calculate_similarity(2, {}) == 1
    assert calculator.snapshot_constraint_similarity_cache == [{(2, None): 1.0}]
    assert calculator.database_bucket_boundary[N.SANDBOX] == [0, 1, 2]


def test_each_pair_of_snapshots_is_compared_once() -> None:
    calls: list[int] = []

    def counting(snapshot: pl.DataFrame, **kwargs: Any) -> float:
        calls.append(snapshot.height)
        return 0.5

    context = conversation("a", "b", "c", "d")
    matcher = MilestoneMatcher([Milestone([SnapshotConstraint(N.SETTING, counting)]) for _ in range(3)])
    matcher.compute_mapping_and_similarity(context)
    assert len(calls) == 3


def test_equal_similarities_take_the_earliest_message() -> None:
    assert positions(MilestoneMatcher([says("a")]), conversation("b", "a", "a")) == {0: 3}


def test_identical_milestones_in_a_chain_share_the_first_match() -> None:
    assert positions(MilestoneMatcher([says("a"), says("a")]), conversation("b", "a", "a")) == {0: 3, 1: 3}


def test_what_matches_nothing_does_not_hold_up_its_successors() -> None:
    matcher = MilestoneMatcher([says("zzz"), says("a")])
    mapping, score = matcher.compute_mapping_and_similarity(conversation("b", "a"))
    assert mapping == OrderedDict({0: (1, 0.0), 1: (3, 1.0)})
    assert score == 0.5


def test_order_matters_in_a_chain_and_not_without_edges() -> None:
    context = conversation("b", "a")
    assert MilestoneMatcher([says("a"), says("b")]).compute_mapping_and_similarity(context)[1] == 0.5
    assert MilestoneMatcher([says("a"), says("b")], [(1, 0)]).compute_mapping_and_similarity(context)[1] == 1.0
    mapping, score = MilestoneMatcher([says("a"), says("b")], []).compute_mapping_and_similarity(context)
    assert (list(mapping), score) == ([1, 0], 1.0)


def test_without_a_user_the_first_snapshot_is_a_candidate_of_its_own() -> None:
    context = ExecutionContext()
    context.add_rows(N.SANDBOX, [{"sender": "SYSTEM", "recipient": "AGENT", "content": "a"}])
    assert positions(MilestoneMatcher([says("a")]), context) == {0: -1}


def test_similarities_beyond_one_are_searched_as_defined() -> None:
    matcher = MilestoneMatcher([Milestone([SnapshotConstraint(N.SANDBOX, fixed(2.0))]), says("a")])
    mapping, score = matcher.compute_mapping_and_similarity(conversation("b", "a"))
    assert mapping == OrderedDict({0: (1, 2.0), 1: (3, 1.0)})
    assert score == 1.5


def test_an_error_in_a_similarity_is_not_hidden() -> None:
    def broken(**kwargs: Any) -> float:
        message = "boom"
        raise AttributeError(message)

    matcher = MilestoneMatcher([Milestone([SnapshotConstraint(N.SANDBOX, broken)]), says("a")])
    with pytest.raises(AttributeError, match="boom"):
        matcher.compute_mapping_and_similarity(conversation("a"))


def test_nothing_to_match_has_no_score() -> None:
    assert MilestoneMatcher().compute_mapping_and_similarity(conversation("a")) == (OrderedDict(), None)


def test_without_milestones_and_minefields_the_score_is_the_integer_one() -> None:
    result = Evaluation().evaluate(conversation("a"), max_turn_count=30)
    assert (result.milestone_similarity, result.minefield_similarity, result.similarity) == (1, 0, 1)
    assert isinstance(result.similarity, int)
    assert isinstance(result.minefield_similarity, int)


def test_judging_leaves_nothing_that_is_found_by_looking_for_garbage_alone() -> None:
    evaluation, world = Evaluation(MilestoneMatcher([says("a"), says("b")])), conversation("a", "b")

    def trajectories() -> int:
        return sum(type(each) is Trajectory for each in gc.get_objects())

    gc.disable()
    try:
        before = trajectories()
        evaluation.evaluate(world)
        assert trajectories() == before
    finally:
        gc.enable()


def test_any_hit_of_a_minefield_voids_the_score() -> None:
    mines = [Minefield(says(text).snapshot_constraints) for text in ("zzz", "a")]
    result = Evaluation(MilestoneMatcher([says("a")]), MilestoneMatcher(mines, [])).evaluate(conversation("a"), 30)
    assert (result.milestone_similarity, result.minefield_similarity, result.similarity) == (1.0, 0.5, 0)
    assert list(result.minefield_mapping) == [1, 0]


def test_milestones_are_listed_by_number_and_minefields_as_found() -> None:
    context = conversation("b", "a")
    result = Evaluation(
        MilestoneMatcher([says("a"), says("b")], []), MilestoneMatcher([says("a"), says("b")], [])
    ).evaluate(context, 30)
    assert list(result.milestone_mapping) == [0, 1]
    assert list(result.minefield_mapping) == [1, 0]


def test_an_empty_result_has_no_score_to_speak_of() -> None:
    result = EvaluationResult()
    assert attrs.asdict(result) == {
        "milestone_mapping": {},
        "minefield_mapping": {},
        "milestone_similarity": 0,
        "minefield_similarity": 0,
        "similarity": 0,
        "turn_count": 0,
        "milestone_credit": {},
        "outcome": None,
        "unasked": (),
    }
    assert EvaluationResult(milestone_similarity=0.7).similarity == 0.7
    assert EvaluationResult(milestone_similarity=0.7, minefield_similarity=0.1).similarity == 0


def test_turns_of_a_conversation() -> None:
    rows = [
        ("USER", "AGENT", None),
        ("AGENT", "EXECUTION_ENVIRONMENT", ["AGENT", "EXECUTION_ENVIRONMENT"]),
        ("AGENT", "EXECUTION_ENVIRONMENT", ["AGENT", "EXECUTION_ENVIRONMENT"]),
        ("EXECUTION_ENVIRONMENT", "AGENT", ["AGENT", "EXECUTION_ENVIRONMENT"]),
        ("EXECUTION_ENVIRONMENT", "AGENT", ["AGENT", "EXECUTION_ENVIRONMENT"]),
        ("AGENT", "USER", ["AGENT", "USER"]),
        ("USER", "EXECUTION_ENVIRONMENT", ["USER", "EXECUTION_ENVIRONMENT"]),
        ("EXECUTION_ENVIRONMENT", "USER", ["USER", "EXECUTION_ENVIRONMENT"]),
        ("SYSTEM", "AGENT", ["SYSTEM", "AGENT"]),
        ("USER", "AGENT", ["USER"]),
        (None, "AGENT", ["AGENT"]),
    ]
    log = pl.DataFrame(
        [{"sender": sender, "recipient": recipient, "visible_to": seen} for sender, recipient, seen in rows],
        schema={"sender": pl.String, "recipient": pl.String, "visible_to": pl.List(pl.String)},
    )
    assert get_effective_turn_count(log) == 5
    assert get_effective_turn_count(log.clear()) == 0
    empty_list = pl.DataFrame({"sender": ["AGENT"], "recipient": ["USER"], "visible_to": [[]]})
    assert get_effective_turn_count(empty_list) == 1

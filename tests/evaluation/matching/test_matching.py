"""Matching milestones against trajectories."""

from __future__ import annotations

import copy
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.evaluation import reference, trajectories
from tool_sandbox.common.evaluation import Evaluation, MilestoneMatcher, get_effective_turn_count
from tool_sandbox.common.execution_context import DatabaseNamespace, ExecutionContext


def _compare(seed: int, messages: int, count: int) -> None:
    source = random.Random(seed)
    context = trajectories.trajectory(source, messages)
    milestones, edges = trajectories.milestones(source, count)
    matcher = MilestoneMatcher(milestones, edges)
    expected, score = reference.match(matcher, context)
    mapping, similarity = matcher.compute_mapping_and_similarity(context)
    assert {node: index for node, (index, _) in mapping.items()} == {node: at for node, (at, _) in expected.items()}
    assert list(mapping) == list(expected)
    assert similarity == pytest.approx(score, abs=1e-9)
    for node, (_, value) in mapping.items():
        assert value == pytest.approx(expected[node][1], abs=1e-9)


@given(st.integers(0, 10**9))
@settings(max_examples=60)
def test_random_milestones_are_matched_like_the_reference(seed: int) -> None:
    _compare(seed, 6, 1 + seed % 3)


@given(st.integers(0, 10**9))
@settings(max_examples=12)
def test_four_milestones_are_matched_like_the_reference(seed: int) -> None:
    _compare(seed, 5, 4)


@given(st.integers(0, 10**9))
@settings(max_examples=30)
def test_turns_are_counted_like_the_reference(seed: int) -> None:
    context = trajectories.trajectory(random.Random(seed), 8)
    log = context.get_database(DatabaseNamespace.SANDBOX, get_all_history_snapshots=True)
    assert get_effective_turn_count(log) == reference.turn_count(log)
    assert Evaluation().evaluate(context, 30).turn_count == reference.turn_count(log)


@given(st.integers(0, 10**9))
@settings(max_examples=20)
def test_a_context_read_back_from_its_file_scores_the_same(seed: int) -> None:
    source = random.Random(seed)
    context = trajectories.trajectory(source, 6)
    milestones, edges = trajectories.milestones(source, 3)
    matcher = MilestoneMatcher(milestones, edges)
    again = ExecutionContext.from_dict(copy.deepcopy(context.to_dict(serialize_console=False)))
    assert matcher.compute_mapping_and_similarity(again) == matcher.compute_mapping_and_similarity(context)


def test_twelve_fuzzy_milestones_over_sixty_messages_are_matched_before_anybody_gives_up() -> None:
    """Every visit made, as the specification has it, would be some 10^20 of them."""
    source = random.Random(3)
    context = trajectories.trajectory(source, 60)
    milestones, _ = trajectories.milestones(source, 12)
    mapping, similarity = MilestoneMatcher(milestones).compute_mapping_and_similarity(context)
    assert len(mapping) == 12
    assert similarity

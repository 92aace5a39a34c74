"""Whatever milestones ask for and whatever happened, there is an explanation that fits the score."""

from __future__ import annotations

import random

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tests.evaluation import trajectories
from tool_sandbox.common.scenario import Scenario
from tool_sandbox.evaluation.explanation.explain import explain
from tool_sandbox.evaluation.matching.matching import MilestoneMatcher
from tool_sandbox.evaluation.result import Evaluation


@given(seed=st.integers(0, 1 << 32), messages=st.integers(2, 10), count=st.integers(1, 4))
@example(seed=354828, messages=7, count=3)  # a row was added that equals the one to which another should be changed
def test_exactly_the_milestones_that_lost_points_have_losses(seed: int, messages: int, count: int) -> None:
    source = random.Random(seed)
    world = trajectories.trajectory(source, messages)
    milestones, edges = trajectories.milestones(source, count)
    scenario = Scenario(evaluation=Evaluation(MilestoneMatcher(milestones, edges)), name="random")
    explanation = explain(scenario, world)
    assert explanation.score is not None
    assert len(explanation.milestones) == count
    assert sum(node.credit for node in explanation.milestones) / count == pytest.approx(explanation.score)
    for node in explanation.milestones:
        assert bool(node.losses) == (node.similarity < 1 - 1e-6)
    assert bool(explanation.cause) == any(node.losses for node in explanation.milestones)
    assert str(explanation).startswith("random #0")

"""An answer is held against the world at its message, where no fact of the scenario is about it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.scenarios import writing
from tests.scenarios.playing import played, similarities
from tool_sandbox.common.scenario import Scenario
from tool_sandbox.evaluation.explanation.explain import explain

MILESTONES = "[{said: The key is under the mat., facts: [mat], may_change: [setting]}]"


@pytest.fixture
def scenario(tmp_path: Path) -> Scenario:
    return writing.scenario(tmp_path, writing.entry(MILESTONES, world="cellular_off"))


def test_the_world_counts_as_it_is_at_that_message(scenario: Scenario) -> None:
    scenario.starting_context.tool_allow_list = None
    text = "Under the mat. Cellular is on now."
    assert similarities(scenario, ("set_cellular_service_status", {"on": True}), text) == [1]
    assert similarities(scenario, text) == [0]


def test_the_explanation_names_what_is_not_so(scenario: Scenario) -> None:
    cause = explain(scenario, played(scenario, "Under the mat. Cellular is on now.")).cause
    assert "says that cellular is on, which it is not" in cause


def test_what_facts_are_about_is_left_to_them(tmp_path: Path) -> None:
    facts = "[{said: Wi-Fi is off., facts: [{off: wi-fi}]}]"
    assert similarities(writing.scenario(tmp_path, writing.entry(facts)), "Wi-Fi is off.") == [1]

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.evaluation.explanation.broken_agents import BROKEN, SCENARIOS, SOLUTIONS, Broken
from tests.scenarios.playing import Action, played
from tests.scenarios.writing import scenarios
from tool_sandbox.common.execution_context import ExecutionContext
from tool_sandbox.common.scenario import Scenario
from tool_sandbox.common.vocabulary import DatabaseNamespace
from tool_sandbox.evaluation.explanation.explain import explain


@pytest.fixture(scope="module")
def suite(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Scenario]:
    return scenarios(tmp_path_factory.mktemp("scenarios"), SCENARIOS)


def world(scenario: Scenario, actions: tuple[Action, ...]) -> ExecutionContext:
    """The world after these actions, with people's ids in the place of their first names."""
    people = scenario.starting_context.rows(DatabaseNamespace.CONTACT)
    ids = {"wanda": "Wanda Ekström", "tomas": "Tomás Rivera"}
    known = {key: next(row["person_id"] for row in people if row["name"] == name) for key, name in ids.items()}

    def resolved(action: Action) -> Action:
        if not isinstance(action, tuple):
            return action
        return action[0], {
            name: known.get(value, value) if name == "person_id" else value for name, value in action[1].items()
        }

    replies = ("Go on.",) * sum(isinstance(action, str) for action in actions[:-1])
    return played(scenario, *map(resolved, actions), replies=replies)


@pytest.mark.parametrize("broken", BROKEN, ids=lambda broken: f"{broken.scenario}: {broken.cause}")
def test_the_first_line_names_what_is_wrong_with_a_broken_agent(suite: dict[str, Scenario], broken: Broken) -> None:
    scenario = suite[broken.scenario]
    explanation = explain(scenario, world(scenario, broken.actions()))
    assert min(explanation.score or 0, explanation.outcome or 0) < 1
    assert broken.cause in str(explanation).splitlines()[0]
    assert {each["fault"] for each in explanation.to_records()} <= {"agent", None}


@pytest.mark.parametrize("name", SOLUTIONS)
def test_nothing_is_wrong_with_a_solution(suite: dict[str, Scenario], name: str) -> None:
    explanation = explain(suite[name], world(suite[name], SOLUTIONS[name]))
    assert explanation.score == pytest.approx(1)
    assert explanation.cause == ""
    assert all(node.is_met for node in explanation.milestones)
    assert explanation.minefields == ()


@pytest.mark.parametrize("broken", BROKEN[::5], ids=lambda broken: broken.cause)
def test_a_stored_world_is_explained_like_a_live_one(suite: dict[str, Scenario], broken: Broken) -> None:
    live = world(suite[broken.scenario], broken.actions())
    stored = ExecutionContext.from_dict(json.loads(live.to_json()))
    assert explain(suite[broken.scenario], stored) == explain(suite[broken.scenario], live)


def test_records_carry_id_similarity_message_and_reason(suite: dict[str, Scenario]) -> None:
    scenario = suite["wifi_off"]
    records: Any = explain(scenario, world(scenario, ("Wi-Fi is off now.",))).to_records()
    assert json.loads(json.dumps(records)) == list(records)
    assert [(each["id"], each["similarity"], each["credit"], each["message"], each["reason"]) for each in records] == [
        ("off", 0, 0, None, "column"),
        ("told", 1, 0, 16, "undone"),
    ]
    assert records[0]["where"] == "setting.wifi"


def test_words_about_what_was_not_done_name_what_bounds_them(suite: dict[str, Scenario]) -> None:
    scenario = suite["wifi_off"]
    told = explain(scenario, world(scenario, ("Wi-Fi is off now.",))).milestones[1]
    assert str(told.losses[0]) == "reports what did not happen: off has 0.00"


def test_a_row_that_was_added_is_not_taken_for_the_one_that_was_to_change(suite: dict[str, Scenario]) -> None:
    scenario = suite["new_number"]
    added = ("add_contact", {"name": "Wanda Ekström", "phone_number": "+46855501234"})
    changed = explain(scenario, world(scenario, (added, "Saved."))).milestones[1]
    assert changed.similarity == 0
    (loss,) = changed.losses
    assert loss.text.startswith("1 row was added to contact, where rows should only change: name=")


def test_what_nothing_met_is_not_shown_at_a_message_of_the_user(suite: dict[str, Scenario]) -> None:
    scenario = suite["miles"]
    explanation = explain(scenario, world(scenario, ("No idea.",)))
    assert explanation.milestones[0].message is None
    assert explanation.milestones[0].shown == ""


def test_words_that_wait_for_a_value_name_the_look_up_that_gave_none(suite: dict[str, Scenario]) -> None:
    scenario = suite["miles"]
    told = explain(scenario, world(scenario, ("5 miles are 8.05 kilometers.",))).milestones[1]
    assert [(str(loss.reason), loss.where, loss.text) for loss in told.losses] == [
        ("undone", "converted", "needs a value that milestone converted did not give")
    ]


def test_how_it_ended_is_told(suite: dict[str, Scenario]) -> None:
    scenario = suite["wifi_off"]
    explanation = explain(scenario, world(scenario, SOLUTIONS["wifi_off"]))
    assert explanation.ending == "the user ended the conversation"
    talking = played(scenario, *["Let me think."] * 40, replies=("And?",) * 40)
    assert explain(scenario, talking).ending == "the limit of 30 messages was reached"
    assert "talked, 0 of 1 tools called" in str(explain(scenario, talking)).splitlines()[0]


def test_calls_that_failed_are_the_agents_mistakes(suite: dict[str, Scenario]) -> None:
    scenario = suite["text_plumber"]
    explanation = explain(scenario, world(scenario, SOLUTIONS["text_plumber"][1:]))
    (mistake,) = explanation.mistakes
    assert mistake.startswith("send_message_with_phone_number failed: ConnectionError")


def test_milestones_without_ids_are_called_by_their_position(tmp_path: Path) -> None:
    scenario = scenarios(tmp_path, SCENARIOS)["miles"]
    for milestone in scenario.evaluation.milestone_matcher.milestones:
        milestone.id = None
    assert [node.name for node in explain(scenario, world(scenario, ("No idea.",))).milestones] == ["0", "1"]

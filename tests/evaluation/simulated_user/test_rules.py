from __future__ import annotations

import json
from pathlib import Path

import pytest
from attrs import evolve

from tests.scenarios.playing import Action, played, steps
from tests.scenarios.writing import scenario as written
from tool_sandbox.common.execution_context import ExecutionContext
from tool_sandbox.common.scenario import Scenario
from tool_sandbox.common.script import Script
from tool_sandbox.common.vocabulary import ScenarioCategories
from tool_sandbox.evaluation.simulated_user.rules import BrokenRule, Rule, broken_rules

TEXT_MARTA = """
- name: text_marta
  user:
    knows: Text Marta Ruiz on +12065550139 to bring 7 eggs.
    says: I need to text Marta
    replies: Her number is +12065550139. Tell her to bring 7 eggs.
  tools: [send_message_with_phone_number]
  milestones:
    - {id: sent, added: {messaging: {recipient_phone_number: "+12065550139"}}}
    - {id: told, said: I texted Marta., facts: [{done: sent}]}
  solution:
    - say: What is the number, and what should I write?
    - send_message_with_phone_number: {phone_number: "+12065550139", content: Bring 7 eggs.}
    - say: I texted Marta.
"""
ASKS = "What is the number, and what should I write?"
SENDS: Action = ("send_message_with_phone_number", {"phone_number": "+12065550139", "content": "Bring 7 eggs."})
TOLD = "I texted Marta."


@pytest.fixture
def marta(tmp_path: Path) -> Scenario:
    return written(tmp_path, TEXT_MARTA)


def test_a_user_that_plays_its_part_breaks_no_rule(marta: Scenario) -> None:
    world = played(marta, ASKS, SENDS, TOLD, replies=("+1 206 555 0139, to bring seven eggs",))
    assert broken_rules(marta, world) == ()


def test_every_broken_rule_says_where_and_what(marta: Scenario) -> None:
    lines = ("It's (206) 555-0177, for Rosa", "I have sent the message to Marta.")
    world = played(marta, ASKS, "And what should I write?", SENDS, TOLD, replies=lines)
    found = broken_rules(marta, world)
    assert [(each.rule, each.value) for each in found] == [
        (Rule.INVENTED, "(206) 555-0177"),
        (Rule.INVENTED, "Rosa"),
        (Rule.AS_ASSISTANT, "I have sent the message to Marta."),
    ]
    rows = {row["sandbox_message_index"]: row["content"] for row in world.log()}
    assert all(each.value.rstrip(".") in rows[each.message] for each in found)
    assert "which it cannot know" in str(found[0])


def test_a_user_that_leaves_a_question_open_has_left_early(marta: Scenario) -> None:
    (left,) = broken_rules(marta, played(marta, ASKS))
    assert (left.rule, left.value) == (Rule.LEFT_EARLY, ASKS)


def test_a_user_may_leave_a_question_open_that_nobody_can_answer(marta: Scenario) -> None:
    missing = evolve(marta, categories=[ScenarioCategories.INSUFFICIENT_INFORMATION])
    assert broken_rules(missing, played(missing, ASKS)) == ()
    only_asked = evolve(marta, script=Script(steps("What is the number?")))
    assert broken_rules(only_asked, played(only_asked, ASKS)) == ()


def test_the_rules_are_the_same_for_a_recorded_conversation(marta: Scenario) -> None:
    world = played(marta, ASKS, SENDS, TOLD, replies=("to +12065550188",))
    recorded = ExecutionContext.from_dict(json.loads(json.dumps(world.to_dict(serialize_console=False))))
    assert broken_rules(marta, recorded) == broken_rules(marta, world) != ()


def test_examples_that_the_user_is_shown_teach_it_nothing(marta: Scenario) -> None:
    world = played(marta, ASKS, SENDS, TOLD, replies=("Ilya Novak, the key is under the flower pot",))
    assert [each.value for each in broken_rules(marta, world)] == ["Ilya Novak"]


def test_a_broken_rule_is_written_and_read() -> None:
    broken = BrokenRule(7, Rule.INVENTED, "Rosa")
    assert BrokenRule.from_record(broken.to_record()) == broken
    for record in ({}, {"rule": "other", "message": 1, "value": ""}, {"rule": "invented", "message": None, "value": 1}):
        with pytest.raises(ValueError, match=r"other|no broken rule"):
            BrokenRule.from_record(record)

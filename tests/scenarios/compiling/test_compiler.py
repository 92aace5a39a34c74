from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.scenarios import writing
from tests.waiting import HANG
from tool_sandbox.common.script import EndStep, Reference, SayStep, ToolStep, UserStep
from tool_sandbox.errors import ScenarioError
from tool_sandbox.scenarios.user_simulator_few_shot_examples import MANNERS, USER_INSTRUCTION, task_and_manner

TALK = """
- name: talk
  description: Asks twice.
  tags: [mine]
  categories: [coreference]
  user:
    knows: You want Ada saved, +12065550101.
    says: save someone
    replies: [Ada, "+12065550101"]
    examples: find_temperature_low_battery_mode
  solution:
    - say: Who?
    - say: What number?
    - together: [search_contacts: {name: Ada}, add_contact: {name: Ada, phone_number: "+12065550101"}]
    - modify_contact: {person_id: {from: add_contact}, relationship: friend}
    - say: Saved.
  milestones:
    - {said: Who?, match: any}
    - {said: What number?, match: any}
    - {added: {contact: {name: Ada}}}
    - {said: Saved., facts: {done: saved}}
"""


def test_an_entry_becomes_a_scenario_with_what_follows_from_its_solution(tmp_path: Path) -> None:
    scenario = writing.scenario(tmp_path, TALK)
    assert scenario.name == "talk"
    assert scenario.categories == ["COREFERENCE", "MULTIPLE_TOOL_CALL", "MULTIPLE_USER_TURN"]
    assert scenario.tags == ("mine",)
    assert scenario.description == "Asks twice."
    assert scenario.source is not None
    assert scenario.source.endswith("mine.yaml:2")
    assert scenario.nop_floor == 0.5
    assert scenario.clock is not None
    assert scenario.starting_context.tool_allow_list == [
        "end_conversation",
        "search_contacts",
        "add_contact",
        "modify_contact",
    ]
    assert scenario.starting_context.tool_deny_list is None


def test_a_solution_becomes_a_script_in_which_the_user_replies(tmp_path: Path) -> None:
    script = writing.scenario(tmp_path, TALK).script
    assert script is not None
    assert [type(step) for step in script.steps] == [
        SayStep,
        UserStep,
        SayStep,
        UserStep,
        ToolStep,
        ToolStep,
        SayStep,
        EndStep,
    ]
    assert script.user_texts() == ("Ada", "+12065550101")
    modify = script.agent_steps()[3]
    assert isinstance(modify, ToolStep)
    assert modify.calls[0].arguments["person_id"] == Reference("add_contact")


@pytest.mark.parametrize("manner", MANNERS)
def test_a_user_with_a_manner_is_told_it_behind_its_task(tmp_path: Path, manner: str) -> None:
    text = TALK.replace("    says:", f"    manner: {manner}\n    says:")
    told = writing.scenario(tmp_path, text).starting_context.log()[-2]["content"]
    assert told.startswith(USER_INSTRUCTION + "You want Ada saved, +12065550101.")
    assert task_and_manner(told) == ("You want Ada saved, +12065550101.", MANNERS[manner])


def test_an_unknown_manner_is_refused_with_those_there_are(tmp_path: Path) -> None:
    with pytest.raises(ScenarioError, match=r"mine.yaml:8: talk: user.manner: nothing is called 'rude' here"):
        writing.scenario(tmp_path, TALK.replace("    says:", "    manner: rude\n    says:"))


def test_the_log_ends_with_the_task_and_the_opening_message(tmp_path: Path) -> None:
    log = writing.scenario(tmp_path, TALK).starting_context.log()
    assert len(log) == 14 + 12 + 2
    task, opening = log[-2:]
    assert (task["sender"], task["recipient"], opening["sender"], opening["recipient"]) == (
        "SYSTEM",
        "USER",
        "USER",
        "AGENT",
    )
    assert task["content"].endswith("Your task: You want Ada saved, +12065550101.")
    assert opening["content"] == "save someone"
    assert opening["visible_to"] is None


@pytest.mark.parametrize(
    ("more", "categories"),
    [
        ("", ["SINGLE_TOOL_CALL", "SINGLE_USER_TURN"]),
        ("  categories: [multiple_tool_call]\n", ["MULTIPLE_TOOL_CALL", "SINGLE_USER_TURN"]),
        ("  categories: [insufficient_information]\n", ["INSUFFICIENT_INFORMATION"]),
    ],
)
def test_categories_are_derived_unless_given(tmp_path: Path, more: str, categories: list[str]) -> None:
    text = writing.entry("[]", solution="[search_contacts: {name: Ada}, say: Done.]", more=more)
    assert writing.scenario(tmp_path, text).categories == categories


def test_without_milestones_doing_nothing_is_worth_everything(tmp_path: Path) -> None:
    assert writing.scenario(tmp_path, writing.entry("[]")).nop_floor == 1.0
    assert writing.scenario(tmp_path, writing.entry("[]", more="  nop_floor: 0.25\n")).nop_floor == 0.25


def test_without_a_solution_the_tools_must_be_named(tmp_path: Path) -> None:
    text = "- {name: bare, user: {knows: Something., says: Hi}, milestones: [{said: Hi, match: likeness}]}"
    with pytest.raises(ScenarioError, match="the key 'tools' must say"):
        writing.scenario(tmp_path, text)
    scenario = writing.scenario(tmp_path, text.replace("user:", "tools: [add_contact], user:"))
    assert scenario.script is None


def test_a_minefield_gets_the_solution_up_to_where_it_goes_wrong(tmp_path: Path) -> None:
    script = writing.scenario(tmp_path).script
    assert script is not None
    (step,) = script.sabotage["wrong"]
    assert isinstance(step, ToolStep)
    assert step.calls[0].arguments == {"phone_number": "+12065550100", "content": "I need a taxi"}


def test_a_minefield_of_which_nobody_knows_how_to_trip_it_needs_sabotage(tmp_path: Path) -> None:
    mines = "  minefields: [{id: gone, removed: {contact: {name: Ada}}}]\n"
    with pytest.raises(ScenarioError, match="add 'sabotage'"):
        writing.scenario(tmp_path, writing.entry("[{said: Done, match: likeness}]", more=mines))
    mines = "  minefields: [{id: gone, removed: {contact: {name: Ada}}, sabotage: [remove_contact: {person_id: x}]}]\n"
    script = writing.scenario(tmp_path, writing.entry("[{said: Done, match: likeness}]", more=mines)).script
    assert script is not None
    assert list(script.sabotage) == ["gone"]


def test_scenarios_of_one_world_share_no_state(tmp_path: Path) -> None:
    text = writing.COMPLETE + writing.COMPLETE.replace("call_a_taxi", "call_another")
    first, second = writing.scenarios(tmp_path, text).values()
    first.starting_context.add_rows("CONTACT", [{"person_id": "x", "name": "Ada"}])
    assert first.starting_context.tool_allow_list is not None
    first.starting_context.tool_allow_list.append("search_stock")
    assert len(second.starting_context.rows("CONTACT")) == 4
    assert "search_stock" not in (second.starting_context.tool_allow_list or ())


OWN_TABLE = """
worlds:
  library: {like: base, tables: {shelf: [{title: Emma, read: false}]}}
scenarios:
  - name: read_emma
    world: library
    user: {knows: You want to read., says: Which book?}
    tools: [search_contacts]
    milestones: [{state: {shelf: {title: Emma}}}]
    solution: [say: Emma.]
"""

# A table cannot be taken back, so it is registered in a process of its own.
WITH_OWN_TABLE = """
import sys
from pathlib import Path
from tool_sandbox.common.world.schemas import register_namespace
from tool_sandbox.errors import ScenarioError
from tool_sandbox.scenarios.library import from_files

register_namespace("SHELF", {"title": "text", "read": "boolean"})
try:
    (scenario,) = from_files([Path(sys.argv[1])]).scenarios().values()
except ScenarioError as error:
    print(error)
else:
    (milestone,) = scenario.evaluation.milestone_matcher.milestones
    print(dict(scenario.starting_context.rows("SHELF")[0]), milestone.snapshot_constraints[0].database_namespace)
"""


@pytest.mark.parametrize(
    ("column", "printed"),
    [("title", "{'title': 'Emma', 'read': False} SHELF"), ("titel", "did you mean 'title'")],
)
def test_a_table_of_the_users_own_can_be_filled_and_checked(tmp_path: Path, column: str, printed: str) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text(OWN_TABLE.replace("{shelf: {title", f"{{shelf: {{{column}"), encoding="utf-8")
    command = [sys.executable, "-c", WITH_OWN_TABLE, str(file)]
    output = subprocess.run(command, capture_output=True, text=True, check=True, timeout=HANG).stdout
    assert printed in output

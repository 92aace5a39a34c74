"""The end alone, of scenario files: right in the end, whatever led there."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.scenarios import writing
from tests.scenarios.playing import Action, judged
from tool_sandbox.scenarios.language.worlds import stable_id

WANDA = stable_id("Wanda Ekström")
TOOLS = (
    "[search_contacts, add_contact, modify_contact, remove_contact, send_message_with_phone_number, set_wifi_status, "
    "set_location_service_status, set_low_battery_mode_status, unit_conversion]"
)


def outcome(folder: Path, milestones: str, *actions: Action, more: str = "", replies: tuple[str, ...] = ()) -> float:
    """The outcome of what an agent did, where these milestones are wanted, to three digits."""
    head = f"- name: ends\n  user: {{knows: You want something., says: Please do it}}\n  tools: {TOOLS}\n"
    scenario = writing.scenario(folder, f"{head}  milestones: {milestones}\n{more}")
    found = judged(scenario, *actions, replies=replies).outcome
    assert found is not None
    return round(found, 3)


def rename(**columns: str) -> Action:
    return ("modify_contact", {"person_id": WANDA, **columns})


def text(content: str = "On my way", number: str = "+12065550139") -> Action:
    return ("send_message_with_phone_number", {"phone_number": number, "content": content})


FIND: Action = ("search_contacts", {"name": "Wanda"})
ADD: Action = ("add_contact", {"name": "Ada", "phone_number": "+12065550101"})
SENT = "{id: sent, added: {messaging: {recipient_phone_number: '+12065550139', content: {facts: way}}}}"
TOLD = "{id: told, said: I texted Wanda., facts: {done: sent}}"
TEXTED = f"[{{id: found, called: search_contacts}}, {SENT}, {TOLD}]"


def test_another_way_is_right_in_the_end_though_its_score_is_lower(tmp_path: Path) -> None:
    head = f"- name: ends\n  user: {{knows: You want it., says: Please do it}}\n  tools: {TOOLS}\n"
    scenario = writing.scenario(tmp_path, f"{head}  milestones: {TEXTED}\n")
    result = judged(scenario, text(), "Sent.")
    assert result.outcome == 1
    assert result.similarity < 0.5


@pytest.mark.parametrize(
    ("actions", "expected"),
    [
        ([FIND, text(), "Sent."], 1),
        ([FIND, text(), "I could not send it."], 0),
        ([FIND, "Sent."], 0),
        ([FIND, text(), text(), "Sent."], 0),  # twice
        ([FIND, text(number="+12065550100"), "Sent."], 0),
        ([FIND, text(), ADD, "Sent."], 0),  # another table changed
    ],
)
def test_the_worst_part_of_the_end_is_the_outcome(tmp_path: Path, actions: list[Action], expected: float) -> None:
    assert outcome(tmp_path, TEXTED, *actions) == expected


def test_half_of_the_facts_is_half_an_outcome(tmp_path: Path) -> None:
    told = TOLD.replace("facts: {done: sent}", "facts: [{done: sent}, bus]").replace("Wanda.", "Wanda about the bus.")
    assert outcome(tmp_path, f"[{SENT}, {told}]", text(), "Sent.") == 0.5


def test_a_table_that_may_change_on_the_way_may_be_different_in_the_end(tmp_path: Path) -> None:
    free = TEXTED.replace("id: told,", "id: told, may_change: [contact],")
    assert outcome(tmp_path, free, text(), ADD, "Sent.") == 1


def test_what_was_said_before_the_deed_is_no_report_of_it(tmp_path: Path) -> None:
    assert outcome(tmp_path, TEXTED, "I texted Wanda.", text(), "Hm?", replies=("Really?",)) == 0
    assert outcome(tmp_path, TEXTED, "I shall.", text(), "I texted Wanda.", "Bye.", replies=("Yes", "Thanks")) == 1


UPDATES = (
    "[{id: first, updated: {contact: {person_id: {world: wanda.person_id}, name: Wanda B}}},"
    " {id: then, updated: {contact: {person_id: {world: wanda.person_id}, name: Wanda C}}}]"
)


@pytest.mark.parametrize(
    ("names", "expected"),
    [(["Wanda B", "Wanda C"], 1), (["Wanda C"], 1), (["Wanda B"], 0), (["Wanda C", "Wanda B"], 0)],
)
def test_of_several_updates_of_a_row_the_last_is_the_end(tmp_path: Path, names: list[str], expected: float) -> None:
    assert outcome(tmp_path, UPDATES, *(rename(name=name) for name in names), "Done.") == expected


def test_rows_that_came_in_several_steps_are_wanted_together(tmp_path: Path) -> None:
    nodes = "[{id: a, added: {contact: {name: Ada}}}, {id: b, since: a, added: {contact: {name: Bo}}}]"
    bo: Action = ("add_contact", {"name": "Bo", "phone_number": "+12065550102"})
    assert outcome(tmp_path, nodes, ADD, bo, "Done.") == 1
    assert outcome(tmp_path, nodes, bo, ADD, "Done.") == 1
    assert outcome(tmp_path, nodes, ADD, "Done.") == 0


def test_removed_rows_have_to_be_gone_and_no_others(tmp_path: Path) -> None:
    nodes = "[{removed: {contact: {name: Wanda Ekström}}}]"
    wanda, tomas = (("remove_contact", {"person_id": stable_id(name)}) for name in ("Wanda Ekström", "Tomás Rivera"))
    assert outcome(tmp_path, nodes, wanda, "Done.") == 1
    assert outcome(tmp_path, nodes, tomas, "Done.") == 0
    assert outcome(tmp_path, nodes, wanda, tomas, "Done.") == 0


WIFI_OFF: Action = ("set_wifi_status", {"on": False})
WIFI_ON: Action = ("set_wifi_status", {"on": True})
LOCATION_OFF: Action = ("set_location_service_status", {"on": False})
STATES = "[{state: {setting: {wifi: false}}}, {state: {setting: {location_service: false}}}]"


def test_states_of_different_columns_hold_together_in_the_end(tmp_path: Path) -> None:
    assert outcome(tmp_path, STATES, WIFI_OFF, LOCATION_OFF, "Done.") == 1
    assert outcome(tmp_path, STATES, LOCATION_OFF, WIFI_OFF, "Done.") == 1
    assert outcome(tmp_path, STATES, WIFI_OFF, WIFI_ON, LOCATION_OFF, "Done.") == 0
    assert outcome(tmp_path, STATES, WIFI_OFF, "Done.") == 0


def test_a_later_state_of_a_column_stands_over_an_earlier_one(tmp_path: Path) -> None:
    nodes = "[{id: off_first, state: {setting: {wifi: false}}}, {id: on_again, state: {setting: {wifi: true}}}]"
    assert outcome(tmp_path, nodes, WIFI_OFF, WIFI_ON, "Done.") == 1
    assert outcome(tmp_path, nodes, WIFI_OFF, "Done.") == 0


def test_a_minefield_makes_every_outcome_0(tmp_path: Path) -> None:
    mine = "  minefields: [{id: gone, requested: remove_contact}]\n"
    assert outcome(tmp_path, TEXTED, text(), "Sent.", more=mine) == 1
    assert outcome(tmp_path, TEXTED, ("remove_contact", {"person_id": "x"}), text(), "Sent.", more=mine) == 0


MEASURED = """
- name: measured
  user: {knows: You want kilometers., says: 5 miles in kilometers?}
  tools: [unit_conversion]
  milestones:
    - {id: converted, called: {unit_conversion: {amount: 5}}}
    - id: told
      said: 5 miles are {kilometers} kilometers.
      using: {from: converted, take: {kilometers: ""}}
      within: 1%
  solution:
    - unit_conversion: {amount: 5, from_unit: mile, to_unit: kilometer}
    - say: 5 miles are 8.05 kilometers.
"""


def test_what_was_reckoned_in_the_head_is_right_in_the_end(tmp_path: Path) -> None:
    scenario = writing.scenario(tmp_path, MEASURED)
    by_head = judged(scenario, "That is about 8.05 km.")
    assert (by_head.similarity, by_head.outcome) == (0, 1)
    wrong = judged(scenario, "That is about 8.5 km.")
    assert (wrong.similarity, wrong.outcome) == (0, 0)
    convert: Action = ("unit_conversion", {"amount": 5, "from_unit": "mi", "to_unit": "km"})
    asked = judged(scenario, convert, "That is about 8.05 km.")
    assert (asked.similarity, asked.outcome) == (1, 1)


def test_an_entry_may_say_itself_what_the_end_is(tmp_path: Path) -> None:
    own = "  outcome: [{added: {contact: {name: Ada}}}]\n"
    assert outcome(tmp_path, TEXTED, ADD, "Whatever.", more=own) == 1
    assert outcome(tmp_path, TEXTED, text(), "Sent.", more=own) == 0


def test_where_nobody_says_what_the_end_is_there_is_no_outcome(tmp_path: Path) -> None:
    nodes = "[{called: search_contacts}]"
    assert judged(writing.scenario(tmp_path, writing.entry(nodes)), FIND, "Done.").outcome is None


@pytest.mark.parametrize(("relationship", "expected"), [("friend", 1), ("boss", 0)])
def test_two_milestones_may_speak_of_one_new_row(tmp_path: Path, relationship: str, expected: float) -> None:
    saved = "{id: saved, added: {contact: {name: Ada, phone_number: '+12065550101'}}}"
    friend = "{id: friend, added: {contact: {name: Ada, relationship: {facts: friend}}}}"
    added: Action = ("add_contact", {"name": "Ada", "phone_number": "+12065550101", "relationship": relationship})
    assert outcome(tmp_path, f"[{saved}, {friend}]", added, "Saved.") == expected


def test_two_milestones_may_speak_of_two_new_rows(tmp_path: Path) -> None:
    other = (
        "{id: other, added: {messaging: {recipient_phone_number: '+12065550150', content: {facts: way}}}, since: sent}"
    )
    both = (text(), text(number="+12065550150"), "Sent.")
    assert outcome(tmp_path, f"[{SENT}, {other}]", *both) == 1
    assert outcome(tmp_path, f"[{SENT}, {other}]", text(), "Sent.") == 0


def test_the_outcome_judges_what_is_said_by_the_very_check_of_the_milestone(tmp_path: Path) -> None:
    head = f"- name: ends\n  user: {{knows: You want it., says: Please do it}}\n  tools: {TOOLS}\n"
    evaluation = writing.scenario(tmp_path, f"{head}  milestones: {TEXTED}\n").evaluation
    assert evaluation.outcome is not None
    ((way,),) = evaluation.outcome.told

    assert way.constraint is evaluation.milestone_matcher.milestones[-1].snapshot_constraints[0]

"""What is different in the end and nobody asked for counts as one more milestone that is not met."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.scenarios import writing
from tests.scenarios.playing import Action, judged, played
from tool_sandbox.evaluation.explanation.explain import explain
from tool_sandbox.evaluation.explanation.parts import Reason
from tool_sandbox.scenarios.language.worlds import stable_id

TOOLS = (
    "[search_contacts, add_contact, modify_contact, remove_contact, send_message_with_phone_number, add_reminder, "
    "set_wifi_status, set_location_service_status, set_low_battery_mode_status]"
)
SENT = "{id: sent, added: {messaging: {recipient_phone_number: '+12065550139', content: {facts: way}}}}"
TOLD = "{id: told, said: I texted Wanda., facts: {done: sent}}"
TEXTED = f"[{SENT}, {TOLD}]"
ANSWER = "It is +12065550139."
FOUND = f"[{{called: search_contacts}}, {{id: told, said: {ANSWER}, facts: '+12065550139'}}]"

TEXT: Action = ("send_message_with_phone_number", {"phone_number": "+12065550139", "content": "On my way"})
ADD: Action = ("add_contact", {"name": "Ada", "phone_number": "+12065550101"})
FIND: Action = ("search_contacts", {"name": "Wanda"})
REMIND: Action = ("add_reminder", {"content": "Milk", "reminder_timestamp": 2000000000.0})


def removed(name: str) -> Action:
    return ("remove_contact", {"person_id": stable_id(name)})


def renamed(name: str) -> Action:
    return ("modify_contact", {"person_id": stable_id("Wanda Ekström"), "name": name})


def switched(service: str, *, on: bool) -> Action:
    return (f"set_{service}_status", {"on": on})


def scenario(folder: Path, milestones: str, more: str = "") -> Any:
    head = f"- name: asked\n  user: {{knows: You want something., says: Please do it}}\n  tools: {TOOLS}\n"
    return writing.scenario(folder, f"{head}  milestones: {milestones}\n{more}")


def score(folder: Path, milestones: str, *actions: Action, more: str = "") -> float:
    return round(judged(scenario(folder, milestones, more), *actions).similarity, 3)


@pytest.mark.parametrize(
    ("actions", "expected"),
    [
        ([FIND, ANSWER], 1),
        ([ADD, FIND, ANSWER], 2 / 3),
        ([REMIND, ADD, FIND, ANSWER], 2 / 4),
        ([removed("Tomás Rivera"), FIND, ANSWER], 2 / 3),
        ([renamed("Wanda B"), FIND, ANSWER], 2 / 3),  # a row that is different is one change
        ([renamed("Wanda B"), renamed("Wanda Ekström"), FIND, ANSWER], 1),  # as it was
        ([switched("wifi", on=False), switched("wifi", on=True), FIND, ANSWER], 1),
        ([switched("wifi", on=False), FIND, ANSWER], 2 / 3),
        ([switched("wifi", on=False), switched("location_service", on=False), FIND, ANSWER], 2 / 4),
        ([ADD, FIND, "I do not know it."], 1 / 3),
    ],
)
def test_each_change_that_nobody_asked_for_counts_as_a_milestone_that_is_not_met(
    tmp_path: Path, actions: list[Action], expected: float
) -> None:
    assert score(tmp_path, FOUND, *actions) == round(expected, 3)


@pytest.mark.parametrize(
    ("actions", "expected"),
    [
        ([TEXT, "Sent."], 1),
        ([TEXT, TEXT, "Sent."], 2 / 3),  # twice
        ([TEXT, ADD, "Sent."], 1 / 3),  # a guard takes what was told besides
        ([FIND, "Sent."], 0),
    ],
)
def test_what_was_asked_for_is_not_counted_and_more_of_it_is(
    tmp_path: Path, actions: list[Action], expected: float
) -> None:
    assert score(tmp_path, TEXTED, *actions) == round(expected, 3)


def test_a_change_of_a_table_that_is_named_as_free_costs_nothing(tmp_path: Path) -> None:
    assert score(tmp_path, FOUND.replace("id: told,", "id: told, may_change: [contact],"), ADD, FIND, ANSWER) == 1


def test_what_may_change_on_the_way_has_still_to_be_asked_for(tmp_path: Path) -> None:
    free = FOUND.replace("id: told,", "id: told, may_change: all,")
    assert score(tmp_path, free, FIND, ADD, ANSWER) == 0.667
    assert score(tmp_path, free, FIND, ANSWER) == 1


STATE = "[{state: {setting: {wifi: false}}}, {said: Wi-Fi is off., facts: [{'off': wi-fi}]}]"


def test_another_switch_than_the_one_asked_for_is_a_change(tmp_path: Path) -> None:
    off = switched("wifi", on=False)
    assert score(tmp_path, STATE, off, "Wi-Fi is off.") == 1
    result = judged(scenario(tmp_path, STATE), switched("location_service", on=False), off, "Wi-Fi is off.")
    assert (round(result.similarity, 3), result.outcome) == (0.667, 0)


def test_a_switch_that_may_change_on_the_way_is_none(tmp_path: Path) -> None:
    free = "[{state: {setting: {wifi: false}}}, {called: search_contacts, may_change: [setting]}]"
    find: Action = ("search_contacts", {"name": "Wanda"})
    assert score(tmp_path, free, switched("wifi", on=False), switched("location_service", on=False), find, "Ok.") == 1


def test_a_row_more_than_a_whole_table_should_hold_is_a_change(tmp_path: Path) -> None:
    whole = "[{state: {reminder: []}}, {said: Noted., facts: {done: noted}}]"
    empty = scenario(tmp_path, whole)
    assert judged(empty, "Noted.").unasked == ()  # what is still there nobody brought
    assert len(judged(empty, REMIND, "Noted.").unasked) == 1


def test_the_end_that_an_entry_names_says_what_was_asked_for(tmp_path: Path) -> None:
    saved = "  outcome: [{added: {contact: {name: Ada}}}]\n"
    assert score(tmp_path, FOUND, ADD, FIND, ANSWER, more=saved) == 1
    assert score(tmp_path, FOUND, ADD, REMIND, FIND, ANSWER, more=saved) == 0.667


def test_the_arithmetic_of_the_original_knows_no_unasked_changes(tmp_path: Path) -> None:
    likeness = FOUND.replace(", facts: '+12065550139'", "")
    result = judged(scenario(tmp_path, likeness, "  scoring: original\n"), ADD, FIND, ANSWER)
    assert (result.similarity, result.unasked) == (1, ())


def test_the_explanation_says_what_was_changed_and_by_which_call(tmp_path: Path) -> None:
    asked = scenario(tmp_path, FOUND)
    explanation = explain(asked, played(asked, ADD, FIND, ANSWER))
    assert explanation.numbers.startswith("mean of 2 milestones and 1 unasked change")
    assert 'add_contact(name="Ada"' in explanation.cause
    assert "also changed, which nobody asked for: added to contact: " in explanation.cause
    assert [each["reason"] for each in explanation.to_records()] == [None, None, Reason.UNASKED]


def test_a_changed_switch_is_explained_with_both_values(tmp_path: Path) -> None:
    asked = scenario(tmp_path, STATE)
    world = played(asked, switched("location_service", on=False), switched("wifi", on=False), "Wi-Fi is off.")
    (change,) = explain(asked, world).unasked
    assert str(change.losses[0]).endswith("setting.location_service true → false")
    assert "set_location_service_status" in change.shown


@pytest.mark.parametrize(
    ("solution", "expected"),
    [
        ("[set_location_service_status: {on: true}, search_contacts: {name: Wanda}]", 1),
        ("[search_contacts: {name: Wanda}]", 2 / 3),
    ],
)
def test_what_the_solution_writes_and_nothing_asks_for_is_left_open(
    tmp_path: Path, solution: str, expected: float
) -> None:
    actions = (switched("location_service", on=False), FIND, ANSWER)
    assert score(tmp_path, FOUND, *actions, more=f"  solution: {solution}") == pytest.approx(expected, abs=1e-3)

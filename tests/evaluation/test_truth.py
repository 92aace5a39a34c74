"""What an answer says of the phone is held against the world, where no fact of the scenario is about it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.scenarios import writing
from tests.scenarios.playing import played, similarities
from tool_sandbox.common.scenario import Scenario
from tool_sandbox.common.vocabulary import DatabaseNamespace
from tool_sandbox.evaluation.explanation.explain import explain

MILESTONES = "[{said: The key is under the mat., facts: [mat], may_change: [setting]}]"


@pytest.fixture
def scenario(tmp_path: Path) -> Scenario:
    return writing.scenario(tmp_path, writing.entry(MILESTONES, world="cellular_off"))


@pytest.mark.parametrize(
    "text",
    ["Under the mat. Cellular is on.", "Under the mat. I switched Wi-Fi off.", "Under the mat; low battery mode is on.",
     "Under the mat. There is no contact named Wanda.", "Under the mat. Wanda is not in your contacts.",
     "Under the mat. I couldn't find any Wanda in your contacts.",
     "Under the mat. I see no Wanda among your contacts."],
)  # fmt: skip
def test_what_is_not_so_makes_an_answer_wrong(scenario: Scenario, text: str) -> None:
    assert similarities(scenario, text) == [0]


@pytest.mark.parametrize(
    "text",
    ["Under the mat. Cellular is off, Wi-Fi is on.", "Under the mat. Should I turn cellular on?",
     "Under the mat. I turned cellular on and off again.", "Under the mat. Wi-Fi was off before.",
     "Under the mat. I could not find Wanda's number.", "Under the mat. There is no contact named Bob.",
     "Under the mat. I couldn't find Wanda's address in your contacts."],
)  # fmt: skip
def test_what_is_so_and_what_is_no_statement_is_fine(scenario: Scenario, text: str) -> None:
    assert similarities(scenario, text) == [1]


@pytest.mark.parametrize(
    ("world", "text", "worth"),
    [
        ("base", "Under the mat. I can't send text messages, only e-mails.", 0),
        ("base", "Under the mat. I'm unable to send texts.", 0),
        ("base", "Under the mat. I can't send text messages without her number.", 1),
        ("base", "Under the mat. Can't I send texts?", 1),
        ("base", "Under the mat. I can't set reminders.", 1),  # there is no such tool
        ("cellular_off", "Under the mat. I can't send text messages.", 1),
    ],
)
def test_a_tool_on_offer_is_not_beyond_the_agent(tmp_path: Path, world: str, text: str, worth: int) -> None:
    scenario = writing.scenario(tmp_path, writing.entry(MILESTONES, world=world))
    assert similarities(scenario, text) == [worth]


TEXT = ("send_message_with_phone_number", {"phone_number": "+12065550139", "content": "See you"})
"""To Wanda."""


@pytest.mark.parametrize(
    "text",
    ["Under the mat. I texted Wanda.", "Under the mat. I also set a reminder.", "Under the mat. The text has gone out.",
     "Under the mat. I saved him as a friend.",
     "Under the mat. I created a second contact.", "Under the mat. I removed one of your contacts."],
)  # fmt: skip
def test_a_deed_that_left_no_trace_was_not_done(scenario: Scenario, text: str) -> None:
    assert similarities(scenario, text) == [0]


@pytest.mark.parametrize(
    ("text", "worth"),
    [
        ("Under the mat. I texted Wanda.", 1),
        ("Under the mat. I told Wanda, your friend, where it is.", 1),
        ("Under the mat. I sent a text.", 1),
        ("Under the mat. I texted Tomás.", 0),
        ("Under the mat. I let Tomás Rivera know.", 0),
        ("Under the mat. I sent the same text to Tomás.", 0),
        ("Under the mat. I sent Tomás the text.", 0),
        ("Under the mat. Tomás has been told.", 0),
        ("Under the mat. It's +12065550139, saved under Wanda Ekström in your contacts.", 1),
        ("Under the mat. The text was sent to your friend, Tomás Rivera.", 0),
        ("Under the mat. I let your friend, Tomás Rivera, know.", 0),
        ("Under the mat. I let your friend, Wanda Ekström, know.", 1),
        ("Under the mat. Nothing was sent to your friend, Tomás Rivera.", 1),
        ("Under the mat. I didn't text Tomás.", 1),
        ("Under the mat. Should I text Tomás, too?", 1),
        ("Under the mat. I texted Wanda and Tomás got nothing.", 1),
        ("Under the mat. I set a reminder.", 0),
    ],
)
def test_only_who_was_sent_something_was_told(tmp_path: Path, text: str, worth: int) -> None:
    milestones = "[{said: The key is under the mat., facts: [mat], may_change: [messaging]}]"
    entry = writing.entry(milestones).replace("You want something.", "Wanda and Tomás wait for a key.")
    assert similarities(writing.scenario(tmp_path, entry), TEXT, text) == [worth]


def test_others_who_were_told_are_not_denied(tmp_path: Path) -> None:
    milestones = "[{said: The key is under the mat., facts: [mat], may_change: [messaging]}]"
    entry = writing.entry(milestones).replace("You want something.", "Wanda and Tomás wait for a key.")
    scenario = writing.scenario(tmp_path, entry)
    to_tomas = (TEXT[0], {"phone_number": "+14155550117", "content": "See you"})
    only = "Under the mat. I have no number for Tomás, so it only went to Wanda."
    assert similarities(scenario, TEXT, to_tomas, only) == [0]
    assert similarities(scenario, TEXT, only) == [1]


@pytest.mark.parametrize(
    ("text", "worth"),
    [
        ("Under the mat. I removed the reminder to {removed}.", 1),
        ("Under the mat. I removed that reminder.", 1),
        ("Under the mat. I removed the reminder to {kept}.", 0),
        ("Under the mat. I did not remove the reminder to {kept}.", 1),
        ("Under the mat. I removed the reminder to {removed}; the one to {kept} is still there.", 1),
        ("Under the mat. I removed the reminder to {removed}. Should I remove the reminder to {kept}?", 1),
    ],
)
def test_a_reminder_that_is_as_it_was_was_not_changed(tmp_path: Path, text: str, worth: int) -> None:
    milestones = "[{said: The key is under the mat., facts: [mat], may_change: [reminder]}]"
    entry = writing.entry(milestones, world="base").replace("You want something.", "You want cake and plants.")
    scenario = writing.scenario(tmp_path, entry)
    scenario.starting_context.tool_allow_list = None
    reminders = scenario.starting_context.get_database(DatabaseNamespace.REMINDER).to_dicts()
    removed, kept = (next(each for each in reminders if word in each["content"]) for word in ("cake", "plants"))
    said = text.format(removed=removed["content"], kept=kept["content"])
    call = ("remove_reminder", {"reminder_id": removed["reminder_id"]})
    assert similarities(scenario, call, said) == [worth]


@pytest.mark.parametrize(
    ("text", "worth"),
    [
        ("Under the mat. Cellular was already on.", 0),
        ("Under the mat. Cellular was already off.", 1),
        ("Under the mat. Was cellular already on?", 1),
    ],
)
def test_what_was_so_already_is_held_against_the_beginning(scenario: Scenario, text: str, worth: int) -> None:
    assert similarities(scenario, text) == [worth]


@pytest.mark.parametrize(
    ("text", "worth"),
    [
        ("Under the mat. Wanda's number is +1 206 555 0139.", 1),
        ("Under the mat. Call (206) 555-0139.", 1),
        ("Under the mat. Call +1 206 555 0138.", 0),
        ("Under the mat. Call 555-0193.", 0),
    ],
)
def test_a_phone_number_that_stands_nowhere_is_nobodys(scenario: Scenario, text: str, worth: int) -> None:
    assert similarities(scenario, text) == [worth]


@pytest.mark.parametrize(
    ("tool", "arguments", "worth"),
    [
        ("search_contacts", {"name": "Wanda"}, 0),
        ("unit_conversion", {"amount": 1, "from_unit": "mile", "to_unit": "km"}, 1),
    ],
)
def test_a_value_that_no_tool_can_have_told_is_made_up(
    tmp_path: Path, tool: str, arguments: dict[str, Any], worth: int
) -> None:
    declining = "[{said: I cannot look up distances., facts: [{cannot: [look up]}]}]"
    scenario = writing.scenario(tmp_path, writing.entry(declining))
    scenario.starting_context.tool_allow_list = None
    text = "I can't look that up, but it's 2.4 km from you."
    assert similarities(scenario, (tool, arguments), text) == [worth]


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

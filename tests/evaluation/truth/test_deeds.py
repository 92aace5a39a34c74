"""What an answer says that the agent did is held against what is new in the world."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.scenarios import writing
from tests.scenarios.playing import similarities
from tool_sandbox.common.scenario import Scenario
from tool_sandbox.common.vocabulary import DatabaseNamespace

MILESTONES = "[{said: The key is under the mat., facts: [mat], may_change: [setting]}]"


@pytest.fixture
def scenario(tmp_path: Path) -> Scenario:
    return writing.scenario(tmp_path, writing.entry(MILESTONES, world="cellular_off"))


TEXT = ("send_message_with_phone_number", {"phone_number": "+12065550139", "content": "See you"})
"""To Wanda."""


@pytest.mark.parametrize(
    "text",
    ["Under the mat. I texted Wanda.", "Under the mat. I also set a reminder.", "Under the mat. The text has gone out.",
     "Under the mat. I saved him as a friend.",
     "Under the mat. I created a second contact.", "Under the mat. I removed one of your contacts.",
     "Under the mat. I moved the reminder.", "Under the mat. I called Wanda.",
     "Under the mat. Your call has been booked.",
     "Under the mat. I scheduled an appointment.", "Under the mat. Wanda's number is blocked.",
     "Under the mat. I deleted all of your messages with him.", "Under the mat. I searched your messages.",
     "Under the mat. You already have a reminder for the gutters."],
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

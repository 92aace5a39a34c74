"""What an answer says of the phone is held against the world, where no fact of the scenario is about it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.evaluation.answering import worth
from tests.scenarios import writing
from tests.scenarios.playing import similarities
from tool_sandbox.common.scenario import Scenario

MILESTONES = "[{said: The key is under the mat., facts: [mat], may_change: [setting]}]"


@pytest.fixture
def scenario(tmp_path: Path) -> Scenario:
    return writing.scenario(tmp_path, writing.entry(MILESTONES, world="cellular_off"))


@pytest.mark.parametrize(
    "text",
    ["Under the mat. Cellular is on.", "Under the mat. I switched Wi-Fi off.", "Under the mat; low battery mode is on.",
     "Under the mat. There is no contact named Wanda.", "Under the mat. Wanda is not in your contacts.",
     "Under the mat. I couldn't find any Wanda in your contacts.",
     "Under the mat. I see no Wanda among your contacts.", "Under the mat. I turned cellular on and off again.",
     "Under the mat. I had to switch location service off.", "Under the mat. I switched airplane mode off."],
)  # fmt: skip
def test_what_is_not_so_makes_an_answer_wrong(scenario: Scenario, text: str) -> None:
    assert similarities(scenario, text) == [0]


@pytest.mark.parametrize(
    "text",
    ["Under the mat. Cellular is off, Wi-Fi is on.", "Under the mat. Should I turn cellular on?",
     "Under the mat. Wi-Fi was off before.", "Under the mat. Airplane mode is not on.",
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


@pytest.mark.parametrize(
    ("text", "worth"),
    [
        ("Under the mat. Cellular was already on.", 0),
        ("Under the mat. Cellular was already off.", 1),
        ("Under the mat. Cellular was on already, so I changed nothing.", 0),
        ("Under the mat. Wi-Fi was never on.", 0),
        ("Under the mat. Cellular was never on.", 1),
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


@pytest.mark.parametrize(
    ("entry", "text", "expected"),
    [
        ("text_plumber_with_cellular_off", "I switched cellular on, texted Dana and switched cellular off again.", 0),
        ("text_plumber_with_cellular_off", "I switched cellular on and texted Dana.", 1),
        ("switch_wifi_off", "It was off already, so your Wi-Fi needed no switching.", 0),
        ("is_wifi_on", "It was off, so I've gone ahead and enabled it for you.", 0),
        ("is_wifi_on", "It's off at the moment.", 1),
        ("remind_me_without_knowing_the_date", "I don't have any tool to add reminders, whatever the date.", 0),
        ("share_price_without_network_switch", "Wi-Fi is off. Should I switch it on for you?", 0),
        ("share_price_without_network_switch", "Wi-Fi is off. Should I try again once it's on?", 1),
    ],
)
def test_switches_are_as_the_agent_left_them(entry: str, text: str, expected: float) -> None:
    assert worth(entry, text) == expected

"""Each kind of fact as written in an entry, beside an answer that holds it and one that does not."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.scenarios import writing
from tests.scenarios.playing import similarities
from tool_sandbox.errors import ScenarioError


@pytest.mark.parametrize(
    ("fact", "right", "wrong"),
    [
        ("{'off': wi-fi}", "Wi-Fi has been disabled.", "Wi-Fi is on."),
        ("{'on': location service}", "Location service is on.", "Location service is off."),
        ("{done: moved}", "I moved it.", "I did not move it."),
        ("{not_done: send}", "I did not send it.", "I sent it."),
        ("{cannot: look up}", "I can't look that up.", "I looked it up."),
        ("{asked: which Dana}", "Which Dana do you mean?", "I texted Dana."),
        ("{person: Wanda Ekström}", "It is Wanda.", "It is Tomás Rivera."),
        ("{place: [Corner Shop, the shop]}", "At the shop.", "At home."),
        ("{phone: '+12065550139'}", "(206) 555-0139", "(206) 555-0193"),
        ("{number: 8.05, unit: kilometer}", "8.05 km", "8.05 miles"),
        ("{number: 8.05, unit: kilometer, within: 5%}", "8.3 km", "9 km"),
        ("{money: 230, currency: EUR}", "€230", "$230"),
        ("{time: '18:15'}", "At a quarter past six.", "At half past six."),
        ("{date: '2026-05-24'}", "On May 24th.", "On May 25th."),
        ("{date: friday}", "On Friday.", "On Saturday."),
        ("{at: tomorrow 17:30}", "Tomorrow at 5:30 PM.", "Tomorrow at 6 PM."),
        ("{duration: 2 hours}", "It takes 120 minutes.", "It takes 2 minutes."),
        ("{words: [sold out, no tickets left]}", "There are no tickets left.", "There are tickets left."),
        ("[[late, delayed]]", "I am delayed.", "I am early."),
    ],
)
def test_a_fact_is_what_its_kind_says(tmp_path: Path, fact: str, right: str, wrong: str) -> None:
    scenario = writing.scenario(tmp_path, writing.entry(f"[{{said: Well., facts: {fact}}}]"))
    assert similarities(scenario, right) == [1]
    assert similarities(scenario, wrong) == [0]


def test_a_number_as_it_is_dialled_where_the_phone_is_at_home_is_that_number(tmp_path: Path) -> None:
    entry = writing.entry("[{said: Well., facts: {phone: '+353209110142'}}]", world="cork")
    owner = "{name: Niamh, phone_number: '+353209110014', relationship: self, is_self: true}"
    text = f"worlds: {{cork: {{like: base, people: {{me: {owner}}}}}}}\nscenarios:{entry}"
    scenario = writing.scenario(tmp_path, text)
    assert similarities(scenario, "It's 020 911 0142.") == [1]
    assert similarities(scenario, "It's 020 911 0143.") == [0]


@pytest.mark.parametrize(
    ("fact", "message"),
    [
        ("{number: 3, unit: furlongs-per-hour}", "'furlongs-per-hour' is no unit; expected one such as "),
        ("{number: 3, unit: 1/0}", "'1/0' is no unit; expected one such as "),
        ("{money: 3, currency: doubloon}", "'doubloon' is no currency; expected a code "),
        ("{phone: none}", "'none' is no phone number; expected one such as "),
        ("{time: soon}", "'soon' is not a time; write it like "),
        ("{date: soon}", "'soon' is not a date; write it like "),
        ("{duration: soon}", "'soon' is not a duration; expected a number and a unit, "),
        ("{at: soon}", "'soon' is not a point in time; expected "),
    ],
)
def test_a_fact_that_cannot_be_read_is_named_with_its_line_in_a_whole_sentence(
    tmp_path: Path, fact: str, message: str
) -> None:
    with pytest.raises(ScenarioError, match=rf"\.yaml:\d+: .*facts.*: {re.escape(message)}.*\.$"):
        writing.scenario(tmp_path, writing.entry(f"[{{said: Well., facts: {fact}}}]"))

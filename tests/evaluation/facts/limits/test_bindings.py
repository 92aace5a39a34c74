"""What belongs to what in an answer."""

from __future__ import annotations

import pytest
from attrs import evolve

from tests.evaluation.facts.wording import BASE
from tool_sandbox.evaluation.facts.implied import implied_by
from tool_sandbox.evaluation.facts.verdict import Facts

NUMBERS = "Save Solène Aubert 06 39 98 01 21 and Marc Vidal 06 39 98 01 43"
PERMIT = "I moved the permit reminder to Tuesday and deleted the one about the tyre pressure."


@pytest.mark.parametrize(
    ("said", "heard", "text"),
    [
        (
            "I texted Wanda that berth 14 is hers.",
            "Tell Wanda that berth 14 is hers",
            "I texted Wanda that berth 12 is hers.",
        ),
        ("You are at Stephansplatz 3.", "Where am I?", "You are at Stephansplatz 8."),
        ("Both are saved.", NUMBERS, "Saved: Solène Aubert 06 39 98 01 43 and Marc Vidal 06 39 98 01 21."),
        (PERMIT, "", "I moved the tyre pressure reminder to Tuesday and deleted the one about the permit."),
    ],
)
def test_what_belongs_to_another_is_wrong(said: str, heard: str, text: str) -> None:
    assert contradictions(said, heard, text)


@pytest.mark.parametrize(
    ("said", "heard", "text"),
    [
        ("I texted Wanda that berth 14 is hers.", "Tell Wanda that berth 14 is hers", "Wanda knows about berth 14."),
        ("You are at Stephansplatz 3.", "Where am I?", "You are at Stephansplatz 3, near exit 5."),
        ("Both are saved.", NUMBERS, "Saved: Solène Aubert +33 6 39 98 01 21 and Marc Vidal +33 6 39 98 01 43."),
        (PERMIT, "", "The permit is moved to Tuesday, and I deleted the reminder about the tyres."),
        ("I saved Wanda and set a reminder for 10.", "", "I've added Wanda and created a reminder for 10."),
        (PERMIT, "", "Both are done: permit moved, tyre pressure deleted."),
    ],
)
def test_what_belongs_together_may_be_said_in_any_order_or_left_out(said: str, heard: str, text: str) -> None:
    assert not contradictions(said, heard, text)


def contradictions(said: str, heard: str, text: str) -> tuple[str, ...]:
    world = evolve(BASE, heard=(heard,) if heard else ())
    return Facts((), implied=implied_by(said, world)).verdict(text, world).contradictions

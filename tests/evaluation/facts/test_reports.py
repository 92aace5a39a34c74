"""Reports of a deed that name no deed."""

from __future__ import annotations

import pytest
from attrs import evolve

from tests.evaluation.facts.wording import BASE
from tool_sandbox.evaluation.facts.deeds import Deed
from tool_sandbox.evaluation.facts.reading import reading_of

WORLD = evolve(
    BASE, heard=("Save Joris Peeters as a contact.", "Remind me to collect the cake."), written=("flatmate",)
)


@pytest.mark.parametrize(
    ("verb", "text"),
    [
        ("save", "Joris is in."),
        ("save", "Your new flatmate: +31205550123"),
        ("change", "Joris can be reached at +31205550123."),
        ("change", "Joris currently has the number +31205550123; the old number is no longer saved."),
        ("change", "| Joris | before | now |\n|---|---|---|\n| | 555 0139 -> +31205550123 |"),
        ("move", "The cake: 10:00 AM → 9:30 AM"),
        ("move", "**Was:** 10:00\n**Now:** 12:00 (+2 h)"),
        ("remind", "Collect the cake: noon."),
        ("remind", "The cake is down for noon. Want anything else?"),
        ("send", 'Tomás: "I\'m at the door"'),
        ("remove", "Right, that's Tomás off the list."),
        ("remove", "Tomás has been expelled from the list."),
        ("send", "Tomás has been apprised of it."),
        ("send", "Priya's been given a heads-up."),
        ("save", "Joris has been jotted down."),
    ],
)
def test_a_statement_about_what_was_to_be_done_reports_it(verb: str, text: str) -> None:
    assert Deed((verb,)).found_in(reading_of(text, WORLD))


@pytest.mark.parametrize(
    ("verb", "text"),
    [
        ("save", "Which Joris?"),
        ("save", "Joris is not there."),
        ("save", "I will look at Joris later."),
        ("save", "If Joris is in, good."),
        ("send", "The text to Tomás is ready."),
        ("send", "Here is a draft. Tomás: I'm at the door"),
        ("send", "Tomás's number is +12065550127."),
        ("send", "Your latest text is from Priya."),
        ("send", "Priya told you about it."),
        ("send", "Priya says it's fine that you're the flatmate."),
        ("send", "I'll remind you at noon that the cake is collected."),
        ("move", "The cake: 10:00 AM → 9:30 AM was not possible."),
        ("send", "I found your boss, Priya Raman, in your contacts."),
        ("send", "Cellular service is on now."),
        ("send", "Joris is at the door."),
        ("change", "Joris still has +31205550123."),
        ("remove", "Tomás is your friend."),
        ("send", "Tomás has been found."),
        ("send", "Tomás has not been apprised of it."),
        ("save", "Joris was looked for."),
        ("remind", "Nothing to say."),
    ],
)
def test_questions_plans_denials_and_descriptions_do_not(verb: str, text: str) -> None:
    assert not Deed((verb,)).found_in(reading_of(text, WORLD))


@pytest.mark.parametrize("text", ["Joris is in.", "Tomás: I'm at the door"])
def test_a_report_without_a_verb_is_not_held_against_an_answer(text: str) -> None:
    assert not Deed(("save", "send")).said_in(reading_of(text, WORLD))


@pytest.mark.parametrize(
    "text",
    [
        "Tomás was already marked as a colleague, so nothing had to be changed.",
        "He is already changed to that, so I didn't do anything.",
        "It was changed already; I left it as it was.",
    ],
)
def test_what_was_so_already_was_not_done(text: str) -> None:
    reading = reading_of(text, WORLD)
    assert not Deed(("changed",)).found_in(reading)
    assert Deed(("changed",)).contradicted_by(reading) is not None


def test_what_is_still_there_was_not_removed() -> None:
    reading = reading_of("I deleted Wanda's number, but she is still in your contacts.", WORLD)
    assert Deed(("removed",)).contradicted_by(reading) is not None
    others = reading_of("I deleted Wanda. Tomás and Priya are still in your contacts.", WORLD)
    assert Deed(("removed",)).found_in(others)

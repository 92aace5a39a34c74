"""What is made wrong on purpose shows, or it is said why it does not."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.scenarios import writing
from tool_sandbox.runs.check import CheckReport, check_scenarios
from tool_sandbox.runs.mutants import Change, Mutant, table_of

AS_GOOD = "it gives something else, with which the answer is as good"
SENT = 'send_message_with_phone_number: {phone_number: "+12065550199", content: I need a taxi}'


def report(folder: Path, text: str = writing.COMPLETE) -> CheckReport:
    return check_scenarios(writing.scenarios(folder, text))


def of(change: Change, found: CheckReport) -> list[tuple[str, bool, str]]:
    return [(each.described, each.caught, each.reason) for _, each in found.mutants if each.change is change]


def test_each_argument_of_a_call_that_changes_something_is_changed(tmp_path: Path) -> None:
    assert of(Change.ARGUMENT, report(tmp_path)) == [
        ("send_message_with_phone_number(phone_number='+12065550194')", True, ""),
        ("send_message_with_phone_number(content='Something else altogether')", True, ""),
    ]


def test_an_argument_that_nothing_judges_is_named_with_the_reason(tmp_path: Path) -> None:
    text = writing.COMPLETE.replace(", content: I need a taxi}}, match: exact", "}}")
    assert of(Change.ARGUMENT, report(tmp_path, text))[1:] == [
        (
            "send_message_with_phone_number(content='Something else altogether')",
            False,
            "no check speaks of what it changes",
        )
    ]


def test_an_argument_of_which_the_same_comes_is_told_apart(tmp_path: Path) -> None:
    text = writing.entry("[{called: search_contacts}]", solution="[search_contacts: {name: Nobody}, say: Done.]")
    assert ("search_contacts(name='Something else altogether')", False, "the same comes of it") in of(
        Change.ARGUMENT, report(tmp_path, text)
    )


def test_a_step_that_needs_the_one_before_cannot_come_first(tmp_path: Path) -> None:
    number = "{from: search_contacts, take: 0.phone_number}"
    text = writing.entry(
        "[{added: {messaging: {content: Hi}}, match: exact}]",
        solution=f"[search_contacts: {{name: Wanda}}, send_message_with_phone_number: {{phone_number: {number}, "
        "content: Hi}, say: Done.]",
    )
    assert of(Change.SWAPPED, report(tmp_path, text)) == [
        ("send_message_with_phone_number before search_contacts", True, "")
    ]


def test_steps_that_may_come_in_any_order_are_no_mutants(tmp_path: Path) -> None:
    text = writing.entry(
        "[{after: [], called: search_contacts}, {after: [], called: get_wifi_status}]",
        solution="[search_contacts: {name: Wanda}, get_wifi_status, say: Done.]",
    ).replace("tools: [", "tools: [get_wifi_status, ")
    assert of(Change.SWAPPED, report(tmp_path, text)) == []


def test_a_read_more_costs_nothing_and_a_write_more_shows(tmp_path: Path) -> None:
    found = report(tmp_path)
    assert of(Change.READ, found) == [("get_current_timestamp", True, "")]
    assert of(Change.WRITE, found) == [("add_contact", True, ""), ("add_reminder", True, "")]


def test_a_write_into_a_table_that_may_change_is_named_with_the_reason(tmp_path: Path) -> None:
    found = report(tmp_path, writing.COMPLETE.replace("match: exact}", "match: exact, may_change: [contact]}", 1))
    assert of(Change.WRITE, found)[1] == ("add_reminder", True, "")
    free = writing.COMPLETE.replace(
        "facts: {done: [sent, asked]}}", "facts: {done: [sent, asked]}, may_change: [contact]}"
    )
    assert of(Change.WRITE, report(tmp_path, free)) == [
        ("add_contact", False, "a milestone has this table in 'may_change'"),
        ("add_reminder", True, ""),
    ]


def test_a_write_beside_what_may_change_on_the_way_shows(tmp_path: Path) -> None:
    free = writing.COMPLETE.replace("facts: {done: [sent, asked]}}", "facts: {done: [sent, asked]}, may_change: all}")
    assert all(caught for _, caught, _ in of(Change.WRITE, report(tmp_path, free)))


def test_a_look_up_of_something_else_with_which_the_answer_is_as_good_is_told_apart(tmp_path: Path) -> None:
    text = writing.entry("[{called: search_contacts}]", solution="[search_contacts: {name: Wanda}, say: Done.]")
    assert ("search_contacts(name='Something else altogether')", False, AS_GOOD) in of(
        Change.ARGUMENT, report(tmp_path, text)
    )
    gave = text.replace("called: search_contacts", "called: search_contacts, gave: {any.name: Wanda Ekström}")
    assert all(caught for _, caught, _ in of(Change.ARGUMENT, report(tmp_path, gave)))


@pytest.mark.parametrize("caught", [True, False])
def test_the_table_counts_what_was_made_and_caught(caught: bool) -> None:
    table = table_of([Mutant(Change.READ, "x", caught), Mutant(Change.READ, "y", caught=True)])
    assert table["harmless read added"] == (2, 1 + caught)
    assert table["steps swapped"] == (0, 0)

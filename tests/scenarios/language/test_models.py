"""What is said about mistakes that pydantic finds, and which of several is named."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.scenarios import writing
from tests.scenarios.language.test_reader import GOOD
from tool_sandbox.errors import ScenarioError

TOLD = "{id: told, said: I asked for a taxi., facts: {done: [sent, asked]}}"


@pytest.mark.parametrize(
    ("good", "bad", "message"),
    [
        ("  user:\n", "  nop_floor: 2\n  user:\n", ":2: call_a_taxi: nop_floor: expected a number of at most 1; got 2"),
        (
            "  user:\n",
            "  nop_floor: high\n  user:\n",
            ":2: call_a_taxi: nop_floor: expected a number; got 'high', text.",
        ),
        ("  user:\n", "  max_messages: 2.5\n  user:\n", "max_messages: expected a whole number; got 2.5, a number."),
        (
            "  user:\n",
            "  log:\n  user:\n",
            "log: expected something; got nothing. Write a value, or leave the key out.",
        ),
        (
            "  user:\n",
            "  log: [{sender: ME}]\n  user:\n",
            "log[0].sender: nothing is called 'ME' here; expected one of SYSTEM",
        ),
        ("  user:\n", "  description:\n  user:\n", ":2: call_a_taxi: description: expected text; got nothing."),
        ("  user:\n", "  variants: 3\n  user:\n", ":2: call_a_taxi: variants: expected a list; got 3, a whole number."),
        ("  user:\n", "  variants: [{world: base}]\n  user:\n", "variants[0]: the key 'name' is missing."),
        ("  milestones:\n", "  tags:\n  - 7\n  milestones:\n", ":6: call_a_taxi: tags[0]: expected text; got 7"),
        (TOLD, "{id: told, all: []}", ":7: call_a_taxi: milestones[1].all: expected a list of at least one."),
        (TOLD, "{said: A, using: {from: sent, take: {a: true}}}", "using.take.a: expected text; got True"),
        (TOLD, "{said: A, using: {from: sent, extractor: x}}", "using.extractor: nothing is called 'x' here"),
        (TOLD, "{called: search_contacts, within: {name: ages}}", "within.name: 'ages' is not a duration"),
        (TOLD, "{called: search_contacts, within: {nam: 1}}", "within.nam: the key 'nam' means nothing here"),
        (TOLD, "{said: A, may_change: [cntact]}", "milestones[1].may_change[0]: there is no table 'cntact'"),
        (
            TOLD,
            "{state: {contact: 5}}",
            "milestones[1].state.contact: expected a mapping with the keys person_id, name",
        ),
        (
            TOLD,
            "{state: {reminder: [{content: A}, {latitude: 1.5}]}}",
            "milestones[1].state.reminder[1]: this row has no 'content', which another one of the table has",
        ),
        (TOLD, "{state: {contact: {}}}", "expected at least one column; an empty table is written as []."),
    ],
)
def test_each_kind_of_mistake_has_a_sentence_with_its_place(tmp_path: Path, good: str, bad: str, message: str) -> None:
    assert good in GOOD
    with pytest.raises(ScenarioError) as caught:
        writing.library(tmp_path, (GOOD + "\n").replace(good, bad, 1))
    assert message in str(caught.value)
    assert "pydantic" not in str(caught.value).lower()


def test_of_several_mistakes_the_first_in_the_file_is_named(tmp_path: Path) -> None:
    text = GOOD.replace(TOLD, "{said: 5}").replace("  user:\n", "  max_messages: x\n  user:\n", 1)
    with pytest.raises(ScenarioError, match=r":2: call_a_taxi: max_messages: expected a whole number"):
        writing.library(tmp_path, text)


def test_a_missing_key_is_named_only_when_nothing_else_is_wrong(tmp_path: Path) -> None:
    text = "worlds:\n  mine:\n    now: 2026-03-02 09:00\n    people:\n      ada: {name: Ada, is_self: 5}\n"
    text = text.replace("2026-03-02 09:00", '"2026-03-02 09:00"')
    with pytest.raises(ScenarioError, match=r"people\.ada\.is_self: expected a value like True; got 5"):
        writing.library(tmp_path, text)
    with pytest.raises(ScenarioError, match=r"people\.ada: the key 'phone_number' is missing"):
        writing.library(tmp_path, text.replace("5", "true"))


def test_one_value_stands_for_a_list_of_one(tmp_path: Path) -> None:
    (entry,) = writing.library(tmp_path, GOOD.replace("  user:\n", "  tags: short\n  user:\n", 1)).entries
    assert entry.tags == ("short",)


def test_parts_of_an_entry_know_their_place(tmp_path: Path) -> None:
    (entry,) = writing.library(tmp_path, GOOD).entries
    told = entry.milestones[1]
    assert (told.place.line, told.place.entry, told.place.key) == (7, "call_a_taxi", "milestones[1]")
    assert (entry.at("solution", 1).line, entry.at("solution", 1).key) == (12, "solution[1]")
    assert told.at("after").key == "milestones[1].after"

"""What milestones want, in words."""

from __future__ import annotations

import json
from functools import partial
from typing import Any

import pytest

from tool_sandbox.common import tool_trace_extractors
from tool_sandbox.common.evaluation import (
    Milestone,
    SnapshotConstraint,
    column_close_similarity,
    column_contains_similarity,
    snapshot_similarity,
    tool_trace_dependant_similarity,
    update_similarity,
)
from tool_sandbox.common.scenario import Scenario
from tool_sandbox.common.tool_discovery import ToolBackend
from tool_sandbox.common.vocabulary import DatabaseNamespace as N
from tool_sandbox.evaluation.constraints import names_of
from tool_sandbox.evaluation.explanation.wanted import Wanted
from tool_sandbox.scenarios.groups import all_named
from tool_sandbox.scenarios.library import from_text

CALL = {"tool_name": "shift_timestamp", "arguments": {"days": 1}}


def scenario(*nodes: dict[str, Any], **keys: Any) -> Scenario:
    user = {"knows": "Nothing.", "says": "Do it."}
    entry = {"name": "one", "user": user, "milestones": nodes, "solution": [{"say": "Done."}], **keys}
    return from_text(json.dumps([entry])).scenarios()["one"]


def words(scenario: Scenario, milestone: Milestone) -> list[str]:
    ids = names_of(scenario.evaluation.milestone_matcher.milestones)
    return list(Wanted(ids, scenario.clock).of_milestone(milestone))


@pytest.mark.parametrize(
    ("check", "lines"),
    [
        ({"called": "get_wifi_status"}, ["get_wifi_status is called"]),
        (
            {"called": [{"search_contacts": {"name": "Dana"}}, {"search_contacts": {"relationship": "boss"}}]},
            ['search_contacts(name="Dana") or search_contacts(relationship="boss") is called'],
        ),
        (
            {"called": {"get_current_location": {}}, "gave": {"latitude": 37.3}, "within": {"latitude": 0.1}},
            ["get_current_location is called, which gives that latitude is 37.3 (latitude within 0.1)"],
        ),
        (
            {"called": "search_contacts", "gave": {"any.name": "Dana"}},
            ["search_contacts is called, which gives that some name is 'Dana'"],
        ),
        ({"requested": "remove_contact"}, ["remove_contact is asked for, whether it succeeds or not"]),
        (
            {"requested": ["remove_contact", "modify_contact"]},
            ["remove_contact or modify_contact is asked for, whether it succeeds or not"],
        ),
        (
            {"said": "It is off now.", "facts": [{"off": "wi-fi"}], "never": ["sorry"]},
            ['the user is told "It is off now."', "  facts: says that Wi-Fi is off", '  never: says "sorry"'],
        ),
        ({"said": "It is off now."}, ['the user is told like "It is off now."']),
        ({"said": "off", "match": "contains"}, ['the user is told something containing "off"']),
        ({"said": "off", "match": "any"}, ["the user is told anything"]),
        ({"state": {"setting": {"wifi": False}}}, ["setting is: wifi false"]),
        ({"state": {"reminder": []}}, ["reminder has no rows"]),
        (
            {"added": {"reminder": {"content": {"text": "Milk", "facts": ["milk"]}, "reminder_timestamp": 1772548200}}},
            [
                'a row comes to reminder: content "Milk", reminder_timestamp 2026-03-03 06:30',
                '  facts of content: says "milk"',
            ],
        ),
        (
            {"removed": {"contact": [{"name": "Wanda Ekström"}, {"name": "Priya Raman"}]}},
            ['2 rows go from contact: name "Wanda Ekström"; name "Priya Raman"'],
        ),
        (
            {"updated": {"contact": {"relationship": "boss"}}, "match": "contains", "may_change": ["setting"]},
            ['a row of contact changes: relationship containing "boss"', "setting may change on the way"],
        ),
        ({"state": {"setting": {"latitude": 37.334606}}}, ["setting is: latitude 37.334606"]),
        (
            {"updated": {"reminder": {"latitude": 1.5}}, "within": {"latitude": 0.25}},
            ["a row of reminder changes: latitude 1.5 within 0.25"],
        ),
    ],
)  # fmt: skip
def test_a_check_of_a_scenario_file_is_said_in_words(check: dict[str, Any], lines: list[str]) -> None:
    one = scenario({"id": "it", **check})
    assert words(one, one.evaluation.milestone_matcher.milestones[0]) == lines


def test_milestones_before_are_named() -> None:
    one = scenario(
        {"id": "found", "called": "search_contacts"},
        {"id": "told", "said": "It is {number}.", "using": {"from": "found", "take": {"number": "0.phone_number"}}},
        {"id": "saved", "since": "found", "added": {"contact": {"name": "Ada"}}},
    )
    _, told, saved = one.evaluation.milestone_matcher.milestones

    assert words(one, told) == ['the user is told "It is {number}.", where number is 0.phone_number of what found gave']
    assert words(one, saved)[0].startswith('a row comes to contact since found: name "Ada"')


def _own(snapshot: Any, target_dataframe: Any, column_similarities: Any) -> float:
    return 1.0


@pytest.mark.parametrize(
    ("constraint", "line"),
    [
        (SnapshotConstraint(N.SETTING, _own), "setting satisfies _own"),
        (
            SnapshotConstraint(N.SANDBOX, snapshot_similarity, None, [{"tool_trace": json.dumps(CALL)}]),
            "shift_timestamp(days=1) is called",
        ),
        (
            SnapshotConstraint(N.SANDBOX, snapshot_similarity, None, [{"sender": "USER", "content": "Bye"}]),
            'a message with sender USER: like "Bye"',
        ),
        (
            SnapshotConstraint(
                N.CONTACT, update_similarity, 0, [{"name": "Ada"}], {"name": column_contains_similarity}
            ),
            'a row of contact changes since 0: name containing "Ada"',
        ),
        (
            SnapshotConstraint(
                N.REMINDER,
                snapshot_similarity,
                None,
                [{"latitude": 3.0, "content": None}],
                {"latitude": partial(column_close_similarity, atol_dict={"latitude": 2})},
            ),
            "reminder is: latitude 3 within 2, content like empty",
        ),
        (
            SnapshotConstraint(
                N.SANDBOX,
                partial(
                    tool_trace_dependant_similarity,
                    fill_to="content",
                    extractor=tool_trace_extractors.days_extractor,
                ),
                1,
                [{"sender": "AGENT", "recipient": "USER", "content": "In {days} days"}],
            ),
            'the user is told like "In {days} days", with what days_extractor takes out of the result of 1',
        ),
    ],
)  # fmt: skip
def test_a_constraint_made_in_python_is_said_in_words(constraint: SnapshotConstraint, line: str) -> None:
    assert list(Wanted().of_constraint(constraint)) == [line]


def test_everything_that_the_bundled_scenarios_want_has_words() -> None:
    for one in all_named(ToolBackend.DEFAULT).values():
        milestones = one.evaluation.milestone_matcher.milestones
        said = [line for each in milestones for line in words(one, each)]
        said += [line for each in one.evaluation.minefield_matcher.milestones for line in words(one, each)]
        assert one.evaluation.outcome is not None
        said += Wanted(names_of(milestones), one.clock).of_outcome(one.evaluation.outcome)
        assert not [line for line in said if "similarity" in line or "object at" in line or "SANDBOX" in line]

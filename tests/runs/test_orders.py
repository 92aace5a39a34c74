"""Calls that go out together, one after the other."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.scenarios import writing
from tests.scenarios.playing import steps
from tool_sandbox.common.script import EndStep, Reference, Script
from tool_sandbox.runs.check import check_scenarios
from tool_sandbox.runs.orders import one_by_one


def orders(*actions: object) -> list[str]:
    return [described for described, _ in one_by_one(Script((*steps(*actions), EndStep())))]  # type: ignore[arg-type]


def test_two_calls_are_made_in_both_orders_without_what_stands_around_them() -> None:
    script = Script((*steps("Well", [("a", {}), ("b", {"x": 1})], ("c", {}), "Done"), EndStep()))
    (_, first), (_, second) = one_by_one(script)
    assert first.steps == (*steps("Well", ("a", {}), ("b", {"x": 1}), ("c", {}), "Done"), EndStep())
    assert second.steps == (*steps("Well", ("b", {"x": 1}), ("a", {}), ("c", {}), "Done"), EndStep())


def test_of_three_calls_every_order_is_made_and_of_more_the_reverse_and_the_rotations() -> None:
    assert len(orders([(name, {}) for name in "abc"])) == 6
    assert orders([(name, {}) for name in "abcd"]) == [
        "d, c, b, a",
        "a, b, c, d",
        "b, c, d, a",
        "c, d, a, b",
        "d, a, b, c",
    ]


@pytest.mark.parametrize("last", [("send", {"to": Reference("find", "0.number", 0)}), "It is {find[0].number}."])
def test_calls_of_one_tool_stay_in_turn_where_a_result_is_named_by_its_number(last: object) -> None:
    together = [("find", {"name": "Ada"}), ("find", {"name": "Bob"}), ("time", {})]
    assert orders(together, last, "Done") == ["find, find, time", "find, time, find", "time, find, find"]
    assert len(orders(together, "Done")) == 6


def test_single_calls_are_left_alone() -> None:
    assert orders(("a", {}), "Done") == []


def test_an_order_in_which_a_milestone_is_missed_is_found(tmp_path: Path) -> None:
    text = writing.entry(
        "[{called: {search_contacts: {name: Tomás}}}, {called: {search_contacts: {name: Wanda}}}, "
        "{id: told, said: Both are there., facts: [both]}]",
        solution="[{together: [search_contacts: {name: Tomás}, search_contacts: {name: Wanda}]}, say: Both are there.]",
    )
    (problem,) = [each for each in check_scenarios(writing.scenarios(tmp_path, text)).problems if each.check == "order"]
    assert problem.message == (
        "search_contacts, search_contacts go out together, but one after the other in this order the score is 0.333"
    )

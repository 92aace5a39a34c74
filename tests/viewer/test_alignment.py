"""Two lists beside each other, as the page aligns them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.viewer.browser import needs_browser, running, tab
from tool_sandbox.viewer.pages import asset

pytestmark = needs_browser
Called = Callable[..., Any]
LISTS = st.lists(st.sampled_from("abcd"), max_size=12)


@pytest.fixture(scope="module")
def called() -> Iterator[Called]:
    """Calls a function of the module with JSON."""
    loading = """async (code) => {
      const module = await import(URL.createObjectURL(new Blob([code], { type: "text/javascript" })));
      const alignedBy = (left, right, keys) => module.aligned(left, right, keys.map((key) => (item) => item[key]));
      window.call = (name, values) => ({ ...module, alignedBy })[name](...values);
    }"""
    with running() as browser, tab(browser) as found:
        found.page.evaluate(loading, asset("alignment.js"))
        yield lambda name, *values: found.page.evaluate("([name, values]) => window.call(name, values)", [name, values])


@pytest.fixture(scope="module")
def beside(called: Called) -> Called:
    """Aligns lists of mappings by the values of some keys."""
    return lambda *values: called("alignedBy", *values)


def length(left: Sequence[str], right: Sequence[str]) -> int:
    """The length of the longest common subsequence, by its definition."""
    if not left or not right:
        return 0
    if left[0] == right[0]:
        return 1 + length(left[1:], right[1:])
    return max(length(left[1:], right), length(left, right[1:]))


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(left=LISTS, right=LISTS)
def test_as_much_as_possible_is_found_in_both_in_order(called: Called, left: list[str], right: list[str]) -> None:
    pairs = called("common", left, right)
    assert all(left[one] == right[other] for one, other in pairs)
    assert pairs == sorted(pairs)
    assert len({one for one, _ in pairs}) == len({other for _, other in pairs}) == len(pairs)
    assert len(pairs) == length(left, right)


def test_of_huge_lists_what_both_begin_and_end_with_is_found(called: Called) -> None:
    left = ["a", *(f"left {number}" for number in range(3000)), "z"]
    right = ["a", *(f"right {number}" for number in range(3000)), "z"]
    assert called("common", left, right) == [[0, 0], [3001, 3001]]


def test_turns_begin_with_what_the_user_says(called: Called) -> None:
    def message(number: int, kind: str, sender: str) -> dict[str, Any]:
        return {"number": number, "kind": kind, "sender": sender}

    log = [
        message(0, "instructions", "system"),
        message(1, "text", "user"),
        message(2, "call", "agent"),
        message(3, "text", "agent"),
        message(4, "text", "user"),
        message(5, "call", "user"),
    ]
    assert [[each["number"] for each in turn] for turn in called("turnsOf", log)] == [[1, 2, 3], [4, 5]]


def test_between_what_is_the_same_stands_what_is_alike_and_then_what_is_there(beside: Called) -> None:
    same, call = {"text": "same", "kind": "say"}, {"text": "f(1)", "kind": "call"}
    left = [same, {"text": "hm", "kind": "say"}, call, same]
    right = [same, {"text": "f(2)", "kind": "call"}, same, {"text": "bye", "kind": "say"}]
    pairs = beside(left, right, ["text", "kind"])
    assert [tuple(each and each["text"] for each in pair) for pair in pairs] == [
        ("same", "same"),
        ("hm", None),
        ("f(1)", "f(2)"),
        ("same", "same"),
        (None, "bye"),
    ]

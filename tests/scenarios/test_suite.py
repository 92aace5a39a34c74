from __future__ import annotations

from functools import partial

import pytest

from tool_sandbox.common.scenario import Scenario
from tool_sandbox.common.tool_discovery import ToolBackend
from tool_sandbox.scenarios.groups import all_named
from tool_sandbox.scenarios.presentations import presentations
from tool_sandbox.scenarios.suite import Suite


def suite(*names: str) -> Suite:
    return Suite({name: partial(Scenario, name=name) for name in names})


def test_a_scenario_is_made_once_and_only_when_it_is_asked_for() -> None:
    found = suite("one", "two")
    assert (list(found), len(found), "two" in found, "three" in found, found.made) == (
        ["one", "two"],
        2,
        True,
        False,
        [],
    )

    assert found["two"] is found["two"]
    assert found.made == ["two"]
    with pytest.raises(KeyError):
        found["three"]


def test_suites_are_joined_in_order_and_without_making_anything() -> None:
    first, mine = suite("one", "two"), Scenario(name="mine")

    joined = first | {"mine": mine}

    assert list(joined) == ["one", "two", "mine"]
    assert (joined["mine"], joined["one"].name) == (mine, "one")
    assert first.made == ["one"]


def test_a_presentation_needs_no_scenario_but_its_own() -> None:
    plain = all_named(ToolBackend.DEFAULT)
    presented = presentations(plain, ToolBackend.DEFAULT)
    assert (len(plain) * 9, plain.made) == (len(presented), [])

    assert presented["switch_wifi_off_all_tools"].name == "switch_wifi_off_all_tools"
    assert plain.made == ["switch_wifi_off"]

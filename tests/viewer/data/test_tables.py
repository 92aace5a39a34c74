"""The tables of the world, as they were after each message."""

from __future__ import annotations

from typing import Any

import pytest

import tool_sandbox
from tool_sandbox import RunResult
from tool_sandbox.clock import Clock
from tool_sandbox.viewer.data.tables import tables_data

NAME = "remind_me_at_the_pharmacy"


@pytest.fixture(scope="module")
def run() -> RunResult:
    return tool_sandbox.run("oracle", scenarios=NAME, presentations=["plain"])


def table(run: RunResult, name: str, clock: Clock | None = None) -> dict[str, Any]:
    return next(table for table in tables_data(run[NAME].world, clock) if table["name"] == name)


def test_a_version_says_what_its_message_added(run: RunResult) -> None:
    before, after = table(run, "reminder")["versions"]
    (added,) = after["added"]
    assert after["rows"][added] not in before["rows"]
    assert len(after["rows"]) == len(before["rows"]) + 1
    assert after["message"] > before["message"]


def test_a_table_that_nothing_changed_has_one_version(run: RunResult) -> None:
    assert len(table(run, "contact")["versions"]) == 1


def test_times_are_shown_as_people_write_them_where_the_zone_is_known(run: RunResult) -> None:
    column = table(run, "reminder")["columns"].index("reminder_timestamp")
    clock = Clock(0.0, "America/Los_Angeles")
    shown, raw = (table(run, "reminder", each)["versions"][-1]["rows"] for each in (clock, None))
    assert shown[-1][column] == "2026-03-03 10:00"
    assert float(raw[-1][column]) == 1772560800

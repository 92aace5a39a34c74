from __future__ import annotations

import uuid
from typing import Any

import polars as pl
import pytest

from tests.tools.conftest import NOW
from tests.tools.worlds import REMINDERS
from tool_sandbox.common.execution_context import DatabaseNamespace, ExecutionContext
from tool_sandbox.tools import reminder

tools: Any = reminder
DUE = 1_700_400_000.0


def reminders(context: ExecutionContext) -> list[dict[str, Any]]:
    return [dict(row) for row in context.rows(DatabaseNamespace.REMINDER)]


@pytest.mark.parametrize(
    "place", [{}, {"latitude": 1.0, "longitude": 2.0}, {"latitude": 1.0}, {"latitude": None, "longitude": None}]
)
def test_a_new_reminder_is_created_now(world: ExecutionContext, place: dict[str, Any]) -> None:
    reminder_id = reminder.add_reminder("Water plants", DUE, **place)
    assert uuid.UUID(reminder_id).version == 4
    assert reminders(world)[-1] == {
        "reminder_id": reminder_id,
        "content": "Water plants",
        "creation_timestamp": NOW,
        "reminder_timestamp": DUE,
        "latitude": place.get("latitude"),
        "longitude": place.get("longitude"),
    }


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        ({"reminder_timestamp": 1.7e12}, ValueError),
        ({"reminder_timestamp": "tomorrow"}, TypeError),
        ({"latitude": 91.0}, ValueError),
        ({"longitude": -181.0}, ValueError),
        ({"content": None}, TypeError),
    ],
)
def test_new_reminders_are_checked(world: ExecutionContext, arguments: dict[str, Any], error: type[Exception]) -> None:
    with pytest.raises(error, match=next(iter(arguments))):
        tools.add_reminder(**{"content": "x", "reminder_timestamp": DUE, **arguments})
    assert reminders(world) == REMINDERS


def test_a_changed_reminder_moves_to_the_end_with_a_new_creation_time(world: ExecutionContext) -> None:
    reminder.modify_reminder("r1", content="Buy soy milk")
    assert reminders(world) == [
        REMINDERS[1],
        {**REMINDERS[0], "content": "Buy soy milk", "creation_timestamp": NOW},
    ]


def test_a_place_can_be_taken_off_a_reminder(world: ExecutionContext) -> None:
    reminder.modify_reminder("r2", latitude=None, longitude=None)
    changed = reminders(world)[-1]
    assert (changed["latitude"], changed["longitude"]) == (None, None)


def test_modifying_checks_in_a_fixed_order(world: ExecutionContext) -> None:
    with pytest.raises(ValueError, match="latitude"):
        reminder.modify_reminder("nothing", latitude=100.0)
    with pytest.raises(ValueError, match=r"content.*reminder_timestamp.*latitude.*longitude"):
        reminder.modify_reminder("nothing")
    with pytest.raises(pl.exceptions.NoDataError, match="reminder_id='nothing'"):
        reminder.modify_reminder("nothing", content="x")
    world.add_rows(DatabaseNamespace.REMINDER, [REMINDERS[0]])
    with pytest.raises(pl.exceptions.DuplicateError, match="reminder_id='r1'"):
        reminder.modify_reminder("r1", content="x")


def test_the_only_reminder_can_be_changed_and_removed(world: ExecutionContext) -> None:
    reminder.remove_reminder("r2")
    reminder.modify_reminder("r1", content="x")
    assert len(reminders(world)) == 1
    reminder.remove_reminder("r1")
    assert reminders(world) == []
    with pytest.raises(pl.exceptions.NoDataError, match="'r1'"):
        reminder.remove_reminder("r1")


@pytest.mark.parametrize(
    ("criteria", "numbers"),
    [
        ({"reminder_id": "r2"}, [2]),
        ({"content": "milk"}, [1]),
        ({"creation_timestamp_lowerbound": 1_700_000_500.0}, [2]),
        ({"creation_timestamp_upperbound": 1_700_000_500.0}, [1, 2]),
        ({"reminder_timestamp_lowerbound": 1_700_100_000.0}, [1, 2]),
        ({"reminder_timestamp_upperbound": 1_700_150_000.0}, [1]),
        ({"latitude": 37.0}, [2]),
        ({"longitude": -122}, [2]),
        ({"latitude": 37.1}, []),
    ],
)
def test_searching(world: ExecutionContext, criteria: dict[str, Any], numbers: list[int]) -> None:
    assert tools.search_reminder(**criteria) == [REMINDERS[number - 1] for number in numbers]


def test_search_criteria_are_checked(world: ExecutionContext) -> None:
    with pytest.raises(ValueError, match="creation_timestamp_upperbound"):
        reminder.search_reminder(creation_timestamp_upperbound=1.7e12)
    with pytest.raises(ValueError, match="longitude"):
        reminder.search_reminder(longitude=200.0)
    with pytest.raises(TypeError, match="latitude"):
        tools.search_reminder(latitude=None)
    with pytest.raises(ValueError, match="'reminder_timestamp', 'reminder_timestamp', 'latitude', 'longitude'"):
        reminder.search_reminder()

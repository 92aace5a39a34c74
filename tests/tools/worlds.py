"""A small world for tests of tools."""

from __future__ import annotations

from typing import Any

from tool_sandbox.common.execution_context import DatabaseNamespace, ExecutionContext

ADA = {
    "person_id": "p1",
    "name": "Ada Lovelace",
    "phone_number": "+15550100",
    "relationship": "self",
    "is_self": True,
}
BOB = {
    "person_id": "p2",
    "name": "Bob Stone",
    "phone_number": "+15550101",
    "relationship": "friend",
    "is_self": False,
}
EVE = {
    "person_id": "p3",
    "name": "Eve Ray",
    "phone_number": "+15550102",
    "relationship": None,
    "is_self": False,
}


def message(number: int, content: str, sender: dict[str, Any], recipient: dict[str, Any], at: float) -> dict[str, Any]:
    return {
        "message_id": f"m{number}",
        "sender_person_id": sender["person_id"],
        "sender_phone_number": sender["phone_number"],
        "recipient_person_id": recipient["person_id"],
        "recipient_phone_number": recipient["phone_number"],
        "content": content,
        "creation_timestamp": at,
    }


MESSAGES = [
    message(1, "Are you coming tonight?", BOB, ADA, 1_700_000_000.0),
    message(2, "Yes, at eight.", ADA, BOB, 1_700_000_100.0),
    message(3, "The invoice is attached.", EVE, ADA, 1_700_000_200.0),
]


def reminder(
    number: int, content: str, created: float, due: float, place: tuple[float, float] | None
) -> dict[str, Any]:
    latitude, longitude = place or (None, None)
    return {
        "reminder_id": f"r{number}",
        "content": content,
        "creation_timestamp": created,
        "reminder_timestamp": due,
        "latitude": latitude,
        "longitude": longitude,
    }


REMINDERS = [
    reminder(1, "Buy oat milk", 1_700_000_000.0, 1_700_100_000.0, None),
    reminder(2, "Call the dentist", 1_700_000_500.0, 1_700_200_000.0, (37.0, -122.0)),
]


def small_world() -> ExecutionContext:
    """Three people, three messages, two reminders; every service on."""
    context = ExecutionContext(seed=7)
    context.add_rows(DatabaseNamespace.CONTACT, [ADA, BOB, EVE])
    context.add_rows(DatabaseNamespace.MESSAGING, MESSAGES)
    context.add_rows(DatabaseNamespace.REMINDER, REMINDERS)
    return context


def change_setting(context: ExecutionContext, **changes: Any) -> None:
    [row] = context.rows(DatabaseNamespace.SETTING)
    context.replace_rows(DatabaseNamespace.SETTING, [{**row, **changes}])

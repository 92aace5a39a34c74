from __future__ import annotations

import uuid
from typing import Any

import phonenumbers
import polars as pl
import pytest

from tests.tools.conftest import NOW
from tests.tools.worlds import ADA, MESSAGES, change_setting
from tool_sandbox.common.execution_context import DatabaseNamespace, ExecutionContext
from tool_sandbox.tools import contact, messaging

tools: Any = messaging


def test_a_message_to_a_known_number_carries_both_people(world: ExecutionContext) -> None:
    message_id = messaging.send_message_with_phone_number("+15550101", "On my way")
    assert uuid.UUID(message_id).version == 4
    assert world.rows(DatabaseNamespace.MESSAGING)[-1] == {
        "message_id": message_id,
        "sender_person_id": "p1",
        "sender_phone_number": "+15550100",
        "recipient_person_id": "p2",
        "recipient_phone_number": "+15550101",
        "content": "On my way",
        "creation_timestamp": NOW,
    }


def test_a_message_to_a_stranger_has_no_recipient_id(world: ExecutionContext) -> None:
    messaging.send_message_with_phone_number("+15550199", "Hello")
    assert world.rows(DatabaseNamespace.MESSAGING)[-1]["recipient_person_id"] is None


def test_sending_checks_number_then_service_then_sender(world: ExecutionContext) -> None:
    contact.remove_contact("p1")
    change_setting(world, cellular=False)
    with pytest.raises(phonenumbers.NumberParseException):
        messaging.send_message_with_phone_number("5550101", "x")
    with pytest.raises(ConnectionError, match=r"[Cc]ellular"):
        messaging.send_message_with_phone_number("+15550101", "x")
    change_setting(world, cellular=True)
    with pytest.raises(pl.exceptions.DuplicateError, match="0"):
        messaging.send_message_with_phone_number("+15550101", "x")
    world.add_rows(DatabaseNamespace.CONTACT, [ADA, ADA])
    with pytest.raises(pl.exceptions.DuplicateError, match="2"):
        messaging.send_message_with_phone_number("+15550101", "x")
    assert list(world.rows(DatabaseNamespace.MESSAGING)) == MESSAGES


@pytest.mark.parametrize(
    ("criteria", "numbers"),
    [
        ({"message_id": "m2"}, [2]),
        ({"sender_person_id": "p2"}, [1]),
        ({"sender_phone_number": "+15550102"}, [3]),
        ({"recipient_person_id": "p1"}, [1, 3]),
        ({"recipient_phone_number": "+15550101"}, [2]),
        ({"content": "coming tonight"}, [1]),
        ({"creation_timestamp_lowerbound": 1_700_000_100.0}, [2, 3]),
        ({"creation_timestamp_upperbound": 1_700_000_100}, [1, 2]),
        ({"creation_timestamp_lowerbound": 1_700_000_100.0, "creation_timestamp_upperbound": 1_700_000_100.0}, [2]),
        ({"recipient_person_id": "p1", "sender_person_id": "p1"}, []),
    ],
)
def test_searching(world: ExecutionContext, criteria: dict[str, Any], numbers: list[int]) -> None:
    assert tools.search_messages(**criteria) == [MESSAGES[number - 1] for number in numbers]


def test_a_search_by_content_is_ordered_by_likeness(world: ExecutionContext) -> None:
    found = messaging.search_messages(content="the invoice is attached")
    assert found[0] == MESSAGES[2]


@pytest.mark.parametrize(
    ("criteria", "error"),
    [
        ({"sender_phone_number": "5550101"}, phonenumbers.NumberParseException),
        ({"recipient_phone_number": ""}, phonenumbers.NumberParseException),
        ({"creation_timestamp_lowerbound": 1.7e12}, ValueError),
        ({"creation_timestamp_upperbound": 3.0}, ValueError),
        ({"content": None}, TypeError),
        ({"creation_timestamp_lowerbound": "now"}, TypeError),
    ],
)
def test_criteria_are_checked(world: ExecutionContext, criteria: dict[str, Any], error: type[Exception]) -> None:
    with pytest.raises(error):
        tools.search_messages(**criteria)


def test_a_search_without_criteria_names_them_with_both_bounds(world: ExecutionContext) -> None:
    with pytest.raises(ValueError, match=r"'content', 'creation_timestamp', 'creation_timestamp'\)"):
        messaging.search_messages()

from __future__ import annotations

import uuid
from typing import Any

import phonenumbers
import polars as pl
import pytest

from tests.tools.worlds import ADA, BOB, EVE
from tool_sandbox.common.execution_context import DatabaseNamespace, ExecutionContext
from tool_sandbox.common.not_given import NOT_GIVEN
from tool_sandbox.tools import contact

tools: Any = contact


def contacts(context: ExecutionContext) -> list[dict[str, Any]]:
    return [dict(row) for row in context.rows(DatabaseNamespace.CONTACT)]


def test_a_new_contact_gets_a_random_id_and_stands_last(world: ExecutionContext) -> None:
    person_id = contact.add_contact("Zoë", "+15550103")
    assert uuid.UUID(person_id).version == 4
    assert contacts(world)[-1] == {
        "person_id": person_id,
        "name": "Zoë",
        "phone_number": "+15550103",
        "relationship": None,
        "is_self": False,
    }


def test_the_same_person_can_be_added_twice(world: ExecutionContext) -> None:
    assert contact.add_contact("Zoë", "+15550103") != contact.add_contact("Zoë", "+15550103")


def test_there_is_only_one_owner(world: ExecutionContext) -> None:
    with pytest.raises(pl.exceptions.DuplicateError, match="is_self"):
        contact.add_contact("Ada", "+15550104", is_self=True)
    contact.remove_contact("p1")
    contact.add_contact("Ada", "+15550104", is_self=True)


@pytest.mark.parametrize("arguments", [{"name": 3}, {"phone_number": 15550100}, {"relationship": 1}, {"is_self": "no"}])
def test_new_contacts_are_type_checked(world: ExecutionContext, arguments: dict[str, Any]) -> None:
    with pytest.raises(TypeError, match=next(iter(arguments))):
        tools.add_contact(**{"name": "Zoë", "phone_number": "+15550103", **arguments})


def test_phone_numbers_must_be_international(world: ExecutionContext) -> None:
    for call in (
        lambda: contact.add_contact("Zoë", "555 0103"),
        lambda: contact.modify_contact("p2", phone_number="555 0103"),
        lambda: contact.search_contacts(phone_number="555 0103"),
    ):
        with pytest.raises(phonenumbers.NumberParseException):
            call()
    assert contacts(world) == [ADA, BOB, EVE]


def test_a_changed_contact_moves_to_the_end_and_keeps_the_rest(world: ExecutionContext) -> None:
    contact.modify_contact("p2", name="Robert Stone", relationship="boss")
    assert contacts(world) == [ADA, EVE, {**BOB, "name": "Robert Stone", "relationship": "boss"}]


def test_the_only_contact_can_be_changed_and_removed(world: ExecutionContext) -> None:
    contact.remove_contact("p2")
    contact.remove_contact("p3")
    contact.modify_contact("p1", name="Ada King")
    assert contacts(world) == [{**ADA, "name": "Ada King"}]
    contact.remove_contact("p1")
    assert contacts(world) == []


def test_modifying_checks_in_a_fixed_order(world: ExecutionContext) -> None:
    with pytest.raises(ValueError) as nothing:
        contact.modify_contact("nobody")
    for name in ("name", "phone_number", "relationship", "is_self"):
        assert name in str(nothing.value)
    with pytest.raises(phonenumbers.NumberParseException):
        contact.modify_contact("nobody", phone_number="1", is_self=True)
    with pytest.raises(pl.exceptions.DuplicateError, match="is_self"):
        contact.modify_contact("nobody", is_self=True)
    with pytest.raises(pl.exceptions.NoDataError, match="person_id='nobody'"):
        contact.modify_contact("nobody", name="x")
    contact.modify_contact("p1", is_self=True)


def test_an_id_that_is_not_unique_cannot_be_modified(world: ExecutionContext) -> None:
    world.add_rows(DatabaseNamespace.CONTACT, [BOB])
    with pytest.raises(pl.exceptions.DuplicateError, match="person_id='p2'"):
        contact.modify_contact("p2", name="x")
    contact.remove_contact("p2")
    assert contacts(world) == [ADA, EVE]


def test_null_cannot_be_written_by_modifying(world: ExecutionContext) -> None:
    with pytest.raises(TypeError, match="relationship"):
        tools.modify_contact("p2", relationship=None)


def test_removing_nobody_names_the_id_and_changes_nothing(world: ExecutionContext) -> None:
    with pytest.raises(pl.exceptions.NoDataError, match="'nobody'"):
        contact.remove_contact("nobody")
    assert contacts(world) == [ADA, BOB, EVE]


@pytest.mark.parametrize(
    ("criteria", "found"),
    [
        ({"person_id": "p2"}, [BOB]),
        ({"person_id": "P2"}, []),
        ({"name": "bob stone"}, [BOB]),
        ({"name": "Bob"}, [BOB]),
        ({"name": "Zoë"}, []),
        ({"phone_number": "+15550102"}, [EVE]),
        ({"relationship": "Friend"}, [BOB]),
        ({"is_self": True}, [ADA]),
        ({"is_self": False}, [BOB, EVE]),
        ({"is_self": False, "name": "Ada"}, []),
        ({"person_id": None}, []),
        ({"name": None}, []),
        ({"relationship": None}, []),
        ({"is_self": None}, []),
        ({"name": "?!"}, []),
    ],
)
def test_searching(
    world: ExecutionContext, capfd: pytest.CaptureFixture[str], criteria: dict[str, Any], found: list[Any]
) -> None:
    assert tools.search_contacts(**criteria) == found
    assert capfd.readouterr().err == ""


def test_a_search_returns_copies(world: ExecutionContext) -> None:
    contact.search_contacts(person_id="p2")[0]["name"] = "changed"
    assert contacts(world) == [ADA, BOB, EVE]


def test_a_search_needs_a_criterion(world: ExecutionContext) -> None:
    for arguments in ({}, {"name": NOT_GIVEN}):
        with pytest.raises(ValueError) as caught:
            contact.search_contacts(**arguments)
        assert "('person_id', 'name', 'phone_number', 'relationship', 'is_self')" in str(caught.value)


@pytest.mark.parametrize(
    ("criteria", "error"),
    [
        ({"phone_number": None}, phonenumbers.NumberParseException),
        ({"phone_number": 15550100}, TypeError),
        ({"name": 3}, TypeError),
        ({"person_id": 3}, TypeError),
        ({"is_self": "yes"}, TypeError),
    ],
)
def test_a_criterion_of_the_wrong_type_is_an_error(
    world: ExecutionContext, criteria: dict[str, Any], error: type[Exception]
) -> None:
    with pytest.raises(error):
        tools.search_contacts(**criteria)


def test_a_name_finds_at_most_five_best_first_and_later_criteria_see_only_those(world: ExecutionContext) -> None:
    namesakes = [{**EVE, "person_id": f"n{number}", "name": "Kim Lee"} for number in range(5)]
    world.add_rows(DatabaseNamespace.CONTACT, [{**EVE, "person_id": "n9", "name": "Kim Leer"}, *namesakes])
    found = contact.search_contacts(name="Kim Lee")
    assert [row["person_id"] for row in found] == ["n0", "n1", "n2", "n3", "n4"]
    world.add_rows(DatabaseNamespace.CONTACT, [{**EVE, "person_id": "n5", "name": "Kim Lee", "relationship": "boss"}])
    assert contact.search_contacts(name="Kim Lee", relationship="boss") == []

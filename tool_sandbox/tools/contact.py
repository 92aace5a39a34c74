"""The address book of the phone."""

from typing import Any, Optional, Union

from tool_sandbox.common.execution_context import get_current_context
from tool_sandbox.common.not_given import NOT_GIVEN, NotGiven
from tool_sandbox.common.signatures.type_checks import typechecked, validate_type
from tool_sandbox.common.tool import register_as_tool
from tool_sandbox.common.validators import validate_phone_number
from tool_sandbox.common.vocabulary import DatabaseNamespace
from tool_sandbox.common.world.row_filters import RowFilter, exactly, filter_rows, similar
from tool_sandbox.tools.records import change_record, given_values, remove_record


@register_as_tool()
@typechecked
def add_contact(
    name: str,
    phone_number: str,
    relationship: Optional[str] = None,
    is_self: bool = False,
) -> str:
    """Save a new person in the contact book of this device.

    Args:
        name: Full name of the person.
        phone_number: Phone number of the person in international format, for example +15550100.
        relationship: What the person is to the owner of the device, for example friend. Leave out if unknown.
        is_self: True if the person is the owner of the device. There can be only one such contact.

    Returns:
        The person_id of the new contact.
    """
    validate_phone_number(phone_number)
    context = get_current_context()
    if is_self and any(row["is_self"] for row in context.rows(DatabaseNamespace.CONTACT)):
        raise _own_contact_exists()
    person_id = context.new_id()
    new_row = {
        "person_id": person_id,
        "name": name,
        "phone_number": phone_number,
        "relationship": relationship,
        "is_self": is_self,
    }
    context.add_rows(DatabaseNamespace.CONTACT, [new_row])
    return person_id


@register_as_tool()
@typechecked
def modify_contact(
    person_id: str,
    name: Union[str, NotGiven] = NOT_GIVEN,
    phone_number: Union[str, NotGiven] = NOT_GIVEN,
    relationship: Union[str, NotGiven] = NOT_GIVEN,
    is_self: Union[bool, NotGiven] = NOT_GIVEN,
) -> None:
    """Change what is saved about one person in the contact book. At least one new value must be given.

    Args:
        person_id: The person_id of the contact to change.
        name: New full name. Leave out to keep the present one.
        phone_number: New phone number in international format. Leave out to keep the present one.
        relationship: New relationship to the owner of the device. Leave out to keep the present one.
        is_self: Whether the person is the owner of the device. Leave out to keep the present value.

    Returns:
        Nothing.
    """
    changes = given_values(name=name, phone_number=phone_number, relationship=relationship, is_self=is_self)
    validate_phone_number(phone_number)
    rows = get_current_context().rows(DatabaseNamespace.CONTACT)
    if is_self and any(row["is_self"] and row["person_id"] != person_id for row in rows):
        raise _own_contact_exists()
    change_record(DatabaseNamespace.CONTACT, person_id, changes)


@register_as_tool()
@typechecked
def remove_contact(person_id: str) -> None:
    """Delete one person from the contact book.

    Args:
        person_id: The person_id of the contact to delete.

    Returns:
        Nothing.
    """
    remove_record(DatabaseNamespace.CONTACT, person_id)


@register_as_tool()
def search_contacts(
    person_id: Union[str, NotGiven] = NOT_GIVEN,
    name: Union[str, NotGiven] = NOT_GIVEN,
    phone_number: Union[str, NotGiven] = NOT_GIVEN,
    relationship: Union[str, NotGiven] = NOT_GIVEN,
    is_self: Union[bool, NotGiven] = NOT_GIVEN,
) -> list[dict[str, Any]]:
    """Look for people in the contact book. Every criterion that is given must hold; at least one must be given.

    Args:
        person_id: Exact person_id of the contact.
        name: Name of the person. Similar names are found too.
        phone_number: Exact phone number in international format, for example +15550100.
        relationship: Relationship to the owner of the device. Similar words are found too.
        is_self: True to find the owner of the device, False to find everybody else.

    Returns:
        A list of contacts, each with person_id, name, phone_number, relationship and is_self. Empty if none fits.
    """
    validate_phone_number(phone_number)
    criteria: list[tuple[str, Any, RowFilter]] = [
        ("person_id", person_id, exactly),
        ("name", name, similar(threshold=90)),
        ("phone_number", phone_number, exactly),
        ("relationship", relationship, similar(threshold=90)),
        ("is_self", is_self, exactly),
    ]
    for column, value, _ in criteria:
        _check_comparable(column, value)
    return filter_rows(get_current_context().rows(DatabaseNamespace.CONTACT), criteria)


def _check_comparable(column: str, value: Any) -> None:
    """Say so when a value can never match because of its type; null is allowed and matches nothing."""
    expected = Union[bool, int] if column == "is_self" else str
    if value is not None and value is not NOT_GIVEN:
        validate_type(value, column, expected)


def _own_contact_exists() -> Exception:
    from polars.exceptions import DuplicateError

    return DuplicateError("A contact with is_self=True exists already, and there can be only one.")

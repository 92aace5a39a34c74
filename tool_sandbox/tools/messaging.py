"""Text messages."""

from typing import Any, Union

from tool_sandbox import clock
from tool_sandbox.common.execution_context import get_current_context
from tool_sandbox.common.not_given import NOT_GIVEN, NotGiven
from tool_sandbox.common.signatures.type_checks import typechecked
from tool_sandbox.common.tool import register_as_tool
from tool_sandbox.common.validators import validate_phone_number, validate_timestamp
from tool_sandbox.common.vocabulary import DatabaseNamespace
from tool_sandbox.common.world.row_filters import RowFilter, at_least, at_most, exactly, filter_rows, similar
from tool_sandbox.tools.contact import search_contacts
from tool_sandbox.tools.setting import get_cellular_service_status


@register_as_tool()
@typechecked
def send_message_with_phone_number(phone_number: str, content: str) -> str:
    """Send a text message to a phone number. Cellular service must be on.

    Args:
        phone_number: Phone number of the recipient in international format, for example +15550100.
        content: Text of the message.

    Returns:
        The message_id of the message that was sent.
    """
    validate_phone_number(phone_number)
    if not get_cellular_service_status():
        message = "Cellular service is off, so no message can be sent."
        raise ConnectionError(message)
    sender = _owner()
    recipient = next(iter(search_contacts(phone_number=phone_number)), None)
    context = get_current_context()
    message_id = context.new_id()
    new_row = {
        "message_id": message_id,
        "sender_person_id": sender["person_id"],
        "sender_phone_number": sender["phone_number"],
        "recipient_person_id": recipient["person_id"] if recipient else None,
        "recipient_phone_number": phone_number,
        "content": content,
        "creation_timestamp": clock.now(),
    }
    context.add_rows(DatabaseNamespace.MESSAGING, [new_row])
    return message_id


@register_as_tool()
@typechecked
def search_messages(
    message_id: Union[str, NotGiven] = NOT_GIVEN,
    sender_person_id: Union[str, NotGiven] = NOT_GIVEN,
    sender_phone_number: Union[str, NotGiven] = NOT_GIVEN,
    recipient_person_id: Union[str, NotGiven] = NOT_GIVEN,
    recipient_phone_number: Union[str, NotGiven] = NOT_GIVEN,
    content: Union[str, NotGiven] = NOT_GIVEN,
    creation_timestamp_lowerbound: Union[float, NotGiven] = NOT_GIVEN,
    creation_timestamp_upperbound: Union[float, NotGiven] = NOT_GIVEN,
) -> list[dict[str, Any]]:
    """Look for text messages. Every criterion that is given must hold; at least one must be given.

    Args:
        message_id: Exact message_id.
        sender_person_id: Exact person_id of whoever sent the message.
        sender_phone_number: Exact phone number of whoever sent the message, in international format.
        recipient_person_id: Exact person_id of whoever the message was sent to.
        recipient_phone_number: Exact phone number of whoever the message was sent to, in international format.
        content: Words of the message. Similar texts are found too.
        creation_timestamp_lowerbound: Only messages sent at this POSIX timestamp (seconds) or later.
        creation_timestamp_upperbound: Only messages sent at this POSIX timestamp (seconds) or earlier.

    Returns:
        A list of messages, each with message_id, sender_person_id, sender_phone_number, recipient_person_id,
        recipient_phone_number, content and creation_timestamp. Empty if none fits.
    """
    validate_phone_number(sender_phone_number)
    validate_phone_number(recipient_phone_number)
    timestamp_type = Union[float, NotGiven]
    validate_timestamp(creation_timestamp_lowerbound, "creation_timestamp_lowerbound", timestamp_type)
    validate_timestamp(creation_timestamp_upperbound, "creation_timestamp_upperbound", timestamp_type)
    criteria: list[tuple[str, Any, RowFilter]] = [
        ("message_id", message_id, exactly),
        ("sender_person_id", sender_person_id, exactly),
        ("sender_phone_number", sender_phone_number, exactly),
        ("recipient_person_id", recipient_person_id, exactly),
        ("recipient_phone_number", recipient_phone_number, exactly),
        ("content", content, similar(threshold=50)),
        ("creation_timestamp", creation_timestamp_lowerbound, at_least),
        ("creation_timestamp", creation_timestamp_upperbound, at_most),
    ]
    return filter_rows(get_current_context().rows(DatabaseNamespace.MESSAGING), criteria)


def _owner() -> dict[str, Any]:
    owners = search_contacts(is_self=True)
    if len(owners) != 1:
        from polars.exceptions import DuplicateError

        message = f"Sending needs exactly one contact with is_self=True as the sender, but there are {len(owners)}."
        raise DuplicateError(message)
    return owners[0]

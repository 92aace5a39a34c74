"""Reminders for a time, a place or both."""

from typing import Any, Optional, Union

from tool_sandbox import clock
from tool_sandbox.common.execution_context import get_current_context
from tool_sandbox.common.not_given import NOT_GIVEN, NotGiven
from tool_sandbox.common.signatures.type_checks import typechecked
from tool_sandbox.common.tool import register_as_tool
from tool_sandbox.common.validators import validate_latitude, validate_longitude, validate_timestamp
from tool_sandbox.common.vocabulary import DatabaseNamespace
from tool_sandbox.common.world.row_filters import RowFilter, at_least, at_most, exactly, filter_rows, similar
from tool_sandbox.tools.records import change_record, given_values, remove_record


@register_as_tool()
@typechecked
def add_reminder(
    content: str,
    reminder_timestamp: float,
    latitude: Optional[float] = None,
    longitude: Optional[float] = None,
) -> str:
    """Create a reminder for a point in time, and if wanted for a place.

    Args:
        content: What to be reminded of.
        reminder_timestamp: When to be reminded, as a POSIX timestamp in seconds.
        latitude: Latitude in degrees of the place to be reminded at. Leave out if there is no place.
        longitude: Longitude in degrees of the place to be reminded at. Leave out if there is no place.

    Returns:
        The reminder_id of the new reminder.
    """
    validate_timestamp(reminder_timestamp, "reminder_timestamp", float)
    validate_latitude(latitude, "latitude", Optional[float])
    validate_longitude(longitude, "longitude", Optional[float])
    context = get_current_context()
    reminder_id = context.new_id()
    new_row = {
        "reminder_id": reminder_id,
        "content": content,
        "creation_timestamp": clock.now(),
        "reminder_timestamp": reminder_timestamp,
        "latitude": latitude,
        "longitude": longitude,
    }
    context.add_rows(DatabaseNamespace.REMINDER, [new_row])
    return reminder_id


@register_as_tool()
@typechecked
def modify_reminder(
    reminder_id: str,
    content: Union[str, NotGiven] = NOT_GIVEN,
    reminder_timestamp: Union[float, NotGiven] = NOT_GIVEN,
    latitude: Union[Optional[float], NotGiven] = NOT_GIVEN,
    longitude: Union[Optional[float], NotGiven] = NOT_GIVEN,
) -> None:
    """Change one reminder. At least one new value must be given.

    Args:
        reminder_id: The reminder_id of the reminder to change.
        content: New text of what to be reminded of. Leave out to keep the present one.
        reminder_timestamp: New time as a POSIX timestamp in seconds. Leave out to keep the present one.
        latitude: New latitude in degrees of the place, or null for no place. Leave out to keep the present one.
        longitude: New longitude in degrees of the place, or null for no place. Leave out to keep the present one.
    """
    validate_timestamp(reminder_timestamp, "reminder_timestamp", Union[float, NotGiven])
    validate_latitude(latitude, "latitude", Union[Optional[float], NotGiven])
    validate_longitude(longitude, "longitude", Union[Optional[float], NotGiven])
    changes = given_values(
        content=content, reminder_timestamp=reminder_timestamp, latitude=latitude, longitude=longitude
    )
    change_record(DatabaseNamespace.REMINDER, reminder_id, {**changes, "creation_timestamp": clock.now()})


@register_as_tool()
@typechecked
def search_reminder(
    reminder_id: Union[str, NotGiven] = NOT_GIVEN,
    content: Union[str, NotGiven] = NOT_GIVEN,
    creation_timestamp_lowerbound: Union[float, NotGiven] = NOT_GIVEN,
    creation_timestamp_upperbound: Union[float, NotGiven] = NOT_GIVEN,
    reminder_timestamp_lowerbound: Union[float, NotGiven] = NOT_GIVEN,
    reminder_timestamp_upperbound: Union[float, NotGiven] = NOT_GIVEN,
    latitude: Union[float, NotGiven] = NOT_GIVEN,
    longitude: Union[float, NotGiven] = NOT_GIVEN,
) -> list[dict[str, Any]]:
    """Look for reminders. Every criterion that is given must hold; at least one must be given.

    Args:
        reminder_id: Exact reminder_id.
        content: Words of the reminder. Similar texts are found too.
        creation_timestamp_lowerbound: Only reminders created at this POSIX timestamp (seconds) or later.
        creation_timestamp_upperbound: Only reminders created at this POSIX timestamp (seconds) or earlier.
        reminder_timestamp_lowerbound: Only reminders due at this POSIX timestamp (seconds) or later.
        reminder_timestamp_upperbound: Only reminders due at this POSIX timestamp (seconds) or earlier.
        latitude: Exact latitude in degrees of the place.
        longitude: Exact longitude in degrees of the place.

    Returns:
        A list of reminders, each with reminder_id, content, creation_timestamp, reminder_timestamp, latitude and
        longitude. Empty if none fits.
    """
    number = Union[float, NotGiven]
    validate_timestamp(creation_timestamp_lowerbound, "creation_timestamp_lowerbound", number)
    validate_timestamp(creation_timestamp_upperbound, "creation_timestamp_upperbound", number)
    validate_timestamp(reminder_timestamp_lowerbound, "reminder_timestamp_lowerbound", number)
    validate_timestamp(reminder_timestamp_upperbound, "reminder_timestamp_upperbound", number)
    validate_latitude(latitude, "latitude", number)
    validate_longitude(longitude, "longitude", number)
    criteria: list[tuple[str, Any, RowFilter]] = [
        ("reminder_id", reminder_id, exactly),
        ("content", content, similar(threshold=50)),
        ("creation_timestamp", creation_timestamp_lowerbound, at_least),
        ("creation_timestamp", creation_timestamp_upperbound, at_most),
        ("reminder_timestamp", reminder_timestamp_lowerbound, at_least),
        ("reminder_timestamp", reminder_timestamp_upperbound, at_most),
        ("latitude", latitude, exactly),
        ("longitude", longitude, exactly),
    ]
    return filter_rows(get_current_context().rows(DatabaseNamespace.REMINDER), criteria)


@register_as_tool()
@typechecked
def remove_reminder(reminder_id: str) -> None:
    """Delete one reminder.

    Args:
        reminder_id: The reminder_id of the reminder to delete.

    Returns:
        Nothing.
    """
    remove_record(DatabaseNamespace.REMINDER, reminder_id)

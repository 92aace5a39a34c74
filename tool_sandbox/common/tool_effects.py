"""What our own tools do to a world: which table each writes, and which only look up."""

from __future__ import annotations

from collections.abc import Mapping

from tool_sandbox.common.vocabulary import DatabaseNamespace

WRITTEN_BY: Mapping[str, DatabaseNamespace] = {
    **dict.fromkeys(("add_contact", "modify_contact", "remove_contact"), DatabaseNamespace.CONTACT),
    **dict.fromkeys(("add_reminder", "modify_reminder", "remove_reminder"), DatabaseNamespace.REMINDER),
    "send_message_with_phone_number": DatabaseNamespace.MESSAGING,
    **dict.fromkeys(
        (f"set_{switch}_status" for switch in ("wifi", "cellular_service", "location_service", "low_battery_mode")),
        DatabaseNamespace.SETTING,
    ),
}
"""Tool → the table that it writes. What one of a user's own writes, nobody knows."""

TELL_NO_AMOUNTS = frozenset(
    {
        *(f"get_{switch}_status" for switch in ("wifi", "cellular_service", "location_service", "low_battery_mode")),
        *("get_current_timestamp", "datetime_info_to_timestamp", "timestamp_to_datetime_info", "timestamp_diff"),
        *("shift_timestamp", "search_contacts", "search_holiday", "end_conversation"),
    }
)
"""Tools that only look up, and whose answers hold no sum of money and no measure."""

LOOK_UP = TELL_NO_AMOUNTS | {
    *("search_messages", "search_reminder", "search_lat_lon", "search_location_around_lat_lon", "search_stock"),
    *("search_weather_around_lat_lon", "get_current_location", "calculate_lat_lon_distance", "convert_currency"),
    *("unit_conversion", "seconds_to_hours_minutes_seconds"),
}
"""Tools that change nothing."""

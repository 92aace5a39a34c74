"""Settings of the phone: its services, low battery mode and where it is."""

from contextlib import suppress

from tool_sandbox.common.execution_context import get_current_context
from tool_sandbox.common.signatures.type_checks import validate_type
from tool_sandbox.common.tool import register_as_tool
from tool_sandbox.common.vocabulary import DatabaseNamespace

SERVICES = ("cellular", "wifi", "location_service")
"""What low battery mode switches off."""


def get_boolean_settings(setting_name: str) -> bool:
    """Whether a setting is switched on.

    Raises:
        KeyError: There is no setting of this name that can be on or off.
    """
    validate_type(setting_name, "setting_name", str)
    row = get_current_context().rows(DatabaseNamespace.SETTING)[0]
    value = row.get(setting_name)
    if not isinstance(value, bool):
        switches = [name for name, cell in row.items() if isinstance(cell, bool)]
        message = f"{setting_name!r} is not a setting that can be on or off; there are {switches}."
        raise KeyError(message)
    return value


def set_boolean_settings(setting_name: str, on: bool) -> None:
    """Switch a setting on or off.

    Raises:
        KeyError: There is no setting of this name that can be on or off.
        ValueError: It is so already.
    """
    validate_type(setting_name, "setting_name", str)
    validate_type(on, "on", bool)
    if get_boolean_settings(setting_name) is on:
        message = f"{setting_name} is already {'enabled' if on else 'disabled'}."
        raise ValueError(message)
    context = get_current_context()
    changed = [{**row, setting_name: on} for row in context.rows(DatabaseNamespace.SETTING)]
    context.replace_rows(DatabaseNamespace.SETTING, changed)


def _require_normal_battery_mode(service: str) -> None:
    if get_boolean_settings("low_battery_mode"):
        message = f"The {service} cannot be turned on while low battery mode is on."
        raise PermissionError(message)


@register_as_tool()
def set_low_battery_mode_status(on: bool) -> None:
    """Turn the low battery mode of this device on or off.

    While it is on, cellular service, wifi and location service are off and cannot be turned on.
    Turning it off again does not turn those services back on.

    Args:
        on: True to turn low battery mode on, False to turn it off.

    Returns:
        Nothing.
    """
    set_boolean_settings("low_battery_mode", on)
    if on:
        for service in SERVICES:
            with suppress(ValueError):  # it is off already
                set_boolean_settings(service, on=False)


@register_as_tool()
def get_low_battery_mode_status() -> bool:
    """Find out whether low battery mode is on.

    Returns:
        True if low battery mode is on, False if it is off.
    """
    return get_boolean_settings("low_battery_mode")


@register_as_tool()
def set_location_service_status(on: bool) -> None:
    """Turn the location service of this device on or off.

    It cannot be turned on while low battery mode is on.

    Args:
        on: True to turn location service on, False to turn it off.

    Returns:
        Nothing.
    """
    if on:
        _require_normal_battery_mode("location service")
    validate_type(on, "on", bool)
    set_boolean_settings("location_service", on)


@register_as_tool()
def get_location_service_status() -> bool:
    """Find out whether location service is on.

    Returns:
        True if location service is on, False if it is off.
    """
    return get_boolean_settings("location_service")


@register_as_tool()
def set_cellular_service_status(on: bool) -> None:
    """Turn the cellular service of this device on or off.

    It cannot be turned on while low battery mode is on.

    Args:
        on: True to turn cellular service on, False to turn it off.

    Returns:
        Nothing.
    """
    validate_type(on, "on", bool)
    if on:
        _require_normal_battery_mode("cellular service")
    set_boolean_settings("cellular", on)


@register_as_tool()
def get_cellular_service_status() -> bool:
    """Find out whether cellular service is on.

    Returns:
        True if cellular service is on, False if it is off.
    """
    return get_boolean_settings("cellular")


@register_as_tool()
def set_wifi_status(on: bool) -> None:
    """Turn the wifi of this device on or off.

    It cannot be turned on while low battery mode is on.

    Args:
        on: True to turn wifi on, False to turn it off.

    Returns:
        Nothing.
    """
    validate_type(on, "on", bool)
    if on:
        _require_normal_battery_mode("wifi")
    set_boolean_settings("wifi", on)


@register_as_tool()
def get_wifi_status() -> bool:
    """Find out whether wifi is on.

    Returns:
        True if wifi is on, False if it is off.
    """
    return get_boolean_settings("wifi")


@register_as_tool()
def get_current_location() -> dict[str, float]:
    """Find out where this device is. Location service must be on.

    Returns:
        The position in degrees, under the keys "latitude" and "longitude".
    """
    if not get_boolean_settings("location_service"):
        message = "Location service is off, so the current location is not known."
        raise PermissionError(message)
    row = get_current_context().rows(DatabaseNamespace.SETTING)[0]
    return {"latitude": row["latitude"], "longitude": row["longitude"]}

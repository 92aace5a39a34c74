"""Dates, units, distances and holidays."""

import functools
import math
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Optional

from tool_sandbox import clock
from tool_sandbox.common import units
from tool_sandbox.common.compatibility import original_rules
from tool_sandbox.common.signatures.type_checks import typechecked
from tool_sandbox.common.tool import register_as_tool
from tool_sandbox.common.validators import validate_latitude, validate_longitude, validate_range, validate_timestamp
from tool_sandbox.tools import holiday_calendar
from tool_sandbox.tools.setting import get_wifi_status

_SECONDS = {"weeks": 604800, "days": 86400, "hours": 3600, "minutes": 60, "seconds": 1}


@register_as_tool()
def get_current_timestamp() -> float:
    """Find out what time it is now.

    Returns:
        The current POSIX timestamp in seconds.
    """
    return clock.now()


@register_as_tool()
@typechecked
def timestamp_to_datetime_info(timestamp: float) -> dict[str, int]:
    """Turn a POSIX timestamp into date and time of day, in local time.

    Args:
        timestamp: POSIX timestamp in seconds.

    Returns:
        The keys year, month, day, hour, minute, second and isoweekday (1 for Monday to 7 for Sunday), all integers.
    """
    validate_timestamp(timestamp, "timestamp", float)
    moment = _local(timestamp)
    return {
        "year": moment.year,
        "month": moment.month,
        "day": moment.day,
        "hour": moment.hour,
        "minute": moment.minute,
        "second": moment.second,
        "isoweekday": moment.isoweekday(),
    }


@register_as_tool()
@typechecked
def datetime_info_to_timestamp(year: int, month: int, day: int, hour: int, minute: int, second: int) -> float:
    """Turn a date and time of day, in local time, into a POSIX timestamp.

    Args:
        year: Year with four digits.
        month: Month from 1 to 12.
        day: Day of the month from 1 to 31.
        hour: Hour from 0 to 23.
        minute: Minute from 0 to 59.
        second: Second from 0 to 59.

    Returns:
        The POSIX timestamp in seconds.
    """
    return datetime(year, month, day, hour, minute, second, tzinfo=clock.zone()).timestamp()


def _one_amount(arguments: Mapping[str, Any]) -> dict[str, Any]:
    """The amounts of time as one, in seconds; those that are no numbers stay as they are."""
    amounts = {name: value for name, value in arguments.items() if name in _SECONDS and isinstance(value, (int, float))}
    others = {name: value for name, value in arguments.items() if name not in amounts}
    return {**others, "seconds": sum(_SECONDS[name] * value for name, value in amounts.items())} if amounts else others


@register_as_tool(canonical=_one_amount)
@typechecked
def shift_timestamp(
    timestamp: float,
    weeks: int = 0,
    days: int = 0,
    hours: int = 0,
    minutes: int = 0,
    seconds: int = 0,
) -> float:
    """Move a POSIX timestamp forwards or backwards on the local clock. Negative amounts move it backwards.

    Args:
        timestamp: POSIX timestamp in seconds to start from.
        weeks: How many weeks to move.
        days: How many days to move.
        hours: How many hours to move.
        minutes: How many minutes to move.
        seconds: How many seconds to move.

    Returns:
        The POSIX timestamp in seconds after all amounts have been added.
    """
    validate_timestamp(timestamp, "timestamp", float)
    amount = timedelta(weeks=weeks, days=days, hours=hours, minutes=minutes, seconds=seconds)
    return (_local(timestamp) + amount).timestamp()


@register_as_tool()
@typechecked
def timestamp_diff(timestamp_0: float, timestamp_1: float) -> dict[str, int]:
    """Find out how much later timestamp_1 is than timestamp_0, on the local clock.

    Args:
        timestamp_0: POSIX timestamp in seconds to count from.
        timestamp_1: POSIX timestamp in seconds to count to.

    Returns:
        The keys days and seconds, both integers. Seconds is between 0 and 86399 and always counts forwards, so that
        days is negative if timestamp_1 is the earlier one.
    """
    validate_timestamp(timestamp_0, "timestamp_0", float)
    validate_timestamp(timestamp_1, "timestamp_1", float)
    difference = _local(timestamp_1) - _local(timestamp_0)
    return {"days": difference.days, "seconds": difference.seconds}


@register_as_tool()
@typechecked
def seconds_to_hours_minutes_seconds(seconds: float) -> dict[str, int]:
    """Express a duration in hours, minutes and seconds.

    Args:
        seconds: Length of the duration in seconds, not negative.

    Returns:
        The keys hour, minute and second, all integers. Minute and second are below 60, hour may be any number.
    """
    if original_rules():  # the time of day at that POSIX timestamp, as in published runs
        moment = _local(seconds)
        return {"hour": moment.hour, "minute": moment.minute, "second": moment.second}
    validate_range(seconds, "seconds", min_val=0)
    minutes, second = divmod(int(seconds), 60)
    hour, minute = divmod(minutes, 60)
    return {"hour": hour, "minute": minute, "second": second}


def _unit_names(arguments: Mapping[str, Any]) -> dict[str, Any]:
    return {name: units.canonical(value) if name.endswith("_unit") else value for name, value in arguments.items()}


@register_as_tool(canonical=_unit_names)
@typechecked
def unit_conversion(amount: float, from_unit: str, to_unit: str) -> float:
    """Convert a quantity to another unit of the same kind, for example a length, weight, temperature or duration.

    Args:
        amount: How many of the first unit.
        from_unit: Unit to convert from, written out in full, for example celsius or meter.
        to_unit: Unit to convert to, written out in full, for example fahrenheit or mile.

    Returns:
        How many of the second unit that is.
    """
    return units.convert(amount, from_unit, to_unit)


@register_as_tool()
@typechecked
def calculate_lat_lon_distance(
    latitude_0: float,
    longitude_0: float,
    latitude_1: float,
    longitude_1: float,
) -> float:
    """Find out how far apart two places are along the surface of the earth.

    Args:
        latitude_0: Latitude of the first place in degrees.
        longitude_0: Longitude of the first place in degrees.
        latitude_1: Latitude of the second place in degrees.
        longitude_1: Longitude of the second place in degrees.

    Returns:
        The distance in kilometers.
    """
    validate_latitude(latitude_0, "latitude_0", float)
    validate_latitude(latitude_1, "latitude_1", float)
    validate_longitude(longitude_0, "longitude_0", float)
    validate_longitude(longitude_1, "longitude_1", float)
    if not all(map(math.isfinite, (latitude_0, longitude_0, latitude_1, longitude_1))):
        message = "Latitudes and longitudes must be finite numbers."
        raise ValueError(message)
    earth = _earth()
    return float(earth.Inverse(latitude_0, longitude_0, latitude_1, longitude_1, earth.DISTANCE)["s12"])


@register_as_tool()
@typechecked
def search_holiday(holiday_name: str, year: Optional[int] = None) -> Optional[float]:
    """Find out on which day a holiday of the United States falls. Wifi must be on.

    Args:
        holiday_name: Usual name of the holiday, for example Christmas Day.
        year: Year with four digits. Leave out for the current year.

    Returns:
        The POSIX timestamp in seconds of the start of that day in local time, or None if no such holiday is known.
    """
    if not get_wifi_status():
        message = "Wifi is off, so holidays cannot be searched."
        raise ConnectionError(message)
    day = holiday_calendar.find(holiday_name, clock.now_datetime().year if year is None else year)
    if day is None:
        return None
    return datetime(day.year, day.month, day.day, tzinfo=clock.zone()).timestamp()


@functools.cache
def _earth() -> Any:
    """The ellipsoid of WGS 84, in kilometers."""
    from geographiclib.geodesic import Geodesic

    return Geodesic(6378.137, 1 / 298.257223563)


def _local(timestamp: float) -> datetime:
    return datetime.fromtimestamp(timestamp, clock.zone())

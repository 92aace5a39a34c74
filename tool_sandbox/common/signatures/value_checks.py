"""Checking arguments against what values make sense: ranges, coordinates, times, phone numbers, currencies."""

from __future__ import annotations

import functools
from typing import Any

from tool_sandbox.common.compatibility import original_rules
from tool_sandbox.common.currencies import CURRENCY_CODES, ORIGINAL_CURRENCY_CODES
from tool_sandbox.common.not_given import NotGiven
from tool_sandbox.common.signatures.type_checks import validate_type

EARLIEST_TIMESTAMP = 315529200.0
"""Start of 1980. Smaller values are not plausible dates."""

LATEST_TIMESTAMP = 2524604400.0
"""Start of 2050. Larger values are usually milliseconds or nanoseconds."""


def validate_range(value: Any, value_name: str, *, min_val: float | None = None, max_val: float | None = None) -> None:
    """Accept a number between the bounds, both included.

    Raises:
        ValueError: The value lies outside.
    """
    if min_val is not None and value < min_val:
        message = f"{value_name!r} is too small: {value!r}; it must be at least {min_val}."
        raise ValueError(message)
    if max_val is not None and value > max_val:
        message = f"{value_name!r} is too large: {value!r}; it must be at most {max_val}."
        raise ValueError(message)


def validate_type_range(
    value: Any,
    value_name: str,
    expected_type: Any,
    *,
    min_val: float | None = None,
    max_val: float | None = None,
) -> None:
    """Accept a value of the expected type; if it is a number, only between the bounds.

    Raises:
        TypeError: The value has another type.
        ValueError: The number lies outside the bounds.
    """
    validate_type(value, value_name, expected_type)
    if isinstance(value, (int, float)):
        validate_range(value, value_name, min_val=min_val, max_val=max_val)


def validate_timestamp(timestamp: Any, name: str, expected_type: Any) -> None:
    """Accept POSIX seconds of a plausible year; milliseconds and nanoseconds are refused."""
    validate_type_range(timestamp, name, expected_type, min_val=EARLIEST_TIMESTAMP, max_val=LATEST_TIMESTAMP)


def validate_latitude(latitude: Any, name: str, expected_type: Any) -> None:
    """Accept degrees from -90 to 90."""
    validate_type_range(latitude, name, expected_type, min_val=-90, max_val=90)


def validate_longitude(longitude: Any, name: str, expected_type: Any) -> None:
    """Accept degrees from -180 to 180."""
    validate_type_range(longitude, name, expected_type, min_val=-180, max_val=180)


def validate_phone_number(phone_number: Any) -> None:
    """Accept text that reads as a phone number in international format, whether or not the number exists.

    Raises:
        phonenumbers.NumberParseException: It does not.
        TypeError: It is not text.
    """
    if isinstance(phone_number, NotGiven):
        return
    if phone_number is not None and not isinstance(phone_number, str):
        message = (
            f"'phone_number' must be text in international format such as '+15550100', got {phone_number!r} of "
            f"{type(phone_number)}."
        )
        raise TypeError(message)
    _parse_phone_number(phone_number)


def validate_currency_code(currency_code: Any) -> None:
    """Accept an ISO 4217 code in either case.

    Raises:
        ValueError: There is no such currency.
    """
    known = ORIGINAL_CURRENCY_CODES if original_rules() else CURRENCY_CODES
    if not isinstance(currency_code, str) or currency_code.upper() not in known:
        message = f"{currency_code!r} is not a currency code; use a code of three letters such as 'USD' or 'EUR'."
        raise ValueError(message)


@functools.lru_cache(maxsize=4096)
def _parse_phone_number(phone_number: Any) -> None:
    import phonenumbers

    phonenumbers.parse(phone_number)

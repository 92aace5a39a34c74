"""The checks that tools make on their arguments, under the name the original gave them."""

from __future__ import annotations

from tool_sandbox.common.signatures.type_checks import typechecked, validate_type
from tool_sandbox.common.signatures.value_checks import (
    validate_currency_code,
    validate_latitude,
    validate_longitude,
    validate_phone_number,
    validate_range,
    validate_timestamp,
    validate_type_range,
)

__all__ = [
    "typechecked",
    "validate_currency_code",
    "validate_latitude",
    "validate_longitude",
    "validate_phone_number",
    "validate_range",
    "validate_timestamp",
    "validate_type",
    "validate_type_range",
]

"""Comparing numbers with tolerance, and names that are the same in every run."""

from __future__ import annotations

import math
import uuid
from typing import Any


def is_close(value: Any, reference: Any, atol: float | None = None) -> bool:
    """Whether two numbers differ by no more than a tolerance; anything else must be equal.

    Args:
        value: What was found.
        reference: What was wanted.
        atol: Largest allowed difference, may be infinite; ``None`` demands equality.
    """
    if atol is not None and isinstance(value, (int, float)) and isinstance(reference, (int, float)):
        try:
            return bool(abs(value - reference) <= atol)
        except OverflowError:
            return value == reference or atol == math.inf
    return bool(value == reference)


def deterministic_uuid(payload: str) -> str:
    """The UUID that always belongs to this text (version 5, URL namespace)."""
    return str(uuid.uuid5(uuid.NAMESPACE_URL, payload))

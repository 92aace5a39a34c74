"""Comparing numbers with tolerance, and names that are the same in every run."""

from __future__ import annotations

import uuid
from typing import Any


def is_close(value: Any, reference: Any, atol: float | None = None) -> bool:
    """Whether two values are equal; numbers also within an absolute tolerance, if there is one."""
    if atol is not None and isinstance(value, (int, float)) and isinstance(reference, (int, float)):
        return bool(abs(value - reference) <= atol)
    return bool(value == reference)


def deterministic_uuid(payload: str) -> str:
    """The UUID that always belongs to this text (version 5, URL namespace)."""
    return str(uuid.uuid5(uuid.NAMESPACE_URL, payload))

"""Values in JSON's words, for a record."""

from __future__ import annotations

import json
from typing import Any

import attrs


def as_json(value: Any) -> Any:
    """A value in JSON's words, for a record: as pydantic writes it, and by its ``repr`` where it cannot."""
    try:
        json.dumps(value)
    except (TypeError, ValueError):
        from pydantic_core import to_jsonable_python

        try:
            return to_jsonable_python(value, fallback=_fallback)
        except (TypeError, ValueError, RecursionError):
            return repr(value)
    return value


def _fallback(value: Any) -> Any:
    return attrs.asdict(value, recurse=False) if attrs.has(type(value)) else repr(value)

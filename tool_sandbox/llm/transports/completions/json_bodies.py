"""JSON of servers, read and written so that no number is too long and nothing is nested too deeply for Python."""

from __future__ import annotations

import json
import re
from itertools import chain
from typing import Any

from attrs import frozen

_MOST_DIGITS = 4000
"""Python refuses to read integers of more than 4300 digits."""
_DEEPEST = 200
"""Far deeper than an answer of a provider, and what a tool can take."""
_PIECE = re.compile(r'"(?:[^"\\]|\\.)*+"|[\[\]{}]|[^"\[\]{}]++|"', re.DOTALL)


@frozen
class JsonBody:
    """A JSON value as far as Python can hold it."""

    value: Any
    absurd: bool = False
    """Something in it was too deep, and is ``null`` now, or too long for a number, and is infinite now."""


def read_json(text: str) -> JsonBody:
    """The value that a text holds.

    Raises:
        ValueError: The text is not JSON.
    """
    absurd = False

    def whole_number(digits: str) -> int | float:
        nonlocal absurd
        if len(digits) <= _MOST_DIGITS:
            return int(digits)
        absurd = True
        return float(digits)

    value: Any = None
    try:
        value = json.loads(text, parse_int=whole_number)
        is_deep = text.count("[") + text.count("{") > _DEEPEST and _is_deep(value)
    except RecursionError:
        is_deep = True
    if is_deep:
        absurd = True
        value = json.loads(_shallow(text), parse_int=whole_number)
    return JsonBody(value, absurd)


def as_json(value: Any) -> str:
    """A value as JSON text; what cannot be written so, in Python's words."""
    try:
        return json.dumps(value, default=str)
    except (ValueError, TypeError, RecursionError):
        return "[unwritable]"


def _is_deep(value: Any) -> bool:
    """Whether something in a value is nested too deeply: Python from 3.12 on reads thousands of levels."""
    level = [value]
    for _ in range(_DEEPEST):
        inner = chain.from_iterable(each.values() if isinstance(each, dict) else each for each in level)
        level = [each for each in inner if isinstance(each, dict | list)]
    return bool(level)


def _shallow(text: str) -> str:
    """The text with ``null`` in place of everything that is nested too deeply."""
    kept, level = [], 0
    for piece in _PIECE.findall(text):
        level += piece in "[{"
        if level <= _DEEPEST:
            kept.append(piece)
        elif level == _DEEPEST + 1 and piece in "[{":
            kept.append("null")
        level -= piece in "]}"
    return "".join(kept)

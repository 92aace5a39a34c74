"""JSON with indentation, as ``json.dumps`` writes it, but several times as fast."""

from __future__ import annotations

import json
from json.encoder import encode_basestring
from typing import Any

_CONSTANTS = {True: "true", False: "false", None: "null"}


def indented_json(value: Any, indent: int) -> str:
    """The text of ``json.dumps(value, indent=indent, ensure_ascii=False)``.

    Args:
        value: What to write.
        indent: Spaces per level.

    Raises:
        TypeError: Something in ``value`` is not JSON.
        RecursionError: ``value`` is nested too deeply, or holds itself.
    """
    return _written(value, "\n", " " * indent)


def _written(value: Any, margin: str, step: str) -> str:
    if isinstance(value, str):
        return encode_basestring(value)
    if value is None or value is True or value is False:
        return _CONSTANTS[value]
    if isinstance(value, dict):
        inner = margin + step
        parts = [f"{inner}{_key(key)}: {_written(item, inner, step)}" for key, item in value.items()]
        return f"{{{','.join(parts)}{margin}}}" if parts else "{}"
    if isinstance(value, (list, tuple)):
        inner = margin + step
        parts = [inner + _written(item, inner, step) for item in value]
        return f"[{','.join(parts)}{margin}]" if parts else "[]"
    return json.dumps(value)


def _key(key: Any) -> str:
    if isinstance(key, str):
        return encode_basestring(key)
    return json.dumps({key: 0}).removeprefix("{").removesuffix(": 0}")

"""What the text of an argument stands for: dialects that write tags have no other types."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

_PYTHON_WORDS = {"None": "null", "True": "true", "False": "false"}
_KINDS: tuple[tuple[str, type | tuple[type, ...]], ...] = (
    ("null", type(None)),
    ("boolean", bool),
    ("integer", int),
    ("number", (int, float)),
    ("array", list),
    ("object", dict),
)


def typed(text: str, schema: Any) -> Any:
    """The value that the text of an argument stands for.

    Args:
        text: As the model wrote it, without the marks around it.
        schema: The parameter's JSON Schema; without one, a value is text. Text that no type of the schema can be made
            from stays text, so that the tool says what is wrong with it.
    """
    allowed = set(_types(schema))
    if not allowed:
        return text
    try:
        value = json.loads(_PYTHON_WORDS.get(text.strip(), text))
    except (ValueError, RecursionError):
        return text
    return value if _is_one_of(value, allowed) else text


def _types(schema: Any) -> Iterator[str]:
    """The JSON types that a schema allows besides text."""
    if not isinstance(schema, Mapping) or not schema:
        return
    kinds = schema.get("type")
    named = [kinds] if isinstance(kinds, str) else kinds if isinstance(kinds, list) else []
    yield from (kind for kind in named if isinstance(kind, str) and kind != "string")
    for key in ("anyOf", "oneOf", "allOf"):
        parts = schema.get(key)
        for part in parts if isinstance(parts, list) else ():
            yield from _types(part)
    choices = schema.get("enum")
    values = [*(choices if isinstance(choices, list) else ()), *([schema["const"]] if "const" in schema else ())]
    yield from (kind for value in values for kind, types in _KINDS if isinstance(value, types))
    if "$ref" in schema:
        yield "object"


def _is_one_of(value: Any, allowed: set[str]) -> bool:
    if isinstance(value, bool):
        return "boolean" in allowed
    if isinstance(value, float) and value.is_integer() and "integer" in allowed:
        return True
    return any(kind in allowed for kind, types in _KINDS if isinstance(value, types))

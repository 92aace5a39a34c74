"""Parameters of tools as JSON schemas describe them, with annotations that give these schemas again."""

from __future__ import annotations

import inspect
import keyword
from collections.abc import Mapping
from typing import Annotated, Any, Literal

from tool_sandbox.common.not_given import NOT_GIVEN
from tool_sandbox.common.signatures.argument_types import inlined
from tool_sandbox.common.signatures.json_types import json_schema

_PLAIN: Mapping[str, Any] = {"string": str, "integer": int, "number": float, "boolean": bool}
_TELLS_PEOPLE = frozenset({"title", "description", "default"})


def parameters_of(schema: Mapping[str, Any]) -> list[inspect.Parameter]:
    """The parameters of a tool, those without a default first.

    Args:
        schema: JSON schema of an object with all arguments.

    Raises:
        ValueError: A name cannot be that of a parameter; the message names it.
    """
    required = set(schema.get("required") or ())
    properties: Mapping[str, Any] = schema.get("properties") or {}
    definitions = {"$defs": schema["$defs"]} if "$defs" in schema else {}
    whole = {name: inlined({**definitions, **each}) for name, each in properties.items() if isinstance(each, Mapping)}
    found = [_parameter(name, whole.get(name, {}), name in required) for name in properties]
    return sorted(found, key=lambda each: each.default is not each.empty)


def described(schema: Mapping[str, Any]) -> dict[str, str]:
    """What the schema says about each parameter, on one line."""
    properties = (schema.get("properties") or {}).items()
    told = {name: each.get("description") for name, each in properties if isinstance(each, Mapping)}
    return {name: " ".join(str(text).split()) for name, text in told.items() if text}


def _parameter(name: str, schema: Mapping[str, Any], is_required: bool) -> inspect.Parameter:
    if not name.isidentifier() or keyword.iskeyword(name):
        message = f"its parameter {name!r} is no name in Python"
        raise ValueError(message)
    default = inspect.Parameter.empty if is_required else schema.get("default", NOT_GIVEN)
    return inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=_annotation(schema))


def _annotation(schema: Mapping[str, Any]) -> Any:
    """A type like those of our tools where that gives the same schema, so that it reads and is checked like them."""
    from pydantic import WithJsonSchema

    plain = {key: value for key, value in schema.items() if key not in _TELLS_PEOPLE}
    kind = _kind(plain)
    return kind if json_schema(kind) == plain else Annotated[Any, WithJsonSchema(plain)]


def _kind(schema: Mapping[str, Any]) -> Any:
    if values := schema.get("enum"):
        return Literal[tuple(values)]
    if schema.get("type") == "array" and isinstance(schema.get("items"), Mapping):
        return list[_kind(schema["items"])]  # type: ignore[misc]  # a type made of data
    return _PLAIN.get(str(schema.get("type")), Any)

"""What JSON a model may send for a parameter, read from the parameter's annotation."""

from __future__ import annotations

import collections.abc
import inspect
import types
import typing
from collections.abc import Callable, Collection
from enum import Enum
from typing import Annotated, Any, Literal, Union, cast, get_args, get_origin

from tool_sandbox.common.not_given import NotGiven
from tool_sandbox.common.signatures.argument_types import CannotBeReadError, inlined, is_plain, schema_of
from tool_sandbox.common.signatures.readable_types import is_model, unwrapped

PYTHON_TO_JSON_TYPES = {"str": "string", "int": "integer", "float": "number", "bool": "boolean"}
"""JSON type by the name of the Python type."""

Schema = dict[str, Any]

_ABSENT = (type(None), NotGiven)


def is_union(annotation: Any) -> bool:
    """Whether the annotation is ``Union[...]``, ``Optional[...]`` or ``X | Y``."""
    return get_origin(annotation) in {Union, types.UnionType}


def json_schema(annotation: Any) -> Schema:
    """The JSON schema of an annotation; empty where anything goes or nothing is known."""
    if get_origin(annotation) is Annotated and not is_plain(annotation):
        return _known_schema(annotation)
    annotation = unwrapped(annotation)
    origin, arguments = get_origin(annotation), get_args(annotation)
    if is_union(annotation):
        return _union_schema(arguments)
    if origin is Literal:
        return _enum_schema([value for value in arguments if value is not None])
    return _class_schema(origin or annotation, arguments)


def original_json_schema(annotation: Any) -> Schema:
    """The JSON schema that the original gives an annotation: scalars, ``Literal`` and pydantic 1 models only.

    Raises:
        KeyError: The first value of a ``Literal`` is neither text, number nor boolean.
    """
    if is_model(annotation, "pydantic.v1"):
        return dict(annotation.schema())
    if get_origin(annotation) is Literal:
        values = list(get_args(annotation))
        return {"enum": values, "type": PYTHON_TO_JSON_TYPES[type(values[0]).__name__]}
    json_type = PYTHON_TO_JSON_TYPES.get(getattr(annotation, "__name__", ""))
    return {"type": json_type} if json_type else {}


def _union_schema(members: tuple[Any, ...]) -> Schema:
    real = [member for member in members if member not in _ABSENT]
    if real and all(member in {int, float} for member in real):
        return json_schema(float if float in real else int)
    schemas = [json_schema(member) for member in real]
    different = [schema for position, schema in enumerate(schemas) if schema not in schemas[:position]]
    if not all(different) or not different:
        return {}
    return {"anyOf": different} if len(different) > 1 else different[0]


def _enum_schema(values: list[Any]) -> Schema:
    json_types = {PYTHON_TO_JSON_TYPES.get(type(value).__name__) for value in values}
    schema: Schema = {"enum": values}
    if len(json_types) == 1 and None not in json_types:
        schema["type"] = json_types.pop()
    return schema


def _class_schema(expected: Any, arguments: tuple[Any, ...]) -> Schema:
    if not isinstance(expected, type) or expected in {Any, object, *_ABSENT, inspect.Parameter.empty}:
        return {}
    if typing.is_typeddict(expected):
        return _fields_schema(expected, cast("Any", expected).__required_keys__)
    if is_model(expected, "pydantic.v1"):
        return dict(cast("Any", expected).schema())
    if is_model(expected, "pydantic"):
        return inlined(dict(cast("Any", expected).model_json_schema()))
    shape = next((schema for base, schema in _SHAPES if issubclass(expected, base)), None)
    return _known_schema(expected) if shape is None else shape(expected, arguments)


def _known_schema(annotation: Any) -> Schema:
    try:
        return schema_of(annotation)
    except CannotBeReadError:
        return {}


def _object_schema(arguments: tuple[Any, ...]) -> Schema:
    values = json_schema(arguments[1]) if len(arguments) > 1 else {}
    return {"type": "object", "additionalProperties": values} if values else {"type": "object"}


def _array_schema(arguments: tuple[Any, ...]) -> Schema:
    return {"type": "array", "items": json_schema(arguments[0]) if arguments else {}}


def _enum_members(expected: Any) -> Schema:
    values = [member.value for member in expected]
    by_value = all(isinstance(value, str | int | float) for value in values)
    return _enum_schema(values if by_value else list(expected.__members__))


def _fields_schema(expected: Any, required: Collection[str]) -> Schema:
    hints = typing.get_type_hints(expected, include_extras=True)
    fields = getattr(expected, "_fields", hints)
    return {
        "type": "object",
        "properties": {name: json_schema(hints.get(name, Any)) for name in fields},
        "required": [name for name in fields if name in required],
    }


def _tuple_schema(expected: Any, arguments: tuple[Any, ...]) -> Schema:
    if hasattr(expected, "_fields"):
        return _fields_schema(expected, set(expected._fields) - set(expected._field_defaults))
    if not arguments or arguments[-1] is Ellipsis:
        return _array_schema(arguments)
    return {
        "type": "array",
        "items": _union_schema(arguments),
        "minItems": len(arguments),
        "maxItems": len(arguments),
    }


_SHAPES: tuple[tuple[type, Callable[[Any, tuple[Any, ...]], Schema]], ...] = (
    (Enum, lambda expected, _: _enum_members(expected)),
    (bool, lambda *_: {"type": "boolean"}),  # before int: it is one
    (int, lambda *_: {"type": "integer"}),
    (float, lambda *_: {"type": "number"}),
    (str, lambda *_: {"type": "string"}),
    (bytes, lambda *_: {}),
    (collections.abc.Mapping, lambda _, arguments: _object_schema(arguments)),
    (tuple, _tuple_schema),
    (collections.abc.Iterable, lambda _, arguments: _array_schema(arguments)),
)
"""What a class becomes, by its first base in this list."""

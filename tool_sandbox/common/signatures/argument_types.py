"""Types that JSON has no word for: their schema, and how a value of theirs is made from JSON.

Dates, enumerations, dataclasses, attrs classes, named tuples, models of pydantic and the like. pydantic reads them,
strictly: a model that sends text for a number is told so.
"""

from __future__ import annotations

import inspect
import json
import types
import typing
from collections.abc import Callable
from enum import Enum
from functools import lru_cache
from typing import Annotated, Any, Literal, get_args, get_origin

from tool_sandbox.common.not_given import NotGiven
from tool_sandbox.common.signatures.readable_types import readable, unwrapped

_SCALARS = (str, int, float, type(None))
_MADE_BY_PYDANTIC = (set, frozenset, tuple, bytes)


class CannotBeReadError(TypeError):
    """No JSON can become a value of the type."""


def is_plain(annotation: Any) -> bool:
    """Whether a value of this type arrives as JSON gave it: texts, numbers, lists, dicts, and what nothing is known of.

    Args:
        annotation: Already resolved, not text.
    """
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return not any(map(_is_of_pydantic, arguments[1:])) and is_plain(arguments[0])
    inner = unwrapped(annotation)
    if inner is not annotation:
        return is_plain(inner)
    if origin is Literal:
        return not any(isinstance(value, Enum) for value in arguments)
    if origin is not None and not _is_plain_class(origin):
        return False
    if typing.is_typeddict(origin or annotation):
        return all(map(is_plain, typing.get_type_hints(origin or annotation, include_extras=True).values()))
    members = [each for argument in arguments for each in (argument if isinstance(argument, list) else [argument])]
    return all(map(is_plain, members)) and (origin is not None or _is_plain_class(annotation))


def reader_of(annotation: Any) -> Callable[[Any], Any]:
    """What makes a value of the type from JSON data; data that is not JSON comes from Python code and is left alone.

    Raises:
        CannotBeReadError: No JSON can become a value of the type.
    """
    from pydantic import ValidationError

    adapter = _adapter(annotation)

    def read(value: Any) -> Any:
        try:
            text = json.dumps(value)
        except (TypeError, ValueError):
            return value
        try:
            return adapter.validate_json(text, strict=True)
        except ValidationError as error:
            raise ValueError(_explained(error)) from None

    return read


def schema_of(annotation: Any) -> dict[str, Any]:
    """The JSON schema of a type that is not plain.

    Raises:
        CannotBeReadError: No JSON can become a value of the type.
    """
    return inlined(_adapter(annotation).json_schema())


def inlined(schema: dict[str, Any]) -> dict[str, Any]:
    """A schema with every reference replaced by what it refers to; where a type holds itself, anything goes.

    References count from the top of a document, and a parameter's schema is never there.
    """
    definitions = schema.get("$defs", {})

    def copy(part: Any, within: tuple[str, ...] = ()) -> Any:
        if isinstance(part, list):
            return [copy(item, within) for item in part]
        if not isinstance(part, dict):
            return part
        name = str(part.get("$ref", "")).removeprefix("#/$defs/")
        if name in within:
            return {"type": definitions[name]["type"]} if "type" in definitions[name] else {}
        rest = {key: copy(value, within) for key, value in part.items() if key not in {"$ref", "$defs"}}
        return {**copy(definitions[name], (*within, name)), **rest} if name in definitions else rest

    result: dict[str, Any] = copy(schema)
    return result


def _is_plain_class(expected: Any) -> bool:
    if not isinstance(expected, type) or expected in {Any, object, NotGiven, inspect.Parameter.empty, types.UnionType}:
        return True
    if issubclass(expected, Enum):
        return False
    if issubclass(expected, (*_SCALARS, list, dict)) or typing.is_typeddict(expected):
        return True
    return inspect.isabstract(expected) or bool(getattr(expected, "_is_protocol", False))


def _is_of_pydantic(metadata: Any) -> bool:
    return type(metadata).__module__.partition(".")[0] in {"pydantic", "annotated_types"}


@lru_cache(maxsize=512)
def _cached_adapter(annotation: Any) -> Any:
    from pydantic import TypeAdapter
    from pydantic.errors import PydanticUserError

    try:
        return TypeAdapter(readable(annotation))
    except (PydanticUserError, TypeError, NameError) as error:
        text = str(error).partition("\n")[0]
        message = f"{_shown(annotation)} cannot be made from JSON: {text}"
        raise CannotBeReadError(message) from error


def _adapter(annotation: Any) -> Any:
    try:
        return _cached_adapter(annotation)
    except TypeError as error:
        if isinstance(error, CannotBeReadError):
            raise
        return _cached_adapter.__wrapped__(annotation)  # an annotation that cannot be hashed


def _explained(error: Any) -> str:
    """What is wrong, part by part, in one line each."""
    return "; ".join(
        f"{'.'.join(map(str, part['loc'])) + ': ' if part['loc'] else ''}{part['msg']}" for part in error.errors()
    )


def _shown(annotation: Any) -> str:
    return annotation.__name__ if isinstance(annotation, type) else str(annotation)

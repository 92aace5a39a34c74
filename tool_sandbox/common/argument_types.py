"""Types that JSON has no word for: their schema, and how a value of theirs is made from JSON.

Dates, enumerations, dataclasses, attrs classes, named tuples, models of pydantic and the like. pydantic reads them,
strictly: a model that sends text for a number is told so.
"""

from __future__ import annotations

import dataclasses
import inspect
import json
import sys
import types
import typing
from collections.abc import Callable
from decimal import Decimal
from enum import Enum
from functools import lru_cache
from typing import Annotated, Any, Literal, TypeVar, Union, get_args, get_origin

import attrs

from tool_sandbox.common.not_given import NotGiven

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


def unwrapped(annotation: Any) -> Any:
    """What an annotation stands for: metadata, aliases and new names for a type taken away."""
    while True:
        if get_origin(annotation) is Annotated:
            annotation = get_args(annotation)[0]
        elif isinstance(annotation, typing.NewType):
            annotation = annotation.__supertype__
        elif isinstance(annotation, TypeVar):
            annotation = annotation.__bound__ or Any
        elif hasattr(annotation, "__value__"):  # an alias made with the type statement of Python 3.12
            annotation = annotation.__value__
        elif get_origin(annotation) in {typing.Required, typing.NotRequired}:
            annotation = get_args(annotation)[0]
        else:
            return annotation


def reader_of(annotation: Any) -> Callable[[Any], Any]:
    """What makes a value of the type from JSON data; data that is no JSON comes from Python code and is left alone.

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
        return TypeAdapter(_readable(annotation))
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


def _readable(annotation: Any) -> Any:
    """The annotation with types that pydantic does not know replaced by what reads them."""
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return Annotated[(_readable(arguments[0]), *arguments[1:])]
    inner = unwrapped(annotation)
    if inner is not annotation:
        return _readable(inner)
    if origin in {Union, types.UnionType}:
        members = tuple(_readable(member) for member in arguments if member is not NotGiven)
        return Union[members]  # noqa: UP007 -- made of values, where a bar could not be written
    if origin is Literal or not arguments:
        return next((make(annotation) for fits, make in _SPECIAL if fits(annotation)), annotation)
    return origin[tuple(argument if argument is Ellipsis else _readable(argument) for argument in arguments)]


def _is_class_where(holds: Callable[[Any], bool]) -> Callable[[Any], bool]:
    return lambda annotation: isinstance(annotation, type) and holds(annotation)


def _is_old_model(annotation: Any) -> bool:
    base = getattr(sys.modules.get("pydantic.v1"), "BaseModel", None)
    return base is not None and issubclass(annotation, base)


def _of_attrs(expected: Any) -> Any:
    from pydantic import AfterValidator, ConfigDict, create_model

    attrs.resolve_types(expected)
    fields = {
        field.alias: (_readable(field.type or Any), _pydantic_default(field.default))
        for field in attrs.fields(expected)
        if field.init
    }
    model: Any = create_model(expected.__name__, __config__=ConfigDict(extra="forbid"), **fields)  # type: ignore[call-overload]
    return Annotated[
        model, AfterValidator(lambda read: expected(**{name: getattr(read, name) for name in read.model_fields_set}))
    ]


def _pydantic_default(default: Any) -> Any:
    """For the schema only: the class itself fills in what was not given."""
    from pydantic import Field

    if default is attrs.NOTHING:
        return ...
    return Field(default_factory=lambda: None) if isinstance(default, attrs.Factory) else as_json(default)  # type: ignore[arg-type]


def _of_typed_dict(expected: Any) -> Any:
    """The same keys and types; pydantic refuses the standard library's own before Python 3.12."""
    from typing import NotRequired

    from typing_extensions import TypedDict

    hints = typing.get_type_hints(expected, include_extras=True)
    required = expected.__required_keys__
    keys = {name: _readable(hint) if name in required else NotRequired[_readable(hint)] for name, hint in hints.items()}
    return TypedDict(expected.__name__, keys)  # type: ignore[operator]


def _of_old_model(expected: Any) -> Any:
    from pydantic import PlainValidator, WithJsonSchema

    return Annotated[Any, PlainValidator(expected.parse_obj), WithJsonSchema(dict(expected.schema()))]


def _by_name(expected: Any) -> Any:
    """Members whose values are no JSON are sent by their names."""
    from pydantic import AfterValidator

    names = tuple(expected.__members__)
    return Annotated[Literal[names], AfterValidator(lambda name: expected[name])]


def _as_number(expected: Any) -> Any:
    from pydantic import WithJsonSchema

    return Annotated[expected, WithJsonSchema({"type": "number"})]


def _has_foreign_values(expected: Any) -> bool:
    return issubclass(expected, Enum) and not all(isinstance(member.value, str | int | float) for member in expected)


_SPECIAL: tuple[tuple[Callable[[Any], bool], Callable[[Any], Any]], ...] = (
    (_is_class_where(_has_foreign_values), _by_name),
    (_is_class_where(_is_old_model), _of_old_model),
    (typing.is_typeddict, _of_typed_dict),
    (_is_class_where(lambda expected: issubclass(expected, Decimal)), _as_number),
    (_is_class_where(lambda expected: attrs.has(expected) and not dataclasses.is_dataclass(expected)), _of_attrs),
)
"""Types that pydantic reads otherwise than models write them, or not at all."""


def _explained(error: Any) -> str:
    """What is wrong, part by part, in one line each."""
    return "; ".join(
        f"{'.'.join(map(str, part['loc'])) + ': ' if part['loc'] else ''}{part['msg']}" for part in error.errors()
    )


def _shown(annotation: Any) -> str:
    return annotation.__name__ if isinstance(annotation, type) else str(annotation)

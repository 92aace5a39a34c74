"""What pydantic reads in the place of types that it does not know, or that models write otherwise."""

from __future__ import annotations

import dataclasses
import sys
import types
import typing
from collections.abc import Callable
from decimal import Decimal
from enum import Enum
from functools import partial
from typing import Annotated, Any, Literal, TypeVar, Union, get_args, get_origin

import attrs

from tool_sandbox.common.not_given import NotGiven
from tool_sandbox.common.signatures.json_words import as_json


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


def readable(annotation: Any) -> Any:
    """The annotation with types that pydantic does not know, or reads otherwise, replaced by what reads them."""
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return Annotated[(readable(arguments[0]), *arguments[1:])]
    inner = unwrapped(annotation)
    if inner is not annotation:
        return readable(inner)
    if origin in {Union, types.UnionType}:
        members = tuple(readable(member) for member in arguments if member is not NotGiven)
        return Union[members]  # noqa: UP007 -- made of values, where a bar could not be written
    if origin is Literal or not arguments:
        return next((make(annotation) for fits, make in _SPECIAL if fits(annotation)), annotation)
    return origin[tuple(argument if argument is Ellipsis else readable(argument) for argument in arguments)]


def _is_class_where(holds: Callable[[Any], bool]) -> Callable[[Any], bool]:
    return lambda annotation: isinstance(annotation, type) and holds(annotation)


def is_model(annotation: Any, module_name: str) -> bool:
    """Whether it is a model class of this pydantic; if the module was never imported, nothing is."""
    base = getattr(sys.modules.get(module_name), "BaseModel", None)
    return base is not None and isinstance(annotation, type) and issubclass(annotation, base)


def _of_attrs(expected: Any) -> Any:
    from pydantic import AfterValidator, ConfigDict, create_model

    attrs.resolve_types(expected)
    fields = {
        field.alias: (readable(field.type or Any), _pydantic_default(field.default))
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
    keys = {name: readable(hint) if name in required else NotRequired[readable(hint)] for name, hint in hints.items()}
    return TypedDict(expected.__name__, keys)  # type: ignore[operator]


def _of_old_model(expected: Any) -> Any:
    from pydantic import PlainValidator, WithJsonSchema

    return Annotated[Any, PlainValidator(expected.parse_obj), WithJsonSchema(dict(expected.schema()))]


def _by_name(expected: Any) -> Any:
    """Members whose values are not JSON are sent by their names."""
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
    (partial(is_model, module_name="pydantic.v1"), _of_old_model),
    (typing.is_typeddict, _of_typed_dict),
    (_is_class_where(lambda expected: issubclass(expected, Decimal)), _as_number),
    (_is_class_where(lambda expected: attrs.has(expected) and not dataclasses.is_dataclass(expected)), _of_attrs),
)
"""Types that pydantic reads otherwise than models write them, or not at all."""

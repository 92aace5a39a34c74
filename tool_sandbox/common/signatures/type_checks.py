"""Checking arguments against annotations, strictly: a model that sends text for a number is told so."""

from __future__ import annotations

import functools
import inspect
import types
import typing
from abc import ABCMeta
from typing import Annotated, Any, Literal, ParamSpec, TypeVar, Union, get_args, get_origin

from tool_sandbox.common.compatibility import original_rules

if typing.TYPE_CHECKING:
    from collections.abc import Callable

P = ParamSpec("P")
R = TypeVar("R")


def validate_type(value: Any, value_name: str, expected_type: Any) -> None:
    """Accept a value whose type is exactly one that the annotation names.

    An int also passes for a float and a bool for an int; other subclasses do not pass. The elements of containers are
    not looked at.

    Args:
        value: What was given.
        value_name: What the message calls it.
        expected_type: A type or annotation.

    Raises:
        TypeError: The value has another type.
    """
    fits = _fits_originally if original_rules() else _fits
    if not fits(value, expected_type):
        message = f"{value_name!r} must be {expected_type}, got {value!r} of {type(value)}."
        raise TypeError(message)


def typechecked(function: Callable[P, R]) -> Callable[P, R]:
    """Check the arguments of every call with ``validate_type``; omitted ones and the result are not checked."""
    parameters = inspect.signature(function).parameters
    names: list[str] | None = list(parameters)
    if any(each.kind is inspect.Parameter.VAR_POSITIONAL for each in parameters.values()):
        names = None

    @functools.wraps(function)
    def checked(*args: P.args, **kwargs: P.kwargs) -> R:
        annotations = _annotations(function)
        of_args = _positional_names(parameters, len(args)) if names is None else names
        for name, value in zip(of_args, args, strict=False):
            validate_type(value, name, annotations.get(name, Any))
        for name, value in kwargs.items():
            validate_type(value, name, annotations.get(_keyword_parameter(name, parameters), Any))
        return function(*args, **kwargs)

    return checked


def _fits(value: Any, annotation: Any) -> bool:
    if isinstance(annotation, str):
        message = (
            f"The annotation {annotation!r} is text; pass the type itself, or use @typechecked, which resolves it."
        )
        raise TypeError(message)
    if _is_named(type(value), annotation):  # as nearly all are
        return True
    origin, members = get_origin(annotation), get_args(annotation)
    if origin in {Union, types.UnionType}:
        return any(_fits(value, member) for member in members)
    if origin is Literal:
        return any(type(value) is type(literal) and value == literal for literal in members)
    if origin is Annotated:
        return _fits(value, members[0])
    return _is_of_class(value, type(None) if annotation is None else origin or annotation)


def _is_named(kind: type, annotation: Any) -> bool:
    """Whether an annotation is this very class, or a union that has it."""
    if type(annotation) is type:
        return kind is annotation
    try:
        return kind in _classes(annotation)
    except TypeError:  # it cannot be hashed
        return False


@functools.lru_cache(maxsize=1024)
def _classes(annotation: Any) -> frozenset[type]:
    """The classes of a union."""
    members = get_args(annotation) if get_origin(annotation) in {Union, types.UnionType} else ()
    return frozenset(member for member in members if type(member) is type)


def _is_of_class(value: Any, expected: Any) -> bool:
    """Exact for a concrete class; instances count for an abstract one; anything goes where nothing can be checked."""
    if typing.is_typeddict(expected):
        return type(value) is dict
    unchecked = expected in {Any, object, inspect.Parameter.empty} or getattr(expected, "_is_protocol", False)
    if unchecked or not isinstance(expected, type):
        return True
    if isinstance(expected, ABCMeta) and inspect.isabstract(expected):
        return isinstance(value, expected)
    return _is_exactly(value, expected)


def _is_exactly(value: Any, expected: Any) -> bool:
    counts_as = {float: int, int: bool}.get(expected)
    return type(value) is expected or (counts_as is not None and isinstance(value, counts_as))


def _fits_originally(value: Any, annotation: Any) -> bool:
    """As the original has it, which knows of unions only ``Union[...]``."""
    members = get_args(annotation) if get_origin(annotation) is Union else (annotation,)
    return any(_is_exactly(value, get_origin(member) or member) for member in members)


@functools.lru_cache(maxsize=1024)
def _annotations(function: Callable[..., Any]) -> dict[str, Any]:
    """The annotation of every parameter that has one, text resolved to what it names."""
    try:
        return typing.get_type_hints(function, include_extras=True)
    except NameError as error:
        message = f"An annotation of {function.__qualname__} names something that cannot be found: {error}."
        raise TypeError(message) from error


def _positional_names(parameters: typing.Mapping[str, inspect.Parameter], count: int) -> list[str]:
    """The parameter that each of ``count`` positional arguments belongs to."""
    names: list[str] = []
    for name, parameter in parameters.items():
        if parameter.kind is inspect.Parameter.VAR_POSITIONAL:
            return names + [name] * (count - len(names))
        names.append(name)
    return names


def _keyword_parameter(name: str, parameters: typing.Mapping[str, inspect.Parameter]) -> str:
    if name in parameters:
        return name
    for parameter in parameters.values():
        if parameter.kind is inspect.Parameter.VAR_KEYWORD:
            return parameter.name
    message = f"There is no parameter {name!r}; the parameters are {list(parameters)}."
    raise KeyError(message)

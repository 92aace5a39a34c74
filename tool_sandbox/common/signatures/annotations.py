"""The annotations of anything that can be called, with text resolved to what it names."""

from __future__ import annotations

import functools
import inspect
import typing
from collections.abc import Callable
from types import FunctionType, MethodType, SimpleNamespace
from typing import Any


def function_of(called: Any) -> Any:
    """The function that does the work of a callable: beneath partials, bound methods, classes and objects."""
    while True:
        if isinstance(called, functools.partial):
            called = called.func
        elif isinstance(called, MethodType):
            called = called.__func__
        elif isinstance(called, type):
            return called.__init__  # type: ignore[misc]
        elif isinstance(called, FunctionType):
            return called
        else:
            return vars(type(called)).get("__call__", called)


def annotations_of(called: Callable[..., Any]) -> dict[str, Any]:
    """The annotation of every parameter whose annotation means something; ``Annotated`` is kept.

    One that names what cannot be found, such as a class that exists for type checkers only, is left out.
    """
    function = function_of(inspect.unwrap(called))
    try:
        return typing.get_type_hints(function, include_extras=True)
    except Exception:  # noqa: BLE001 -- an annotation that is text is users' code, too
        found = ((name, _resolved(function, text)) for name, text in _raw(function).items())
        return {name: value for name, value in found if value is not None}


def _resolved(function: Any, annotation: Any) -> Any:
    holder = SimpleNamespace(__annotations__={"it": annotation})
    try:
        return typing.get_type_hints(holder, getattr(function, "__globals__", {}), include_extras=True)["it"]
    except Exception:  # noqa: BLE001 -- as above
        return None


def _raw(function: Any) -> dict[str, Any]:
    raw: dict[str, Any] = getattr(function, "__annotations__", {})
    return raw

"""Turning milestones and other attrs objects into data that JSON can express."""

from __future__ import annotations

import functools
import inspect
import sys
from enum import Enum
from types import FunctionType
from typing import Any


def attrs_serialize(inst: Any, field: Any, value: Any) -> Any:  # noqa: ARG001 -- attrs.asdict calls it so
    """Value serializer for ``attrs.asdict``.

    Functions become their names (partials that of the wrapped function, lambdas their source), DataFrames lists of row
    dicts, enums of texts their text. Anything else stays as it is.
    """
    if isinstance(value, functools.partial):
        return getattr(value.func, "__name__", repr(value.func))
    if isinstance(value, FunctionType):
        return _lambda_source(value) if value.__name__ == "<lambda>" else value.__name__
    if isinstance(value, Enum) and isinstance(value, str):
        return str(value)
    polars = sys.modules.get("polars")  # without polars in memory there is no DataFrame
    if polars is not None and isinstance(value, polars.DataFrame):
        return value.to_dicts()
    return value


def described(value: Any) -> Any:
    """``attrs.asdict`` with ``attrs_serialize``, at a fraction of its cost; or an object's own ``described``."""
    kind = type(value)
    if kind in _PLAIN:
        return value
    if kind not in _STANDARD:
        if hasattr(kind, "described"):
            return value.described()
        if hasattr(kind, "__attrs_attrs__"):
            return described_fields(value)
    value = attrs_serialize(None, None, value)
    if isinstance(value, dict):
        return {
            key if type(key) is str else described(key): item if type(item) in _PLAIN else described(item)
            for key, item in value.items()
        }
    if isinstance(value, (list, tuple, set, frozenset)):
        return [described(item) for item in value]
    return value


def described_fields(inst: Any) -> dict[str, Any]:
    """The fields of an attrs object, each ``described``."""
    return {field.name: described(getattr(inst, field.name)) for field in type(inst).__attrs_attrs__}


_PLAIN = frozenset({str, int, float, bool, type(None)})
_STANDARD = frozenset({dict, list, tuple, FunctionType, functools.partial})
"""They have nothing to say of themselves."""


def _lambda_source(function: FunctionType) -> str:
    try:
        return inspect.getsource(function).strip()
    except OSError:  # defined where no file keeps its text, such as a console
        return function.__name__

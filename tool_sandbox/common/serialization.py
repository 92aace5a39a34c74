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


def _lambda_source(function: FunctionType) -> str:
    try:
        return inspect.getsource(function).strip()
    except OSError:  # defined where no file keeps its text, such as a console
        return function.__name__

"""Unit conversion. The registry of units takes long to build, so there is one, built when first needed."""

from __future__ import annotations

import contextlib
import functools
import threading
from tokenize import TokenError
from typing import Any

from tool_sandbox.common.unit_registry import unit_registry

_building = threading.Lock()


def convert(amount: float, from_unit: str, to_unit: str) -> float:
    """The amount in another unit; names that are unknown as written are tried in lower case.

    Raises:
        pint.UndefinedUnitError: A unit is unknown.
        pint.DimensionalityError: The units measure different things.
    """
    from pint import UndefinedUnitError

    try:
        return _convert(amount, from_unit, to_unit)
    except UndefinedUnitError:
        return _convert(amount, from_unit.lower(), to_unit.lower())


def _convert(amount: float, from_unit: str, to_unit: str) -> float:
    magnitude: float = _registry().Quantity(amount, from_unit).to(to_unit).magnitude
    return magnitude


def canonical(unit: Any) -> Any:
    """The one name of a unit that has several, such as mile for miles; what is no known unit stays as it is."""
    return _canonical(unit) if isinstance(unit, str) else unit


@functools.lru_cache(maxsize=1 << 10)
def _canonical(unit: str) -> str:
    from pint import UndefinedUnitError

    for name in (unit, unit.lower()):
        with contextlib.suppress(UndefinedUnitError, ValueError, AttributeError, TypeError, SyntaxError, TokenError):
            return str(_registry().Unit(name))
    return unit


def _registry() -> Any:
    with _building:
        return _built_registry()


@functools.cache
def _built_registry() -> Any:
    return unit_registry()

"""Whether data from outside is of the kinds that the fields of a class are declared with."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from attrs import fields

_KINDS: Mapping[str, Any] = {
    "str": str,
    "int": int,
    "float": (int, float),
    "bool": bool,
    "Mapping": Mapping,
    "tuple": (list, tuple),
    "list": list,
    "None": type(None),
}
"""What may stand for the types of annotations; a name that is not here may be anything."""


def fits(value: Any, declared: str) -> bool:
    """Whether a value is of a kind that an annotation names, such as ``str | None``; items are not looked at."""
    names = [part.partition("[")[0].strip() for part in declared.split(" | ")]
    if any(name not in _KINDS for name in names):
        return True
    kinds = [_KINDS[name] for name in names]
    return any(isinstance(value, kind) and (kind is bool or not isinstance(value, bool)) for kind in kinds)


def check_fields(instance: Any) -> None:
    """Make sure that every field of an attrs instance holds what it is declared with.

    Raises:
        TypeError: One does not; the message names it.
    """
    for name, declared in declarations(instance.__class__).items():
        if not fits(getattr(instance, name), declared):
            message = f"{name} is {getattr(instance, name)!r}"
            raise TypeError(message)


@lru_cache(maxsize=64)
def declarations(kind: Any) -> Mapping[str, str]:
    """The fields of an attrs class and their annotations, as they are written."""
    return {each.name: str(each.type) for each in fields(kind)}

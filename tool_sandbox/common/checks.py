"""What settings and data from outside may hold: kinds of values, and the one message about a value of another kind."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

from attrs import fields, frozen

from tool_sandbox.errors import SettingsError
from tool_sandbox.nearest import nearest
from tool_sandbox.redaction import redact


@frozen
class Kind:
    """What a setting may hold. It is a validator of attrs fields, too; ``None`` is fine where the type has it.

    Args:
        fits: Whether a value is of this kind.
        expected: What it is called in messages, such as ``a number of at least 0``.
        choices: The words that it may be, if they can be counted; the nearest one is proposed.
        advice: What to give instead, where what is expected does not say it.
    """

    fits: Callable[[Any], bool]
    expected: str
    choices: tuple[str, ...] = ()
    advice: str = ""

    def check(self, name: str, value: Any) -> None:
        """Make sure that a value is of this kind.

        Raises:
            SettingsError: It is not; the message names the setting and the value.
        """
        if self.fits(value):
            return
        near = nearest(str(value), self.choices, 1)
        ending = f"; did you mean {near[0]!r}?" if near else f"; {self.advice}." if self.advice else "."
        message = f"{name}={redact({name: value})[name]!r} must be {self.expected}{ending}"
        raise SettingsError(message)

    def __call__(self, _settings: Any, attribute: Any, value: Any) -> None:
        """Check a field of an attrs class."""
        if value is not None or "None" not in str(attribute.type):
            self.check(attribute.name, value)


def number(least: float, most: float | None = None) -> Kind:
    """A finite number between these bounds."""
    bounds = f"of at least {least:g}" if most is None else f"between {least:g} and {most:g}"
    return Kind(lambda value: _is_number(value) and _is_within(value, least, most), f"a number {bounds}")


def whole(least: int | None = None, advice: str = "") -> Kind:
    """A whole number."""
    bound = "" if least is None else f" of at least {least}"
    fits: Callable[[Any], bool] = lambda value: _is_whole(value) and _is_within(value, least, None)  # noqa: E731
    return Kind(fits, f"a whole number{bound}", advice=advice)


def one_of(*choices: str) -> Kind:
    """One of these words."""
    return Kind(lambda value: value in choices, f"one of {', '.join(map(repr, choices))}", choices)


def is_text(value: Any) -> bool:
    """Whether it is text with something in it."""
    return isinstance(value, str) and value != ""


def are_texts(value: Any) -> bool:
    """Whether it is a list of such texts."""
    return isinstance(value, list | tuple) and all(map(is_text, value))


def is_mapping(value: Any) -> bool:
    """Whether it is a mapping whose keys are text."""
    return isinstance(value, Mapping) and all(isinstance(key, str) for key in value)


TEXT = Kind(is_text, "text")
MAYBE_TEXT = Kind(lambda value: isinstance(value, str), "text")
NAMES = Kind(are_texts, "a name or a list of names, each of them text")
YES_OR_NO = Kind(lambda value: isinstance(value, bool), "true or false")
CONFIGURATION = Kind(is_mapping, "a mapping of configuration keys, such as {top_p: 0.5}")


def _is_whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _is_number(value: Any) -> bool:
    return _is_whole(value) or isinstance(value, float)


def _is_within(value: float, least: float | None, most: float | None) -> bool:
    return (-math.inf if least is None else least) <= value < math.inf and (most is None or value <= most)


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
    kind: Any = type(value)  # mypy takes a class of anything for unhashable
    return _type_fits(kind, declared)


@lru_cache(maxsize=1024)  # a run's results are some 40 values each, of few types
def _type_fits(kind: Any, declared: str) -> bool:
    names = [part.partition("[")[0].strip() for part in declared.split(" | ")]
    if any(name not in _KINDS for name in names):
        return True
    return any(issubclass(kind, _KINDS[name]) and (kind is not bool or name == "bool") for name in names)


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

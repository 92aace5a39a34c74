"""Declaring settings: a field of an attrs class together with what it means and how it is written."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, get_args

from attrs import field, frozen

from tool_sandbox.common.checks import NAMES, one_of
from tool_sandbox.errors import SettingsError

REQUIRED = "required"
"""The default of a setting that has none, in words."""


@frozen
class Option:
    """What a setting means, and how it is written on the command line.

    Args:
        help: One sentence.
        spellings: Its flags; none if it has no flag.
        metavar: What stands for the value in ``--help``; it ends with ``...`` where there can be several.
        default: What holds where the setting is not given, in words.
    """

    help: str
    spellings: tuple[str, ...] = ()
    metavar: str | None = None
    default: str = "none"

    @property
    def help_with_default(self) -> str:
        """What ``--help`` says."""
        return f"{self.help} [{self.default if self.default == REQUIRED else f'default: {self.default}'}]"

    @property
    def flag(self) -> str:
        """The first of its long spellings, for messages."""
        return next(spelling for spelling in self.spellings if spelling.startswith("--"))

    @property
    def several(self) -> bool:
        """Whether the flag takes any number of values."""
        return self.metavar is not None and self.metavar.endswith("...")


def setting(
    default: Any,
    kind: Any,
    text: str,
    *spellings: str,
    metavar: str | None = None,
    converter: Any = None,
    shown: str | None = None,
) -> Any:
    """A setting as a field.

    Args:
        default: What holds where it is not given.
        kind: What it may hold.
        text: What it means, in one sentence.
        spellings: Its flags.
        metavar: As in ``Option``.
        converter: As in attrs.
        shown: The default in words, where the value does not say it.
    """
    declared = {"option": Option(text, spellings, metavar, shown or _in_words(default))}
    return field(default=default, validator=kind, converter=converter, metadata=declared)


def _in_words(default: Any) -> str:
    if isinstance(default, bool):
        return "on" if default else "off"
    return f"{default:g}" if isinstance(default, int | float) else default if isinstance(default, str) else "none"


def choice(default: Any, words: Any, text: str, flag: str) -> Any:
    """A setting that is one of the words of a ``Literal``."""
    choices = get_args(words)
    return setting(default, one_of(*choices), text, flag, metavar="|".join(choices))


def several(text: str, *spellings: str, metavar: str, shown: str | None = None) -> Any:
    """A setting that is any number of names."""
    return setting((), NAMES, text, *spellings, metavar=metavar, converter=_as_names, shown=shown)


def _as_names(values: Any) -> Any:
    """One name or several as a tuple; what is neither is left for the check to name."""
    if values is None or isinstance(values, str):
        return (values,) if values else ()
    return tuple(values) if isinstance(values, list | tuple) else values


def as_thresholds(value: Any) -> Any:
    """Thresholds as they are typed; run.yaml and Python may give a number, and a mapping of names to numbers."""
    if isinstance(value, Mapping):
        return tuple(f"{name}={least}" for name, least in value.items())
    several = value if isinstance(value, list | tuple) else _as_names(value) if isinstance(value, str) else (value,)
    return tuple(str(each) if _is_number(each) else each for each in several if each is not None)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def only_with(other: str) -> Callable[[Any, Any, Any], None]:
    """A validator of a setting that says nothing without another one."""

    def check(settings: Any, attribute: Any, value: Any) -> None:
        if value is not None and getattr(settings, other) is None and attribute.name not in settings.ambient:
            flags = settings.options()
            message = f"{flags[attribute.name].flag} would have no effect without {flags[other].flag}. Give both."
            raise SettingsError(message)

    return check

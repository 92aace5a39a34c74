"""What people type, brought into the one form the command line's parser understands."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from tool_sandbox.registry.settings import RunSettings

SEVERAL_VALUES = frozenset(
    spelling for option in RunSettings.options().values() if option.several for spelling in option.spellings
) | {"--tool"}
"""Flags that take any number of values: ``-s a b`` means ``-s a -s b``."""


def spread(arguments: Sequence[str], flags: Collection[str] = SEVERAL_VALUES) -> list[str]:
    """Repeat a flag before each of its values.

    A flag without any value is passed on alone, so that the parser complains about it.
    """
    spread_out: list[str] = []
    flag: str | None = None
    waiting = False
    for position, argument in enumerate(arguments):
        if argument == "--":
            return [*spread_out, *arguments[position:]]
        name, equals, _ = argument.partition("=")  # --param=a=1 b=2
        if name in flags:
            flag, waiting = name, not equals
            spread_out.append(argument)
        elif argument.startswith("-") and len(argument) > 1:
            flag = None
            spread_out.append(argument)
        elif flag is None or waiting:
            waiting = False
            spread_out.append(argument)
        else:
            spread_out += [flag, argument]
    return spread_out


def with_number(arguments: Sequence[str], flag: str, number: str) -> list[str]:
    """Write ``number`` after a flag that stands without one."""
    found: list[str] = []
    for position, argument in enumerate(arguments, 1):
        if argument == "--":
            return [*found, *arguments[position - 1 :]]
        found.append(argument)
        if argument == flag and not "".join(arguments[position : position + 1]).lstrip("-").isdecimal():
            found.append(number)
    return found

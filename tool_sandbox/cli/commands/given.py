"""What was given with flags that several commands have."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tool_sandbox.registry.settings import RunSettings


def choosing(flags: Mapping[str, Any]) -> RunSettings:
    """The settings of a run that say which scenarios are meant; nobody plays them."""
    given = {name: value for name, value in flags.items() if value is not None}
    return RunSettings(agent="oracle", user="oracle", **given)


def lists(flags: Mapping[str, list[str] | None]) -> dict[str, list[str]]:
    """Values of flags that may be given several times; an empty list where one was not given."""
    return {name: values or [] for name, values in flags.items()}


def read_parameters(flags: dict[str, Any]) -> None:
    """Read what ``--param`` and ``--user-param`` say, as far as a command has them."""
    from tool_sandbox.cli.config import parameters

    for name, flag in (("params", "--param"), ("user_params", "--user-param")):
        if name in flags:
            flags[name] = parameters(flags[name] or (), flag)

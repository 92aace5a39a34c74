"""What the command line and pytest's ini file say about scenarios as tests."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from tool_sandbox.cli.config import check_environment, from_environment, from_file
from tool_sandbox.errors import SettingsError
from tool_sandbox.testing.names import OPTIONS, SEVERAL

PATHS = ("agent", "user", "scenarios_from", "tools_from")
"""Settings that may name files."""


def settings_of(config: pytest.Config) -> dict[str, Any]:
    """The settings of a run that hold for all scenarios in these tests, by name; paths are absolute.

    ``ambient`` are the names of those that the environment has for every run on the machine.

    Raises:
        SettingsError: One has no meaning.
    """
    check_environment(os.environ)
    given = {name: value for name in OPTIONS if (value := option(config, name)) not in (None, "", [])}
    file = given.pop("config", None)
    given.pop("min_score", None)
    if "trials" in given:
        given["trials"] = _number(given["trials"], int)
    around, folder = from_environment(os.environ), config.invocation_params.dir
    settings = {"output": str(config.rootpath / "runs"), **(from_file(file) if file else {}), **around, **given}
    paths = {name: _all_located(settings[name], folder) for name in PATHS if name in settings}
    return {**settings, **paths, "ambient": around.keys() - given.keys()}


def sources(config: pytest.Config) -> list[Path]:
    """The files and folders with scenarios that the command line names.

    Raises:
        SettingsError: One is not there.
    """
    found = [(config.invocation_params.dir / each).resolve() for each in config.getoption("tool_sandbox") or ()]
    for path in found:
        if not path.exists():
            message = f"--tool-sandbox {str(path)!r} is not there; expected a file or folder with scenarios."
            raise SettingsError(message)
    return list(dict.fromkeys(found))


def min_score(config: pytest.Config) -> float:
    """The mean score over its trials from which a scenario passes.

    Raises:
        SettingsError: What was given is no score.
    """
    given = option(config, "min_score")
    score = 1.0 if given in (None, "") else _number(given, float)
    if not isinstance(score, float) or not 0 <= score <= 1:
        message = f"--min-score {given!r} must be a score between 0 and 1, such as 0.8."
        raise SettingsError(message)
    return score


def option(config: pytest.Config, name: str) -> Any:
    """An option as text, or texts: the command line's, with paths from where it was given, else the ini file's."""
    key = f"tool_sandbox_{name}"
    given, folder = config.getoption(key, None), config.invocation_params.dir
    if given in (None, []):
        given, folder = config.getini(key), config.inipath.parent if config.inipath else config.rootpath
    if name == "output":
        return str(folder / given) if given and "://" not in given else given
    if name in ("trials", "min_score"):
        return given
    return [located(each, [folder]) for each in given] if name in SEVERAL else given and located(given, [folder])


def located(text: str, folders: Sequence[Path]) -> str:
    """A path, or ``path:Name``, with the first of the folders in which it is there; other text as it is."""
    for place, rest in ((text, ""), *_reference(text)):
        for folder in folders:
            if place and os.path.exists(folder / place):  # noqa: PTH110 -- a name may be too long to ask for
                return f"{(folder / place).resolve()}{rest}"
    return text


def _all_located(value: Any, folder: Path) -> Any:
    if isinstance(value, list):
        return [_all_located(each, folder) for each in value]
    return located(value, [folder]) if isinstance(value, str) else value


def _reference(text: str) -> list[tuple[str, str]]:
    place, colon, name = text.rpartition(":")
    return [(place, colon + name)] if colon else []


def _number(text: Any, kind: type[int | float]) -> Any:
    """The number that a text is; any other text as it is, for whoever knows what was expected."""
    try:
        return kind(text)
    except ValueError:
        return text

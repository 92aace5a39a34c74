from __future__ import annotations

import re
from typing import Any

import pytest
from typer.main import get_command

from tool_sandbox.cli.app import app
from tool_sandbox.cli.arguments import SEVERAL_VALUES, spread, with_number


@pytest.mark.parametrize(
    ("given", "spread_out"),
    [
        (["run", "-s", "a", "b", "-p", "4"], ["run", "-s", "a", "-s", "b", "-p", "4"]),
        (["run", "-s", "a", "-s", "b"], ["run", "-s", "a", "-s", "b"]),
        (["run", "--param", "a=1", "b=-2"], ["run", "--param", "a=1", "--param", "b=-2"]),
        (["run", "--user-param", "a=1", "b=2"], ["run", "--user-param", "a=1", "--user-param", "b=2"]),
        (["run", "--param=a=1", "b=2"], ["run", "--param=a=1", "--param", "b=2"]),
        (["run", "-a", "x", "--temperature", "0"], ["run", "-a", "x", "--temperature", "0"]),
        (["show", "name"], ["show", "name"]),
        (["run", "-s"], ["run", "-s"]),
        (["run", "-s", "--tag", "x"], ["run", "-s", "--tag", "x"]),
        (["run", "-s", "a", "--", "b", "c"], ["run", "-s", "a", "--", "b", "c"]),
        ([], []),
    ],
)
def test_a_flag_is_repeated_before_each_of_its_values(given: list[str], spread_out: list[str]) -> None:
    assert spread(given) == spread_out


def test_every_flag_that_shows_several_values_takes_them() -> None:
    group: Any = get_command(app)
    shown = {
        spelling
        for command in group.commands.values()
        for parameter in command.params
        if re.fullmatch(r"[^:]+\.\.\.", str(parameter.metavar))
        for spelling in parameter.opts
        if spelling.startswith("-")
    }
    assert shown <= SEVERAL_VALUES


@pytest.mark.parametrize(
    ("given", "found"),
    [
        (["compare", "--flips", "a", "b"], ["compare", "--flips", "5", "a", "b"]),
        (["compare", "a", "b", "--flips"], ["compare", "a", "b", "--flips", "5"]),
        (["compare", "--flips", "2", "a"], ["compare", "--flips", "2", "a"]),
        (["compare", "--flips=2"], ["compare", "--flips=2"]),
        ([], []),
    ],
)
def test_a_flag_without_its_number_gets_one(given: list[str], found: list[str]) -> None:
    assert with_number(given, "--flips", "5") == found

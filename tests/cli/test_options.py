"""The flags of a run follow from its settings."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from typer.main import get_command

from tests.cli.command import EASY, run_directory
from tool_sandbox.cli.app import app, exit_code
from tool_sandbox.cli.arguments import SEVERAL_VALUES
from tool_sandbox.registry.settings import CHOOSING, WORKERS, RunSettings

COMMANDS: Any = get_command(app)
RUN = {parameter.name: parameter for parameter in COMMANDS.commands["run"].params}
PLAN = COMMANDS.commands["plan"].params
FLAGS = {name: option for name, option in RunSettings.options().items() if option.spellings}


def test_a_run_has_a_flag_for_every_setting_but_two_for_a_file_of_them_and_for_what_is_shown() -> None:
    assert set(RunSettings.names()) - set(FLAGS) == {"agent_rules", "backend"}
    more = ("config", "as_json", "quiet", "json_events", "yes", "dry_run", "replay")
    assert [name for name in RUN if name != "help"] == [*FLAGS, *more]
    assert [parameter.name for parameter in PLAN if parameter.name != "help"] == [*FLAGS, "config", "as_json"]


@pytest.mark.parametrize("command", COMMANDS.commands.values(), ids=list(COMMANDS.commands))
def test_help_says_no_default_twice(command: Any) -> None:
    told = " ".join(command.get_help(command.make_context("", [], resilient_parsing=True)).split())
    assert re.findall(r"\[default: [^]]*\] \[default: [^]]*\]", told) == []


@pytest.mark.parametrize("name", FLAGS)
def test_a_flag_is_spelled_and_explained_as_its_setting_says(name: str) -> None:
    option, parameter = FLAGS[name], RUN[name]

    assert tuple(parameter.opts) == option.spellings
    assert parameter.help == option.help_with_default
    assert parameter.multiple == option.several == (set(option.spellings) <= SEVERAL_VALUES)
    assert option.flag in option.spellings
    assert option.help.endswith(".")


def test_the_value_of_a_flag_gets_to_the_run_in_the_type_of_its_setting(tmp_path: Path) -> None:
    numbers = ["--trials", "2", "--seed", "-1", "--tool-timeout", "5", "-p", "3"]
    flags = [*numbers, "--search", "offline", "--shuffle-tools"]

    assert exit_code(["run", "-a", "Unhelpful", "-u", "oracle", "-s", EASY[0], "-o", str(tmp_path), *flags]) == 0

    directory = run_directory(tmp_path)
    settings = json.loads((directory / "run.json").read_text("utf-8"))["settings"]
    given = {"trials": 2, "seed": -1, "tool_timeout": 5.0, "search": "offline", "shuffle_tools": True, "concurrency": 3}
    assert {name: (settings[name], type(settings[name])) for name in given} == {
        name: (value, type(value)) for name, value in given.items()
    }
    assert settings["scenarios"] == [EASY[0]]


@pytest.mark.parametrize(
    ("command", "flags"),
    [
        ("resume", {"concurrency", *WORKERS, "rpm", "tpm", "budget", "params", "user_params", "max_void"}),
        ("list", set(CHOOSING)),
        ("show", {"scenarios_from", "tools_from", "world_seed"}),
        ("worlds", {"scenarios_from", "with_bundled", "tools_from", "world_seed"}),
        ("convert", {"tools_from"}),
    ],
)
def test_other_commands_take_some_of_these_flags_spelled_alike(command: str, flags: set[str]) -> None:
    shared = {
        each.name: tuple(each.opts)
        for each in COMMANDS.commands[command].params
        if each.name in FLAGS and each.opts[0] != each.name
    }
    assert shared == {name: FLAGS[name].spellings for name in flags}

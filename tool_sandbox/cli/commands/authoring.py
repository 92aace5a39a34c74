"""The commands that write files for authors of scenarios."""

from __future__ import annotations

from typing import Any

import typer

from tool_sandbox.cli import options
from tool_sandbox.cli.commands.given import lists

commands = typer.Typer()


@commands.command()
def init(directory: options.NewDirectory = ".", *, force: options.Force = False) -> None:
    """Write files to begin with: a scenario, a tool, an agent, CI. They work as they are."""
    from tool_sandbox.cli.init import begin_suite

    begin_suite(directory, force=force)


@commands.command()
@options.settings("tools_from")
def new(
    name: options.NewName,
    *,
    world: options.World = "base",
    tool: options.NewTools = None,
    file: options.NewFile = "scenarios.yaml",
    **flags: Any,
) -> None:
    """Add a scenario to a file. It holds as it is, and is there to be edited."""
    from tool_sandbox.cli.new import add_scenario

    add_scenario(name, file=file, world=world, tools=tool or ["set_wifi_status"], **lists(flags))


@commands.command()
@options.settings("tools_from")
def convert(source: options.Source, *, file: options.File = None, force: options.Force = False, **flags: Any) -> None:
    """Write scenarios made in Python as a scenario file. What has no form there is said."""
    from tool_sandbox.cli.conversion import convert_to_file

    raise typer.Exit(convert_to_file(source, file, force=force, **lists(flags)))

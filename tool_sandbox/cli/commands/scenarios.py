"""The commands about scenarios, before anybody plays them."""

from __future__ import annotations

from typing import Any

import typer

from tool_sandbox.cli import options
from tool_sandbox.cli.commands.given import choosing
from tool_sandbox.registry.settings import CHOOSING

commands = typer.Typer()


@commands.command("list")
@options.settings(*CHOOSING)
def list_scenarios(*, stats: options.Stats = False, as_json: options.Json = False, **flags: Any) -> None:
    """List scenarios with what their users want and what they test."""
    from tool_sandbox.cli.scenarios import list_scenarios as list_them

    is_whole = all(value in (None, []) for value in flags.values())
    list_them(choosing(flags), is_whole=is_whole, stats=stats, as_json=as_json)


@commands.command()
@options.settings("scenarios_from", "tools_from", "world_seed")
def show(
    name: options.ScenarioName, *, tools: options.Schemas = False, answer: options.Answers = None, **flags: Any
) -> None:
    """Show one scenario: who wants what, where, what is judged. Or what an answer to the user is worth."""
    from tool_sandbox.cli.inspect import show_one, try_answers

    if answer:
        try_answers(name, answer, choosing(flags))
    else:
        show_one(name, choosing(flags), with_schemas=tools)


@commands.command()
@options.settings("scenarios_from", "with_bundled", "tools_from")
def tools(names: options.ToolNames = None, *, as_json: options.Json = False, **flags: Any) -> None:
    """List the tools, or show what the model is shown of some. And which scenarios need them."""
    from tool_sandbox.cli.tools import show_tools

    show_tools(names or [], choosing(flags), as_json=as_json)


@commands.command()
@options.settings("scenarios_from", "with_bundled", "tools_from", "world_seed")
def worlds(names: options.WorldNames = None, *, as_json: options.Json = False, **flags: Any) -> None:
    """List the worlds that scenarios start in, or what is in some. Rows are shown with their names."""
    from tool_sandbox.cli.worlds import show_worlds

    show_worlds(names or [], choosing(flags), as_json=as_json)


@commands.command()
@options.settings(*CHOOSING)
def check(
    *, floors: options.Floors = False, mutants: options.Mutants = False, fast: options.Fast = False, **flags: Any
) -> None:
    """Prove scenarios without a model, by playing their solutions."""
    from tool_sandbox.cli.inspect import check_all

    raise typer.Exit(check_all(choosing(flags), floors=floors, mutants=mutants, fast=fast))

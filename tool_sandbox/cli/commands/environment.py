"""The commands about what runs have around them: kept answers, assistants, machine and models."""

from __future__ import annotations

from typing import Any

import typer

from tool_sandbox.cli import options
from tool_sandbox.cli.commands.given import read_parameters
from tool_sandbox.errors import UsageError

commands = typer.Typer()


@commands.command()
def cache(action: options.CacheAction, where: options.Cache = "disk") -> None:
    """Forget the answers kept by --cache."""
    from tool_sandbox.cli.inspect import clear_cache

    if action != "clear":
        message = f"there is no {action!r} for the cache; 'tool_sandbox cache clear' forgets every answer."
        raise UsageError(message)
    clear_cache(where or "disk")


@commands.command()
@options.settings("output", "scenarios_from", "with_bundled", "tools_from")
def mcp(*, http: options.Http = None, budget: options.BudgetOfAll = None, **flags: Any) -> None:
    """Let an assistant that speaks MCP play, explain and compare.

    It can list and show, too; -o also says that it sees nothing else.
    """
    from tool_sandbox.cli.assistant.serving import serve
    from tool_sandbox.cli.config import settings_from

    only_here = flags["output"] is not None
    (settings,) = settings_from(flags, agents=["oracle"])
    serve(settings, only_here=only_here, budget=budget, port=http)


@commands.command()
@options.settings("router_config", "params", "temperature", "max_tokens", "timeout", "tool_format", "budget")
def doctor(models: options.Models = None, *, as_json: options.JsonObject = False, **flags: Any) -> None:
    """Tell what a run would meet: on this machine, or with models. Models are asked a few short questions."""
    from tool_sandbox.cli.config import settings_from
    from tool_sandbox.cli.doctor import examine_machine, examine_models
    from tool_sandbox.registry.effects import check_said_once

    if models:
        read_parameters(flags)
        check_said_once(flags)
        every = settings_from(flags, agents=models)
        raise typer.Exit(examine_models([each.agent for each in every], every[0], as_json=as_json))
    if given := [options.FLAGS[name].flag for name, value in flags.items() if value not in (None, [])]:
        message = f"{' and '.join(given)} would have no effect: name a model to ask, such as 'doctor openai/gpt-5.4'."
        raise UsageError(message)
    raise typer.Exit(examine_machine(as_json=as_json))

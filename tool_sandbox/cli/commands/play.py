"""The commands that play scenarios."""

from __future__ import annotations

import os
from typing import Any

import typer

from tool_sandbox.cli import options
from tool_sandbox.cli.commands.given import read_parameters
from tool_sandbox.errors import UsageError
from tool_sandbox.registry.settings import SERVED, WORKERS, RunSettings

commands = typer.Typer()


@commands.command()
@options.settings()
def run(
    *,
    config: options.Config = None,
    as_json: options.Json = False,
    quiet: options.Quiet = False,
    json_events: options.JsonEvents = None,
    yes: options.Yes = False,
    dry_run: options.DryRun = False,
    replay: options.Replay = None,
    **flags: Any,
) -> None:
    """Play scenarios with a model and score it."""
    if replay is not None and (dry_run or config is not None):
        message = f"{'--dry-run' if dry_run else '--config'} would have no effect beside --replay. Leave it out."
        raise UsageError(message)
    if dry_run:
        _plan(flags, config, as_json=as_json)
        return
    from tool_sandbox.cli.live.loading import Loading

    with Loading(shown=not quiet) as loading:
        every = [] if replay is not None else _settings_of_runs(flags, config)
        from tool_sandbox.cli.live.events import opened_events
        from tool_sandbox.cli.play import Display, play_all

        with opened_events(json_events, as_json=as_json) as events:
            display = Display(as_json=as_json, quiet=quiet, asks=not yes, loading=loading, events=events)
            if replay is not None:
                from tool_sandbox.cli.replay import replay as replay_run

                code = replay_run(replay, flags, display)
            else:
                code = play_all(every, display=display)
    raise typer.Exit(code)


@commands.command()
@options.settings()
def plan(*, config: options.Config = None, as_json: options.JsonObject = False, **flags: Any) -> None:
    """Tell what a run would take, without asking any model.

    That is how many samples, calls, tokens, US dollars and minutes.
    """
    _plan(flags, config, as_json=as_json)


def _plan(flags: dict[str, Any], config: str | None, *, as_json: bool) -> None:
    every = _settings_of_runs(flags, config)
    from tool_sandbox.cli.plan import show_plan

    show_plan(every, as_json=as_json)


def _settings_of_runs(flags: dict[str, Any], config: str | None) -> list[RunSettings]:
    """What the flags of ``run`` ask for: one run for each agent."""
    from tool_sandbox.cli.config import settings_from
    from tool_sandbox.registry.effects import check_said_once

    agents = flags.pop("agent") or ()
    read_parameters(flags)
    check_said_once(flags)
    return settings_from(flags, agents=agents, config=config)


@commands.command()
@options.settings("concurrency", *WORKERS, "budget", "rpm", "tpm", "params", "user_params", "max_void", defaults=False)
def resume(
    directory: options.Directory,
    *,
    retry_void: options.RetryVoid = False,
    as_json: options.Json = False,
    quiet: options.Quiet = False,
    json_events: options.JsonEvents = None,
    **flags: Any,
) -> None:
    """Go on with a run that was stopped or killed. Finished samples are kept."""
    from tool_sandbox.cli.live.loading import Loading

    with Loading(shown=not quiet) as loading:
        from tool_sandbox.cli.config import check_environment
        from tool_sandbox.cli.live.events import opened_events
        from tool_sandbox.cli.play import Display, resume_run

        check_environment(os.environ)
        read_parameters(flags)
        with opened_events(json_events, as_json=as_json) as events:
            display = Display(as_json=as_json, quiet=quiet, loading=loading, events=events)
            code = resume_run(directory, flags, display, retry_void=retry_void)
    raise typer.Exit(code)


@commands.command()
@options.settings(*SERVED)
def serve(  # noqa: PLR0913 -- one for each flag
    command: options.AgentCommand = None,
    *,
    called: options.CalledAs = None,
    stopped: options.Stopped = None,
    retry_void: options.RetryVoid = False,
    host: options.Host = "127.0.0.1",
    port: options.ServePort = 0,
    turn_timeout: options.TurnTimeout = 600.0,
    tell_score: options.TellScore = False,
    quiet: options.Quiet = False,
    **flags: Any,
) -> None:
    """Let agents in any language play by HTTP. The world, the judging, the budget and the record stay here."""
    from tool_sandbox.cli.live.loading import Loading

    with Loading(shown=not quiet) as loading:
        from tool_sandbox.cli.config import settings_from
        from tool_sandbox.cli.play import Display
        from tool_sandbox.cli.serve import Served, agent_called, changes_in, serve_new, serve_stopped

        read_parameters(flags)
        served = Served(host=host, port=port, turn_timeout=turn_timeout, tells_score=tell_score, command=command or ())
        display = Display(quiet=quiet, loading=loading, is_shared=bool(command))
        if stopped is None:
            (settings,) = settings_from(flags, agents=[agent_called(called)])
            code = serve_new(settings, served, display)
        else:
            changes = changes_in(flags, called)
            code = serve_stopped(stopped, changes, served, display, retry_void=retry_void)
    raise typer.Exit(code)

"""The commands. Each one imports what it needs when it runs, so that ``--help`` stays fast."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import typer

from tool_sandbox.cli import options
from tool_sandbox.cli.arguments import spread, with_number
from tool_sandbox.cli.interrupts import INTERRUPTED, leave_at_once, leave_soon
from tool_sandbox.cli.legacy import is_legacy
from tool_sandbox.cli.streams import forgiving_streams
from tool_sandbox.common.counted import counted
from tool_sandbox.common.visible_text import visible
from tool_sandbox.errors import ToolSandboxError, UsageError
from tool_sandbox.redaction import redact_text
from tool_sandbox.registry.settings import CHOOSING, SERVED, WORKERS, RunSettings

OK, USAGE, BROKEN = 0, 2, 70

DEBUG = "TOOL_SANDBOX_DEBUG"
"""Set it to see the traceback of an error in this package."""

app = typer.Typer(
    name="tool_sandbox",
    help="Find out how well a language model uses tools, in a stateful, conversational world.",
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)

ParserError: type[Any] = next(kind for kind in typer.BadParameter.__mro__ if kind.__name__ == "ClickException")
"""What typer's parser raises; newer versions of typer carry a parser of their own instead of click's."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line and end the process with the code that says how it went.

    Args:
        arguments: By default those of the process.
    """
    given = list(sys.argv[1:] if arguments is None else arguments) or ["--help"]
    with suppress(OSError):  # the current directory may be gone
        if not {"", str(Path.cwd())} & set(sys.path):
            sys.path.append(str(Path.cwd()))  # modules of the user's own, named by -a and the like
    with forgiving_streams() as written:
        code = exit_code(given)
    code = written.code(code, needed=not _leaves_a_run(given))
    if code == INTERRUPTED:
        leave_at_once()
    leave_soon(code)
    sys.exit(code)


def exit_code(arguments: Sequence[str]) -> int:
    """What the command line returns for these arguments; errors are told on standard error, in one message each."""
    try:
        return _dispatch(arguments)
    except (typer.Abort, KeyboardInterrupt):
        return INTERRUPTED
    except (ParserError, ToolSandboxError) as error:
        return _complain(_mistake(error))
    except Exception as error:
        if DEBUG in os.environ:
            raise
        if isinstance(error, OSError | MemoryError):
            return _complain(_refused(error))
        print(_broken(error), file=sys.stderr)
        return BROKEN


def _dispatch(arguments: Sequence[str]) -> int:
    if is_legacy(arguments):
        from tool_sandbox.cli.legacy import run_legacy

        return run_legacy(arguments)
    given = with_number(spread(arguments), "--flips", "5")
    code = app(given, prog_name="tool_sandbox", standalone_mode=False)
    return code if isinstance(code, int) else OK


def _mistake(error: Any) -> str:
    """What is wrong with the input, or with who was asked, in one message."""
    if isinstance(error, UsageError):
        return str(error)
    return f"{type(error).__name__}: {error}" if isinstance(error, ToolSandboxError) else str(error.format_message())


def _leaves_a_run(arguments: Sequence[str]) -> bool:
    """Whether what counts is written into a run directory, so that the command does without standard output."""
    return arguments[0] in {"run", "resume", "serve"} or is_legacy(arguments)


def _refused(error: OSError | MemoryError) -> str:
    """What the machine did not allow, in words; nobody but its owner can change that."""
    if isinstance(error, MemoryError):
        return "there is not enough memory for this; play fewer samples at once with -p, for example."
    try:
        Path.cwd()
    except OSError:
        return "the current directory does not exist any more; change into one that does."
    where = f" ({error.filename})" if error.filename is not None else ""
    return f"the system refused something that is needed: {error.strerror or error}{where}."


def _broken(error: Exception) -> str:
    what = f"{type(error).__name__}: {redact_text(str(error))}"
    return f"tool_sandbox: this is a fault in tool_sandbox, not in your input: {what} (set {DEBUG}=1 for a traceback)"


def _complain(message: str) -> int:
    print(f"tool_sandbox: {visible(redact_text(message))}", file=sys.stderr)
    return USAGE


@app.callback(invoke_without_command=True)
def _options(version: options.Version = False) -> None:
    if version:
        from importlib.metadata import version as installed

        print(installed("tool_sandbox"))
        raise typer.Exit


@app.command()
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


@app.command()
@options.settings()
def plan(*, config: options.Config = None, as_json: options.JsonObject = False, **flags: Any) -> None:
    """Tell how many samples, calls, tokens, US dollars and minutes a run would take, without asking any model."""
    _plan(flags, config, as_json=as_json)


def _plan(flags: dict[str, Any], config: str | None, *, as_json: bool) -> None:
    every = _settings_of_runs(flags, config)
    from tool_sandbox.cli.plan import show_plan

    show_plan(every, as_json=as_json)


def _settings_of_runs(flags: dict[str, Any], config: str | None) -> list[RunSettings]:
    """What the flags of ``run`` ask for: one run for each agent."""
    from tool_sandbox.cli.config import parameters, settings_from
    from tool_sandbox.registry.effects import check_said_once

    agents = flags.pop("agent") or ()
    flags["params"] = parameters(flags["params"] or ())
    flags["user_params"] = parameters(flags["user_params"] or (), "--user-param")
    check_said_once(flags)
    return settings_from(flags, agents=agents, config=config)


@app.command()
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
    """Go on with a run that was stopped or killed; finished samples are kept."""
    from tool_sandbox.cli.live.loading import Loading

    with Loading(shown=not quiet) as loading:
        from tool_sandbox.cli.config import check_environment, parameters
        from tool_sandbox.cli.live.events import opened_events
        from tool_sandbox.cli.play import Display, resume_run

        check_environment(os.environ)
        flags["params"] = parameters(flags["params"] or ())
        flags["user_params"] = parameters(flags["user_params"] or (), "--user-param")
        with opened_events(json_events, as_json=as_json) as events:
            display = Display(as_json=as_json, quiet=quiet, loading=loading, events=events)
            code = resume_run(directory, flags, display, retry_void=retry_void)
    raise typer.Exit(code)


@app.command()
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
    """Let agents in any language play by HTTP; the world, the judging, the budget and the record stay here."""
    from tool_sandbox.cli.live.loading import Loading

    with Loading(shown=not quiet) as loading:
        from tool_sandbox.cli.config import parameters, settings_from
        from tool_sandbox.cli.play import Display
        from tool_sandbox.cli.serve import Served, agent_called, changes_in, serve_new, serve_stopped

        flags["user_params"] = parameters(flags["user_params"] or (), "--user-param")
        served = Served(host=host, port=port, turn_timeout=turn_timeout, tells_score=tell_score, command=command or ())
        display = Display(quiet=quiet, loading=loading, is_shared=bool(command))
        if stopped is None:
            (settings,) = settings_from(flags, agents=[agent_called(called)])
            code = serve_new(settings, served, display)
        else:
            changes = changes_in(flags, called)
            code = serve_stopped(stopped, changes, served, display, retry_void=retry_void)
    raise typer.Exit(code)


@app.command("list")
@options.settings(*CHOOSING)
def list_scenarios(*, stats: options.Stats = False, as_json: options.Json = False, **flags: Any) -> None:
    """List scenarios with what their users want and what they test."""
    from tool_sandbox.cli.scenarios import list_scenarios as list_them

    list_them(_choosing(flags), stats=stats, as_json=as_json)


@app.command()
@options.settings("scenarios_from", "tools_from", "world_seed")
def show(
    name: options.ScenarioName, *, tools: options.Schemas = False, answer: options.Answers = None, **flags: Any
) -> None:
    """Show one scenario: who wants what, where, and what is judged; or what an answer to the user is worth."""
    from tool_sandbox.cli.inspect import show_one, try_answers

    if answer:
        try_answers(name, answer, _choosing(flags))
    else:
        show_one(name, _choosing(flags), with_schemas=tools)


@app.command()
@options.settings("scenarios_from", "with_bundled", "tools_from")
def tools(names: options.ToolNames = None, *, as_json: options.Json = False, **flags: Any) -> None:
    """List the tools, or show what the model is shown of some and which scenarios need them."""
    from tool_sandbox.cli.tools import show_tools

    show_tools(names or [], _choosing(flags), as_json=as_json)


@app.command()
@options.settings("scenarios_from", "with_bundled", "tools_from", "world_seed")
def worlds(names: options.WorldNames = None, *, as_json: options.Json = False, **flags: Any) -> None:
    """List the worlds that scenarios start in, or show what is in some, with the names of their rows."""
    from tool_sandbox.cli.worlds import show_worlds

    show_worlds(names or [], _choosing(flags), as_json=as_json)


@app.command()
@options.settings(*CHOOSING)
def check(
    *, floors: options.Floors = False, mutants: options.Mutants = False, fast: options.Fast = False, **flags: Any
) -> None:
    """Prove scenarios without a model, by playing their solutions."""
    from tool_sandbox.cli.inspect import check_all

    raise typer.Exit(check_all(_choosing(flags), floors=floors, mutants=mutants, fast=fast))


@app.command()
@options.settings("scenarios_from", "tools_from", defaults=False)
def rescore(directory: options.Directory, **flags: Any) -> None:
    """Judge a finished run anew and list every score that changes."""
    from tool_sandbox.cli.inspect import rescore_run

    raise typer.Exit(rescore_run(directory, **_lists(flags)))


@app.command()
def pack(directory: options.Directory, *, output: options.Capsule, force: options.Force = False) -> None:
    """Write a run as one file, without keys, that anybody can play again."""
    from tool_sandbox.cli.capsule import pack_run

    pack_run(directory, output, force=force)


@app.command()
@options.settings("scenarios_from", "tools_from", defaults=False)
def reproduce(
    run: options.Reproduced, *, trust: options.Trust = False, as_json: options.JsonObject = False, **flags: Any
) -> None:
    """Play a packed run, or a run directory, from its journal and compare every score with the recorded one."""
    from tool_sandbox.cli.capsule import reproduce_run

    changes = {name: value for name, value in _lists(flags).items() if value}
    raise typer.Exit(reproduce_run(run, changes, trusted=trust, as_json=as_json))


@app.command()
def export(directories: options.Directories, *, output: options.Exported, table: options.Table = "samples") -> None:
    """Write the samples of runs to a file for other programs, or their messages, calls or milestones."""
    from tool_sandbox.analysis.export import export as write

    written = write(directories, output, table)
    if written.note:
        print(f"note: {written.note}", file=sys.stderr)
    print(f"{counted(written.rows, 'row')} in {output}")


@app.command()
def report(
    directories: options.Directories,
    *,
    output: options.ReportOutput = None,
    form: options.ReportFormat = None,
    title: options.Title = "",
    largest: options.Largest = "50MB",
) -> None:
    """Write a page about runs that anybody can open: scores, charts, and every conversation; or a text, or a table."""
    from tool_sandbox.cli.report import write_report

    write_report(directories, output, form, title=title, largest=largest)


@app.command()
@options.settings("scenarios_from", "tools_from", defaults=False)
def explain(directory: options.Directory, sample: options.SampleName = None, **flags: Any) -> None:
    """Say why points were lost: over a run, or in one sample of it."""
    from tool_sandbox.cli.explain import explain_run

    explain_run(directory, sample, **_lists(flags))


@app.command()
@options.settings("scenarios_from", "tools_from", defaults=False)
def compare(
    directories: options.Runs,
    *,
    flips: options.Flips = 0,
    pass_at: options.PassAt = None,
    form: options.Format = "text",
    as_json: options.JsonAlone = False,
    **flags: Any,
) -> None:
    """Say which of several runs is better, how sure that is, and in which scenarios they differ."""
    from tool_sandbox.cli.compare import JSON
    from tool_sandbox.cli.compare import compare as compare_runs

    form = JSON if as_json else form
    compare_runs(directories, pass_at=pass_at, flips=flips, form=form, **_lists(flags))


@app.command()
@options.settings("scenarios_from", "tools_from", defaults=False)
def view(
    directories: options.Viewed,
    *,
    full: options.Full = False,
    as_scenario: options.AsScenario = False,
    as_list: options.AsList = False,
    where: options.Where = "",
    host: options.Host = "127.0.0.1",
    port: options.Port = None,
    **flags: Any,
) -> None:
    """Serve pages of runs, live while they last; with NAME, show a conversation here."""
    from tool_sandbox.cli.view import Looked

    scenarios_from, tools_from = _lists(flags).values()
    looked = Looked.at(directories, scenarios_from=scenarios_from, tools_from=tools_from)
    if as_scenario:
        looked.write_scenario()
    elif looked.sample is not None:
        looked.show(full=full)
    elif as_list or where or (port is None and not sys.stdout.isatty()):
        looked.list(where)
    else:
        from tool_sandbox.cli.serve_pages import serve_pages

        serve_pages(looked.directories, host=host, port=port or 0)


@app.command()
def init(directory: options.NewDirectory = ".", *, force: options.Force = False) -> None:
    """Write a scenario, a tool, an agent and a workflow to begin with, which work as they are."""
    from tool_sandbox.cli.init import begin_suite

    begin_suite(directory, force=force)


@app.command()
@options.settings("tools_from")
def new(
    name: options.NewName,
    *,
    world: options.World = "base",
    tool: options.NewTools = None,
    file: options.NewFile = "scenarios.yaml",
    **flags: Any,
) -> None:
    """Add a scenario to a file, which holds as it is and is there to be edited."""
    from tool_sandbox.cli.new import add_scenario

    add_scenario(name, file=file, world=world, tools=tool or ["set_wifi_status"], **_lists(flags))


@app.command()
@options.settings("tools_from")
def convert(source: options.Source, *, file: options.File = None, force: options.Force = False, **flags: Any) -> None:
    """Write scenarios made in Python as a scenario file, and say what has no form there."""
    from tool_sandbox.cli.conversion import convert_to_file

    raise typer.Exit(convert_to_file(source, file, force=force, **_lists(flags)))


def _choosing(flags: Mapping[str, Any]) -> RunSettings:
    """The settings of a run that say which scenarios are meant; nobody plays them."""
    given = {name: value for name, value in flags.items() if value is not None}
    return RunSettings(agent="oracle", user="oracle", **given)


def _lists(flags: Mapping[str, list[str] | None]) -> dict[str, list[str]]:
    return {name: values or [] for name, values in flags.items()}


@app.command()
def cache(action: options.CacheAction, where: options.Cache = "disk") -> None:
    """Forget the answers kept by --cache."""
    from tool_sandbox.cli.inspect import clear_cache

    if action != "clear":
        message = f"there is no {action!r} for the cache; 'tool_sandbox cache clear' forgets every answer."
        raise UsageError(message)
    clear_cache(where or "disk")


@app.command()
@options.settings("output", "scenarios_from", "with_bundled", "tools_from")
def mcp(*, http: options.Http = None, budget: options.BudgetOfAll = None, **flags: Any) -> None:
    """Let an assistant that speaks MCP list, show, run, explain and compare; -o also says that it sees nothing else."""
    from tool_sandbox.cli.assistant.serving import serve
    from tool_sandbox.cli.config import settings_from

    only_here = flags["output"] is not None
    (settings,) = settings_from(flags, agents=["oracle"])
    serve(settings, only_here=only_here, budget=budget, port=http)


@app.command()
@options.settings("router_config", "params", "temperature", "max_tokens", "timeout", "tool_format", "budget")
def doctor(models: options.Models = None, *, as_json: options.JsonObject = False, **flags: Any) -> None:
    """Tell what this machine has for a run, or ask models a few short questions and tell what a run would meet."""
    from tool_sandbox.cli.config import parameters, settings_from
    from tool_sandbox.cli.doctor import examine_machine, examine_models
    from tool_sandbox.registry.effects import check_said_once

    if models:
        flags["params"] = parameters(flags["params"] or ())
        check_said_once(flags)
        every = settings_from(flags, agents=models)
        raise typer.Exit(examine_models([each.agent for each in every], every[0], as_json=as_json))
    if given := [options.FLAGS[name].flag for name, value in flags.items() if value not in (None, [])]:
        message = f"{' and '.join(given)} would have no effect: name a model to ask, such as 'doctor openai/gpt-5.4'."
        raise UsageError(message)
    raise typer.Exit(examine_machine(as_json=as_json))

"""The commands about runs that were played."""

from __future__ import annotations

import sys
from typing import Any

import typer

from tool_sandbox.cli import options
from tool_sandbox.cli.commands.given import lists
from tool_sandbox.cli.lines import print_message
from tool_sandbox.common.counted import counted

commands = typer.Typer()


@commands.command()
@options.settings("scenarios_from", "tools_from", defaults=False)
def rescore(directory: options.Directory, **flags: Any) -> None:
    """Judge a finished run anew and list every score that changes."""
    from tool_sandbox.cli.inspect import rescore_run

    raise typer.Exit(rescore_run(directory, **lists(flags)))


@commands.command()
def pack(directory: options.Directory, *, output: options.Capsule, force: options.Force = False) -> None:
    """Write a run as one file that anybody can play again. No key is in it."""
    from tool_sandbox.cli.capsule import pack_run

    pack_run(directory, output, force=force)


@commands.command()
@options.settings("scenarios_from", "tools_from", defaults=False)
def reproduce(
    run: options.Reproduced, *, trust: options.Trust = False, as_json: options.JsonObject = False, **flags: Any
) -> None:
    """Play a packed run from its journal and compare its scores.

    It may be a run directory, too; every score is held against the recorded one.
    """
    from tool_sandbox.cli.capsule import reproduce_run

    changes = {name: value for name, value in lists(flags).items() if value}
    raise typer.Exit(reproduce_run(run, changes, trusted=trust, as_json=as_json))


@commands.command()
def export(directories: options.Directories, *, output: options.Exported, table: options.Table = "samples") -> None:
    """Write the samples of runs to a file for other programs. Their messages, calls or milestones, too."""
    from tool_sandbox.cli.live.loading import Loading

    with Loading.at_a_terminal("reading runs"):
        from tool_sandbox.analysis.export import export as write

        written = write(directories, output, table)
    if written.note:
        print_message(f"note: {written.note}")
    print(f"{counted(written.rows, 'row')} in {output}")


@commands.command()
def report(
    directories: options.Directories,
    *,
    output: options.ReportOutput = None,
    form: options.ReportFormat = None,
    title: options.Title = "",
    largest: options.Largest = "50MB",
) -> None:
    """Write a page about runs that anybody can open.

    It has scores, charts and every conversation; or it is a text, or a table.
    """
    from tool_sandbox.cli.report import write_report

    write_report(directories, output, form, title=title, largest=largest)


@commands.command()
@options.settings("scenarios_from", "tools_from", defaults=False)
def explain(directory: options.Directory, sample: options.SampleName = None, **flags: Any) -> None:
    """Say why points were lost: over a run, or in one sample of it."""
    from tool_sandbox.cli.explain import explain_run

    explain_run(directory, sample, **lists(flags))


@commands.command()
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
    """Say which of several runs is better, and how sure that is. And in which scenarios they differ."""
    from tool_sandbox.cli.live.loading import Loading

    with Loading.at_a_terminal("starting"):  # numpy and scipy are slow to import
        from tool_sandbox.cli.compare import JSON
        from tool_sandbox.cli.compare import compare as compare_runs

    form = JSON if as_json else form
    compare_runs(directories, pass_at=pass_at, flips=flips, form=form, **lists(flags))


@commands.command()
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
    """Serve pages of runs, or show one conversation here.

    The pages are live while a run lasts; a conversation is shown with NAME.
    """
    from tool_sandbox.cli.view import Looked

    scenarios_from, tools_from = lists(flags).values()
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

"""The options of the commands. Those of a run's settings are declared with the settings."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from typing import Annotated, Any, TypeVar, get_args, get_type_hints

import typer

from tool_sandbox.registry.options import Option
from tool_sandbox.registry.settings import RunSettings

Command = TypeVar("Command", bound=Callable[..., Any])


def _option(*spellings: str, metavar: str | None = None, help: str) -> Any:  # noqa: A002 -- typer's word
    return typer.Option(*spellings, metavar=metavar, help=help, show_default="[default:" not in help)


Directory = Annotated[str, typer.Argument(metavar="DIR", help="A run directory.")]
NewDirectory = Annotated[str, typer.Argument(metavar="DIR", help="Where to; made if it does not exist.")]
NewName = Annotated[str, typer.Argument(metavar="NAME", help="What the scenario is called.")]
World = Annotated[str, _option("--world", metavar="NAME", help="Where it starts.")]
NewTools = Annotated[
    list[str] | None,
    _option("--tool", metavar="NAME...", help="What its solution calls, in this order. [default: set_wifi_status]"),
]
NewFile = Annotated[str, _option("--file", metavar="FILE", help="The file it is added to; made if there is none.")]
ScenarioName = Annotated[str, typer.Argument(metavar="NAME", help="A scenario.")]
ToolNames = Annotated[
    list[str] | None, typer.Argument(metavar="NAME", help="Tools to show, or globs; without any, all are listed.")
]
WorldNames = Annotated[
    list[str] | None, typer.Argument(metavar="NAME", help="Worlds to show, or globs; without any, all are listed.")
]
Models = Annotated[
    list[str] | None,
    typer.Argument(metavar="MODEL", help="Models to ask, named as after -a; without any, the machine is looked at."),
]
Directories = Annotated[list[str], typer.Argument(metavar="DIR...", help="Run directories.")]
Table = Annotated[
    str, _option("--table", metavar="samples|messages|calls|milestones", help="Which table. [default: samples]")
]
Exported = Annotated[
    str, _option("-o", "--output", metavar="FILE", help="Where to; it ends in .parquet, .csv, .ndjson or .jsonl.")
]
ReportOutput = Annotated[
    str | None,
    _option("-o", "--output", metavar="FILE", help="Where to; its end says how. Without it, text is printed."),
]
ReportFormat = Annotated[
    str | None,
    _option("--format", metavar="html|md|json|csv|parquet", help="How, where the file's name does not say it."),
]
Title = Annotated[str, _option("--title", metavar="TEXT", help="Title of the page. [default: the agents]")]
Largest = Annotated[str, _option("--largest", metavar="SIZE", help="How much of conversations it may hold.")]
SampleName = Annotated[
    str | None,
    typer.Argument(metavar="NAME[#TRIAL]", help="A scenario of the run, or one trial of it; without it, the run."),
]
Runs = Annotated[list[str], typer.Argument(metavar="DIR DIR...", help="Run directories, also of the original.")]
PassAt = Annotated[
    float | None,
    _option(
        "--pass-at", metavar="SCORE", help="Score from which a sample is a success. [default: as in the runs, or 1]"
    ),
]
Flips = Annotated[
    int,
    _option(
        "--flips",
        metavar="[N]",
        help="Explain a sample of both for the scenarios that differ most; 5 if N is left out.",
    ),
]
Format = Annotated[str, _option("--format", metavar="text|md", help="How it is printed.")]
JsonAlone = Annotated[bool, _option("--json", help="Print one JSON object.")]
Viewed = Annotated[
    list[str],
    typer.Argument(
        metavar="DIR... [NAME[#TRIAL]]", help="Run directories; behind a single one, a scenario of it, or one trial."
    ),
]
AsScenario = Annotated[
    bool, _option("--as-scenario", help="Print the conversation as a scenario file, to begin one of your own with.")
]
AsList = Annotated[bool, _option("--list", help="List the samples here, the worst first, instead of serving pages.")]
Where = Annotated[
    str, _option("--where", metavar="FILTER", help="Which samples to list, such as 'score < 0.5 and void = false'.")
]
Host = Annotated[str, _option("--host", metavar="ADDRESS", help="Where it is served. [default: 127.0.0.1]")]
Port = Annotated[int | None, _option("--port", metavar="NUMBER", help="The port of the pages. [default: a free one]")]
CalledAs = Annotated[str | None, _option("--as", metavar="NAME", help="What results call the agent: remote:NAME.")]
Stopped = Annotated[str | None, _option("--resume", metavar="DIR", help="Go on with a run that was served before.")]
ServePort = Annotated[int, _option("--port", metavar="NUMBER", help="Where agents ask. [default: a free one]")]
TurnTimeout = Annotated[
    float,
    _option("--turn-timeout", metavar="SECONDS", help="Longest turn of an agent; 0 for any time. [default: 600]"),
]
TellScore = Annotated[
    bool, _option("--tell-score", help="Tell agents at each turn what the conversation so far is worth, for training.")
]
AgentCommand = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="-- COMMAND",
        help="Starts the agent, and is told where to ask by TOOL_SANDBOX_URL; the run ends with it.",
    ),
]
Full = Annotated[bool, _option("--full", help="Shorten nothing, and show the instructions of agent and user, too.")]
Answers = Annotated[
    list[str] | None,
    _option("--answer", metavar="TEXT", help="What is this last answer to the user worth? Several are compared."),
]
Floors = Annotated[bool, _option("--floors", help="Also show what agents score that do not do the work, by category.")]
Mutants = Annotated[
    bool,
    _option("--mutants", help="Also show which solutions were made wrong on purpose, and where that did not show."),
]
Fast = Annotated[bool, _option("--fast", help="Only play solutions and doing nothing, and look at what the user says.")]
Schemas = Annotated[bool, _option("--tools", help="Show the tools as the model is shown them, in JSON.")]
Stats = Annotated[
    bool, _option("--stats", help="Count them by category, tag, domain and presentation, and how often tools are used.")
]
Cache = Annotated[str, _option("--cache", metavar="disk|redis://HOST", help="Where answers are kept.")]
CacheAction = Annotated[str, typer.Argument(metavar="clear", help="What to do.")]
Config = Annotated[str | None, _option("--config", metavar="run.yaml", help="Settings in a file; flags win over it.")]
Source = Annotated[
    str,
    typer.Argument(metavar="PATH_OR_MODULE", help="A Python file, a folder, or a module with scenarios."),
]
File = Annotated[str | None, _option("-o", "--output", metavar="FILE", help="The scenario file; printed if not given.")]
Force = Annotated[bool, _option("--force", help="Write over a file that exists.")]
Json = Annotated[bool, _option("--json", help="Print one JSON object; what is for people goes to standard error.")]
JsonEvents = Annotated[
    str | None,
    _option(
        "--json-events",
        metavar="FILE|-",
        help="Add what happens to a file, or '-' for standard output, as JSON, one object a line.",
    ),
]
JsonObject = Annotated[bool, _option("--json", help="Print one JSON object.")]
Yes = Annotated[bool, _option("--yes", help="Do not ask before runs that are expected to cost more than 1 USD.")]
DryRun = Annotated[bool, _option("--dry-run", help="Only tell what it would take, as 'tool_sandbox plan' does.")]
Replay = Annotated[
    str | None,
    _option("--replay", metavar="DIR", help="Play a run again from its journal alone, without asking any model."),
]
Capsule = Annotated[str, _option("-o", "--output", metavar="FILE", help="The capsule, such as run.tar.zst.")]
Reproduced = Annotated[str, typer.Argument(metavar="FILE|DIR", help="A capsule, or a run directory.")]
Trust = Annotated[bool, _option("--trust", help="Run the code and scenarios of its own that a capsule holds.")]
Quiet = Annotated[bool, _option("-q", "--quiet", help="Show neither progress nor tables, only the last lines.")]
RetryVoid = Annotated[bool, _option("--retry-void", help="Play void samples again, too.")]
Http = Annotated[
    int | None,
    _option("--http", metavar="PORT", help="Listen on 127.0.0.1 instead of talking over standard input and output."),
]
BudgetOfAll = Annotated[
    float | None,
    _option("--budget", metavar="USD", help="US dollars that all runs started here may spend together."),
]
Version = Annotated[bool, _option("--version", help="Show the version and leave.")]

FLAGS: Mapping[str, Option] = {name: option for name, option in RunSettings.options().items() if option.spellings}
"""The settings of a run that have flags, in the order of ``--help``."""


def settings(*names: str, defaults: bool = True) -> Callable[[Command], Command]:
    """Give a command the flags of these settings, or of all; it gets them by the settings' names.

    What was not given is ``None``. Without ``defaults`` that means something else than in a new run, and ``--help``
    does not tell what it means there.
    """

    def with_flags(command: Command) -> Command:
        own = list(inspect.signature(command, eval_str=True).parameters.values())
        taken = [each for each in own if each.kind is not each.VAR_KEYWORD]
        before = [each for each in taken if each.kind is each.POSITIONAL_OR_KEYWORD]
        after = [each for each in taken if each.kind is each.KEYWORD_ONLY]
        flags = [_parameter(name, defaults=defaults) for name in names or FLAGS]
        command.__signature__ = inspect.Signature([*before, *flags, *after])  # type: ignore[attr-defined]
        return command

    return with_flags


def _parameter(name: str, *, defaults: bool) -> inspect.Parameter:
    option = FLAGS[name]
    text = option.help_with_default if defaults else option.help
    kind: Any = list[str] if option.several else _scalar(name)
    parser = _NUMBERS.get(kind)
    declared = typer.Option(*option.spellings, metavar=option.metavar, help=text, parser=parser)
    return inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=None, annotation=Annotated[kind, declared])


def _scalar(name: str) -> type:
    """The type of the flag of a setting that has one value; choices and addresses are text."""
    declared = get_type_hints(RunSettings)[name]
    return next((kind for kind in (bool, int, float) if kind is declared or kind in get_args(declared)), str)


def _number(kind: Callable[[str], float]) -> Callable[[str], float | str]:
    """Reads a number; what is none stays as it is, for the check of the setting names it and says what is expected."""

    def read(text: str) -> float | str:
        try:
            return kind(text)
        except ValueError:
            return text

    return read


_NUMBERS: Mapping[Any, Callable[[str], float | str]] = {int: _number(int), float: _number(float)}

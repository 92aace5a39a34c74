"""The options of the commands: how they are spelled and what they mean, in one place."""

from __future__ import annotations

from typing import Annotated, Any

import typer

Names = list[str] | None


def _option(*spellings: str, metavar: str | None = None, help: str) -> Any:  # noqa: A002 -- typer's word
    return typer.Option(*spellings, metavar=metavar, help=help)


Directory = Annotated[str, typer.Argument(metavar="DIR", help="A run directory.")]
ScenarioName = Annotated[str, typer.Argument(metavar="NAME", help="A scenario.")]

Agents = Annotated[
    Names,
    _option(
        "-a",
        "--agent",
        metavar="MODEL...",
        help="Who is tested: a LiteLLM model string, oracle, nop, saboteur, human, local[:NAME|FILE], "
        "direct:URL/MODEL, module:Class, file.py:Class. Several make several runs.",
    ),
]
User = Annotated[str | None, _option("-u", "--user", metavar="MODEL", help="Who plays the user.")]
Scenarios = Annotated[
    Names,
    _option("-s", "--scenarios", "--scenario", metavar="NAME|GLOB...", help="Scenarios to take; all if left out."),
]
Tags = Annotated[Names, _option("--tag", metavar="TAG...", help="Only scenarios with one of these tags or categories.")]
ScenariosFrom = Annotated[
    Names,
    _option("--scenarios-from", metavar="PATH|MODULE...", help="Your own scenarios, in place of the bundled ones."),
]
ToolsFrom = Annotated[
    Names, _option("--tools-from", metavar="PATH|MODULE...", help="Your own tools, beside the bundled ones.")
]
Trials = Annotated[int | None, _option("--trials", metavar="K", help="How often every scenario is played.")]
Concurrency = Annotated[
    int | None, _option("-p", "--concurrency", "--parallel", metavar="N", help="Samples in flight at once.")
]
Seed = Annotated[int | None, _option("--seed", metavar="N", help="Start of every random choice.")]
Fallbacks = Annotated[
    Names, _option("--fallback", metavar="MODEL...", help="Models asked when the agent's own does not answer.")
]
RouterConfig = Annotated[
    str | None, _option("--router-config", metavar="FILE", help="A LiteLLM config.yaml with the agent's deployments.")
]
OnFallback = Annotated[
    str | None,
    _option("--on-fallback", metavar="allow|mark|void", help="What becomes of samples a fallback answered."),
]
Cache = Annotated[
    str | None, _option("--cache", metavar="memory|disk|redis://...", help="Where answers are kept for the next time.")
]
CacheAction = Annotated[str, typer.Argument(metavar="clear", help="What to do.")]
Budget = Annotated[float | None, _option("--budget", metavar="USD", help="What the run may spend.")]
Temperature = Annotated[float | None, _option("--temperature", metavar="T", help="Sampling temperature of the agent.")]
MaxTokens = Annotated[int | None, _option("--max-tokens", metavar="N", help="Longest answer of the agent.")]
Timeout = Annotated[float | None, _option("--timeout", metavar="SECONDS", help="Longest wait for one answer.")]
ToolTimeout = Annotated[
    float | None, _option("--tool-timeout", metavar="SECONDS", help="Longest call of a tool; 0 for any time.")
]
SampleTimeout = Annotated[
    float | None, _option("--sample-timeout", metavar="SECONDS", help="Longest sample; 0 for any time.")
]
Retries = Annotated[int | None, _option("--retries", metavar="N", help="Further tries when a call fails.")]
MaxVoid = Annotated[
    int | None,
    _option("--max-void", metavar="N", help="Stop after N void samples in a row with the same reason; 0: never."),
]
Patience = Annotated[
    float | None, _option("--patience", metavar="SECONDS", help="Longest wait of a call for a server that is down.")
]
ToolFormat = Annotated[
    str | None,
    _option("--tool-format", metavar="FORMAT", help="How tools are offered to a model without native tool calling."),
]
Params = Annotated[Names, _option("--param", metavar="KEY=VALUE...", help="Further configuration of the agent.")]
UserParams = Annotated[
    Names, _option("--user-param", metavar="KEY=VALUE...", help="Further configuration of the simulated user.")
]
Callbacks = Annotated[Names, _option("--callback", metavar="NAME...", help="LiteLLM callbacks.")]
ShuffleTools = Annotated[bool, _option("--shuffle-tools", help="Offer the tools in a seeded random order.")]
Compat = Annotated[
    str | None, _option("--compat", metavar="original", help="Score a model's mistakes as published scores did.")
]
Search = Annotated[
    str | None,
    _option("--search", metavar="offline|rapidapi", help="What answers the search tools."),
]
Config = Annotated[str | None, _option("--config", metavar="run.yaml", help="Settings in a file; flags win over it.")]
Output = Annotated[
    str | None,
    _option("-o", "--output", "--output-dir", "--output_dir", metavar="DIR|URL", help="Where runs are written."),
]
Source = Annotated[
    str,
    typer.Argument(metavar="PATH_OR_MODULE", help="A Python file, a folder, or a module with scenarios."),
]
File = Annotated[str | None, _option("-o", "--output", metavar="FILE", help="The scenario file; printed if not given.")]
Force = Annotated[bool, _option("--force", help="Write over a file that exists.")]
RetryVoid = Annotated[bool, _option("--retry-void", help="Play void samples again, too.")]
Version = Annotated[bool, _option("--version", help="Show the version and leave.")]

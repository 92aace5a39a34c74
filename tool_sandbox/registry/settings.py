"""What a run is asked to do, as one frozen object that can be written down and read back.

Every setting is declared here and nowhere else: its type, its default, what it may hold, what it means, and how it is
written on the command line. Flags, ``run.yaml``, the variables of the environment and the parameters of
``tool_sandbox.run`` follow from that.
"""

from __future__ import annotations

from collections.abc import Mapping
from re import fullmatch
from typing import Any, Literal

from attrs import NOTHING, Factory, asdict, field, fields, frozen

from tool_sandbox.common.checks import (
    CONFIGURATION,
    MAYBE_TEXT,
    NAMES,
    TEXT,
    YES_OR_NO,
    Kind,
    is_mapping,
    number,
    one_of,
    whole,
)
from tool_sandbox.common.tool_discovery import ToolBackend
from tool_sandbox.errors import SettingsError
from tool_sandbox.nearest import hint
from tool_sandbox.redaction import redact
from tool_sandbox.registry.agent_rules import AgentRule, as_rules
from tool_sandbox.registry.options import REQUIRED, Option, as_thresholds, choice, only_with, setting, several

OnFallback = Literal["allow", "mark", "void"]
Compat = Literal["original"]
Search = Literal["offline", "rapidapi"]
Executor = Literal["processes", "ray"]

PASS_AT = 1.0
"""The score from which a sample counts as a success, unless somebody says otherwise."""

MOST_TRIALS = 10
"""How often every scenario is played at most until it is decided which agent is better, unless somebody says so."""

LATEST = "latest"
"""Beside the run directories, what leads to the one that was played last."""

_CACHE = Kind(
    lambda value: isinstance(value, str) or is_mapping(value), "memory, disk, a redis:// address or a mapping"
)
_FOLDER = Kind(
    lambda value: isinstance(value, str) and fullmatch(r"[^\s./\\:][^/\\:\n]*", value) is not None and value != LATEST,
    f"the name of a folder, without slashes and other than {LATEST!r}",
)
_SCORE = Kind(
    lambda value: isinstance(value, int | float) and not isinstance(value, bool) and 0 < value <= 1,
    "a score above 0 and up to 1",
)

CHOOSING = (
    *("scenarios", "presentations", "tags", "exclude", "limit"),
    *("scenarios_from", "with_bundled", "tools_from", "world_seed"),
)
"""The settings that say which scenarios are meant, from which there are."""
SERVED = (
    *("user", "strict_user"),
    *("scenarios", "presentations", "tags", "exclude", "limit", "failed", "trials", "concurrency"),
    *("world_seed", "seed", "cache", "budget", "timeout", "tool_timeout", "sample_timeout", "retries", "patience"),
    *("max_void", "fail_under", "min_coverage", "pass_at", "fail_on_regression", "against", "user_params"),
    *("callbacks", "scenarios_from", "with_bundled", "tools_from", "shuffle_tools", "compat", "search"),
    *("output", "name", "junit", "summary"),
)
"""The settings of a run whose agent plays from outside: not how a model is asked."""
WORKERS = ("workers", "executor", "ray_address")
"""The settings that say which processes play a run."""
INCIDENTAL = frozenset(
    {
        *WORKERS,
        *("concurrency", "retries", "patience", "timeout", "max_void", "budget", "cache", "callbacks", "output"),
        *("rpm", "tpm", "name", "junit", "summary", "fail_under", "min_coverage", "pass_at", "reuse"),
        *("fail_on_regression", "against", "until_decided"),
    }
)
"""The settings that say how fast, how long, how dear and where to a run is played, but not with what result."""


def _not_with_compat(settings: Any, _attribute: Any, value: bool) -> None:
    if value and settings.compat is not None:
        message = "--shuffle-tools does not go with --compat original, which offers tools in the order of discovery."
        raise SettingsError(message)


def _only_on_ray(settings: Any, _attribute: Any, value: str | None) -> None:
    if value is not None and settings.executor != "ray" and "ray_address" not in settings.ambient:
        message = f"ray_address={value!r} would have no effect without --executor ray. Give both."
        raise SettingsError(message)


def _only_beside_others(settings: Any, _attribute: Any, value: bool) -> None:
    if value and not settings.scenarios_from and "with_bundled" not in settings.ambient:
        message = "with_bundled=True would have no effect without --scenarios-from. Leave it out."
        raise SettingsError(message)


@frozen(kw_only=True)
class RunSettings:
    """One run: who plays what, how often, and under which limits."""

    agent: str = setting(
        NOTHING,
        TEXT,
        "Who is tested: a LiteLLM model string, oracle, nop, saboteur, human, local[:NAME|FILE], direct:URL/MODEL, "
        "module:Class, file.py:Class. Several make several runs.",
        "-a",
        "--agent",
        metavar="MODEL...",
        shown=REQUIRED,
    )
    user: str = setting(
        NOTHING,
        TEXT,
        "Who plays the user.",
        "-u",
        "--user",
        metavar="MODEL",
        shown="openai/gpt-5.4; oracle beside oracle, nop and saboteur; local beside local",
    )
    strict_user: bool = setting(
        False, YES_OR_NO, "Make samples void in which the simulated user broke its rules.", "--strict-user"
    )
    agent_rules: tuple[AgentRule, ...] = setting(
        (), None, "Other agents for some of the scenarios; the first rule that fits wins.", converter=as_rules
    )
    scenarios: tuple[str, ...] = several(
        "Scenarios to take.", "-s", "--scenarios", "--scenario", metavar="NAME|GLOB...", shown="all"
    )
    presentations: tuple[str, ...] = several(
        "Only these presentations of their tools; a name after -s then stands for all presentations of a scenario.",
        "--presentations",
        metavar="plain|all|NAME...",
        shown="what -s names",
    )
    tags: tuple[str, ...] = several(
        "Only scenarios with one of these tags or categories, or for which 'smoke and not slow' holds.",
        "--tag",
        metavar="TAG|EXPRESSION...",
        shown="all",
    )
    exclude: tuple[str, ...] = several("Scenarios to leave out.", "--exclude", metavar="NAME|GLOB...")
    limit: int | None = setting(
        None, whole(1), "Only the first N of the scenarios.", "--limit", metavar="N", shown="no limit"
    )
    failed: str | None = setting(
        None,
        MAYBE_TEXT,
        "Only scenarios that scored below 1 or were void in an earlier run.",
        "--failed",
        metavar="DIR",
        shown="all",
    )
    reuse: str | None = setting(
        None,
        MAYBE_TEXT,
        "An earlier run whose samples are taken over, judged anew, where nothing that matters has changed.",
        "--reuse",
        metavar="DIR",
        shown="none",
    )
    trials: int = setting(
        1,
        whole(1),
        "How often every scenario is played.",
        "--trials",
        metavar="K",
        shown=f"1; at most {MOST_TRIALS} with --until-decided",
    )
    until_decided: bool = setting(
        False,
        YES_OR_NO,
        "Play trial after trial until it is decided which of the agents is better; --budget is then for all of them.",
        "--until-decided",
    )
    concurrency: int = setting(
        16, whole(1), "Samples in flight at once.", "-p", "--concurrency", "--parallel", metavar="N"
    )
    workers: int | None = setting(
        None,
        whole(1),
        "Processes that play the run, each with a part of the samples in flight.",
        "--workers",
        metavar="N",
        shown="1; all cores of a Ray cluster",
    )
    executor: Executor = choice(  # noqa: RUF009 -- it makes a field
        "processes", Executor, "Where workers are: on this machine, or on a Ray cluster.", "--executor"
    )
    ray_address: str | None = setting(
        None,
        [MAYBE_TEXT, _only_on_ray],
        "The Ray cluster.",
        "--ray-address",
        metavar="ADDRESS",
        shown="RAY_ADDRESS, else a new one here",
    )
    world_seed: int = setting(
        0,
        whole(0, "0 plays the worlds as the files are written, and every other number a fresh one"),
        "Play in a fresh world: other people, numbers, dates and prices for each N above 0.",
        "--world-seed",
        metavar="N",
        shown="0: as the files are written",
    )
    seed: int = setting(42, whole(), "Start of every random choice.", "--seed", metavar="N")
    fallbacks: tuple[str, ...] = several(
        "Models asked, in this order, when the agent's own does not answer.", "--fallback", metavar="MODEL..."
    )
    router_config: str | None = setting(
        None, MAYBE_TEXT, "A LiteLLM config.yaml with the agent's deployments.", "--router-config", metavar="FILE"
    )
    on_fallback: OnFallback = choice(  # noqa: RUF009 -- it makes a field
        "mark", OnFallback, "What becomes of samples a fallback answered.", "--on-fallback"
    )
    cache: str | Mapping[str, Any] | None = setting(
        None,
        _CACHE,
        "Where answers are kept for the next time.",
        "--cache",
        metavar="memory|disk|redis://HOST",
        shown="nowhere",
    )
    budget: float | None = setting(
        None, number(0), "US dollars the run may spend.", "--budget", metavar="USD", shown="no limit"
    )
    temperature: float | None = setting(
        None, number(0), "Sampling temperature of the agent.", "--temperature", metavar="T", shown="0"
    )
    max_tokens: int | None = setting(
        None, whole(1), "Longest answer of the agent, in tokens.", "--max-tokens", metavar="N", shown="1024"
    )
    timeout: float | None = setting(
        None, number(0), "Longest wait for one answer.", "--timeout", metavar="SECONDS", shown="30"
    )
    tool_timeout: float = setting(
        60.0, number(0), "Longest call of a tool; 0 for any time.", "--tool-timeout", metavar="SECONDS"
    )
    sample_timeout: float = setting(
        0.0, number(0), "Longest sample; 0 for any time.", "--sample-timeout", metavar="SECONDS"
    )
    retries: int | None = setting(
        None, whole(0), "Further tries when a call fails.", "--retries", metavar="N", shown="3"
    )
    patience: float | None = setting(
        None,
        number(0),
        "Longest wait of a call for a server that is down.",
        "--patience",
        metavar="SECONDS",
        shown="180",
    )
    rpm: int | None = setting(
        None, whole(1), "Most calls per minute to one endpoint.", "--rpm", metavar="N", shown="no limit"
    )
    tpm: int | None = setting(
        None, whole(1), "Most tokens per minute to one endpoint.", "--tpm", metavar="N", shown="no limit"
    )
    max_void: int = setting(
        20, whole(0), "Stop after N void samples in a row with the same reason; 0: never.", "--max-void", metavar="N"
    )
    fail_under: tuple[str, ...] = setting(
        (),
        NAMES,
        "Lowest score that is enough, of the run or of a category or tag; below it the exit code is 4.",
        "--fail-under",
        metavar="SCORE|NAME=SCORE...",
        converter=as_thresholds,
    )
    min_coverage: float | None = setting(
        None,
        number(0, 1),
        "Lowest share of samples with a score that is enough; below it the exit code is 1.",
        "--min-coverage",
        metavar="SHARE",
        shown="all of them",
    )
    pass_at: float = setting(
        PASS_AT, _SCORE, "The score from which a sample counts as a success.", "--pass-at", metavar="SCORE"
    )
    fail_on_regression: float | None = setting(
        None,
        [number(0, 1), only_with("against")],
        "By how much the score may fall against an earlier run; below that the exit code is 4.",
        "--fail-on-regression",
        metavar="DIFFERENCE",
        shown="nothing fails",
    )
    against: str | None = setting(
        None,
        [MAYBE_TEXT, only_with("fail_on_regression")],
        "The earlier run that --fail-on-regression means.",
        "--against",
        metavar="DIR",
    )
    tool_format: str | None = setting(
        None,
        MAYBE_TEXT,
        "How tools are offered to a model without native tool calling.",
        "--tool-format",
        metavar="FORMAT",
        shown="auto",
    )
    params: Mapping[str, Any] = setting(
        Factory(dict), CONFIGURATION, "Further configuration of the agent.", "--param", metavar="KEY=VALUE..."
    )
    user_params: Mapping[str, Any] = setting(
        Factory(dict),
        CONFIGURATION,
        "Further configuration of the simulated user.",
        "--user-param",
        metavar="KEY=VALUE...",
    )
    callbacks: tuple[str, ...] = several("LiteLLM callbacks, or otel.", "--callback", metavar="NAME...")
    scenarios_from: tuple[str, ...] = several(
        "Your own scenarios, in place of the bundled ones.",
        "--scenarios-from",
        metavar="PATH|MODULE|PACK...",
        shown="bundled",
    )
    with_bundled: bool = setting(
        False, [YES_OR_NO, _only_beside_others], "Take the bundled scenarios beside your own.", "--with-bundled"
    )
    tools_from: tuple[str, ...] = several(
        "Your own tools, beside the bundled ones.", "--tools-from", metavar="PATH|MODULE|PACK..."
    )
    shuffle_tools: bool = setting(
        False, [YES_OR_NO, _not_with_compat], "Offer the tools in a seeded random order.", "--shuffle-tools"
    )
    compat: Compat | None = choice(  # noqa: RUF009 -- it makes a field
        None, Compat, "Score a model's mistakes as published scores did.", "--compat"
    )
    search: Search = choice("offline", Search, "What answers the search tools.", "--search")  # noqa: RUF009 -- as above
    output: str = setting(
        "runs",
        MAYBE_TEXT,
        "Where runs are written.",
        "-o",
        "--output",
        "--output-dir",
        "--output_dir",
        metavar="DIR|URL",
    )
    name: str | None = setting(
        None,
        _FOLDER,
        "Name of the run directory; of several agents, each has its own after it.",
        "--name",
        metavar="NAME",
        shown="time, agent and user",
    )
    junit: str | None = setting(
        None, MAYBE_TEXT, "Write the samples as tests, in JUnit's XML.", "--junit", metavar="FILE"
    )
    summary: str | None = setting(
        None, MAYBE_TEXT, "Write the numbers for a page of a build, in Markdown.", "--summary", metavar="FILE"
    )
    backend: str = setting(
        "DEFAULT", one_of(*ToolBackend.__members__), "Preferred variant of tools that exist more than once."
    )

    ambient: frozenset[str] = field(default=frozenset(), converter=frozenset, eq=False, repr=False)
    """The fields whose values hold for every run on the machine, because its environment says so; not written down."""

    def to_record(self) -> dict[str, Any]:
        """The settings as JSON-able data without secrets."""
        record: dict[str, Any] = {name: getattr(self, name) for name in self.names()}
        record["agent_rules"] = [asdict(rule) for rule in self.agent_rules]
        cleaned: dict[str, Any] = redact(record)
        return cleaned

    @classmethod
    def names(cls) -> list[str]:
        """What can be set about a run."""
        return list(cls.options())

    @classmethod
    def options(cls) -> dict[str, Option]:
        """What each setting means and how it is written on the command line."""
        return {each.name: each.metadata["option"] for each in fields(cls) if "option" in each.metadata}

    @classmethod
    def from_record(cls, record: Mapping[str, Any]) -> RunSettings:
        """The settings ``to_record`` wrote.

        Raises:
            SettingsError: A key has no meaning or a wrong value, or one that is needed is missing.
        """
        Kind(is_mapping, "a JSON object with the settings of a run").check("settings", record)
        known = cls.names()
        for key in record:
            if key not in known:
                message = f"{key!r} is not a setting of a run; {hint(key, sorted(known))}"
                raise SettingsError(message)
        for key in ("agent", "user"):
            if key not in record:
                message = f"the settings of the run name no {key}; they are not as a run writes them."
                raise SettingsError(message)
        return cls(**record)

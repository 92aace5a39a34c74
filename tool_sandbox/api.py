"""The front door: what ``import tool_sandbox`` offers.

Nothing here prints, handles signals or ends the process. A run is played in a thread and an event loop of its own, so
that it can be asked for in a script, a notebook, a test or a server, and several times at once.
"""

from __future__ import annotations

import contextvars
import inspect
from collections.abc import Callable, Sequence
from os import PathLike, fspath
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import fields_dict

from tool_sandbox.errors import SettingsError
from tool_sandbox.nearest import hint
from tool_sandbox.registry import sources
from tool_sandbox.registry.keywords import asked_for, in_words_of_python, objects_for
from tool_sandbox.registry.settings import CHOOSING, RunSettings
from tool_sandbox.runs.continuation import stopped_runs
from tool_sandbox.runs.preparation import new_runs
from tool_sandbox.runs.run import Observer
from tool_sandbox.runs.run_result import RunResult
from tool_sandbox.runs.run_thread import RunThread
from tool_sandbox.runs.started_run import played
from tool_sandbox.runs.stored_sample import StoredSample

if TYPE_CHECKING:
    from tool_sandbox.analysis.comparison import Comparison
    from tool_sandbox.analysis.named_runs import Run
    from tool_sandbox.common.scenario import Scenario
    from tool_sandbox.registry.keywords import Role, Scenarios, Tools
    from tool_sandbox.roles.base_role import BaseRole

Function = TypeVar("Function", bound=Callable[..., Any])


def _with_settings(*names: str) -> Callable[[Function], Function]:
    """Have ``help()`` and notebooks show these settings of a run, or all, among the parameters."""

    def with_them(function: Function) -> Function:
        shown = inspect.signature(function)
        own, defaults = list(shown.parameters.values()), RunSettings(agent="oracle", user="oracle")
        settings = [
            inspect.Parameter(
                name, inspect.Parameter.KEYWORD_ONLY, default=getattr(defaults, name), annotation=field.type
            )
            for name, field in fields_dict(RunSettings).items()
            if name in (names or RunSettings.names()) and name not in shown.parameters
        ]
        function.__signature__ = shown.replace(parameters=[*own[:-1], *settings, own[-1]])  # type: ignore[attr-defined]
        return function

    return with_them


@_with_settings()
def run(
    agent: Role,
    user: Role | None = None,
    scenarios: Scenarios = (),
    *,
    output: str | PathLike[str] | None = None,
    tools: Tools = (),
    observer: Observer | None = None,
    **settings: Any,
) -> RunResult:
    """Play scenarios and score them.

    Args:
        agent: Who is tested: a name as after ``-a``, such as a LiteLLM model string; a class of roles, or a function
            that makes one for each sample; or a function ``(messages, tools) -> message`` in the chat format, which
            may be a coroutine function.
        user: Who plays the user, given like the agent; by default whom the command line would take.
        scenarios: What is played: names and globs, or scenarios; by default every scenario there is.
        output: Under which directory or fsspec URL the run directory is made. ``None`` leaves nothing on the disk.
        tools: Tools offered beside the shipped ones: modules, functions decorated with ``@register_as_tool()``, or
            names as after ``--tools-from``.
        observer: Is told how the run goes, in another thread.
        settings: The other settings of a run, such as ``trials``, ``budget``, ``cache`` or ``seed``. What is none of
            them is configuration of the agent: a key of ``LiteLLMAgent``, or a parameter of a class of your own.

    Raises:
        UsageError: Something that was asked for has no meaning or no effect, or a key is missing.
        KeyboardInterrupt: Somebody pressed Ctrl-C; what was finished is in the run directory.
    """
    return _begun(agent, user, scenarios, output=output, tools=tools, observer=observer, **settings).result()


@_with_settings()
async def arun(
    agent: Role,
    user: Role | None = None,
    scenarios: Scenarios = (),
    *,
    output: str | PathLike[str] | None = None,
    tools: Tools = (),
    observer: Observer | None = None,
    **settings: Any,
) -> RunResult:
    """``run`` for callers that await; arguments, result and errors are the same.

    When the task is cancelled, the run stops, and what was finished is in the run directory.
    """
    return await _begun(agent, user, scenarios, output=output, tools=tools, observer=observer, **settings).aresult()


def play(
    scenario: str | Scenario, agent: Role | BaseRole = "oracle", user: Role | BaseRole = "oracle", **settings: Any
) -> StoredSample:
    """Play one scenario once.

    Args:
        scenario: Its name, or the scenario itself.
        agent: As for ``run``, or a role; by default what plays the scenario's own solution.
        user: As for ``run``, or a role; by default what plays the user's part of that solution.
        settings: As for ``run``, ``output``, ``tools`` and ``observer`` among them.

    Raises:
        UsageError: As for ``run``; ``trials`` other than 1, too.
        KeyboardInterrupt: As for ``run``.
    """
    return run(_shared(agent), _shared(user), [scenario], **_once(settings)).samples[0]


async def aplay(
    scenario: str | Scenario, agent: Role | BaseRole = "oracle", user: Role | BaseRole = "oracle", **settings: Any
) -> StoredSample:
    """``play`` for callers that await; arguments, result and errors are the same."""
    return (await arun(_shared(agent), _shared(user), [scenario], **_once(settings))).samples[0]


def resume(
    directory: str | PathLike[str],
    *,
    agent: Role | None = None,
    user: Role | None = None,
    scenarios: Scenarios = (),
    tools: Tools = (),
    retry_void: bool = False,
    observer: Observer | None = None,
    **changes: Any,
) -> RunResult:
    """Play what a stopped run has left to play.

    Args:
        directory: Its run directory.
        agent: What played the agent, when that was not a name.
        user: What played the user, when that was not a name.
        scenarios: The scenarios of the run, when they were given as objects.
        tools: The tools of the run that were given as objects.
        retry_void: Whether void samples are played again.
        observer: Is told how the run goes, in another thread.
        changes: ``concurrency``, ``budget``, ``rpm``, ``tpm`` and ``max_void``, ``params`` and ``user_params``, as far
            as they change. Secrets have to be given again: they are not stored.

    Raises:
        UsageError: The run cannot be continued, or not as asked.
        KeyboardInterrupt: As for ``run``.
    """
    objects = objects_for(agent, user, scenarios, tools)

    @in_words_of_python()
    def work(told: Observer) -> RunResult:
        (stopped,) = stopped_runs(fspath(directory), changes, objects, retry_void=retry_void, alone=True)
        return played(stopped, told)

    return RunThread(work, observer).result()


def compare(*runs: Run, pass_at: float | None = None) -> Comparison:
    """Which of several runs is better, how sure that is, and where they differ; printed, it is for people.

    Args:
        runs: Two or more: results, or directories, also of the original. One that is given twice counts once.
        pass_at: The score from which a sample counts as a success, in (0, 1]; by default what the runs were asked
            for, where they agree, or 1.

    Raises:
        UsageError: A directory is no run, there are fewer than two, or two have no scored sample in common.
    """
    from tool_sandbox.analysis.comparison import compare_runs  # numpy and scipy are slow to import
    from tool_sandbox.analysis.named_runs import named_runs

    with in_words_of_python():
        return compare_runs(named_runs(runs), pass_at=pass_at)


@_with_settings(*CHOOSING, "backend")
def load_scenarios(scenarios: str | Sequence[str] = (), *, tools: Tools = (), **choosing: Any) -> dict[str, Scenario]:
    """Scenarios by name, in load order.

    Args:
        scenarios: Names and globs; by default every scenario there is.
        tools: As for ``run``.
        choosing: The settings of a run that say which scenarios are meant: ``presentations`` (``plain``, ``all``, or
            names and globs of them; a name then stands for all presentations of a scenario), ``tags``, ``exclude``,
            ``limit``, ``scenarios_from`` (files, folders or modules with scenarios of your own, instead of the shipped
            ones), ``with_bundled`` and ``backend``.

    Raises:
        UsageError: A source cannot be loaded, or a name, glob, presentation or tag fits nothing.
    """
    known = [*CHOOSING, "backend"]
    for name in choosing:
        if name not in known:
            message = f"{name!r} says nothing about which scenarios are meant; {hint(name, known)}"
            raise SettingsError(message)
    settings, objects = asked_for("oracle", scenarios=scenarios, tools=tools, **choosing)
    with in_words_of_python():
        return contextvars.copy_context().run(sources.load_scenarios, settings, objects.tools)


def _begun(
    *roles: Any, output: str | PathLike[str] | None = None, observer: Observer | None = None, **asked: Any
) -> RunThread[RunResult]:
    """A new run; the parameters are those of ``run``."""
    settings, objects = asked_for(*roles, output=output, **asked)

    @in_words_of_python()
    def work(told: Observer) -> RunResult:
        (prepared,) = new_runs([settings], objects, temporary=output is None)
        return played(prepared, told, is_kept=output is not None)

    return RunThread(work, observer)


def _shared(role: Role | BaseRole) -> Role:
    """A role for the only sample there is."""
    from tool_sandbox.roles.base_role import BaseRole

    if not isinstance(role, BaseRole):
        return role

    def make() -> BaseRole:
        return role

    make.__name__ = type(role).__name__
    return make


def _once(settings: dict[str, Any]) -> dict[str, Any]:
    if settings.get("trials", 1) != 1:
        message = "play() plays a scenario once; run() takes trials=."
        raise SettingsError(message)
    return settings

"""Runs that an assistant starts, watches and stops."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from attrs import evolve, field, frozen

from tool_sandbox.cli.assistant.answer import Answer
from tool_sandbox.cli.assistant.results import record_of, score_line
from tool_sandbox.cli.config import settings_from
from tool_sandbox.common.counted import counted
from tool_sandbox.errors import SettingsError
from tool_sandbox.llm.local.models import is_local
from tool_sandbox.nearest import hint
from tool_sandbox.plugins import is_reference
from tool_sandbox.registry.settings import RunSettings
from tool_sandbox.runs.preparation import new_runs
from tool_sandbox.runs.started_run import Progress, StartedRun

_KEPT = ("output", "scenarios_from", "with_bundled", "tools_from")
"""What a person says for all runs, when the server is started."""
_PERSONS = ("human", "Cli")
_PATIENCE = 10.0
"""Seconds in which a run that is asked to stop may write down what it has."""
_SHOWN = 5


@frozen
class BackgroundTools:
    """Tools that play runs in this process; when it ends, so do they, and ``resume`` goes on with them.

    Args:
        settings: Where scenarios and tools come from and where runs are written.
        budget: US dollars that all runs started here may spend together; ``None`` for any amount.
        only_here: Whether no file or code is used that a caller names.
    """

    settings: RunSettings
    budget: float | None = None
    only_here: bool = False
    _runs: dict[str, StartedRun] = field(factory=dict, init=False)
    """By the name of the run directory."""

    def start_run(
        self,
        agent: str,
        budget: float,
        limit: int,
        user: str | None = None,
        scenarios: list[str] | None = None,
        tags: list[str] | None = None,
        presentations: list[str] | None = None,
        trials: int | None = None,
    ) -> Answer:
        """Start a run in the background and tell its directory at once. It may call paid models.

        Args:
            agent: Who is tested: a LiteLLM model string such as openai/gpt-5; oracle, nop and saboteur need no model.
            budget: US dollars that the run may spend; no call is made that could pass it.
            limit: How many scenarios are played at most.
            user: Who plays the user; by default a model, beside oracle and the like oracle.
            scenarios: Names or globs; by default the default suite.
            tags: Only with one of these tags or categories, or for which an expression holds.
            presentations: Only these presentations of the tools, such as plain.
            trials: How often each is played.
        """
        self._check_roles(agent, user)
        self._check_budget(budget)
        kept = {name: getattr(self.settings, name) for name in _KEPT}
        asked = {"budget": budget, "limit": limit, "user": user, "trials": trials}
        chosen = {"scenarios": scenarios, "tags": tags, "presentations": presentations}
        (settings,) = settings_from({**kept, **asked, **chosen}, agents=[agent])
        # It has to be named, whoever plays; without a model it has no effect, which nobody is to be blamed for.
        named: dict[str, Any] = {"ambient": {*settings.ambient, "budget"}}
        (prepared,) = new_runs([evolve(settings, **named)])
        run = StartedRun(prepared)
        name = prepared.store.directory.name
        self._runs[name] = run
        samples = len(prepared.samples())
        text = f"Started run {name}: {counted(samples, 'sample')} with {agent}, at most {budget:g} USD."
        where = f"Its directory is {run.directory}; run_progress tells how it goes, stop_run stops it."
        return Answer.of([text, where], _record(run, run.progress()))

    def run_progress(self, run: str) -> Answer:
        """Tell how far a run is that was started here: samples, score so far, money spent, what it waits for.

        Args:
            run: The name of its directory, as start_run told it.
        """
        started = self._run(run)
        progress = started.progress()
        return Answer.of(_lines(run, progress), _record(started, progress))

    def stop_run(self, run: str) -> Answer:
        """Stop a run that was started here. What is finished stays and can be read; a person can resume the rest.

        Args:
            run: The name of its directory, as start_run told it.
        """
        started = self._run(run)
        was_over = started.is_over
        stopped = started.stop(_PATIENCE)
        said = "It was over already." if was_over else "It is stopped." if stopped else "It is about to stop."
        progress = started.progress()
        again = [] if was_over else [f"'tool_sandbox resume {started.directory}' goes on with it."]
        return Answer.of([said, *_lines(run, progress), *again], _record(started, progress))

    def close(self) -> None:
        """Stop every run."""
        going_on = [run for run in self._runs.values() if not run.is_over]
        for run in going_on:
            run.stop(0)
        for run in going_on:
            run.stop(_PATIENCE)

    def _run(self, name: str) -> StartedRun:
        if name not in self._runs:
            known = f" {hint(name, self._runs)}" if self._runs else ""
            message = f"{name!r} was not started here;{known} summarise_run tells what any run came to so far."
            raise SettingsError(message)
        return self._runs[name]

    def _check_roles(self, *names: str | None) -> None:
        for name in filter(None, names):
            if name in _PERSONS:
                message = f"{name!r} needs a person at a terminal; name a model, or oracle, nop or saboteur."
                raise SettingsError(message)
            if self.only_here and (is_reference(name) or (is_local(name) and ":" in name)):
                message = f"{name!r} names code or a file, and nothing outside of the runs is used here; name a model."
                raise SettingsError(message)

    def _check_budget(self, asked: float) -> None:
        if self.budget is None:
            return
        taken = sum(_taken(run) for run in self._runs.values())
        if taken + asked > self.budget:
            left = max(self.budget - taken, 0.0)
            message = f"budget={asked:g} is more than is left for runs started here: {left:g} of {self.budget:g} USD."
            raise SettingsError(message)


def _taken(run: StartedRun) -> float:
    """What a run may still cost, or what it did cost."""
    if not run.is_over:
        return run.settings.budget or 0.0
    spent = run.progress().so_far.spending
    return float(spent.cost.known + spent.uncertain_cost.known)


def _lines(name: str, progress: Progress) -> Iterator[str]:
    state = f"ended: {progress.so_far.ending.value}" if progress.is_over else "is being played"
    yield f"Run {name} {f'failed: {progress.error}' if progress.error else state}."
    yield f"Finished {progress.finished} of {counted(progress.samples, 'sample')}; {progress.so_far.spending}."
    if progress.finished:
        yield score_line(record_of(progress.so_far))
    if progress.playing:
        more = "" if len(progress.playing) <= _SHOWN else f" and {len(progress.playing) - _SHOWN} more"
        yield f"Being played: {', '.join(progress.playing[:_SHOWN])}{more}."
    if progress.waiting:
        yield f"Calls wait: {progress.waiting}."


def _record(run: StartedRun, progress: Progress) -> dict[str, Any]:
    ending = progress.so_far.ending.value if progress.is_over and not progress.error else None
    return {
        **record_of(progress.so_far),
        "agent": run.settings.agent,
        "user": run.settings.user,
        "budget": run.settings.budget,
        "samples": progress.samples,
        "finished": progress.finished,
        "playing": list(progress.playing),
        "waiting": progress.waiting,
        "is_over": progress.is_over,
        "ending": ending,
        "error": progress.error,
    }

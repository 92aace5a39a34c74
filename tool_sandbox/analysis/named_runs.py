"""Runs opened for a comparison, each with a name of its own."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable, Mapping

from tool_sandbox.llm.providers import direct_name
from tool_sandbox.llm.transports.address import is_direct
from tool_sandbox.runs.places import is_local
from tool_sandbox.runs.run_result import RunResult, open_run

Run = RunResult | str | os.PathLike[str]
"""A result of ``tool_sandbox.run``, or the directory of one, also of the original."""


def named_runs(runs: Iterable[Run]) -> dict[str, RunResult]:
    """The runs by name: who played the agent, or where that tells none apart, what the run's directory is called.

    Of a model behind an address, only the model is told where that is enough.

    A run that is given twice, such as by ``runs/*`` and its ``latest``, is there once.

    Raises:
        SettingsError: One cannot be opened.
    """
    opened = distinct_runs(runs)
    names = [""] * len(opened)
    for name_of in (_model, _agent, _folder, _place):
        found = [name or name_of(run) for name, run in zip(names, opened, strict=True)]
        count = Counter(found)
        names = [name if count[name] == 1 else "" for name in found]
    return dict(zip(names, opened, strict=True))


def distinct_runs(runs: Iterable[Run]) -> list[RunResult]:
    """The runs, each once.

    Raises:
        SettingsError: One cannot be opened.
    """
    return list({_place(run): run for run in map(_opened, runs)}.values())


def _opened(run: Run) -> RunResult:
    return run if isinstance(run, RunResult) else open_run(run)


def _model(run: RunResult) -> str:
    agent = _agent(run)
    return direct_name(agent) if is_direct(agent) else agent


def _agent(run: RunResult) -> str:
    """Who plays where no rule names another agent; the original's results do not say."""
    settings = run.record.get("settings")
    recorded = settings.get("agent") if isinstance(settings, Mapping) else None
    return str(recorded) if recorded else ", ".join(filter(None, {sample.agent: None for sample in run.samples}))


def _folder(run: RunResult) -> str:
    return run.store.directory.name if run.is_kept else ""


def _place(run: RunResult) -> str:
    return os.path.realpath(run.store.directory) if is_local(run.store.directory) else str(run.store.directory)

"""Why a run, or samples of it, lost points."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial

from tool_sandbox.errors import UsageError
from tool_sandbox.nearest import hint
from tool_sandbox.runs.recorded_scenarios import scenarios_of_run
from tool_sandbox.runs.run_explanation import RunExplanation, with_records
from tool_sandbox.runs.run_result import RunResult, open_run
from tool_sandbox.runs.stored_sample import StoredSample


def explain_run(directory: str, sample: str | None, scenarios_from: Sequence[str], tools_from: Sequence[str]) -> None:
    """Print where a run lost its points, or why some of its samples did.

    Args:
        directory: The run directory.
        sample: ``NAME`` for every trial of a scenario, or ``NAME#TRIAL``; ``None`` for the whole run.
        scenarios_from: Scenarios in place of those the run recorded.
        tools_from: Tools in place of those.

    Raises:
        UsageError: There is no such sample, or its scenario is not to be found.
    """
    run = open_run(directory)
    scenarios = partial(scenarios_of_run, run.store, scenarios_from, tools_from)
    if sample is None:
        print(RunExplanation.of(with_records(run.samples, scenarios)))
        return
    chosen = _chosen(run, sample)
    with scenarios() as known:
        print("\n\n".join(str(each.explained_by(known)) for each in chosen))


def _chosen(run: RunResult, wanted: str) -> Iterable[StoredSample]:
    name, _, trial = wanted.rpartition("#") if wanted.rpartition("#")[2].isdecimal() else (wanted, "", "")
    of_name = [each for each in run.samples if each.name == name]
    chosen = [each for each in of_name if not trial or each.trial == int(trial)]
    if chosen:
        return chosen
    if of_name:
        trials = ", ".join(str(each.trial) for each in of_name)
        message = f"{name!r} has no trial {trial}; this run has {trials}."
        raise UsageError(message)
    names = list(dict.fromkeys(each.name for each in run.samples))
    message = f"{name!r} is not a scenario of this run; {hint(name, names)}"
    raise UsageError(message)

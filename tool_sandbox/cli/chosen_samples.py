"""The samples of a run that somebody names on the command line."""

from __future__ import annotations

from collections.abc import Sequence
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from tool_sandbox.errors import UsageError
from tool_sandbox.nearest import hint
from tool_sandbox.runs.run_result import RunResult, open_run

if TYPE_CHECKING:
    from tool_sandbox.runs.stored_sample import StoredSample


def run_with_samples(directory: str) -> RunResult:
    """A run of which at least one sample is over.

    Raises:
        UsageError: There is no such run.
    """
    run = open_run(directory)
    if not run.samples:
        message = f"no sample of {directory!r} is over yet; 'tool_sandbox resume {directory}' plays them."
        raise UsageError(message)
    return run


def chosen_samples(run: RunResult, wanted: str) -> Sequence[StoredSample]:
    """Every trial of the scenario ``NAME``, or the one that ``NAME#TRIAL`` means; ``NAME`` may be a glob.

    Raises:
        UsageError: There is no such sample.
    """
    name, _, trial = wanted.rpartition("#") if wanted.rpartition("#")[2].isdecimal() else (wanted, "", "")
    name = name.strip()
    of_name = [each for each in run.samples if each.name == name]
    of_name = of_name or [each for each in run.samples if fnmatchcase(each.name, name)]
    chosen = [each for each in of_name if not trial or each.trial == int(trial)]
    if chosen:
        return chosen
    if of_name:
        trials = ", ".join(map(str, dict.fromkeys(each.trial for each in of_name)))
        message = f"{name!r} has no trial {trial}; this run has {trials}."
        raise UsageError(message)
    names = list(dict.fromkeys(each.name for each in run.samples))
    message = f"{name!r} is not a scenario of this run; {hint(name, names)}"
    raise UsageError(message)

"""Why samples scored what they did, by their scenarios as they are now; where that is not possible, as recorded."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from attrs import evolve, frozen

from tool_sandbox.errors import UsageError
from tool_sandbox.runs.outcomes import ROUNDING
from tool_sandbox.runs.recorded_scenarios import scenarios_of_run
from tool_sandbox.runs.sample_explanation import explanation_of

if TYPE_CHECKING:
    from tool_sandbox.common.scenario import Scenario
    from tool_sandbox.evaluation.explanation.explanation import Explanation
    from tool_sandbox.runs.run_result import RunResult
    from tool_sandbox.runs.stored_sample import StoredSample


@frozen(kw_only=True)
class ExplainedSample:
    """A sample and why it scored what it did."""

    sample: StoredSample
    explanation: Explanation
    scenario: Scenario | None = None
    """What was played; ``None`` where it is not to be found."""
    note: str = ""
    """That the explanation is the recorded one and why, or that it differs from what was recorded."""


def explained_samples(
    run: RunResult, samples: Sequence[StoredSample], scenarios_from: Sequence[str] = (), tools_from: Sequence[str] = ()
) -> list[ExplainedSample]:
    """Samples of a run, each with its explanation.

    Args:
        run: The run.
        samples: Some of its samples.
        scenarios_from: Scenarios in place of those the run recorded.
        tools_from: Tools in place of those.

    Raises:
        UsageError: What ``scenarios_from`` or ``tools_from`` names cannot be loaded.
    """
    try:
        with scenarios_of_run(run.store, scenarios_from, tools_from) as known:
            return [explained_by(sample, known) for sample in samples]
    except UsageError as error:
        if scenarios_from or tools_from:
            raise
        return [as_recorded(sample, str(error)) for sample in samples]


def explained_by(sample: StoredSample, known: Mapping[str, Scenario]) -> ExplainedSample:
    """A sample judged by its scenario, inside of ``scenarios_of_run``."""
    scenario = known.get(sample.name)
    try:
        explanation = sample.explained_by(known)
    except UsageError as error:
        return as_recorded(sample, str(error))
    except Exception as error:  # noqa: BLE001 -- a similarity function of a user's own may raise anything
        found = as_recorded(sample, f"judging it now ends in {type(error).__name__}: {error}")
        return evolve(found, scenario=scenario)
    recorded = sample.similarity
    note = ""
    if explanation.score is not None and recorded is not None and abs(explanation.score - recorded) >= ROUNDING:
        note = f"The run recorded {recorded:.3f}; its scenario or the rules have changed since."
    return ExplainedSample(sample=sample, explanation=explanation, scenario=scenario, note=note)


def as_recorded(sample: StoredSample, why: str) -> ExplainedSample:
    """What the run recorded, which has to do."""
    note = f"This is what the run recorded: {why}"
    return ExplainedSample(sample=sample, explanation=explanation_of(sample), note=note)

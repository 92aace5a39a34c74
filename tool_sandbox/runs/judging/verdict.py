"""What is made of a played sample: its score, why it is that, and the files that describe the sample."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from attrs import evolve, frozen

from tool_sandbox.common.trajectory import PRETTY_PRINT, files_for_programs, pretty_print
from tool_sandbox.errors import UserSimulatorError
from tool_sandbox.evaluation.explanation.explain import explain
from tool_sandbox.evaluation.explanation.remarks import annotated
from tool_sandbox.evaluation.simulated_user.rules import broken_rules
from tool_sandbox.runs.outcomes import Failure, Played, SampleResult
from tool_sandbox.runs.results import failed, scored
from tool_sandbox.runs.sample_explanation import explanation_of

if TYPE_CHECKING:
    from tool_sandbox.common.execution_context import ExecutionContext
    from tool_sandbox.common.scenario import Scenario
    from tool_sandbox.evaluation.explanation.explanation import Explanation
    from tool_sandbox.evaluation.result import EvaluationResult
    from tool_sandbox.evaluation.simulated_user.rules import BrokenRule
    from tool_sandbox.registry.settings import RunSettings

FailureOf = Callable[[BaseException], Failure]
"""What went wrong, in words; raises again what stops the run."""


@frozen(kw_only=True)
class Case:
    """A sample that was played to its end."""

    scenario: Scenario
    world: ExecutionContext
    """After the last message."""
    result: SampleResult
    """Everything about it but the verdict."""
    user_is_model: bool
    """Whether what the user said is looked at, too."""


def judge(case: Case, settings: RunSettings, failure_of: FailureOf) -> Played:
    """The verdict, or what kept it from being reached: anybody's code may be what compares."""
    scenario, world = case.scenario, case.world
    broken: Sequence[BrokenRule] = ()
    try:
        broken = broken_rules(scenario, world) if case.user_is_model else ()
        evaluation = scenario.evaluate(world)
        _refuse(broken, settings)
        files = files_for_programs(world, scenario.conversation(world, evaluation))
    except BaseException as error:  # noqa: BLE001 -- what stops the run is raised again
        result = evolve(case.result, broken_rules=[each.to_record() for each in broken])
        return unjudged(result, failure_of(error), scenario, world, settings)
    result = evolve(case.result, broken_rules=[each.to_record() for each in broken])
    return judged(result, scenario, world, evaluation, files)


def judged(
    result: SampleResult,
    scenario: Scenario,
    world: ExecutionContext,
    evaluation: EvaluationResult,
    files: Mapping[str, str],
) -> Played:
    """A sample with its verdict, and the transcript for people beside its files for programs."""
    explanation = _explained(scenario, world, evaluation)
    result = scored(result, evaluation, explanation)
    return Played(result=result, files={**_transcript(world, explanation_of(result, explanation)), **files})


def unjudged(
    result: SampleResult, failure: Failure, scenario: Scenario, world: ExecutionContext, settings: RunSettings
) -> Played:
    """A sample that something kept from a verdict, with the files that its world allows."""
    result = failed(result, failure, scenario, settings)
    return Played(result=result, files={**_transcript(world, explanation_of(result)), **_files_of_failure(world)})


def _explained(scenario: Scenario, world: ExecutionContext, evaluation: EvaluationResult) -> Explanation | None:
    """Why it scores that; ``None`` where similarity functions of a user's own cannot be asked once more."""
    try:
        return explain(scenario, world, evaluation)
    except Exception:  # noqa: BLE001 -- anybody's code may raise anything, and the verdict stands without it
        return None


def _refuse(broken: Sequence[BrokenRule], settings: RunSettings) -> None:
    if broken and settings.strict_user:
        message = "the simulated user broke its rules (--strict-user)"  # where is said apart: void samples are counted
        raise UserSimulatorError(message)


def _transcript(world: ExecutionContext, explanation: Explanation) -> Mapping[str, str]:
    try:
        return {PRETTY_PRINT: pretty_print(world, annotated(explanation))}
    except Exception:  # noqa: BLE001 -- a tool or role may have left anything in the world
        return {}


def _files_of_failure(world: ExecutionContext) -> Mapping[str, str]:
    try:
        return files_for_programs(world)
    except Exception:  # noqa: BLE001 -- a tool or role may have left anything in the world
        return {}

"""From a played sample to its result: what was counted, the verdict or the failure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from functools import cache, lru_cache, reduce
from operator import add
from typing import TYPE_CHECKING, Any

from attrs import evolve

from tool_sandbox.common.vocabulary import RoleType
from tool_sandbox.errors import CancelledRunError
from tool_sandbox.llm.layers.budget.spending import Spending
from tool_sandbox.llm.layers.tally import Tally
from tool_sandbox.redaction import redact_text
from tool_sandbox.runs.floors import floors_of
from tool_sandbox.runs.outcomes import Failure, SampleResult

if TYPE_CHECKING:
    from tool_sandbox.common.execution_context import ExecutionContext
    from tool_sandbox.common.scenario import Scenario
    from tool_sandbox.evaluation.explanation.explanation import Explanation
    from tool_sandbox.evaluation.result import EvaluationResult
    from tool_sandbox.registry.sample import Sample, SampleRoles
    from tool_sandbox.registry.settings import RunSettings


def described(
    sample: Sample,
    roles: SampleRoles | None,
    tallies: Mapping[RoleType, Tally],
    world: ExecutionContext,
    settings: RunSettings,
    duration: float,
    digest: str,
) -> SampleResult:
    """Everything about a sample but its end; void until that is known."""
    agent = tallies.get(RoleType.AGENT, Tally())
    unplayed = _unplayed(sample, settings, digest=digest, floors=floors_of(sample.scenario))
    return evolve(
        unplayed,
        agent=roles.agent if roles else unplayed.agent,
        user=roles.user if roles else unplayed.user,
        messages=world.max_sandbox_message_index - sample.scenario.starting_context.max_sandbox_message_index,
        duration=duration,
        spending=reduce(add, (tally.spending for tally in tallies.values()), Spending()),
        waits=_waits(tallies.values()),
        models=agent.models,
        deployments=agent.deployments,
        fallback=agent.spending.fallback_calls > 0,
        counters=_counters(roles.by_type.get(RoleType.AGENT)) if roles else {},
        notes=[*agent.adjustments, *_bounds_of_parallel_calls(world)],
    )


def _unplayed(sample: Sample, settings: RunSettings, **more: Any) -> SampleResult:
    """What costs nothing to know: a run that is stopped makes a result of each sample that is left, and has no time."""
    return SampleResult(
        name=sample.name,
        trial=sample.trial,
        status="void",
        categories=[str(category) for category in sample.scenario.categories],
        tags=sample.scenario.tags,
        agent=_shown(settings.agent),
        user=_shown(settings.user),
        seed=sample.seed(settings.seed),
        nop_floor=sample.scenario.nop_floor,
        **more,
    )


@lru_cache(maxsize=16)
def _shown(name: str) -> str:
    return redact_text(name)


def _counters(agent: Any) -> dict[str, int]:
    """What an agent counted; one of a user's own may lack what ours has, or fail when it is asked."""
    try:
        return {str(name): int(count) for name, count in agent.counters.items() if count}
    except Exception:  # noqa: BLE001 -- a property of a user's own class may raise anything
        return {}


def _waits(tallies: Iterable[Tally]) -> dict[str, float]:
    waits: Counter[str] = Counter()
    for tally in tallies:
        waits.update(tally.waits)
    return {cause: round(seconds, 3) for cause, seconds in sorted(waits.items())}


def _bounds_of_parallel_calls(world: ExecutionContext) -> list[str]:
    return [
        f"message {index}: {report['orders_tried']} of {report['orders_possible']} orders of "
        f"{report['calls']} parallel calls were tried"
        for index, notes in sorted(world.annotations.items())
        if (report := notes.get("parallel_calls")) and report["orders_possible"] > report["orders_tried"] > 1
    ]


def scored(result: SampleResult, evaluation: EvaluationResult, explanation: Explanation | None = None) -> SampleResult:
    """The result with its verdict, and what took points where that could be told."""
    if explanation is not None:
        result = result.with_explanation(explanation)
    return evolve(
        result,
        status="scored",
        milestone_similarity=evaluation.milestone_similarity,
        minefield_similarity=evaluation.minefield_similarity,
        similarity=evaluation.similarity,
        turn_count=evaluation.turn_count,
        milestone_mapping=dict(evaluation.milestone_mapping),
        minefield_mapping=dict(evaluation.minefield_mapping),
        milestone_credit=dict(evaluation.milestone_credit),
        outcome=evaluation.outcome,
    )


def failed(result: SampleResult, failure: Failure, scenario: Scenario, settings: RunSettings) -> SampleResult:
    """The result with what went wrong: void, or 0 where the original scores a model's mistake so."""
    result = evolve(
        result, exception_type=failure.exception_type, traceback=failure.traceback, error=dict(failure.error)
    )
    if settings.compat == "original" and failure.of_the_model:
        return evolve(
            result,
            status="scored",
            milestone_similarity=0,
            minefield_similarity=0,
            similarity=0,
            turn_count=scenario.max_messages,
        )
    return evolve(result, cause=failure.cause)


def cancelled(sample: Sample, settings: RunSettings) -> SampleResult:
    """The result of a sample that was not played to its end because the run was stopped."""
    return _unplayed(sample, settings, cause=_stopped().cause, error=dict(_stopped().error))


@cache
def _stopped() -> Failure:
    return Failure.of(CancelledRunError("the run was stopped before this sample was finished"))


def unplayable(sample: Sample, settings: RunSettings, failure: Failure) -> SampleResult:
    """The result of a sample that nobody could play to its end."""
    return failed(_unplayed(sample, settings), failure, sample.scenario, settings)

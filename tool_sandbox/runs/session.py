"""One sample: a scenario played once by a cast of roles, and the verdict on it."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import AsyncExitStack
from typing import TYPE_CHECKING, Any, Protocol

from attrs import evolve, frozen

from tool_sandbox.common.execution_context import ExecutionContext, get_current_context, isolated_context
from tool_sandbox.common.trajectory import PRETTY_PRINT, files_for_programs, pretty_print
from tool_sandbox.common.vocabulary import RoleType
from tool_sandbox.errors import (
    FallbackAnsweredError,
    MissingDependencyError,
    MissingKeyError,
    NoCredentialsError,
    TimeLimitError,
    UserSimulatorError,
)
from tool_sandbox.evaluation.explanation.explain import explain
from tool_sandbox.evaluation.explanation.remarks import annotated
from tool_sandbox.evaluation.simulated_user.rules import broken_rules
from tool_sandbox.llm.chat import CallTag
from tool_sandbox.llm.layers.tally import Tally
from tool_sandbox.redaction import redact_text
from tool_sandbox.registry.sample import Sample, SampleRoles
from tool_sandbox.runs.digests import Digests
from tool_sandbox.runs.floors import play_floors
from tool_sandbox.runs.outcomes import Failure, SampleResult, words_of
from tool_sandbox.runs.results import described, failed, scored
from tool_sandbox.runs.rooms import Room
from tool_sandbox.runs.sample_explanation import explanation_of

if TYPE_CHECKING:
    from tool_sandbox.common.scenario import Scenario
    from tool_sandbox.evaluation.explanation.explanation import Explanation
    from tool_sandbox.evaluation.result import EvaluationResult
    from tool_sandbox.evaluation.simulated_user.rules import BrokenRule
    from tool_sandbox.registry.settings import RunSettings


class Cast(Protocol):
    """Makes fresh roles for every sample."""

    @property
    def secrets(self) -> Sequence[str]:
        """Values that must never be written down."""
        ...

    def roles(self, sample: Sample) -> SampleRoles:
        """The roles that play ``sample``."""
        ...

    def sync(self) -> None:
        """Wait until the disk has what was paid for.

        Raises:
            OSError: It does not take it.
        """
        ...

    def settle(self, sample: Sample) -> None:
        """Keep nothing for a sample that is over for good."""
        ...

    async def aclose(self) -> None:
        """Close what the roles shared, when the last one has played."""
        ...


@frozen(kw_only=True)
class Played:
    """A finished sample."""

    result: SampleResult
    files: Mapping[str, str]
    """The trajectory: file name to text. A sample that could not be judged has no ``conversation.json``."""


async def play_sample(
    sample: Sample,
    cast: Cast,
    settings: RunSettings,
    *,
    run: str = "",
    digests: Digests | None = None,
    room: Room | None = None,
) -> Played:
    """Play ``sample`` to its end and judge it. Whatever goes wrong becomes a typed outcome.

    Args:
        sample: What to play.
        cast: Who plays.
        settings: The run's settings.
        run: Name of the run, for the calls' tags.
        digests: Of its scenarios, where some of them are known.
        room: What it takes up among the samples in flight.

    Raises:
        asyncio.CancelledError: The run was interrupted.
        MissingKeyError, MissingDependencyError: What is missing for this sample is missing for the run.
    """
    async with AsyncExitStack() as turn:
        return await _played(sample, cast, settings, run, digests or Digests(), room or Room(), turn)


async def _played(
    sample: Sample,
    cast: Cast,
    settings: RunSettings,
    run: str,
    digests: Digests,
    room: Room,
    turn: AsyncExitStack,
) -> Played:
    """As ``play_sample``; the turn in which it is judged is over with ``turn``."""
    floors = asyncio.ensure_future(play_floors(sample.scenario))  # while the first call waits for its answer
    started = time.monotonic()
    digest = digests.of(sample.scenario)  # in which order tools are offered is no part of it
    if settings.shuffle_tools:
        sample = evolve(sample, scenario=_with_shuffled_tools(sample, settings))
    world = sample.scenario.starting_context.fork()
    isolated_context(world)  # a failure before the first message must not show another sample's world
    roles: SampleRoles | None = None
    tallies: dict[RoleType, Tally] = {}
    end: tuple[EvaluationResult, Mapping[str, str]] | Failure
    troubles: list[str] = []
    broken: Sequence[BrokenRule] = ()
    try:
        roles = cast.roles(sample)
        tallies = {role_type: role.tally for role_type, role in roles.by_type.items()}
        agent = tallies.get(RoleType.AGENT, Tally())
        on_message = _none_of_a_fallback(agent, roles.agent) if settings.on_fallback == "void" else None
        world = await _play(sample, roles, settings, run, on_message)
        started += await _seconds_until(floors) + await turn.enter_async_context(room.judging())
        broken = broken_rules(sample.scenario, world) if roles.user_is_model else ()
        evaluation = sample.scenario.evaluate(world)
        _refuse_broken_rules(broken, settings)
        end = evaluation, files_for_programs(world, sample.scenario.conversation(world, evaluation))
    except (MissingKeyError, MissingDependencyError):
        raise
    except NoCredentialsError as error:
        raise MissingKeyError(redact_text(str(error), cast.secrets)) from error
    except BaseException as error:
        if _stops_the_run(error):
            raise
        world = get_current_context()
        end = Failure.of(error, cast.secrets)
    finally:
        troubles += _tear_down(roles, cast.secrets)
    seconds = time.monotonic() - started
    await floors
    result = described(sample, roles, tallies, world, settings, seconds, digest)
    noted = [each.to_record() for each in broken]
    result = evolve(result, notes=(*result.notes, *troubles), broken_rules=noted)
    if isinstance(end, Failure):
        result = failed(result, end, sample.scenario, settings)
        return Played(result=result, files={**_transcript(world, explanation_of(result)), **_files_of_failure(world)})
    evaluation, files = end
    await room.others()
    return judged(result, sample.scenario, world, evaluation, files)


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


def _explained(scenario: Scenario, world: ExecutionContext, evaluation: EvaluationResult) -> Explanation | None:
    """Why it scores that; ``None`` where similarity functions of a user's own cannot be asked once more."""
    try:
        return explain(scenario, world, evaluation)
    except Exception:  # noqa: BLE001 -- anybody's code may raise anything, and the verdict stands without it
        return None


def _with_shuffled_tools(sample: Sample, settings: RunSettings) -> Scenario:
    """The scenario with its tools offered in an order drawn from the sample's seed."""
    world = sample.scenario.starting_context.fork()
    tools = list(world.name_to_tool.items())
    random.Random(f"tools/{sample.seed(settings.seed)}").shuffle(tools)
    world.name_to_tool = dict(tools)
    return evolve(sample.scenario, starting_context=world)


def _none_of_a_fallback(tally: Tally, agent: str) -> Callable[[Any], None]:
    """Stop the sample at the first message of a fallback: nobody pays for the rest of what will not be scored."""

    def told(_message: Any) -> None:
        if tally.spending.fallback_calls:
            text = f"{', '.join(tally.models)} answered in place of {agent!r}, and --on-fallback is 'void'"
            raise FallbackAnsweredError(text)

    return told


def _refuse_broken_rules(broken: Sequence[BrokenRule], settings: RunSettings) -> None:
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


async def _play(
    sample: Sample, roles: SampleRoles, settings: RunSettings, run: str, on_message: Callable[..., Any] | None
) -> ExecutionContext:
    for role_type, role in roles.by_type.items():
        role.tag = CallTag(run=run, scenario=sample.name, trial=sample.trial, role=str(role_type))
    limit = settings.sample_timeout or None
    deadline = asyncio.timeout(limit)
    try:
        async with deadline:
            return await sample.scenario.aplay(
                dict(roles.by_type), sample.name, seed=sample.seed(settings.seed), on_message=on_message
            )
    except TimeoutError as error:
        if not deadline.expired():
            raise
        message = f"the sample was not over within {limit:g} s, the time limit of a sample (--sample-timeout)."
        raise TimeLimitError(message) from error


async def _seconds_until(done: Awaitable[None]) -> float:
    began = time.monotonic()
    await done
    return time.monotonic() - began


def _tear_down(roles: SampleRoles | None, secrets: Sequence[str]) -> list[str]:
    """Let every role release what it holds; what fails is told, and takes nothing from the verdict."""
    troubles = []
    for role_type, role in roles.by_type.items() if roles else ():
        try:
            role.teardown()
        except BaseException as error:
            if _stops_the_run(error):
                raise
            troubles.append(redact_text(f"teardown of {role_type}: {type(error).__name__}: {words_of(error)}", secrets))
    return troubles


def _stops_the_run(error: BaseException) -> bool:
    """Whether it came from outside; a role or tool may raise what looks like it, such as ``SystemExit``."""
    task = asyncio.current_task()
    cancelled = isinstance(error, asyncio.CancelledError) and task is not None and task.cancelling() > 0
    return cancelled or isinstance(error, GeneratorExit)

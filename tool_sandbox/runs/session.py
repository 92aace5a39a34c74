"""One sample: a scenario played once by a cast of roles, and the verdict on it."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, Protocol

from attrs import evolve

from tool_sandbox.common.execution_context import ExecutionContext, get_current_context, isolated_context
from tool_sandbox.common.vocabulary import RoleType
from tool_sandbox.errors import (
    FallbackAnsweredError,
    MissingDependencyError,
    MissingKeyError,
    NoCredentialsError,
    TimeLimitError,
)
from tool_sandbox.llm.chat import CallTag
from tool_sandbox.llm.layers.tally import Tally
from tool_sandbox.redaction import redact_text
from tool_sandbox.registry.sample import Sample, SampleRoles, UnmadeRoleError
from tool_sandbox.runs.digests import Digests
from tool_sandbox.runs.floors import play_floors
from tool_sandbox.runs.judging.judges import Judges
from tool_sandbox.runs.judging.verdict import Case, unjudged
from tool_sandbox.runs.outcomes import Failure, Played, words_of
from tool_sandbox.runs.results import described

if TYPE_CHECKING:
    from tool_sandbox.common.scenario import Scenario
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


def _nothing() -> None:
    """Nobody waits for the sample to be only judged."""


async def play_sample(
    sample: Sample,
    cast: Cast,
    settings: RunSettings,
    *,
    run: str = "",
    digests: Digests | None = None,
    leave: Callable[[], None] = _nothing,
    judges: Judges | None = None,
) -> Played:
    """Play ``sample`` to its end and judge it. Whatever goes wrong becomes a typed outcome.

    Args:
        sample: What to play.
        cast: Who plays.
        settings: The run's settings.
        run: Name of the run, for the calls' tags.
        digests: Of its scenarios, where some of them are known.
        leave: Told when nothing of it is at a model any more, so that another sample may take its place.
        judges: Who judges the samples of the run.

    Raises:
        asyncio.CancelledError: The run was interrupted.
        MissingKeyError, MissingDependencyError: What is missing for this sample is missing for the run.
    """
    floors = asyncio.ensure_future(play_floors(sample.scenario))  # while the first call waits for its answer
    started = time.monotonic()
    digest = (digests or Digests()).of(sample.scenario)  # in which order tools are offered is no part of it
    if settings.shuffle_tools:
        sample = evolve(sample, scenario=_with_shuffled_tools(sample, settings))
    world = sample.scenario.starting_context.fork()
    isolated_context(world)  # a failure before the first message must not show another sample's world
    roles: SampleRoles | None = None
    tallies: dict[RoleType, Tally] = {}
    failure: Failure | None = None
    troubles: list[str] = []
    failure_of = partial(_failure, secrets=cast.secrets)
    try:
        roles = cast.roles(sample)
        tallies = {role_type: role.tally for role_type, role in roles.by_type.items()}
        agent = tallies.get(RoleType.AGENT, Tally())
        on_message = _none_of_a_fallback(agent, roles.agent) if settings.on_fallback == "void" else None
        world = await _play(sample, roles, settings, run, on_message)
    except BaseException as error:  # noqa: BLE001 -- what stops the run is raised again
        failure = failure_of(error, own=_own_role(roles))
        world = get_current_context()
    finally:
        troubles += _tear_down(roles, cast.secrets)
    seconds = time.monotonic() - started
    if failure is None:
        leave()
    await floors
    result = described(sample, roles, tallies, world, settings, seconds, digest)
    result = evolve(result, notes=(*result.notes, *troubles))
    if failure is not None:
        return unjudged(result, failure, sample.scenario, world, settings)
    assert roles is not None
    case = Case(scenario=sample.scenario, world=world, result=result, user_is_model=roles.user_is_model)
    return await (judges or Judges(settings)).judge(case, failure_of)


def _failure(error: BaseException, secrets: Sequence[str], own: RoleType | None = None) -> Failure:
    """What went wrong with a sample.

    Args:
        error: What was raised.
        secrets: What is never written down.
        own: Whose turn it was, where code of somebody's own plays that role.

    Raises:
        MissingKeyError, MissingDependencyError: What is missing for it is missing for the run.
        BaseException: It came from outside.
    """
    if isinstance(error, UnmadeRoleError) and error.__cause__ is not None:
        return _failure(error.__cause__, secrets, error.role_type)
    if isinstance(error, MissingKeyError | MissingDependencyError):
        raise error
    if isinstance(error, NoCredentialsError):
        raise MissingKeyError(redact_text(str(error), secrets)) from error
    if _stops_the_run(error):
        raise error
    return Failure.of(error, secrets, own)


def _own_role(roles: SampleRoles | None) -> RoleType | None:
    """Whose turn it is, where code of somebody's own plays that role."""
    try:
        turn = get_current_context().last_message_row()["recipient"]
    except Exception:  # noqa: BLE001 -- a role may have left anything in the world
        return None
    return RoleType(turn) if roles is not None and turn in roles.own else None


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

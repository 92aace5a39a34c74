"""Playing one scenario with both parties scripted, in a world of its own."""

from __future__ import annotations

import contextvars
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from attrs import frozen

from tool_sandbox.common.execution_context import get_current_context
from tool_sandbox.common.vocabulary import RoleType
from tool_sandbox.errors import ScenarioError
from tool_sandbox.evaluation.explanation.log import Log
from tool_sandbox.llm.scripted import OracleModel, ScriptedUserModel

if TYPE_CHECKING:
    from tool_sandbox.common.execution_context import ExecutionContext
    from tool_sandbox.common.scenario import Scenario
    from tool_sandbox.common.script import Script
    from tool_sandbox.evaluation.result import EvaluationResult
    from tool_sandbox.llm.chat import ChatModel

TOOL_TIMEOUT = 60.0
"""Seconds that one call of a tool may take."""


@frozen
class Played:
    """A finished conversation and the verdict on it."""

    world: ExecutionContext
    result: EvaluationResult


def play(scenario: Scenario, agent: ChatModel, script: Script) -> Played:
    """Play a scenario.

    Args:
        scenario: It stays as it is.
        agent: What answers for the agent.
        script: What the user says.

    Raises:
        TimeLimitError: A tool takes longer than ``TOOL_TIMEOUT``.
    """
    return contextvars.copy_context().run(_play, scenario, agent, ScriptedUserModel(script))


def world_of(scenario: Scenario, agent: ChatModel, script: Script) -> ExecutionContext:
    """``play`` for those who only ask what the world becomes."""
    return contextvars.copy_context().run(converse, scenario, agent, ScriptedUserModel(script))


def log_of(scenario: Scenario, script: Script) -> Log:
    """The conversation that a solution makes, as far as it can be played."""
    apart = contextvars.copy_context()
    with suppress(ScenarioError):  # a later step needs what the failed call should have given
        apart.run(converse, scenario, OracleModel(script), ScriptedUserModel(script))
    return Log(apart.run(get_current_context))


def _play(scenario: Scenario, agent: ChatModel, user: ChatModel) -> Played:
    world = converse(scenario, agent, user)
    return Played(world, scenario.evaluate(world))


def converse(scenario: Scenario, agent: ChatModel, user: ChatModel) -> ExecutionContext:
    """Let two models converse; the world after the last message stays the current one.

    Raises:
        TimeLimitError: A tool takes longer than ``TOOL_TIMEOUT``.
    """
    from tool_sandbox.roles.execution_environment import ExecutionEnvironment
    from tool_sandbox.roles.litellm_agent import LiteLLMAgent
    from tool_sandbox.roles.litellm_user import LiteLLMUser

    roles: dict[RoleType, Any] = {
        RoleType.AGENT: LiteLLMAgent("script", model=agent),
        RoleType.USER: LiteLLMUser("script", model=user),
        RoleType.EXECUTION_ENVIRONMENT: ExecutionEnvironment(tool_timeout=TOOL_TIMEOUT),
    }
    return scenario.play(roles)

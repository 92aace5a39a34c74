"""Playing a scenario with what the test says the agent does."""

from __future__ import annotations

import contextvars
from collections.abc import Mapping
from typing import Any

from tool_sandbox.common.execution_context import ExecutionContext
from tool_sandbox.common.scenario import Scenario
from tool_sandbox.common.script import EndStep, SayStep, Script, ScriptedCall, Step, ToolStep, UserStep
from tool_sandbox.common.vocabulary import RoleType
from tool_sandbox.evaluation.result import EvaluationResult
from tool_sandbox.llm.scripted import OracleModel, ScriptedUserModel
from tool_sandbox.roles.execution_environment import ExecutionEnvironment
from tool_sandbox.roles.litellm_agent import LiteLLMAgent
from tool_sandbox.roles.litellm_user import LiteLLMUser

Action = str | tuple[str, Mapping[str, Any]] | list[tuple[str, Mapping[str, Any]]]
"""Words, a call, or calls that go out together."""


def steps(*actions: Action) -> tuple[Step, ...]:
    """The steps of an agent."""
    return tuple(_step(action) for action in actions)


def _step(action: Action) -> Step:
    if isinstance(action, str):
        return SayStep(action)
    calls = action if isinstance(action, list) else [action]
    return ToolStep(tuple(ScriptedCall(name, arguments) for name, arguments in calls))


def played(scenario: Scenario, *actions: Action, replies: tuple[str, ...] = ()) -> ExecutionContext:
    """The world after an agent did this and a user replied that."""
    script = Script(steps(*actions))
    user = Script((*(UserStep(reply) for reply in replies), EndStep()))
    roles = {
        RoleType.AGENT: LiteLLMAgent("script", model=OracleModel(script)),
        RoleType.USER: LiteLLMUser("script", model=ScriptedUserModel(user)),
        RoleType.EXECUTION_ENVIRONMENT: ExecutionEnvironment(),
    }
    return contextvars.copy_context().run(scenario.play, roles)


def judged(scenario: Scenario, *actions: Action, replies: tuple[str, ...] = ()) -> EvaluationResult:
    """What the evaluation makes of it."""
    return scenario.evaluate(played(scenario, *actions, replies=replies))


def similarities(scenario: Scenario, *actions: Action, replies: tuple[str, ...] = ()) -> list[float]:
    """The similarity of each milestone."""
    mapping = judged(scenario, *actions, replies=replies).milestone_mapping
    return [round(mapping[index][1], 6) for index in sorted(mapping)]

"""What models are asked in a conversation that goes by the recorded solution. None is asked for it."""

from __future__ import annotations

import contextvars
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from attrs import evolve, frozen

from tool_sandbox.common.execution_context import isolated_context
from tool_sandbox.common.script import Reference, SayStep, Script, ScriptedCall, ToolStep
from tool_sandbox.common.tool_conversion import offered_tools
from tool_sandbox.common.tool_discovery import is_shipped
from tool_sandbox.common.vocabulary import RoleType
from tool_sandbox.llm.chat import ChatModel, ChatRequest, ChatResponse
from tool_sandbox.llm.layer import Wrapper
from tool_sandbox.llm.scripted import OracleModel, ScriptedUserModel
from tool_sandbox.runs.scripted_play import converse
from tool_sandbox.tools.search.backend import use_backend

if TYPE_CHECKING:
    from tool_sandbox.common.scenario import Scenario

_UNKNOWN_VALUE = "00000000-0000-0000-0000-000000000000"
"""Stands for what a tool that is not called would have answered."""
_USUAL = Script(
    (
        *(ToolStep((ScriptedCall("some_tool", {"about": _UNKNOWN_VALUE}),)) for _ in range(3)),
        SayStep("I have looked into it and done what you asked me for, and this is what came of it in the end."),
    )
)
"""Taken for the solution of a scenario that has none."""


@frozen
class Turn:
    """One question to a model, and its answer."""

    role: RoleType
    messages: tuple[dict[str, Any], ...]
    answer: ChatResponse


@frozen
class Conversation:
    """All questions of one conversation, in order."""

    turns: tuple[Turn, ...]
    is_played: bool = True
    """Whether the solution was played as it is; otherwise tools were not called, or there is no solution."""

    def of(self, role: RoleType) -> list[Turn]:
        """The questions to one role's model."""
        return [turn for turn in self.turns if turn.role == role]


def conversation_of(scenario: Scenario) -> Conversation:
    """The conversation that the recorded solution makes of a scenario.

    Tools of a user's own are not called, as that may cost something or change something: a short error stands for their
    answers. So do three calls and an answer for a solution that there is not.
    """
    script = scenario.script
    if script is not None and not _own_tools(scenario, script):
        with suppress(Exception):  # the code of a scenario's author may raise anything; the run itself will say so
            return Conversation(_recorded(scenario, script))
    with suppress(Exception):
        return Conversation(_recorded(_without_own_tools(scenario), _made_up(script or _USUAL)), is_played=False)
    return Conversation((), is_played=False)


def tools_for(scenario: Scenario, role: RoleType) -> list[dict[str, Any]]:
    """The tools that a model is offered in a scenario, as entries of a chat request."""
    return contextvars.copy_context().run(_offered, scenario, role)


def _offered(scenario: Scenario, role: RoleType) -> list[dict[str, Any]]:
    from tool_sandbox.roles.litellm_agent import LiteLLMAgent
    from tool_sandbox.roles.litellm_user import LiteLLMUser

    isolated_context(scenario.starting_context)
    asks = LiteLLMAgent if role == RoleType.AGENT else LiteLLMUser
    return offered_tools(asks.get_available_tools())


class _Recorder(Wrapper):
    """Keeps what a model is asked."""

    def __init__(self, inner: ChatModel, role: RoleType, turns: list[Turn]) -> None:
        super().__init__(inner)
        self._role, self._turns = role, turns

    async def acomplete(self, request: ChatRequest) -> ChatResponse:
        answer = await self.inner.acomplete(request)
        self._turns.append(Turn(self._role, request.messages, answer))
        return answer


def _recorded(scenario: Scenario, script: Script) -> tuple[Turn, ...]:
    turns: list[Turn] = []
    agent = _Recorder(OracleModel(script), RoleType.AGENT, turns)
    user = _Recorder(ScriptedUserModel(script), RoleType.USER, turns)
    with use_backend(None):
        contextvars.copy_context().run(converse, scenario, agent, user)
    return tuple(turns)


def _own_tools(scenario: Scenario, script: Script) -> list[str]:
    """The tools of a user's own that a solution calls."""
    tools = scenario.starting_context.name_to_tool
    calls = (call for step in script.steps if isinstance(step, ToolStep) for call in step.calls)
    return [call.name for call in calls if call.name not in tools or not is_shipped(tools[call.name])]


def _without_own_tools(scenario: Scenario) -> Scenario:
    """The scenario where only shipped tools can be called."""
    world = scenario.starting_context.fork()
    own = [name for name, tool in world.name_to_tool.items() if not is_shipped(tool)]
    world.tool_deny_list = [*(world.tool_deny_list or ()), *own]
    return evolve(scenario, starting_context=world)


def _made_up(script: Script) -> Script:
    """The script with something in the place of what calls would have found out."""
    steps = (
        ToolStep(tuple(ScriptedCall(call.name, _without_references(call.arguments)) for call in step.calls))
        if isinstance(step, ToolStep)
        else step
        for step in script.steps
    )
    return evolve(script, steps=tuple(steps))


def _without_references(value: Any) -> Any:
    if isinstance(value, Reference):
        return _UNKNOWN_VALUE
    if isinstance(value, Mapping):
        return {key: _without_references(inner) for key, inner in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [_without_references(inner) for inner in value]
    return value

"""Fakes for tests that play whole runs: scenarios of one sentence, roles, models, and a cast of them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from typing import Any, ClassVar

from attrs import frozen

from tool_sandbox.clock import Clock
from tool_sandbox.common.evaluation import (
    Evaluation,
    Milestone,
    MilestoneMatcher,
    SnapshotConstraint,
    snapshot_similarity,
)
from tool_sandbox.common.execution.tool_code import tool_call_to_code
from tool_sandbox.common.execution_context import ExecutionContext
from tool_sandbox.common.message import Message
from tool_sandbox.common.scenario import Scenario
from tool_sandbox.common.vocabulary import DatabaseNamespace, RoleType, ScenarioCategories
from tool_sandbox.llm.chat import ChatModel, ChatRequest, ChatResponse, Usage
from tool_sandbox.llm.layers.tally import Tallied
from tool_sandbox.registry.sample import Sample, SampleRoles
from tool_sandbox.registry.settings import RunSettings
from tool_sandbox.roles.base_role import BaseRole
from tool_sandbox.roles.execution_environment import ExecutionEnvironment

END = "end_conversation"


def scenario(wanted: str = "Hello there") -> Scenario:
    """The agent is asked to say ``wanted``."""
    context = ExecutionContext(tool_allow_list=[END])
    context.trace_tool = True
    context.add_rows(
        DatabaseNamespace.SANDBOX,
        [
            {
                "sender": RoleType.SYSTEM,
                "recipient": RoleType.EXECUTION_ENVIRONMENT,
                "content": "from tool_sandbox.tools.user_tools import end_conversation\n",
            },
            {"sender": RoleType.USER, "recipient": RoleType.AGENT, "content": f"Please say {wanted}"},
        ],
    )
    said = {"sender": RoleType.AGENT, "recipient": RoleType.USER, "content": wanted}
    constraint = SnapshotConstraint(DatabaseNamespace.SANDBOX, snapshot_similarity, target_dataframe=[said])
    return Scenario(
        starting_context=context,
        evaluation=Evaluation(milestone_matcher=MilestoneMatcher(milestones=[Milestone([constraint])])),
        categories=[ScenarioCategories.SINGLE_USER_TURN],
        clock=Clock(1_700_000_000.0),
    )


def scenarios(count: int) -> dict[str, Scenario]:
    """Scenarios that differ in what has to be said."""
    return {f"say_{number}": scenario(f"Hello number {number}") for number in range(count)}


class Leaver(BaseRole):
    """A user who ends the conversation as soon as the agent has spoken."""

    role_type: ClassVar[RoleType] = RoleType.USER

    async def arespond(self, ending_index: int | None = None) -> None:
        """End the conversation."""
        code = tool_call_to_code("leave", END, {}, END)
        message = Message(
            sender=RoleType.USER,
            recipient=RoleType.EXECUTION_ENVIRONMENT,
            content=code,
            openai_tool_call_id="leave",
            openai_function_name=END,
        )
        self.add_messages([message])


class Speaker(BaseRole):
    """An agent that says what its model answers.

    Args:
        model: Is asked with the last message.
    """

    role_type: ClassVar[RoleType] = RoleType.AGENT

    def __init__(self, model: ChatModel) -> None:
        self.model = Tallied(model, self.tally)

    async def arespond(self, ending_index: int | None = None) -> None:
        """Ask and say."""
        question = {"role": "user", "content": self.get_messages(ending_index)[-1].content}
        answer = await self.model.acomplete(ChatRequest(model="fake", messages=(question,), tag=self.tag))
        self.add_messages([Message(sender=RoleType.AGENT, recipient=RoleType.USER, content=str(answer.text))])


@frozen
class Obedient:
    """A model that says what it was asked to say, in different time for different questions."""

    price: float | None = 0.25
    fallback: bool = False

    def complete(self, request: ChatRequest) -> ChatResponse:
        """Answer."""
        text = request.messages[-1]["content"].removeprefix("Please say ")
        usage = Usage(prompt_tokens=10, completion_tokens=2)
        return ChatResponse(text=text, model="fake-1", usage=usage, cost=self.price, fallback=self.fallback)

    async def acomplete(self, request: ChatRequest) -> ChatResponse:
        """Answer after a while that depends on the question."""
        await asyncio.sleep(len(request.messages[-1]["content"]) % 3 / 500)
        return self.complete(request)


@frozen
class Failing:
    """A model that raises.

    Args:
        error: Makes what is raised.
    """

    error: Callable[[], BaseException]

    def complete(self, request: ChatRequest) -> ChatResponse:
        """Raise."""
        raise self.error()

    async def acomplete(self, request: ChatRequest) -> ChatResponse:
        """Raise."""
        return self.complete(request)


class Cast:
    """A speaker, a leaver and an environment for every sample.

    Args:
        model: The speaker's model.
        by_name: Other models for some scenarios.
    """

    def __init__(self, model: ChatModel | None = None, by_name: Mapping[str, ChatModel] | None = None) -> None:
        self.model = model or Obedient()
        self.by_name = by_name or {}
        self.secrets: tuple[str, ...] = ()
        self.played: list[tuple[str, int]] = []
        self.closed = False

    def roles(self, sample: Sample) -> SampleRoles:
        """Fresh roles."""
        self.played.append(sample.key)
        roles: dict[RoleType, Any] = {
            RoleType.USER: Leaver(),
            RoleType.EXECUTION_ENVIRONMENT: ExecutionEnvironment(),
            RoleType.AGENT: Speaker(self.by_name.get(sample.name, self.model)),
        }
        return SampleRoles(by_type=roles, agent="speaker", user="leaver")

    def sync(self) -> None:
        pass

    def settle(self, sample: Sample) -> None:
        """Nothing is kept."""

    async def aclose(self) -> None:
        """Remember it."""
        self.closed = True


def settings(**changes: Any) -> RunSettings:
    """settings of a run with these roles."""
    return RunSettings(agent="speaker", user="leaver", **changes)

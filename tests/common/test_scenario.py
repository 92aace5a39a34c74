"""spec: playing a scenario and writing what came of it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from pathlib import Path
from typing import ClassVar

import pytest

from tool_sandbox import clock
from tool_sandbox.clock import Clock
from tool_sandbox.common.evaluation import Milestone, SnapshotConstraint, snapshot_similarity
from tool_sandbox.common.execution.tool_code import tool_call_to_code
from tool_sandbox.common.execution_context import (
    DatabaseNamespace,
    ExecutionContext,
    RoleType,
    ScenarioCategories,
    get_current_context,
)
from tool_sandbox.common.message import Message
from tool_sandbox.common.scenario import Scenario, ScenarioExtension
from tool_sandbox.errors import StalledConversationError
from tool_sandbox.roles.base_role import BaseRole
from tool_sandbox.roles.execution_environment import ExecutionEnvironment

SYSTEM, USER, AGENT, ENVIRONMENT = RoleType
PRELUDE = "".join(
    f"from tool_sandbox.tools.{name} import *\n" for name in ("setting", "contact", "user_tools", "utilities")
)


class Scripted(BaseRole):
    """Plays what it is given, one turn after another."""

    def __init__(self, *turns: Callable[[], list[Message]]) -> None:
        self._turns = iter(turns)

    def respond(self, ending_index: int | None = None) -> None:
        self.add_messages(next(self._turns)())


class Agent(Scripted):
    role_type: ClassVar[RoleType] = AGENT


class User(Scripted):
    role_type: ClassVar[RoleType] = USER


def say(sender: RoleType, recipient: RoleType, content: str) -> Callable[[], list[Message]]:
    return lambda: [Message(sender, recipient, content)]


def call(name: str, /, **arguments: object) -> Callable[[], list[Message]]:
    code = tool_call_to_code("c1", name, arguments)
    return lambda: [Message(AGENT, ENVIRONMENT, code, openai_tool_call_id="c1", openai_function_name=name)]


def end() -> Callable[[], list[Message]]:
    return say(USER, ENVIRONMENT, "end_conversation()")


def scenario(**more: object) -> Scenario:
    context = ExecutionContext()
    context.trace_tool = True
    context.add_rows(
        DatabaseNamespace.SANDBOX,
        [
            {"sender": "SYSTEM", "recipient": "EXECUTION_ENVIRONMENT", "content": PRELUDE},
            {"sender": "USER", "recipient": "AGENT", "content": "Turn Wi-Fi off"},
        ],
    )
    return Scenario(starting_context=context, **more)  # type: ignore[arg-type]


def cast() -> dict[RoleType, BaseRole]:
    return {
        AGENT: Agent(call("set_wifi_status", on=False), say(AGENT, USER, "Wi-Fi is off")),
        USER: User(end()),
        ENVIRONMENT: ExecutionEnvironment(),
    }


def test_conversation_lasts_until_the_user_ends_it() -> None:
    played = scenario()
    context = played.play(cast(), "wifi")
    assert [row["sender"] for row in context.log()] == [
        "SYSTEM",
        "USER",
        "AGENT",
        ENVIRONMENT,
        "AGENT",
        "USER",
        ENVIRONMENT,
    ]
    assert context.last_message_row()["conversation_active"] is False
    assert context.rows(DatabaseNamespace.SETTING)[0]["wifi"] is False
    assert get_current_context() is context
    assert played.starting_context.rows(DatabaseNamespace.SETTING)[0]["wifi"] is True
    assert played.starting_context.max_sandbox_message_index == 1


async def test_asynchronous_play_gives_the_same_log() -> None:
    seen: list[Message] = []
    context = await scenario().aplay(cast(), "wifi", on_message=seen.append)
    assert context.log() == scenario().play(cast(), "wifi").log()
    assert [message.content for message in seen] == [row["content"] for row in context.log()[2:]]


def test_conversation_is_cut_at_the_limit() -> None:
    def chatter(sender: RoleType, recipient: RoleType) -> list[Callable[[], list[Message]]]:
        return [say(sender, recipient, "well")] * 10

    roles: dict[RoleType, BaseRole] = {
        AGENT: Agent(*chatter(AGENT, USER)),
        USER: User(*chatter(USER, AGENT)),
        ENVIRONMENT: ExecutionEnvironment(),
    }
    assert scenario(max_messages=5).play(roles).max_sandbox_message_index == 1 + 5


def test_role_that_writes_nothing_does_not_hang_the_run() -> None:
    roles = {**cast(), AGENT: Agent(list)}
    with pytest.raises(StalledConversationError, match="AGENT"):
        scenario().play(roles, "wifi")


def test_missing_role_is_an_error() -> None:
    with pytest.raises(KeyError):
        scenario().play({ENVIRONMENT: ExecutionEnvironment()})


def test_chance_follows_from_the_seed() -> None:
    def contact_id(seed: str) -> str:
        adding = call("add_contact", name="Ann", phone_number="+12025550123")
        roles = {**cast(), AGENT: Agent(adding, say(AGENT, USER, "done"))}
        return str(scenario().play(roles, seed=seed).rows(DatabaseNamespace.CONTACT)[0]["person_id"])

    assert contact_id("a") == contact_id("a") != contact_id("b")


def test_world_time_stands_still_where_the_scenario_put_it() -> None:
    roles = {**cast(), AGENT: Agent(call("get_current_timestamp"), say(AGENT, USER, "done"))}
    context = scenario(clock=Clock(1_800_000_000.0)).play(roles)
    assert context.log()[3]["content"] == "1800000000.0"
    assert clock.current().instant != 1_800_000_000.0


def test_many_plays_at_once_equal_one_by_one() -> None:
    alone = [scenario().play(cast(), seed=n).to_dict(serialize_console=False) for n in range(32)]

    async def together() -> list[ExecutionContext]:
        return await asyncio.gather(*(scenario().aplay(cast(), seed=n) for n in range(32)))

    assert [context.to_dict(serialize_console=False) for context in asyncio.run(together())] == alone


def test_extension_adds_to_the_base_and_leaves_it_alone() -> None:
    base = scenario(categories=[ScenarioCategories.SINGLE_TOOL_CALL])
    base.starting_context.tool_allow_list = ["end_conversation"]
    constraint = SnapshotConstraint(DatabaseNamespace.SETTING, snapshot_similarity)
    extension = ScenarioExtension(
        name="more",
        base_scenario=base,
        messages=[{"sender": "USER", "recipient": "AGENT", "content": "please"}],
        tool_allow_list=["set_wifi_status"],
        tool_deny_list=["get_wifi_status"],
        milestones=[Milestone(snapshot_constraints=[constraint])],
        categories=[ScenarioCategories.STATE_DEPENDENCY],
    )
    extended = extension.get_extended_scenario()["more"]
    assert extended.starting_context.tool_allow_list == ["end_conversation", "set_wifi_status"]
    assert extended.starting_context.tool_deny_list == ["get_wifi_status"]
    assert extended.starting_context.max_sandbox_message_index == 2
    assert extended.categories == [ScenarioCategories.SINGLE_TOOL_CALL, ScenarioCategories.STATE_DEPENDENCY]
    assert len(extended.evaluation.milestone_matcher.milestones) == 1
    assert base.starting_context.tool_allow_list == ["end_conversation"]
    assert base.starting_context.max_sandbox_message_index == 1
    assert base.categories == [ScenarioCategories.SINGLE_TOOL_CALL]


def test_trajectory_is_written_also_when_playing_fails(tmp_path: Path) -> None:
    result = scenario().play_and_evaluate(cast(), tmp_path, "good")
    assert result.evaluation_result.similarity == 1
    assert result.evaluation_result.turn_count == 3
    folder = tmp_path / "trajectories" / "good"
    assert sorted(path.name for path in folder.iterdir()) == [
        "conversation.json",
        "execution_context.json",
        "pretty_print.txt",
    ]
    conversation = json.loads((folder / "conversation.json").read_text())
    assert [message["role"] for message in conversation] == ["user", "assistant", "tool", "assistant"]
    assert conversation[2]["tool_details"]["database_update"]["SETTING"][0]["wifi"] is False
    assert "Wi-Fi is off" in (folder / "pretty_print.txt").read_text()

    with pytest.raises(StalledConversationError):
        scenario().play_and_evaluate({**cast(), AGENT: Agent(list)}, tmp_path, "bad")
    written = sorted(path.name for path in (tmp_path / "trajectories" / "bad").iterdir())
    assert written == ["execution_context.json", "pretty_print.txt"]

"""spec: a person at the terminal."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tool_sandbox.common.execution_context import DatabaseNamespace, ExecutionContext, RoleType, new_context
from tool_sandbox.common.message import Message
from tool_sandbox.common.transcript import serialize_to_conversation
from tool_sandbox.evaluation.result import EvaluationResult
from tool_sandbox.roles.cli_role import CliAgent, CliUser
from tool_sandbox.roles.execution_environment import ExecutionEnvironment


@pytest.fixture
def world() -> Iterator[ExecutionContext]:
    with new_context(ExecutionContext()) as context:
        context.interactive_console.runsource("from tool_sandbox.tools.setting import *\n", symbol="exec")
        yield context


def say(world: ExecutionContext, sender: str, recipient: str) -> None:
    world.add_rows(DatabaseNamespace.SANDBOX, [{"sender": sender, "recipient": recipient, "content": "hello"}])


def typed(*lines: str) -> tuple[list[str], Iterator[str]]:
    return [], iter(lines)


def agent(*lines: str) -> tuple[CliAgent, list[str]]:
    shown, answers = typed(*lines)
    return CliAgent(ask=lambda prompt: next(answers), show=shown.append), shown


def last(world: ExecutionContext) -> Message:
    return world.messages()[-1]


def test_text_goes_to_the_other_party(world: ExecutionContext) -> None:
    say(world, "USER", "AGENT")
    role, shown = agent("hi there")
    role.respond()
    assert (last(world).recipient, last(world).content) == (RoleType.USER, "hi there")
    assert "[USER] -> [AGENT]: hello" in shown


def test_user_ends_the_conversation(world: ExecutionContext) -> None:
    say(world, "AGENT", "USER")
    CliUser(ask=lambda prompt: "end", show=lambda line: None).respond()
    assert last(world).recipient == RoleType.EXECUTION_ENVIRONMENT
    assert "end_conversation" in last(world).content


def test_agent_cannot_end_the_conversation(world: ExecutionContext) -> None:
    say(world, "USER", "AGENT")
    role, _ = agent("end")
    role.respond()
    assert (last(world).recipient, last(world).content) == (RoleType.USER, "end")


@pytest.mark.parametrize("expression", ["set_wifi_status(on=False)", "[set_wifi_status(on=False), 1]"])
def test_tool_call_of_a_person_is_executed_and_shown_in_the_conversation(
    world: ExecutionContext, expression: str
) -> None:
    say(world, "USER", "AGENT")
    role, shown = agent("tool", expression)
    role.respond()
    ExecutionEnvironment().respond()
    assert any(line.startswith("set_wifi_status(on: bool)") for line in shown)
    assert world.rows(DatabaseNamespace.SETTING)[0]["wifi"] is False
    conversation = serialize_to_conversation(world, EvaluationResult(), [], [])
    called, answered = conversation[-2:]
    assert called["tool_calls"][0]["id"] == answered["tool_call_id"]


def test_system_message_is_not_answered(world: ExecutionContext) -> None:
    say(world, "SYSTEM", "AGENT")
    role, _ = agent("hi")
    role.respond()
    assert world.max_sandbox_message_index == 0

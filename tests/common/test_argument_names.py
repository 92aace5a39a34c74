"""Calls under scrambled argument names are made under the real ones, and answered in the scrambled ones."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest

from tool_sandbox.common.argument_names import agent_facing_arguments, execution_facing_arguments
from tool_sandbox.common.chat_format import to_openai_messages
from tool_sandbox.common.compatibility import use_original_rules
from tool_sandbox.common.execution.tool_code import parse_tool_call_code
from tool_sandbox.common.execution_context import ExecutionContext, get_current_context, new_context
from tool_sandbox.common.message import Message
from tool_sandbox.common.signatures.scrambling import scrambled_argument_names, with_scrambled_names
from tool_sandbox.common.vocabulary import DatabaseNamespace, RoleType
from tool_sandbox.llm.chat import ToolCall
from tool_sandbox.roles.answers import called
from tool_sandbox.roles.execution_environment import ExecutionEnvironment

PERSON = {"name": "Ada", "phone_number": "+12065550100"}


@pytest.fixture(autouse=True)
def scrambled() -> Iterator[None]:
    context = ExecutionContext(tool_augmentation_list=["ARG_NAME_SCRAMBLED"])
    context.trace_tool = True
    with new_context(context):
        lines = "import json\nfrom tool_sandbox.tools.contact import add_contact, modify_contact\n"
        sent = Message(sender=RoleType.SYSTEM, recipient=RoleType.EXECUTION_ENVIRONMENT, content=lines)
        context.add_rows(DatabaseNamespace.SANDBOX, [sent.to_row()])
        ExecutionEnvironment().respond()
        yield


def answered(tool: str, arguments: dict[str, Any]) -> tuple[Message, Message]:
    """The agent's message and the environment's answer."""
    messages = called(
        [ToolCall(id="c1", name=tool, arguments=json.dumps(arguments))], {tool}, raising=False, counters=Counter()
    )
    get_current_context().add_rows(DatabaseNamespace.SANDBOX, [each.to_row() for each in messages])
    ExecutionEnvironment().respond()
    return messages[0], ExecutionEnvironment.get_messages()[-1]


def test_a_call_is_made_and_recorded_under_the_real_names() -> None:
    sent, answer = answered("add_contact", {"arg_0": "Ada", "arg_1": "+12065550100"})
    assert json.loads(parse_tool_call_code(sent.content).arguments) == PERSON
    assert answer.tool_call_exception is None
    assert answer.tool_trace
    (trace,) = answer.tool_trace
    assert json.loads(trace)["arguments"].items() >= PERSON.items()
    assert "Ada" in [row["name"] for row in get_current_context().rows(DatabaseNamespace.CONTACT)]


def test_the_conversation_shows_the_agent_the_names_it_used() -> None:
    sent, _ = answered("add_contact", {"arg_0": "Ada", "arg_1": "+12065550100"})
    asked = Message(sender=RoleType.USER, recipient=RoleType.AGENT, content="Save Ada")
    (_, turn), _ = to_openai_messages([asked, sent])
    assert json.loads(turn["tool_calls"][0]["function"]["arguments"]) == {"arg_0": "Ada", "arg_1": "+12065550100"}


def test_a_real_name_that_the_agent_was_not_told_is_refused() -> None:
    _, answer = answered("add_contact", PERSON)
    assert "add_contact() got an unexpected keyword argument 'name'" in answer.content
    assert not get_current_context().rows(DatabaseNamespace.CONTACT) or "Ada" not in [
        row["name"] for row in get_current_context().rows(DatabaseNamespace.CONTACT)
    ]


@pytest.mark.parametrize(
    "arguments", [{"arg_0": "Ada"}, {"arg_0": 5, "arg_1": "+12065550100"}, {"arg_0": "A", "arg_1": 5}]
)
def test_errors_speak_of_arguments_as_the_agent_knows_them(arguments: dict[str, Any]) -> None:
    _, answer = answered("add_contact", arguments)
    assert answer.tool_call_exception is not None
    assert "arg_" in answer.content
    assert "phone_number" not in answer.content
    assert "'name'" not in answer.content


def test_there_and_back_is_where_one_began() -> None:
    for tool, function in get_current_context().name_to_tool.items():
        given = dict.fromkeys(scrambled_argument_names(function), 1)
        assert execution_facing_arguments(tool, agent_facing_arguments(tool, given)) == given


def test_by_the_rules_of_the_original_names_stay() -> None:
    with use_original_rules():
        assert agent_facing_arguments("add_contact", PERSON) == PERSON
        assert execution_facing_arguments("add_contact", PERSON) == PERSON


def test_a_name_that_is_just_a_word_is_left_in_prose() -> None:
    names = {"on": "arg_0", "phone_number": "arg_1"}
    assert with_scrambled_names("Whether it is on.", names) == "Whether it is on."
    assert with_scrambled_names("'on' or on=1 or a phone_number", names) == "'arg_0' or arg_0=1 or a arg_1"

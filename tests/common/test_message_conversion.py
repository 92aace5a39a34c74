"""spec: messages, the code of tool calls, and the chat format."""

from __future__ import annotations

import ast
import json
from collections.abc import Callable
from typing import Any

import pytest
from attrs.exceptions import FrozenInstanceError
from hypothesis import given
from hypothesis import strategies as st
from openai.types.chat.chat_completion_message_tool_call import ChatCompletionMessageToolCall, Function

from tool_sandbox.common.execution.tool_code import (
    parse_tool_arguments,
    parse_tool_call_code,
    rejected_call_to_code,
    safe_variable_name,
    tool_call_to_code,
)
from tool_sandbox.common.execution_context import DatabaseNamespace, ExecutionContext, RoleType
from tool_sandbox.common.message_conversion import (
    Message,
    get_snapshot_indices_to_databases,
    openai_tool_call_to_python_code,
    python_code_to_openai_tool_call,
    to_openai_messages,
)

SYSTEM, USER, AGENT, ENVIRONMENT = RoleType

HOSTILE_IDS = [
    "functions.add:0",
    "chatcmpl-tool-9f2",
    "1abc",
    "",
    "class",
    "a\nimport os; os._exit(1)\nb",
    "x = 1; y",
    "ünïcode",
    "\ud800",
    "a" * 500,
]


def call(call_id: str, name: str, arguments: str) -> ChatCompletionMessageToolCall:
    return ChatCompletionMessageToolCall(id=call_id, function=Function(name=name, arguments=arguments), type="function")


def tool_message(call_id: str, name: str = "test", arguments: Any = None) -> Message:
    code = tool_call_to_code(call_id, name, arguments or {})
    return Message(AGENT, ENVIRONMENT, code, openai_tool_call_id=call_id, openai_function_name=name)


# -- Message ---------------------------------------------------------------------------------------------------------


def test_message_is_frozen_and_visible_to_both_ends_by_default() -> None:
    message = Message("USER", "AGENT", "hi")
    assert message.visible_to == [USER, AGENT]
    assert message == Message(USER, AGENT, "hi")
    assert Message(USER, AGENT, "hi", visible_to=[USER]).visible_to == [USER]
    with pytest.raises(FrozenInstanceError):
        message.content = "ho"  # type: ignore[misc]
    with pytest.raises(ValueError, match="BUTLER"):
        Message("BUTLER", "AGENT", "hi")


def test_message_can_be_made_from_a_row_of_the_log() -> None:
    world = ExecutionContext()
    message = Message(USER, AGENT, "hi")
    world.add_rows(DatabaseNamespace.SANDBOX, [message.to_row()])
    row = world.get_database(DatabaseNamespace.SANDBOX).to_dicts()[0]
    restored = Message(**row)
    assert AGENT in (restored.visible_to or ())
    assert restored.content == "hi"


# -- tool call to code -----------------------------------------------------------------------------------------------


def test_tool_call_becomes_three_lines() -> None:
    code = openai_tool_call_to_python_code(call("call_1", "test", '{"a": null, "b": [true, "é"]}'), {"test"}, "real")
    assert code == (
        "call_1_parameters = {'a': None, 'b': [True, 'é']}\n"
        "call_1_response = real(**call_1_parameters)\n"
        "print(repr(call_1_response))"
    )
    assert "= test(" in openai_tool_call_to_python_code(call("call_1", "test", "{}"), {"test"}, None)


def test_tool_call_that_cannot_be_made_is_refused() -> None:
    with pytest.raises(KeyError, match="fly"):
        openai_tool_call_to_python_code(call("c", "fly", "{}"), {"test"}, None)
    with pytest.raises(json.JSONDecodeError):
        openai_tool_call_to_python_code(call("c", "test", ""), {"test"}, None)


@pytest.mark.parametrize("call_id", HOSTILE_IDS)
def test_no_id_gets_into_code_unless_it_is_part_of_a_name(call_id: str) -> None:
    code = tool_call_to_code(call_id, "test", {"a": 1})
    compile(code, "<call>", "exec")
    body = ast.parse(code).body
    assert len(body) == 3
    assert len(code.splitlines()) == 3
    chat, _ = to_openai_messages([Message(USER, AGENT, "go"), tool_message(call_id)])
    assert chat[1]["tool_calls"][0]["id"] == call_id


def test_round_trip_of_the_contract() -> None:
    code = openai_tool_call_to_python_code(call("call_1293YXHD", "test", '{"a": 42}'), {"test"}, None)
    assert python_code_to_openai_tool_call(code, None) == call("call_1293YXHD", "test", '{"a": 42}')


json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("ab_= \n", max_size=12), inner, max_size=3),
    max_leaves=8,
)


@given(
    st.text(max_size=12), st.dictionaries(st.text(st.characters(exclude_categories=["Cs"])), json_values, max_size=4)
)
def test_every_call_comes_back_from_its_code(call_id: str, arguments: dict[str, Any]) -> None:
    parsed = parse_tool_call_code(tool_call_to_code(call_id, "agent_name", arguments, "real_name"))
    assert parsed.id == safe_variable_name(call_id)
    assert parsed.function_name == "real_name"
    assert json.loads(parsed.arguments) == arguments


def test_infinite_numbers_survive_as_literals() -> None:
    code = tool_call_to_code("c", "test", {"a": float("inf"), "b": [-float("inf")]})
    assert json.loads(parse_tool_call_code(code).arguments) == {"a": float("inf"), "b": [-float("inf")]}


def test_the_longest_id_that_fits_the_second_line_wins() -> None:
    code = "a_parameters = {'x': 'a_parameters = 1'}\na_response = f(**a_parameters)\nprint(repr(a_response))"
    assert parse_tool_call_code(code).id == "a"
    assert parse_tool_call_code("_parameters = {}\n_response = f(").id == ""


def test_name_reaches_to_the_next_parenthesis_or_the_end() -> None:
    assert parse_tool_call_code("c_parameters = {}\nc_response = some\nname(x").function_name == "some\nname"
    assert parse_tool_call_code("c_parameters = {}\nc_response = bare").function_name == "bare"


@pytest.mark.parametrize(
    "code",
    ["", "print(1)", "a_parameters = {}", "a_parameters = {}\nb_response = f()", "a_parameters = {}\na_response = ("],
)
def test_other_code_is_no_tool_call(code: str) -> None:
    with pytest.raises(AssertionError):
        parse_tool_call_code(code)


def test_arguments_that_are_no_literals_are_refused() -> None:
    with pytest.raises(ValueError, match=r".*"):
        python_code_to_openai_tool_call("c_parameters = {'a': nan}\nc_response = f(**c_parameters)", None)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", {}),
        (None, {}),
        ('{"a": 1, "a": 2}', {"a": 2}),
        ('{"a": 123456789012345678901234567890}', {"a": 123456789012345678901234567890}),
    ],
)
def test_arguments_that_can_be_read(text: str | None, expected: dict[str, Any]) -> None:
    assert parse_tool_arguments(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "{",
        "[1]",
        '"text"',
        "3",
        '{"a": NaN}',
        '{"a": -Infinity}',
        '{"a": 1e400}',
        r'{"a": "\ud800"}',
        r'{"\udfff": 1}',
        '{"a": ' + "[" * 100 + "]" * 100 + "}",
        "[" * 100_000,
        '{"a": ' + "9" * 5000 + "}",
    ],
)
def test_arguments_that_cannot_be_used_are_a_fault_with_a_reason(text: str) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        parse_tool_arguments(text)


def test_rejected_call_raises_its_reason_and_nothing_else() -> None:
    code = rejected_call_to_code("a.b", "fly", "no tool 'fly'\nreally", {"x": 1}, error="NameError")
    with pytest.raises(NameError, match="no tool 'fly' really"):
        exec(code, {})  # noqa: S102
    assert json.loads(parse_tool_call_code(code).arguments) == {"x": 1}


# -- chat format -----------------------------------------------------------------------------------------------------


def test_conversation_in_chat_format() -> None:
    result: Callable[[str], Message] = lambda call_id: Message(
        ENVIRONMENT, AGENT, "True", openai_tool_call_id=call_id, openai_function_name="test"
    )
    chat, origins = to_openai_messages(
        [
            Message(SYSTEM, AGENT, "be good"),
            Message(USER, AGENT, "go"),
            tool_message("c1", arguments={"a": 1}),
            tool_message("c2"),
            result("c1"),
            result("c2"),
            Message(AGENT, USER, "done"),
        ]
    )
    assert origins == [[0], [1], [2, 3], [4], [5], [6]]
    assert chat[0] == {"role": "system", "content": "be good"}
    assert chat[2]["content"] == ""
    assert chat[2]["tool_calls"][0] == {
        "id": "c1",
        "function": {"arguments": '{"a": 1}', "name": "test"},
        "type": "function",
    }
    assert list(chat[3]) == ["tool_call_id", "role", "name", "content"]


def test_id_in_the_code_counts_when_the_message_has_another() -> None:
    message = Message(AGENT, ENVIRONMENT, tool_call_to_code("name", "name", {}), openai_tool_call_id="some-uuid")
    chat, _ = to_openai_messages([Message(USER, AGENT, "go"), message])
    assert chat[1]["tool_calls"][0]["id"] == "name"


def test_messages_outside_the_agents_conversation_are_refused() -> None:
    with pytest.raises(ValueError, match="USER"):
        to_openai_messages([Message(USER, ENVIRONMENT, "end_conversation()")])
    with pytest.raises(AssertionError):
        to_openai_messages([Message(ENVIRONMENT, AGENT, "True")])
    with pytest.raises(AssertionError):
        to_openai_messages([Message(USER, AGENT, "go"), Message(AGENT, ENVIRONMENT, "print(1)")])
    with pytest.raises(IndexError):
        to_openai_messages([tool_message("c1")])


def test_snapshots_by_index() -> None:
    world = ExecutionContext()
    world.add_rows(DatabaseNamespace.SANDBOX, [{"sender": "USER", "recipient": "AGENT", "content": "hi"}])
    world.add_rows(DatabaseNamespace.REMINDER, [{"reminder_id": "r"}])
    frames = get_snapshot_indices_to_databases(world)
    assert set(frames[0]) == {DatabaseNamespace.SETTING, DatabaseNamespace.REMINDER}
    assert frames[0][DatabaseNamespace.REMINDER].is_empty()
    assert frames[1][DatabaseNamespace.REMINDER]["reminder_id"].to_list() == ["r"]

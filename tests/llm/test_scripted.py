from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import pytest

from tool_sandbox.common.execution_context import ExecutionContext, new_context
from tool_sandbox.common.script import EndStep, Reference, SayStep, Script, ScriptedCall, Step, ToolStep, UserStep
from tool_sandbox.errors import HarnessError, ScenarioError
from tool_sandbox.llm.chat import ChatModel, ChatRequest, ChatResponse
from tool_sandbox.llm.scripted import (
    FINISHED_TEXT,
    NOP_TEXT,
    FixedScriptModel,
    NopModel,
    OracleModel,
    SaboteurModel,
    ScriptedUserModel,
)

FIND = ScriptedCall("search_contacts", {"name": "Ada"})
COUNT = ScriptedCall("get_current_timestamp", {})
RENAME = ScriptedCall("modify_contact", {"person_id": Reference("search_contacts", "0.person_id"), "name": "B"})
STEPS: tuple[Step, ...] = (
    ToolStep((FIND, COUNT)),
    SayStep("Really?"),
    UserStep("yes"),
    ToolStep((RENAME,)),
    SayStep("Done."),
    EndStep(),
)
SCRIPT = Script(STEPS, {"mine": (ToolStep((COUNT,)),)})
TOOLS = ("search_contacts", "get_current_timestamp", "modify_contact")
START: list[dict[str, Any]] = [{"role": "system", "content": "Help."}, {"role": "user", "content": "Rename Ada"}]


def request(messages: Sequence[dict[str, Any]], tools: Sequence[str] = TOOLS) -> ChatRequest:
    offered = [{"type": "function", "function": {"name": name}} for name in tools]
    return ChatRequest(model="script", messages=messages, tools=offered)


def turn(response: ChatResponse) -> dict[str, Any]:
    """A response as the assistant's message."""
    calls = [
        {"id": call.id, "type": "function", "function": {"name": call.name, "arguments": call.arguments}}
        for call in response.tool_calls
    ]
    message: dict[str, Any] = {"role": "assistant", "content": response.text or ""}
    return {**message, "tool_calls": calls} if calls else message


def results(response: ChatResponse, *contents: str) -> list[dict[str, Any]]:
    return [
        {"role": "tool", "tool_call_id": call.id, "name": call.name, "content": content}
        for call, content in zip(response.tool_calls, contents, strict=True)
    ]


def conversation(model: ChatModel) -> list[ChatResponse]:
    """Everything the oracle does, with a friendly world around it."""
    messages = list(START)
    first = model.complete(request(messages))
    messages += [turn(first), *results(first, "[{'person_id': 'p-1', 'name': 'Ada'}]", "1.5")]
    second = model.complete(request(messages))
    messages += [turn(second), {"role": "user", "content": "yes"}]
    third = model.complete(request(messages))
    messages += [turn(third), *results(third, "None")]
    fourth = model.complete(request(messages))
    messages += [turn(fourth), {"role": "user", "content": "thanks"}]
    return [first, second, third, fourth, model.complete(request(messages))]


def test_the_oracle_plays_its_steps_and_fills_in_results() -> None:
    first, second, third, fourth, fifth = conversation(OracleModel(SCRIPT))
    assert [(call.name, json.loads(call.arguments)) for call in first.tool_calls] == [
        ("search_contacts", {"name": "Ada"}),
        ("get_current_timestamp", {}),
    ]
    assert first.text is None
    assert first.finish_reason == "tool_calls"
    assert (second.text, fourth.text, fifth.text) == ("Really?", "Done.", FINISHED_TEXT)
    assert json.loads(third.tool_calls[0].arguments) == {"person_id": "p-1", "name": "B"}


def test_the_same_script_gives_the_same_ids_and_costs_nothing() -> None:
    once, again = conversation(OracleModel(SCRIPT)), conversation(OracleModel(SCRIPT))
    assert once == again
    ids = [call.id for response in once for call in response.tool_calls]
    assert len(set(ids)) == len(ids)
    assert {response.cost for response in once} == {0.0}


def test_results_are_found_whatever_became_of_the_ids() -> None:
    model = OracleModel(SCRIPT)
    first = model.complete(request(START))
    called = turn(first)
    for number, call in enumerate(called["tool_calls"]):
        call["id"] = f"other:{number}"
    answers = [
        {"role": "tool", "tool_call_id": "other:1", "name": "x", "content": "1.5"},
        {"role": "tool", "tool_call_id": "other:0", "name": "x", "content": "[{'person_id': 'p-9'}]"},
    ]
    messages = [*START, called, *answers, {"role": "assistant", "content": "Really?"}, {"role": "user", "content": "y"}]
    third = model.complete(request(messages))
    assert json.loads(third.tool_calls[0].arguments)["person_id"] == "p-9"


def test_a_failed_call_leaves_a_reference_empty() -> None:
    model = OracleModel(Script((ToolStep((FIND,)), ToolStep((RENAME,)))))
    first = model.complete(request(START))
    with pytest.raises(ScenarioError, match="finds nothing"):
        model.complete(request([*START, turn(first), *results(first, "ConnectionError: no network")]))


def test_scrambled_tools_are_called_by_the_name_the_agent_sees() -> None:
    context = ExecutionContext(tool_augmentation_list=["TOOL_NAME_SCRAMBLED"])
    with new_context(context):
        response = OracleModel(SCRIPT).complete(request(START, ["contact_3", "utilities_2"]))
    assert [call.name for call in response.tool_calls] == ["contact_3", "utilities_2"]


def test_scrambled_arguments_are_given_by_the_names_the_agent_sees() -> None:
    with new_context(ExecutionContext(tool_augmentation_list=["ARG_NAME_SCRAMBLED"])):
        response = OracleModel(Script((ToolStep((FIND,)),))).complete(request(START))
    assert [json.loads(call.arguments) for call in response.tool_calls] == [{"arg_1": FIND.arguments["name"]}]


def test_a_tool_that_is_not_offered_is_called_by_its_own_name() -> None:
    response = OracleModel(Script((ToolStep((ScriptedCall("fly"),)),))).complete(request(START))
    assert response.tool_calls[0].name == "fly"


async def test_waiting_for_the_answer_gives_the_same() -> None:
    model = OracleModel(SCRIPT)
    assert await model.acomplete(request(START)) == model.complete(request(START))


def test_nop_says_the_same_whatever_happens() -> None:
    assert NopModel().complete(request(START)).text == NOP_TEXT
    assert NopModel("No.").complete(request([*START, {"role": "assistant", "content": "No."}])).text == "No."


def test_the_saboteur_steps_on_its_mine_and_then_does_nothing() -> None:
    model = SaboteurModel(SCRIPT, "mine")
    first = model.complete(request(START))
    assert first.tool_calls[0].name == "get_current_timestamp"
    assert model.complete(request([*START, turn(first), *results(first, "1.5")])).text == NOP_TEXT
    with pytest.raises(HarnessError, match="no sabotage for 'yours'"):
        SaboteurModel(SCRIPT, "yours").complete(request(START))


def test_a_fixed_script_gives_its_responses_in_turn() -> None:
    model = FixedScriptModel(["Hello", ChatResponse(text="Bye", model="m")])
    assert model.complete(request(START)).text == "Hello"
    messages = [*START, {"role": "assistant", "content": "Hello"}]
    assert model.complete(request(messages)).model == "m"
    with pytest.raises(HarnessError, match=r"Turn 3 was asked for, but only 2 response"):
        model.complete(request([*messages, {"role": "assistant", "content": "Bye"}]))


USER_START: list[dict[str, Any]] = [
    {"role": "system", "content": "An example."},
    {"role": "assistant", "content": "example opening"},
    {"role": "user", "content": "example answer"},
    {"role": "system", "content": "Your task: …"},
    {"role": "assistant", "content": "Rename Ada"},
    {"role": "user", "content": "Really?"},
]


def test_the_scripted_user_replies_and_then_ends_the_conversation() -> None:
    model = ScriptedUserModel(SCRIPT)
    first = model.complete(request(USER_START, ["end_conversation"]))
    assert first.text == "yes"
    messages = [*USER_START, turn(first), {"role": "user", "content": "Done."}]
    second = model.complete(request(messages, ["end_conversation"]))
    assert [(call.name, call.arguments) for call in second.tool_calls] == [("end_conversation", "{}")]
    assert second.text is None


def test_the_scripted_user_speaks_when_it_cannot_end_the_conversation() -> None:
    response = ScriptedUserModel(Script()).complete(request(USER_START, []))
    assert response.text
    assert not response.tool_calls

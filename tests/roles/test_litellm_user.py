"""spec/30 §5: the simulated user, which sees the conversation from the other side."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.llm.fakes import FakeModel, answer, call
from tests.roles.worlds import AGENT, ENVIRONMENT, SYSTEM, USER, asks, log, replies, system, world
from tool_sandbox.common.execution_context import get_current_context
from tool_sandbox.common.message import Message
from tool_sandbox.common.vocabulary import ScenarioCategories
from tool_sandbox.errors import MissingKeyError, RateLimitError, SettingsError, UserSimulatorError
from tool_sandbox.llm.chat import ChatModel, ToolCall
from tool_sandbox.llm.transports.completions.completion import MALFORMED_CALL
from tool_sandbox.roles.execution_environment import ExecutionEnvironment
from tool_sandbox.roles.litellm_user import LiteLLMUser

TASK = Message(SYSTEM, USER, "Find out whether wifi is on.")
END = call("end_conversation", "{}", "e")


def user(model: ChatModel, **config: Any) -> LiteLLMUser:
    return LiteLLMUser(config.pop("name", "openai/gpt-test"), model=model, **config)


async def respond(role: LiteLLMUser, blocking: bool = False) -> list[Message]:
    before = len(log())
    role.respond() if blocking else await role.arespond()
    return log()[before:]


async def test_text_goes_to_the_agent() -> None:
    with world(TASK, asks(), replies()):
        assert await respond(user(FakeModel(answer("Thanks.")))) == [asks("Thanks.")]


async def test_the_conversation_is_seen_with_the_roles_turned_round() -> None:
    model = FakeModel(answer("x"))
    with world(TASK, system("for the agent"), asks("Is wifi on?"), replies("Yes.")):
        await respond(user(model))
    assert list(model.requests[0].messages) == [
        {"role": "system", "content": TASK.content},
        {"role": "assistant", "content": "Is wifi on?"},
        {"role": "user", "content": "Yes."},
    ]
    assert [tool["function"]["name"] for tool in model.requests[0].tools] == ["end_conversation"]
    assert model.requests[0].tag.role == "USER"


async def test_what_the_agent_does_with_its_tools_is_not_seen() -> None:
    model = FakeModel(answer("x"))
    called = Message(AGENT, ENVIRONMENT, "secret_code()", openai_tool_call_id="c", openai_function_name="f")
    result = Message(ENVIRONMENT, AGENT, "secret result", openai_tool_call_id="c", openai_function_name="f")
    with world(TASK, asks(), called, result, replies()):
        await respond(user(model))
    assert "secret" not in json.dumps(model.requests[0].messages)


async def test_examples_come_first_with_their_own_task_and_without_the_ending_call() -> None:
    model = FakeModel(answer("x"))
    example = [
        Message(SYSTEM, USER, "Example task", visible_to=[USER]),
        Message(USER, AGENT, "Example words", visible_to=[USER]),
        Message(AGENT, USER, "Example reply", visible_to=[USER]),
        Message(USER, ENVIRONMENT, "end_conversation()", visible_to=[USER]),
    ]
    with world(*example, TASK, asks(), replies()):
        await respond(user(model))
    sent = model.requests[0].messages
    assert [message["role"] for message in sent] == ["system", "assistant", "user"] * 2
    assert "end_conversation" not in json.dumps(sent)


async def test_ending_the_conversation_ends_it() -> None:
    with world(TASK, asks(), replies()):
        (message,) = await respond(user(FakeModel(answer("Bye!", tool_calls=(END,)))))
        assert (message.sender, message.recipient) == (USER, ENVIRONMENT)
        assert (message.openai_tool_call_id, message.openai_function_name) == (None, None)
        assert "end_conversation(**" in message.content
        ExecutionEnvironment().respond()
        assert get_current_context().last_message_row()["conversation_active"] is False


async def test_arguments_of_the_ending_call_are_ignored() -> None:
    odd = call("end_conversation", '{"reason": "done"', "e")
    with world(TASK, asks(), replies()):
        await respond(user(FakeModel(answer(None, tool_calls=(odd,)))))
        ExecutionEnvironment().respond()
        assert get_current_context().last_message_row()["conversation_active"] is False


@pytest.mark.parametrize(
    "unread",
    [{"finish_reason": MALFORMED_CALL}, {"parse_losses": 1}, {"finish_reason": MALFORMED_CALL, "text": "Bye."}],
)
async def test_a_call_of_the_users_that_cannot_be_read_is_never_said(unread: dict[str, Any]) -> None:
    model = FakeModel(answer(**{"text": "<tool_call>end_conv", **unread}), answer("Is it off?"))
    role = user(model)
    with world(TASK, asks(), replies()):
        (first,) = await respond(role)
        assert (first.sender, first.recipient) == (USER, ENVIRONMENT)
        ExecutionEnvironment().respond()
        (second,) = await respond(role)
        assert (second.recipient, second.content) == (AGENT, "Is it off?")
    assert "could not be read" in model.requests[1].messages[-1]["content"]


async def test_a_user_whose_calls_can_never_be_read_is_broken() -> None:
    role = user(FakeModel(answer("", finish_reason=MALFORMED_CALL)))
    with world(TASK, asks(), replies()):
        for _ in range(3):
            await respond(role)
            ExecutionEnvironment().respond()
        with pytest.raises(UserSimulatorError, match="could not be read"):
            await respond(role)


async def test_a_user_that_says_white_space_says_nothing() -> None:
    with world(TASK, asks(), replies()), pytest.raises(UserSimulatorError, match="said nothing"):
        await respond(user(FakeModel(answer(" \n"))))


async def test_a_conversation_ends_once() -> None:
    with world(TASK, asks(), replies()):
        assert len(await respond(user(FakeModel(answer(None, tool_calls=(END, END)))))) == 1


@pytest.mark.parametrize("repeated", [(), (END,), (call("fly", "{}", "f2"), END)])
async def test_several_calls_are_made_once_each_in_the_order_of_the_model(repeated: tuple[ToolCall, ...]) -> None:
    model = FakeModel(answer(None, tool_calls=(call("fly", "{}", "f"), END, *repeated)))
    with world(TASK, asks(), replies()):
        first, second = await respond(user(model))
    assert "no such tool" in first.content
    assert "end_conversation" in second.content


async def test_a_call_that_failed_is_shown_and_the_conversation_can_still_be_ended() -> None:
    unknown = call("search_contacts", "{}", "x")
    model = FakeModel(answer(None, tool_calls=(unknown,)), answer(None, tool_calls=(END,)))
    role = user(model)
    with world(TASK, asks(), replies()):
        await respond(role)
        ExecutionEnvironment().respond()
        assert log()[-1].recipient == USER
        await respond(role)
        ExecutionEnvironment().respond()
        assert get_current_context().last_message_row()["conversation_active"] is False
    last = model.requests[1].messages[-1]
    assert last["role"] == "tool"
    assert "NameError" in last["content"]
    assert [tool["function"]["name"] for tool in model.requests[1].tools] == ["end_conversation"]
    assert role.counters["unknown_tools"] == 1


async def test_a_user_that_fails_again_and_again_is_broken() -> None:
    role = user(FakeModel(answer(None, tool_calls=(call("search_contacts", "{}", "x"),))))
    with world(TASK, asks(), replies()):
        for _ in range(3):
            await respond(role)
            ExecutionEnvironment().respond()
        with pytest.raises(UserSimulatorError, match="3 tool calls"):
            await respond(role)


@pytest.mark.parametrize("text", [None, ""])
async def test_a_user_that_says_nothing_is_broken(text: str | None) -> None:
    with world(TASK, asks(), replies()), pytest.raises(UserSimulatorError, match="said nothing"):
        await respond(user(FakeModel(answer(text))))


async def test_errors_of_its_provider_stay_the_providers_and_name_the_user() -> None:
    with world(TASK, asks(), replies()), pytest.raises(RateLimitError) as caught:
        await respond(user(FakeModel(RateLimitError("slow"))))
    assert caught.value.role == "USER"  # type: ignore[attr-defined]
    assert caught.value.cause == "provider"


async def test_nothing_is_said_after_a_message_from_the_system() -> None:
    with world(asks(), replies(), TASK):
        assert await respond(user(FakeModel(answer("x")))) == []


async def test_it_must_be_the_users_turn() -> None:
    with world(TASK, asks()), pytest.raises(KeyError):
        await respond(user(FakeModel(answer("x"))))


async def test_the_users_tool_keeps_its_name_when_names_are_scrambled() -> None:
    model = FakeModel(answer("x"))
    with world(TASK, asks(), replies(), tool_augmentation_list=[ScenarioCategories.TOOL_NAME_SCRAMBLED]):
        await respond(user(model))
    assert [tool["function"]["name"] for tool in model.requests[0].tools] == ["end_conversation"]


async def test_no_tool_is_offered_when_the_scenario_allows_none() -> None:
    model = FakeModel(answer("x"))
    with world(TASK, asks(), replies(), tool_allow_list=["get_wifi_status"]):
        await respond(user(model))
    assert model.requests[0].tools == ()


def test_messages_of_others_have_no_place_in_the_conversation() -> None:
    with pytest.raises(ValueError, match="not part of the user's conversation"):
        LiteLLMUser.to_openai_messages([system()])


def test_keys_and_names_are_checked_as_for_agents() -> None:
    with pytest.raises(MissingKeyError, match="OPENAI_API_KEY"):
        LiteLLMUser("gpt-4o")
    with pytest.raises(SettingsError, match="model string"):
        LiteLLMUser()
    with pytest.raises(SettingsError, match="did you mean 'temperature'"):
        user(FakeModel(), temperatur=1)

"""spec/30 §3: what an agent reads, asks and writes, whatever model is behind it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.llm.fakes import FakeModel, answer, call
from tests.llm.loopback import Answer, completion, serving
from tests.roles.worlds import AGENT, ENVIRONMENT, SYSTEM, USER, add, asks, log, replies, system, world
from tool_sandbox.common.evaluation import EvaluationResult
from tool_sandbox.common.execution_context import get_current_context
from tool_sandbox.common.message import Message
from tool_sandbox.common.trajectory import pretty_print
from tool_sandbox.common.transcript import serialize_to_conversation
from tool_sandbox.common.vocabulary import ScenarioCategories
from tool_sandbox.errors import (
    HarnessError,
    MissingKeyError,
    ProviderTimeoutError,
    RateLimitError,
    SettingsError,
)
from tool_sandbox.llm.chat import CallTag, ChatModel
from tool_sandbox.llm.transports.completions.completion import MALFORMED_CALL
from tool_sandbox.roles.execution_environment import ExecutionEnvironment
from tool_sandbox.roles.litellm_agent import LiteLLMAgent, LiteLLMAgentWithRouter


def agent(model: ChatModel, **config: Any) -> LiteLLMAgent:
    return LiteLLMAgent("openai/gpt-test", model=model, **config)


async def respond(role: LiteLLMAgent, blocking: bool = False) -> list[Message]:
    """The messages that the role adds."""
    before = len(log())
    role.respond() if blocking else await role.arespond()
    return log()[before:]


async def test_text_goes_to_the_user() -> None:
    with world(system(), asks()):
        assert await respond(agent(FakeModel(answer("It is.")))) == [replies("It is.")]


async def test_a_turn_can_be_taken_by_blocking_code() -> None:
    with world(system(), asks()):
        assert await respond(agent(FakeModel(answer("It is."))), blocking=True) == [replies("It is.")]


async def test_each_call_is_one_message_to_the_environment_in_order() -> None:
    calls = (call("get_wifi_status", "", "c1"), call("search_contacts", '{"name": "Ada", "is_self": null}', "call-2"))
    with world(system(), asks()):
        first, second = await respond(agent(FakeModel(answer(None, tool_calls=calls))))
    assert (first.sender, first.recipient) == (AGENT, ENVIRONMENT)
    assert first.content == (
        "c1_parameters = {}\nc1_response = get_wifi_status(**c1_parameters)\nprint(repr(c1_response))"
    )
    assert (first.openai_tool_call_id, first.openai_function_name) == ("c1", "get_wifi_status")
    assert (second.openai_tool_call_id, second.openai_function_name) == ("call-2", "search_contacts")
    assert "{'name': 'Ada', 'is_self': None}" in second.content


async def test_what_is_asked_holds_the_conversation_tools_parameters_and_its_place_in_the_run() -> None:
    model = FakeModel(answer())
    role = agent(model, temperature=0.5, seed=3, timeout=7, stream=True, user="team")
    role.tag = CallTag(run="r", scenario="s", trial=2)
    with world(system("Be careful."), asks("Is wifi on?")):
        await respond(role)
    request = model.requests[0]
    assert list(request.messages) == [
        {"role": "system", "content": "Be careful."},
        {"role": "user", "content": "Is wifi on?"},
    ]
    assert request.params == {"temperature": 0.5, "max_tokens": 1024, "seed": 3, "user": "team"}
    assert (request.model, request.timeout, request.stream) == ("openai/gpt-test", 7, True)
    assert (request.tag.run, request.tag.scenario, request.tag.trial, request.tag.role) == ("r", "s", 2, "AGENT")
    assert request.tag.user == "team"
    names = [tool["function"]["name"] for tool in request.tools]
    assert "get_wifi_status" in names
    assert "end_conversation" not in names


async def test_nothing_is_said_after_a_message_from_the_system() -> None:
    model = FakeModel(answer())
    with world(asks(), system()):
        assert await respond(agent(model)) == []
    assert model.calls == 0


async def test_it_must_be_the_agents_turn() -> None:
    with world(asks(), replies()), pytest.raises(KeyError):
        await respond(agent(FakeModel(answer())))


async def test_examples_for_the_user_and_the_users_own_calls_stay_hidden() -> None:
    model = FakeModel(answer())
    example = Message(USER, AGENT, "an example", visible_to=[USER])
    with world(system(), example, Message(USER, ENVIRONMENT, "end_conversation()"), asks()):
        await respond(agent(model))
    assert [message["content"] for message in model.requests[0].messages] == ["Be careful.", "Is wifi on?"]


async def test_an_earlier_message_can_be_answered() -> None:
    model = FakeModel(answer("late"))
    with world(system(), asks("first"), replies("x"), asks("second")):
        agent(model).respond(ending_index=1)
    assert [message["content"] for message in model.requests[0].messages] == ["Be careful.", "first"]


async def test_a_call_and_its_result_go_back_to_the_model() -> None:
    calls = (call("get_wifi_status", "{}", "call:1/x"),)
    model = FakeModel(answer(None, tool_calls=calls), answer("Wifi is on."))
    role = agent(model)
    with world(system(), asks()):
        await respond(role)
        ExecutionEnvironment().respond()
        assert await respond(role) == [replies("Wifi is on.")]
    _, _, called, result = model.requests[1].messages
    assert called["tool_calls"][0]["id"] == result["tool_call_id"] == "call:1/x"
    assert called["tool_calls"][0]["function"] == {"arguments": "{}", "name": "get_wifi_status"}
    assert (result["role"], result["name"], result["content"]) == ("tool", "get_wifi_status", "True")


async def test_scrambled_names_are_offered_stored_and_turned_back_into_code() -> None:
    model = FakeModel(answer(None, tool_calls=(call("setting_4", "{}", "c"),)), answer())
    role = agent(model)
    with world(system(), asks(), tool_augmentation_list=[ScenarioCategories.TOOL_NAME_SCRAMBLED]):
        (message,) = await respond(role)
        assert message.openai_function_name == "setting_4"
        assert "get_wifi_status(**c_parameters)" in message.content
        ExecutionEnvironment().respond()
        assert log()[-1].content == "True"
        await respond(role)
    names = {tool["function"]["name"] for tool in model.requests[0].tools}
    assert "setting_4" in names
    assert "get_wifi_status" not in names
    assert "get_wifi_status" not in json.dumps(model.requests[1].messages)


@pytest.mark.parametrize(
    ("name", "arguments", "counter", "error"),
    [
        ("no_such_tool", "{}", "unknown_tools", "NameError"),
        ("end_conversation", "{}", "unknown_tools", "NameError"),
        ("", "{}", "unknown_tools", "NameError"),
        ("get_wifi_status", "{", "invalid_arguments", "ValueError"),
        ("get_wifi_status", "[1]", "invalid_arguments", "ValueError"),
        ("get_wifi_status", '{"a": NaN}', "invalid_arguments", "ValueError"),
        ("get_wifi_status", '"x"', "invalid_arguments", "ValueError"),
    ],
)
async def test_a_call_that_cannot_be_made_is_answered_with_an_error_and_counted(
    name: str, arguments: str, counter: str, error: str
) -> None:
    good = call("get_wifi_status", "{}", "good")
    model = FakeModel(answer(None, tool_calls=(call(name, arguments, "bad"), good)), answer("sorry"))
    role = agent(model)
    with world(system(), asks()):
        assert len(await respond(role)) == 2
        ExecutionEnvironment().respond()
        assert await respond(role) == [replies("sorry")]
        results = {m.openai_tool_call_id: m.content for m in log() if m.sender == ENVIRONMENT}
    assert results["bad"].startswith(error)
    assert results["good"] == "True"
    assert role.counters[counter] == 1
    sent = [m for m in model.requests[1].messages if m["role"] == "tool"]
    assert {m["tool_call_id"] for m in sent} == {"bad", "good"}


async def test_names_of_tools_stay_out_of_the_code_of_a_rejected_call() -> None:
    """Minefields look for real tool names in what goes to the environment."""
    with world(system(), asks(), tool_allow_list=["get_wifi_status"]):
        (message,) = await respond(agent(FakeModel(answer(None, tool_calls=(call("search_contacts", "{}", "c"),)))))
    assert "search_contacts" not in message.content
    assert "get_wifi_status" not in message.content


@pytest.mark.parametrize(
    ("response", "error"),
    [
        (answer(None, tool_calls=(call("get_wifi_status", "{}", "a"), call("no_such_tool", "{}", "b"))), KeyError),
        (answer(None, tool_calls=(call("get_wifi_status", "{", "a"),)), json.JSONDecodeError),
        (answer(None), AssertionError),
    ],
)
async def test_the_originals_exceptions_can_be_had_and_leave_no_trace(response: Any, error: type[Exception]) -> None:
    with world(system(), asks()):
        with pytest.raises(error):
            await respond(agent(FakeModel(response), on_invalid_tool_call="raise"))
        assert len(log()) == 2


@pytest.mark.parametrize("response", [answer(None), answer(""), answer(" \n\t")])
async def test_an_empty_answer_is_an_empty_message_and_counted(response: Any) -> None:
    role = agent(FakeModel(response))
    with world(system(), asks()):
        assert await respond(role) == [replies("")]
    assert role.counters["empty_answers"] == 1


@pytest.mark.parametrize("text", [None, "", "I do that now."])
async def test_a_call_that_the_provider_could_not_read_is_told_to_the_model_which_may_recover(text: str | None) -> None:
    model = FakeModel(
        answer(text, finish_reason=MALFORMED_CALL),
        answer(None, finish_reason=MALFORMED_CALL),
        answer(None, tool_calls=(call("get_wifi_status", "{}", "a"),)),
        answer("It is on."),
    )
    role = agent(model)
    with world(system(), asks()):
        for _ in range(3):
            await respond(role)
            ExecutionEnvironment().respond()
        (message,) = await respond(role)
        assert message == replies("It is on.")
    first, told, again, _, _, result = model.requests[3].messages[2:]
    assert (first["content"], [len(turn["tool_calls"]) for turn in (first, again)]) == (text or None, [1, 1])
    assert "could not be read" in told["content"]
    assert told["tool_call_id"] == first["tool_calls"][0]["id"] != again["tool_calls"][0]["id"]
    assert result["content"] == "True"
    assert role.counters["malformed_calls"] == 2
    assert role.counters["empty_answers"] == 0


async def test_a_call_that_the_provider_could_not_read_ends_the_sample_as_in_the_original() -> None:
    role = agent(FakeModel(answer("", finish_reason=MALFORMED_CALL)), on_invalid_tool_call="raise")
    with world(system(), asks()), pytest.raises(AssertionError, match="could not be read"):
        await respond(role)


async def test_ids_that_are_empty_or_repeat_become_unique() -> None:
    calls = (call("get_wifi_status", "{}", ""), call("get_wifi_status", "{}", "x"), call("get_wifi_status", "{}", "x"))
    model = FakeModel(answer(None, tool_calls=calls), answer(None, tool_calls=calls))
    role = agent(model)
    with world(system(), asks()):
        await respond(role)
        ExecutionEnvironment().respond()
        await respond(role)
        ids = [message.openai_tool_call_id for message in log() if message.sender == AGENT]
    assert len(set(ids)) == 6
    assert all(ids)


async def test_text_beside_calls_is_kept_and_sent_back() -> None:
    calls = (call("get_wifi_status", "{}", "c"),)
    model = FakeModel(answer("Let me look.", tool_calls=calls), answer())
    role = agent(model)
    with world(system(), asks()) as context:
        assert len(await respond(role)) == 1
        assert context.annotations[2]["text"] == "Let me look."
        ExecutionEnvironment().respond()
        await respond(role)
    assert model.requests[1].messages[2]["content"] == "Let me look."


@pytest.mark.parametrize(("choice", "shown"), [("keep", "Let me\n\nlook."), ("drop", "")])
async def test_text_beside_calls_is_in_the_trajectory_as_the_model_sees_it(choice: str, shown: str | None) -> None:
    calls = (call("get_wifi_status", "{}", "a"), call("get_cellular_service_status", "{}", "b"))
    model = FakeModel(answer("Let me\n\nlook.", tool_calls=calls), answer("Both are on."))
    role = agent(model, text_beside_calls=choice)
    with world(system(), asks()):
        await respond(role)
        ExecutionEnvironment().respond()
        await respond(role)
        conversation = serialize_to_conversation(get_current_context(), EvaluationResult(), [], [])
        pretty = pretty_print(get_current_context())
    turns = [message for message in conversation if message["role"] == "assistant"]
    assert [(turn["content"], len(turn.get("tool_calls", ()))) for turn in turns] == [(shown, 2), ("Both are on.", 0)]
    assert turns[0]["content"] == (model.requests[1].messages[2]["content"] or "")
    calls_shown = "get_wifi_status()\n", "get_cellular_service_status()\n"
    words = ["Let", "me", "look."] if shown else []
    assert pretty.split("agent ")[1].split()[: len(words) + 1] == [*words, calls_shown[0].strip()]
    assert all(each in pretty for each in calls_shown)


async def test_text_beside_calls_can_be_dropped_as_in_the_original() -> None:
    model = FakeModel(answer("Let me look.", tool_calls=(call("get_wifi_status", "{}", "c"),)), answer())
    role = agent(model, text_beside_calls="drop")
    with world(system(), asks()):
        await respond(role)
        ExecutionEnvironment().respond()
        await respond(role)
    assert model.requests[1].messages[2]["content"] is None


async def test_the_agents_own_cache_is_closed_and_somebody_elses_is_not() -> None:
    shared = LiteLLMAgent("direct:m@http://h/v1", cache="memory")
    other = LiteLLMAgent("direct:m@http://h/v1", cache=shared.cache)
    other.teardown()
    assert not shared.cache._closed
    shared.teardown()
    assert shared.cache._closed


async def test_thinking_is_sent_back_between_tool_turns_to_the_same_model_only() -> None:
    thinking = {"thinking_blocks": [{"type": "thinking", "thinking": "hm", "signature": "s"}]}
    model = FakeModel(
        answer(None, tool_calls=(call("get_wifi_status", "{}", "c"),), provider_fields=thinking), answer()
    )
    with world(system(), asks()):
        LiteLLMAgent("anthropic/claude-a", model=model).respond()
        ExecutionEnvironment().respond()
        for name in ("anthropic/claude-a", "anthropic/claude-b"):
            LiteLLMAgent(name, model=model).respond(ending_index=3)
    same, other = (request.messages[2] for request in model.requests[1:])
    assert same["thinking_blocks"] == thinking["thinking_blocks"]
    assert "thinking_blocks" not in other


async def test_who_answered_is_kept_beside_the_message() -> None:
    response = answer("hi", deployment="eu-1", fallback=True, adjustments=["temperature dropped"], request_id="r")
    role = agent(FakeModel(response))
    with world(system(), asks()) as context:
        await respond(role)
        kept = context.annotations[2]["answered"]
    assert kept["deployment"] == "eu-1"
    assert kept["fallback"] is True
    assert kept["adjustments"] == ["temperature dropped"]
    assert role.counters["fallbacks"] == 1


async def test_provider_errors_pass_as_they_are_with_the_role_noted() -> None:
    with world(system(), asks()):
        with pytest.raises(RateLimitError) as caught:
            await respond(agent(FakeModel(RateLimitError("slow", status=429))))
        assert len(log()) == 2
    assert caught.value.role == "AGENT"  # type: ignore[attr-defined]


async def test_other_exceptions_become_errors_of_ours() -> None:
    with world(system(), asks()):
        with pytest.raises(ProviderTimeoutError):
            await respond(agent(FakeModel(TimeoutError())))
        with pytest.raises(HarnessError, match="KeyError"):
            await respond(agent(FakeModel(KeyError("bug"))))


def test_unknown_keys_are_refused_with_the_nearest_name() -> None:
    with pytest.raises(SettingsError, match="did you mean 'max_budget'"):
        agent(FakeModel(), max_budgets=3)


def test_a_model_string_is_needed() -> None:
    with pytest.raises(SettingsError, match="model string"):
        LiteLLMAgent()


def test_a_missing_key_is_found_when_the_agent_is_made() -> None:
    with pytest.raises(MissingKeyError, match="MISTRAL_API_KEY"):
        LiteLLMAgent("mistral/x")


async def test_a_whole_turn_over_http_with_a_model_nobody_has_heard_of() -> None:
    written = {"id": "c-1", "type": "function", "function": {"name": "get_wifi_status", "arguments": "{}"}}
    with serving() as server, world(system(), asks()):
        server.says(Answer(completion(None, calls=[written])), Answer(completion("Wifi is on.")))
        role = LiteLLMAgent("direct:never/heard-of", api_base=server.base)
        await respond(role)
        ExecutionEnvironment().respond()
        assert await respond(role) == [replies("Wifi is on.")]
        role.teardown()
        assert [message["role"] for message in server.requests[1]["messages"]] == [
            "system",
            "user",
            "assistant",
            "tool",
        ]
        assert role.ledger.snapshot()["run"]["calls"] == 2


async def test_an_agent_over_deployments_answers_and_says_which_one_did() -> None:
    with serving() as server, world(system(), asks()) as context:
        server.says(Answer({"error": {"message": "down"}}, 503), Answer(completion("hello")))
        role = LiteLLMAgentWithRouter(
            [
                {
                    "model_name": "main",
                    "litellm_params": {"model": f"direct:a@{server.base}"},
                    "model_info": {"id": "one"},
                },
                {
                    "model_name": "spare",
                    "litellm_params": {"model": f"direct:b@{server.base}"},
                    "model_info": {"id": "two"},
                },
            ],
            fallbacks=[{"main": ["spare"]}],
            num_retries=0,
        )
        assert await respond(role) == [replies("hello")]
        role.teardown()
        assert context.annotations[2]["answered"]["deployment"] == "two"
        assert context.annotations[2]["answered"]["fallback"] is True
    assert role.counters["fallbacks"] == 1


async def test_a_role_without_memory_reads_everything_from_the_world() -> None:
    model = FakeModel(answer("one"), answer("two"))
    with world(system(), asks("first")):
        await respond(agent(model))
        add(asks("second"))
        await respond(agent(model))
    assert [message["content"] for message in model.requests[1].messages] == ["Be careful.", "first", "one", "second"]


async def test_system_prompts_for_others_are_not_read() -> None:
    model = FakeModel(answer())
    with world(Message(SYSTEM, USER, "secret task"), system(), asks()):
        await respond(agent(model))
    assert "secret task" not in json.dumps(model.requests[0].messages)

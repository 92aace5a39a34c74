"""Every provider, every behaviour, every fault: the same suite against each wire format.

``python -m tests.providers.matrix`` prints it as a table.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.providers.catalogue import ATTEMPTS, PROVIDERS, Client, Provider
from tests.providers.emulator import Emulator
from tests.providers.wire import Answer, Call, Fault
from tool_sandbox import errors
from tool_sandbox.common.execution_context import ExecutionContext, new_context
from tool_sandbox.common.message import Message
from tool_sandbox.common.vocabulary import RoleType
from tool_sandbox.errors import ProviderTimeoutError
from tool_sandbox.llm.chat import ChatResponse
from tool_sandbox.llm.transports.completions.completion import MALFORMED_CALL
from tool_sandbox.llm.transports.through_litellm.transport import listed_price
from tool_sandbox.roles.execution_environment import ExecutionEnvironment
from tool_sandbox.roles.litellm_agent import LiteLLMAgent


def tool(name: str) -> dict[str, Any]:
    parameters = {
        "type": "object",
        "properties": {"name": {"type": "string", "description": "Whom to look for."}},
        "required": ["name"],
    }
    function = {"name": name, "description": "Look somebody up.", "parameters": parameters}
    return {"type": "function", "function": function}


TOOLS = (tool("search_contacts"), tool("search_messages"))
QUESTION = {"role": "user", "content": "What is Dana's number?"}


@pytest.fixture(scope="module")
def emulators() -> Iterator[Callable[[Provider], Emulator]]:
    """One server per provider for the whole module."""
    running: dict[str, Emulator] = {}

    def emulator(provider: Provider) -> Emulator:
        if provider.name not in running:
            running[provider.name] = Emulator(provider.dialect()).__enter__()
        return running[provider.name]

    yield emulator
    for each in running.values():
        each.__exit__(None, None, None)


@pytest.fixture(params=PROVIDERS, ids=lambda provider: provider.name)
def client(request: pytest.FixtureRequest, emulators: Callable[[Provider], Emulator]) -> Client:
    """A fresh client of one provider, whose emulator has forgotten everything."""
    emulator = emulators(request.param)
    emulator.script()
    return Client(provider=request.param, emulator=emulator)


# Answers


@pytest.mark.parametrize("awaited", [False, True], ids=["blocking", "awaited"])
def test_plain_text(client: Client, awaited: bool) -> None:
    client.emulator.script(Answer(text="It is 42."))
    response = client.ask(QUESTION, awaited=awaited)
    assert response.text == "It is 42."
    assert response.tool_calls == ()
    assert response.finish_reason == "stop"
    assert [attempt.error for attempt in response.attempts] == [None]
    assert [seen.turns for seen in client.emulator.seen] == [(("user", "What is Dana's number?"),)]


@pytest.mark.parametrize("awaited", [False, True], ids=["blocking", "awaited"])
def test_one_tool_call(client: Client, awaited: bool) -> None:
    client.emulator.script(Answer(calls=[Call(name="search_contacts", arguments='{"name": "Dana Ö"}')]))
    response = client.ask(QUESTION, tools=TOOLS, awaited=awaited)
    assert [(call.name, json.loads(call.arguments)) for call in response.tool_calls] == [
        ("search_contacts", {"name": "Dana Ö"})
    ]
    assert not response.text
    assert client.emulator.seen[0].tools == ("search_contacts", "search_messages")


def test_parallel_tool_calls(client: Client) -> None:
    client.emulator.script(Answer(calls=two_calls()))
    response = client.ask(QUESTION, tools=TOOLS)
    assert called(response) == [("search_contacts", {"name": "Dana"}), ("search_messages", {"name": "Eve"})]
    assert len({call.id for call in response.tool_calls}) == 2
    if client.provider.ids_kept:
        assert [call.id for call in response.tool_calls] == ["abcdefgh1", "abcdefgh2"]


def test_text_beside_tool_calls(client: Client) -> None:
    client.emulator.script(Answer(text="Let me look.", calls=[Call()]))
    response = client.ask(QUESTION, tools=TOOLS)
    assert response.text == ("Let me look." if client.provider.text_beside_calls else None)
    assert [call.name for call in response.tool_calls] == ["search_contacts"]


def test_tool_result_then_answer(client: Client) -> None:
    """A whole turn of the agent in a world: question, call, result, answer."""
    client.emulator.script(
        Answer(calls=[Call(id="abcdefgh1", arguments='{"name": "Nobody"}')]), Answer(text="Nobody by that name.")
    )
    with new_context(ExecutionContext(tool_allow_list=["search_contacts"])):
        agent = conversation(client)
        assert agent.get_messages()[-1].content == "Nobody by that name."
    first, second = client.emulator.seen
    assert first.results == ()
    assert [(name, arguments) for _, name, arguments in second.calls] == [("search_contacts", {"name": "Nobody"})]
    assert [text for _, text in second.results] == ["[]"]
    if client.provider.ids_kept:
        assert second.results[0][0] == second.calls[0][0]


def test_system_prompt(client: Client) -> None:
    client.ask({"role": "system", "content": "Answer in one word."}, QUESTION)
    assert client.emulator.seen[0].system == "Answer in one word."
    assert client.emulator.seen[0].turns == (("user", "What is Dana's number?"),)


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "streamed"])
def test_what_is_sent_is_told(client: Client, stream: bool) -> None:
    response = client.ask(QUESTION, tools=TOOLS, stream=stream)
    assert response.sent == client.emulator.requests[-1].body


def test_no_tools_are_mentioned_when_there_are_none(client: Client) -> None:
    client.ask(QUESTION, tool_choice="auto", parallel_tool_calls=False)
    assert not {"tools", "tool_choice", "toolConfig", "tool_config", "parallel_tool_calls"} & set(
        client.emulator.requests[0].body
    )


def test_empty_content(client: Client) -> None:
    client.emulator.script(Answer(text=""))
    response = client.ask(QUESTION)
    assert not response.text
    assert response.tool_calls == ()


def test_malformed_arguments(client: Client) -> None:
    """What the model wrote reaches the agent as it is, or as a call that could not be read; never as an exception."""
    client.emulator.script(Answer(calls=[Call(arguments='{"name": "Da')], cut_short=True))
    response = client.ask(QUESTION, tools=TOOLS)
    if not response.tool_calls:
        assert response.finish_reason == MALFORMED_CALL
        return
    agent = LiteLLMAgent(client.provider.model, **client.config())
    messages = agent._parse_response_to_messages(response, {"search_contacts", "search_messages"})
    assert [message.recipient for message in messages] == [RoleType.EXECUTION_ENVIRONMENT]
    assert agent.counters["invalid_arguments"] == 1 or not is_object(response.tool_calls[0].arguments)


def test_unknown_tool(client: Client) -> None:
    client.emulator.script(Answer(calls=[Call(name="launch_rocket")]))
    response = client.ask(QUESTION, tools=TOOLS)
    assert [call.name for call in response.tool_calls] == ["launch_rocket"]


def test_cut_off_by_the_token_limit(client: Client) -> None:
    client.emulator.script(Answer(text="It is", cut_short=True))
    response = client.ask(QUESTION)
    assert (response.text, response.finish_reason) == ("It is", "length")


# Streams


@pytest.mark.parametrize("awaited", [False, True], ids=["blocking", "awaited"])
def test_streamed_text(client: Client, awaited: bool) -> None:
    client.emulator.script(Answer(text="It is 42, and has been for a long while."))
    response = client.ask(QUESTION, stream=True, awaited=awaited)
    assert response.text == "It is 42, and has been for a long while."
    assert client.emulator.seen[0].stream == client.provider.streamed
    assert any("stream=True turned off" in each for each in response.adjustments) != client.provider.streamed


def test_streamed_tool_calls(client: Client) -> None:
    client.emulator.script(Answer(text="Let me look.", calls=two_calls()))
    response = client.ask(QUESTION, tools=TOOLS, stream=True)
    assert response.text == ("Let me look." if client.provider.text_beside_calls else None)
    assert called(response) == [("search_contacts", {"name": "Dana"}), ("search_messages", {"name": "Eve"})]
    assert len({call.id for call in response.tool_calls}) == 2


def test_streamed_usage(client: Client) -> None:
    client.emulator.script(Answer(text="It is 42.", prompt_tokens=1000, completion_tokens=200))
    response = client.ask(QUESTION, stream=True)
    assert response.usage is not None
    assert (response.usage.prompt_tokens, response.usage.completion_tokens) == (1000, 200)
    assert_cost(client.provider, response)


def test_stream_cut_short_is_tried_again(client: Client) -> None:
    cut = Fault(shape="cut_stream" if client.provider.streamed else "truncated")
    client.emulator.script(cut, Answer(text="Whole."))
    response = client.ask(QUESTION, stream=True)
    assert response.text == "Whole."
    assert [attempt.error is None for attempt in response.attempts] == [False, True]
    assert "MalformedResponseError" in str(response.attempts[0].error)


# Reasoning, usage, cost


def test_reasoning_is_kept_beside_the_answer(client: Client) -> None:
    client.emulator.script(Answer(text="It is 42.", reasoning="Forty and two.", reasoning_tokens=64))
    response = client.ask(QUESTION, **client.provider.thinking)
    assert response.text == "It is 42."
    if client.provider.reasoning_shown:
        assert "Forty and two." in json.dumps(dict(response.provider_fields), ensure_ascii=False)
    assert response.usage is not None
    if client.provider.reasoning_counted:
        assert response.usage.reasoning_tokens == 64


def test_reasoning_is_sent_back_between_tool_turns(client: Client) -> None:
    """The emulators refuse what the real providers refuse: Anthropic, a tool turn without its thinking."""
    signature = "c2lnbmVk" if client.provider.name in ("gemini", "vertex") else None
    call = Call(id="abcdefgh1", arguments='{"name": "Nobody"}', signature=signature)
    client.emulator.script(Answer(calls=[call], reasoning="Whom do they mean?"), Answer(text="Nobody."))
    with new_context(ExecutionContext(tool_allow_list=["search_contacts"])):
        agent = conversation(client, **client.provider.thinking)
        assert agent.get_messages()[-1].content == "Nobody."
    sent_back = json.dumps(client.emulator.requests[1].body)
    if client.provider.name == "anthropic":
        assert "Whom do they mean?" in sent_back
        assert "c2lnbmF0dXJl" in sent_back
    if signature:
        assert signature in sent_back


def test_usage_and_cost(client: Client) -> None:
    cached = 400 if client.provider.cached_counted else 0
    client.emulator.script(Answer(text="It is 42.", prompt_tokens=1000, completion_tokens=200, cached_tokens=cached))
    response = client.ask(QUESTION)
    assert response.usage is not None
    assert (response.usage.prompt_tokens, response.usage.completion_tokens) == (1000, 200)
    assert response.usage.cached_tokens == cached
    assert_cost(client.provider, response)


# Faults

REFUSALS = [
    (Fault(status=400), errors.InvalidRequestError),
    (Fault(status=401), errors.AuthenticationError),
    (Fault(status=403), errors.AuthenticationError),
    (Fault(status=404), errors.InvalidRequestError),
    (Fault(status=400, shape="filtered"), errors.RefusalError),
    (Fault(status=400, shape="too_long"), errors.ContextWindowError),
]
PASSING = [
    (Fault(status=408), errors.ProviderTimeoutError),
    (Fault(status=429), errors.RateLimitError),
    (Fault(status=500), errors.ProviderUnavailableError),
    (Fault(status=502), errors.ProviderUnavailableError),
    (Fault(status=503), errors.ProviderUnavailableError),
    (Fault(status=529), errors.ProviderUnavailableError),
    (Fault(shape="reset"), errors.ProviderUnavailableError),
    (Fault(shape="truncated"), errors.MalformedResponseError),
    (Fault(shape="html"), errors.MalformedResponseError),
    (Fault(shape="empty"), errors.MalformedResponseError),
]


def fault_name(value: object) -> str:
    if not isinstance(value, Fault):
        return ""
    return str(value.status) if value.shape == "error" else value.shape


@pytest.mark.parametrize(("fault", "expected"), REFUSALS, ids=fault_name)
def test_fault_that_stays(client: Client, fault: Fault, expected: type[errors.ProviderError]) -> None:
    client.emulator.script(default=fault)
    error = failure(client)
    assert type(error) is expected
    assert not error.retryable
    assert len(client.emulator.requests) == 1
    assert len(error.attempts) == 1
    if fault.shape == "error":
        assert error.status == fault.status


@pytest.mark.parametrize(("fault", "expected"), PASSING, ids=fault_name)
def test_fault_that_may_pass(client: Client, fault: Fault, expected: type[errors.ProviderError]) -> None:
    client.emulator.script(default=fault)
    error = failure(client)
    assert type(error) is expected
    assert error.retryable
    assert len(client.emulator.requests) == ATTEMPTS, "there are retries that nobody counted"
    assert len(error.attempts) == ATTEMPTS
    assert len(client.waits) == ATTEMPTS - 1
    if fault.shape == "error":
        assert [attempt.status for attempt in error.attempts] == [fault.status] * ATTEMPTS
    client.emulator.script(fault, Answer(text="Better now."))
    response = client.ask(QUESTION, awaited=True)
    assert response.text == "Better now."
    assert [attempt.error is None for attempt in response.attempts] == [False, True]
    assert len(client.emulator.requests) == 2


def test_fault_429_with_retry_after(client: Client) -> None:
    client.emulator.script(Fault(status=429, headers={"Retry-After": "0.2"}), Answer(text="Better now."))
    response = client.ask(QUESTION)
    assert response.text == "Better now."
    assert response.attempts[1].waited > 0
    assert client.waits == [], "the endpoint is waited for, and no try is used up"
    first, second = client.emulator.requests
    assert second.at - first.at >= 0.2, "the time that the server asks for runs from its answer"


def test_fault_time_out(client: Client) -> None:
    client.emulator.script(default=Fault(shape="hang"))
    with pytest.raises(ProviderTimeoutError) as caught:
        client.ask(QUESTION, timeout=0.3)
    assert ["ProviderTimeoutError" in str(attempt.error) for attempt in caught.value.attempts] == [True] * ATTEMPTS


def test_fault_carries_no_key(client: Client) -> None:
    client.emulator.script(default=Fault(status=401))
    error = failure(client)
    assert "key-for-tests" not in str(error) + json.dumps(error.as_record())
    assert error.model == client.provider.model


# Helpers


def two_calls() -> tuple[Call, ...]:
    return (
        Call(id="abcdefgh1", name="search_contacts", arguments='{"name": "Dana"}'),
        Call(id="abcdefgh2", name="search_messages", arguments='{"name": "Eve"}'),
    )


def called(response: ChatResponse) -> list[tuple[str, Any]]:
    return [(call.name, json.loads(call.arguments)) for call in response.tool_calls]


def is_object(arguments: str) -> bool:
    try:
        return isinstance(json.loads(arguments), dict)
    except ValueError:
        return False


def failure(client: Client, **changes: Any) -> errors.ProviderError:
    with pytest.raises(errors.ProviderError) as caught:
        client.ask(QUESTION, **changes)
    return caught.value


def conversation(client: Client, **changes: Any) -> LiteLLMAgent:
    """Let the agent play from a user's question to its answer, with the environment in between."""
    agent = LiteLLMAgent(client.provider.model, **client.config(**changes))
    prelude = "from tool_sandbox.tools.contact import search_contacts"
    agent.add_messages([Message(sender=RoleType.SYSTEM, recipient=RoleType.EXECUTION_ENVIRONMENT, content=prelude)])
    ExecutionEnvironment().respond()
    question = Message(sender=RoleType.USER, recipient=RoleType.AGENT, content="Do you know anybody called Nobody?")
    agent.add_messages([question])
    try:
        agent.respond()
        ExecutionEnvironment().respond()
        agent.respond()
    finally:
        agent.teardown()
    return agent


def assert_cost(provider: Provider, response: ChatResponse) -> None:
    """The cost is tokens times price, by arithmetic of our own; a price that nobody knows makes it unknown."""
    if provider.priced_as is None:
        assert response.cost == (0 if provider.free else None)
        return
    price = listed_price(provider.priced_as)
    usage = response.usage
    assert price is not None
    assert usage is not None
    cached_price = price.get("cache_read_input_token_cost", price["input_cost_per_token"])
    expected = (
        (usage.prompt_tokens - usage.cached_tokens) * price["input_cost_per_token"]
        + usage.cached_tokens * cached_price
        + usage.completion_tokens * price["output_cost_per_token"]
    )
    assert response.cost == pytest.approx(expected, rel=1e-12)

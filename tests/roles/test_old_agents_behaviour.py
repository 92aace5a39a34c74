"""spec/30 §3 and §8: today's one agent does on the wire what each of the original's agents was seen to do.

Where the two differ on purpose (text beside calls, invalid calls, an answer without calls), the test says so.
"""

from __future__ import annotations

import importlib
import json
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any

import pytest
from attrs import frozen

from tests.llm.fakes import FakeModel, answer, call
from tests.providers.anthropic import Anthropic
from tests.providers.emulator import Dialect, Emulator
from tests.providers.openai_style import VLLM, OpenAI
from tests.providers.wire import Answer, Call, Recorded
from tests.roles.worlds import AGENT, ENVIRONMENT, asks, log, replies, system, world
from tool_sandbox.common.message import Message
from tool_sandbox.common.vocabulary import ScenarioCategories
from tool_sandbox.roles.execution_environment import ExecutionEnvironment
from tool_sandbox.roles.litellm_agent import LiteLLMAgent

pytestmark = pytest.mark.filterwarnings("ignore:\\w+ is deprecated:DeprecationWarning")
TOOLS = ["get_wifi_status", "search_contacts", "set_wifi_status"]
TWO = (Call(id="abcdefgh1", name="get_wifi_status", arguments="{}"),
       Call(id="abcdefgh2", name="search_contacts", arguments='{"name": "Nobody"}'))  # fmt: skip


@frozen
class Old:
    """One column of the original's table."""

    module: str
    name: str
    dialect: type[Dialect]
    model: str
    """What the provider is asked for."""
    sampling: dict[str, Any]
    """Sampling parameters of the request; there are no others."""
    arguments: tuple[str, ...] = ()
    prompted: bool = False
    """Whether tools are described in the prompt and calls are written as text."""

    def __str__(self) -> str:
        return self.name

    def agent(self, emulator: Emulator, **config: Any) -> LiteLLMAgent:
        kind = getattr(importlib.import_module(f"tool_sandbox.roles.{self.module}"), self.name)
        made: LiteLLMAgent = kind(*self.arguments, api_base=emulator.base_url, api_key="key-for-tests", **config)
        return made


ZERO = {"temperature": 0.0, "max_tokens": 1024}
NATIVE = [
    Old("openai_api_agent", "GPT_3_5_0125_Agent", OpenAI, "gpt-3.5-turbo-0125", {}),
    Old("openai_api_agent", "GPT_4_0125_Agent", OpenAI, "gpt-4-0125-preview", {}),
    Old("openai_api_agent", "GPT_4_o_2024_05_13_Agent", OpenAI, "gpt-4o-2024-05-13", {}),
    Old("anthropic_api_agent", "ClaudeOpusAgent", Anthropic, "claude-3-opus-20240229", ZERO),
    Old("anthropic_api_agent", "ClaudeSonnetAgent", Anthropic, "claude-3-sonnet-20240229", ZERO),
    Old("anthropic_api_agent", "ClaudeHaikuAgent", Anthropic, "claude-3-haiku-20240307", ZERO),
    Old("mistral_api_agent", "MistralOpenAIServerAgent", VLLM, "mistralai/Mistral-7B-Instruct-v0.3", ZERO,
        ("mistralai/Mistral-7B-Instruct-v0.3",)),
    Old("cohere_agent", "CohereAgent", VLLM, "CohereForAI/c4ai-command-r-plus", ZERO,
        ("CohereForAI/c4ai-command-r-plus",)),
]  # fmt: skip
PROMPTED = [
    Old("hermes_api_agent", "HermesAPIAgent", VLLM, "NousResearch/Hermes-2-Pro-Mistral-7B",
        {"temperature": 0.0, "max_tokens": 2048}, ("NousResearch/Hermes-2-Pro-Mistral-7B",), prompted=True),
    Old("gorilla_api_agent", "GorillaAPIAgent", VLLM, "gorilla-llm/gorilla-openfunctions-v2", ZERO,
        ("gorilla-llm/gorilla-openfunctions-v2",), prompted=True),
]  # fmt: skip
HERMES = PROMPTED[0]
EVERY = [*NATIVE, *PROMPTED]
SAMPLING = ("temperature", "max_tokens", "max_completion_tokens", "top_p", "top_k", "seed", "stop", "n")


def written(old: Old, *calls: Call, text: str | None = None) -> Answer:
    """An answer with calls, in the words of a model that has to write them where the agent describes its tools."""
    if not old.prompted:
        return Answer(text=text, calls=calls)
    bodies = [f'{{"name": "{each.name}", "arguments": {each.arguments}}}' for each in calls]
    if old.name == "HermesAPIAgent":
        return Answer(text=(text or "") + "\n".join(f"<tool_call>\n{body}\n</tool_call>" for body in bodies))
    return Answer(text=(text or "") + f"\n```json\n[{', '.join(bodies)}]\n```")


Playing = Callable[..., AbstractContextManager[tuple[LiteLLMAgent, Emulator]]]


@pytest.fixture(scope="module")
def playing() -> Iterator[Playing]:
    """Puts an old agent, and a provider that gives these answers in turn, into a small world."""
    running: dict[str, Emulator] = {}

    @contextmanager
    def play(old: Old, *answers: Answer, **config: Any) -> Iterator[tuple[LiteLLMAgent, Emulator]]:
        name = old.dialect.__name__
        if name not in running:
            running[name] = Emulator(old.dialect()).__enter__()
        running[name].script(*answers)
        agent = old.agent(running[name], **config)
        with world(system(), asks(), tool_allow_list=TOOLS):
            yield agent, running[name]
        agent.teardown()

    yield play
    for each in running.values():
        each.__exit__(None, None, None)


def turn(agent: LiteLLMAgent) -> list[Message]:
    """One answer of the agent, and of the environment where that is called."""
    before = len(log())
    agent.respond()
    added = log()[before:]
    if added[-1].recipient == ENVIRONMENT:
        ExecutionEnvironment().respond()
    return added


def body(emulator: Emulator, number: int = -1) -> dict[str, Any]:
    recorded: Recorded = emulator.requests[number]
    return dict(recorded.body)


# What is asked (§8.1)


@pytest.mark.parametrize("old", EVERY, ids=str)
def test_the_model_and_its_sampling_are_the_originals(old: Old, playing: Playing) -> None:
    with playing(old, Answer(text="hi")) as (agent, emulator):
        agent.respond()
    asked = body(emulator)
    assert asked["model"] == old.model
    assert {name: asked[name] for name in SAMPLING if name in asked} == old.sampling
    assert agent.model_name == old.model


@pytest.mark.parametrize("old", EVERY, ids=str)
def test_nothing_is_kept_between_turns(old: Old, playing: Playing) -> None:
    with playing(old, Answer(text="one"), Answer(text="two")) as (agent, emulator):
        agent.respond()
        other = old.agent(emulator)
        other.respond(ending_index=1)
        other.teardown()
    assert body(emulator, 0) == body(emulator, 1)


# The conversation and the tools (§8.2, §8.4)


@pytest.mark.parametrize("old", NATIVE, ids=str)
def test_the_system_prompt_tools_and_question_reach_the_model(old: Old, playing: Playing) -> None:
    with playing(old, Answer(text="hi")) as (agent, emulator):
        agent.respond()
    (seen,) = emulator.seen
    assert seen.system == "Be careful."
    assert seen.turns == (("user", "Is wifi on?"),)
    assert seen.tools == tuple(agent_facing())


@pytest.mark.parametrize("old", PROMPTED, ids=str)
def test_tools_in_the_prompt_stand_beside_the_scenarios_own_system_prompt(old: Old, playing: Playing) -> None:
    with playing(old, Answer(text="hi")) as (agent, emulator):
        agent.respond()
    (seen,) = emulator.seen
    assert "tools" not in body(emulator)
    assert "Be careful." in seen.system
    assert all(name in seen.system for name in agent_facing())
    assert seen.turns == (("user", "Is wifi on?"),)


@pytest.mark.parametrize("old", NATIVE, ids=str)
def test_parallel_calls_are_one_turn_followed_by_all_results_matched_by_id(old: Old, playing: Playing) -> None:
    with playing(old, Answer(calls=TWO), Answer(text="Wifi is on.")) as (agent, emulator):
        calls = turn(agent)
        assert turn(agent) == [replies("Wifi is on.")]
    assert [message.openai_tool_call_id for message in calls] == ["abcdefgh1", "abcdefgh2"]
    assert [message.openai_function_name for message in calls] == ["get_wifi_status", "search_contacts"]
    seen = emulator.seen[1]
    assert seen.calls == (("abcdefgh1", "get_wifi_status", {}), ("abcdefgh2", "search_contacts", {"name": "Nobody"}))
    assert seen.results == (("abcdefgh1", "True"), ("abcdefgh2", "[]"))
    assert seen.tools == tuple(agent_facing())  # sent again with every request
    roles = [message["role"] for message in body(emulator)["messages"] if message["role"] != "system"]
    assert roles in (["user", "assistant", "tool", "tool"], ["user", "assistant", "user"])


@pytest.mark.parametrize("old", PROMPTED, ids=str)
def test_calls_and_results_of_a_model_that_writes_them_go_back_as_text(old: Old, playing: Playing) -> None:
    with playing(old, written(old, *TWO), Answer(text="Wifi is on.")) as (agent, emulator):
        calls = turn(agent)
        assert turn(agent) == [replies("Wifi is on.")]
        assert len({message.openai_tool_call_id for message in calls}) == 2
    assert [message.openai_function_name for message in calls] == ["get_wifi_status", "search_contacts"]
    (asked, said, result) = [text for role, text in emulator.seen[1].turns if role in ("user", "assistant")]
    assert asked == "Is wifi on?"
    assert "get_wifi_status" in said
    assert "search_contacts" in said
    assert "True" in result.replace("true", "True")
    assert agent.counters["parse_losses"] == 0


@pytest.mark.parametrize("old", NATIVE, ids=str)
def test_an_error_of_a_tool_is_passed_on_as_the_environments_own_text(old: Old, playing: Playing) -> None:
    """LiteLLM knows no error flag for results, so that of Anthropic's API is not set: the text says it."""
    wrong = Call(id="abcdefgh1", name="set_wifi_status", arguments='{"off": true}')
    with playing(old, Answer(calls=[wrong]), Answer(text="Sorry.")) as (agent, emulator):
        turn(agent)
        told = log()[-1]
        turn(agent)
    assert told.tool_call_exception == told.content == "TypeError: missing a required argument: 'on'"
    assert emulator.seen[1].results == (("abcdefgh1", told.content),)


def test_tools_come_in_the_order_of_their_discovery_under_the_names_the_agent_sees() -> None:
    model = FakeModel(answer())
    with world(system(), asks(), tool_augmentation_list=[ScenarioCategories.TOOL_NAME_SCRAMBLED]) as context:
        LiteLLMAgent("openai/x", model=model).respond()
        tools = context.get_available_tools(scrambling_allowed=True)
    offered = [name for name, tool in tools.items() if AGENT in getattr(tool, "visible_to", (AGENT,))]
    assert [tool["function"]["name"] for tool in model.requests[0].tools] == offered
    assert "setting_4" in offered
    assert "get_wifi_status" not in offered


def test_every_system_prompt_that_the_agent_may_see_reaches_the_model() -> None:
    """The original's Anthropic agent refused a second one."""
    model = FakeModel(answer())
    with world(system("Be careful."), system("Be quick."), asks()):
        LiteLLMAgent("anthropic/claude-x", model=model).respond()
    everything = json.dumps(model.requests[0].messages)
    assert "Be careful." in everything
    assert "Be quick." in everything


# The answer (§3, §8.3)


@pytest.mark.parametrize("old", EVERY, ids=str)
def test_text_without_calls_is_said_to_the_user(old: Old, playing: Playing) -> None:
    """The original's Cohere agent never said anything and was asked for ever."""
    with playing(old, Answer(text="It is on.")) as (agent, _):
        assert turn(agent) == [replies("It is on.")]


@pytest.mark.parametrize("old", EVERY, ids=str)
def test_text_beside_calls_is_no_message(old: Old, playing: Playing) -> None:
    """It is kept beside the call and sent back, where the original forgot it; ``drop`` forgets it, too."""
    for choice, kept in (("keep", True), ("drop", False)):
        looking = written(old, TWO[0], text="Let me look.")
        with playing(old, looking, Answer(text="On."), text_beside_calls=choice) as (agent, emulator):
            (message,) = turn(agent)
            assert message.recipient == ENVIRONMENT
            assert "Let me look" not in message.content
            turn(agent)
            assert ("Let me look." in json.dumps(body(emulator))) == kept


@pytest.mark.parametrize("old", [*NATIVE, HERMES], ids=str)  # without markers, JSON that names no tool is an answer
def test_an_unknown_tool_is_an_error_to_recover_from_or_the_originals_exception(old: Old, playing: Playing) -> None:
    unknown = Call(id="abcdefgh1", name="open_the_door", arguments="{}")
    with playing(old, written(old, unknown)) as (agent, _):
        turn(agent)
        assert log()[-1].sender == ENVIRONMENT
        assert log()[-1].tool_call_exception
    with playing(old, written(old, TWO[0], unknown), on_invalid_tool_call="raise") as (agent, _):
        with pytest.raises(KeyError):
            agent.respond()
        assert len(log()) == 2  # not even the valid call of this answer


@pytest.mark.parametrize("old", [each for each in NATIVE if each.dialect is not Anthropic], ids=str)
def test_arguments_that_are_no_json_are_an_error_or_the_originals_exception(old: Old, playing: Playing) -> None:
    broken = Call(id="abcdefgh1", name="search_contacts", arguments='{"name": ')
    with playing(old, Answer(calls=[broken]), Answer(text="Sorry.")) as (agent, _):
        turn(agent)
        assert log()[-1].tool_call_exception
        assert turn(agent) == [replies("Sorry.")]
    raising = playing(old, Answer(calls=[broken]), on_invalid_tool_call="raise")
    with raising as (agent, _), pytest.raises(json.JSONDecodeError):
        agent.respond()


@pytest.mark.parametrize("old", PROMPTED, ids=str)
def test_calls_that_cannot_be_read_never_end_the_sample(old: Old, playing: Playing) -> None:
    """The original's Hermes agent died of a missing end marker or of broken JSON."""
    cut = Answer(text='<tool_call>\n{"name": "search_contacts", "arguments": {"name": ')
    with playing(old, cut) as (agent, _):
        (message,) = turn(agent)
        assert message.sender == AGENT


def test_an_empty_list_of_calls_is_no_endless_loop() -> None:
    with world(system(), asks()):
        LiteLLMAgent("openai/x", model=FakeModel(answer("", tool_calls=()))).respond()
        assert log()[-1] == replies("")


def test_any_id_of_a_provider_can_be_run_and_is_given_back_as_it_was() -> None:
    odd = "call-1/ä+=__thought__" + "A" * 300
    model = FakeModel(answer(None, tool_calls=(call("get_wifi_status", "{}", odd),)), answer("On."))
    with world(system(), asks()):
        agent = LiteLLMAgent("openai/x", model=model)
        turn(agent)
        assert log()[-1].content == "True"
        turn(agent)
    assert model.requests[1].messages[-1]["tool_call_id"] == odd


def agent_facing() -> list[str]:
    """The tools on offer in the order of discovery."""
    with world(tool_allow_list=TOOLS) as context:
        return list(context.get_available_tools(scrambling_allowed=True))

"""spec/30 §8 and spec/60 §4: the old names still work, and say what replaces them."""

from __future__ import annotations

import importlib
import subprocess
import sys
from types import SimpleNamespace
from typing import Any

import pytest

from tests.llm.fakes import FakeModel, answer
from tests.roles.worlds import asks, log, replies, system, world
from tool_sandbox.common.tool_conversion import convert_to_openai_tool, convert_to_openai_tools
from tool_sandbox.common.tool_discovery import ToolBackend, get_all_tools
from tool_sandbox.errors import MissingKeyError, SettingsError
from tool_sandbox.registry.catalogue import (
    AGENT_TYPE_TO_FACTORY,
    NAMED_MODELS,
    USER_TYPE_TO_FACTORY,
    RoleImplType,
    config_of_old_name,
    create_litellm_agent,
    create_router_agent,
    model_of_old_name,
)
from tool_sandbox.roles.foreign_schemas import convert_to_anthropic_tool, to_cohere_tool
from tool_sandbox.roles.legacy import (
    AnthropicAPIAgent,
    ClaudeHaikuAgent,
    CohereAgent,
    GeminiAgent,
    HermesAPIAgent,
    OpenAIAPIAgent,
    OpenAIAPIUser,
)
from tool_sandbox.roles.litellm_agent import LiteLLMAgent
from tool_sandbox.roles.litellm_user import LiteLLMUser

CLASSES = [
    ("openai_api_agent", "GPT_3_5_0125_Agent", "gpt-3.5-turbo-0125", "openai/gpt-3.5-turbo-0125"),
    ("openai_api_agent", "GPT_4_0125_Agent", "gpt-4-0125-preview", "openai/gpt-4-0125-preview"),
    ("openai_api_agent", "GPT_4_o_2024_05_13_Agent", "gpt-4o-2024-05-13", "openai/gpt-4o-2024-05-13"),
    ("openai_api_user", "GPT_3_5_0125_User", "gpt-3.5-turbo-0125", "openai/gpt-3.5-turbo-0125"),
    ("openai_api_user", "GPT_4_0125_User", "gpt-4-0125-preview", "openai/gpt-4-0125-preview"),
    ("openai_api_user", "GPT_4_o_2024_05_13_User", "gpt-4o-2024-05-13", "openai/gpt-4o-2024-05-13"),
    ("anthropic_api_agent", "ClaudeOpusAgent", "claude-3-opus-20240229", "anthropic/claude-3-opus-20240229"),
    ("anthropic_api_agent", "ClaudeSonnetAgent", "claude-3-sonnet-20240229", "anthropic/claude-3-sonnet-20240229"),
    ("anthropic_api_agent", "ClaudeHaikuAgent", "claude-3-haiku-20240307", "anthropic/claude-3-haiku-20240307"),
    ("gemini_agent", "GeminiAgent", "gemini-1.5-pro-preview-0409", "vertex_ai/gemini-1.5-pro-preview-0409"),
]
HOSTED = [
    ("mistral_api_agent", "MistralAgent"),
    ("mistral_api_agent", "MistralOpenAIServerAgent"),
    ("hermes_api_agent", "HermesAPIAgent"),
    ("gorilla_api_agent", "GorillaAPIAgent"),
    ("cohere_agent", "CohereAgent"),
]


@pytest.fixture
def keys(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("OPENAI", "ANTHROPIC", "MISTRAL", "GROQ"):
        monkeypatch.setenv(f"{name}_API_KEY", "k")
    monkeypatch.setenv("OPENAI_BASE_URL", "http://127.0.0.1:1/v1")


def old(module: str, name: str) -> Any:
    return getattr(importlib.import_module(f"tool_sandbox.roles.{module}"), name)


@pytest.mark.parametrize(("module", "name", "model_name", "litellm_model"), CLASSES)
def test_old_classes_need_no_arguments_and_name_their_replacement(
    keys: None, module: str, name: str, model_name: str, litellm_model: str
) -> None:
    kind = old(module, name)
    assert kind.model_name == model_name
    with pytest.warns(DeprecationWarning, match=f"{name} is deprecated.*'{litellm_model}'") as told:
        role = kind()
    assert told[0].filename == __file__  # Python shows it only where the old class is used
    assert (role.model_name, role.litellm_model) == (model_name, litellm_model)
    assert isinstance(role, LiteLLMUser if name.endswith("User") else LiteLLMAgent)


@pytest.mark.parametrize(("module", "name"), HOSTED)
def test_old_self_hosted_classes_take_a_model_and_find_their_server(keys: None, module: str, name: str) -> None:
    with pytest.warns(DeprecationWarning, match="hosted_vllm/org/model"):
        role = old(module, name)("org/model")
    assert (role.model_name, role.litellm_model) == ("org/model", "hosted_vllm/org/model")


def test_old_classes_sample_as_they_did(keys: None) -> None:
    with pytest.warns(DeprecationWarning, match="is deprecated"):
        made = [ClaudeHaikuAgent(), GeminiAgent(), HermesAPIAgent("h"), old("openai_api_agent", "GPT_4_0125_Agent")()]
    claude, gemini, hermes, gpt = (role._get_generation_params() for role in made)
    assert claude == {"temperature": 0.0, "max_tokens": 1024}
    assert gemini == {"temperature": 0.0, "top_k": 1}
    assert hermes == {"temperature": 0.0, "max_tokens": 2048}
    assert gpt == {}
    assert made[2].settings.prompted_tools == "hermes"


def test_a_missing_key_or_server_is_found_when_the_role_is_made() -> None:
    with (
        pytest.warns(DeprecationWarning, match="is deprecated"),
        pytest.raises(MissingKeyError, match="ANTHROPIC_API_KEY"),
    ):
        ClaudeHaikuAgent()
    with pytest.warns(DeprecationWarning, match="is deprecated"), pytest.raises(SettingsError, match="OPENAI_BASE_URL"):
        CohereAgent("x")


def test_a_class_without_a_model_says_so() -> None:
    with pytest.raises(SettingsError, match="model_name"):
        AnthropicAPIAgent()


def test_subclasses_that_only_name_a_model_work(keys: None) -> None:
    class Mine(OpenAIAPIAgent):
        model_name = "gpt-mine"

    with pytest.warns(DeprecationWarning, match="openai/gpt-mine"):
        assert Mine().litellm_model == "openai/gpt-mine"


@pytest.mark.parametrize("awaited", [False, True])
async def test_subclasses_that_ask_something_else_work(keys: None, awaited: bool) -> None:
    seen: dict[str, Any] = {}

    class Mine(OpenAIAPIAgent):
        model_name = "mine"

        def model_inference(self, openai_messages: list[dict[str, Any]], openai_tools: Any) -> Any:
            seen.update(messages=openai_messages, tools=openai_tools)
            message = SimpleNamespace(content="from elsewhere", tool_calls=None)
            return SimpleNamespace(choices=[SimpleNamespace(message=message)])

    with pytest.warns(DeprecationWarning, match="is deprecated"):
        role = Mine()
    with world(system(), asks()):
        await role.arespond() if awaited else role.respond()
        assert log()[-1] == replies("from elsewhere")
    assert [message["role"] for message in seen["messages"]] == ["system", "user"]
    assert seen["tools"]


@pytest.mark.parametrize("awaited", [False, True])
@pytest.mark.parametrize("kind", [OpenAIAPIAgent, OpenAIAPIUser])
async def test_subclasses_that_bring_a_client_of_their_own_work(
    keys: None, kind: type[OpenAIAPIAgent | OpenAIAPIUser], awaited: bool
) -> None:
    seen: list[dict[str, Any]] = []

    def create(**request: Any) -> Any:
        seen.append(request)
        message = SimpleNamespace(content="from my client", tool_calls=None)
        return SimpleNamespace(choices=[SimpleNamespace(message=message)])

    class Mine(kind):  # type: ignore[valid-type, misc]
        model_name = "mine"

        def __init__(self) -> None:
            super().__init__()
            self.openai_client = SimpleNamespace(chat=SimpleNamespace(completions=SimpleNamespace(create=create)))

    with pytest.warns(DeprecationWarning, match="is deprecated"):
        role = Mine()
    told = [system(), asks()] if kind is OpenAIAPIAgent else [asks(), replies("Which one?")]
    with world(*told):
        await role.arespond() if awaited else role.respond()
        assert log()[-1].content == "from my client"
    assert seen[0]["model"] == "mine"
    assert seen[0]["tools"]
    role.teardown()


def test_the_old_call_answers_in_the_old_shape() -> None:
    model = FakeModel(answer("hi"))
    with pytest.warns(DeprecationWarning, match="is deprecated"):
        role = OpenAIAPIAgent("gpt-x", model=model)
    completion = role.model_inference(openai_messages=[{"role": "user", "content": "x"}], openai_tools=[])
    assert completion.choices[0].message.content == "hi"
    assert completion.choices[0].message.tool_calls is None


def test_every_tool_converts_to_cohere() -> None:
    for tool in convert_to_openai_tools(get_all_tools(ToolBackend.DEFAULT)):
        converted = to_cohere_tool(tool)
        assert converted.keys() == {"name", "description", "parameter_definitions"}
        properties = tool["function"]["parameters"]["properties"]
        assert converted["parameter_definitions"].keys() == properties.keys()
        required = {name for name, entry in converted["parameter_definitions"].items() if entry["required"]}
        assert required == set(tool["function"]["parameters"]["required"])


def test_cohere_fills_what_is_missing_and_takes_functions_only() -> None:
    bare = {"type": "function", "function": {"name": "f", "parameters": {"properties": {"a": {}}}}}
    assert to_cohere_tool(bare)["parameter_definitions"]["a"]["type"] == "object"
    assert to_cohere_tool(bare)["parameter_definitions"]["a"]["description"]
    with pytest.raises(AssertionError):
        to_cohere_tool({"type": "retrieval"})


def test_tools_convert_to_anthropic() -> None:
    def tool(a: int) -> None:
        """Do it."""

    function = convert_to_openai_tool(tool)["function"]
    assert convert_to_anthropic_tool("renamed", tool) == {
        "name": "renamed",
        "description": "Do it.",
        "input_schema": function["parameters"],
    }


def test_the_old_modules_need_no_provider_sdk() -> None:
    code = (
        "import sys\n"
        "for name in ('anthropic', 'cohere', 'vertexai', 'transformers', 'mistral_common', 'openai', 'litellm'):\n"
        "    sys.modules[name] = None\n"
        "from tool_sandbox.roles import openai_api_agent, openai_api_user, anthropic_api_agent, anthropic_tool_utils\n"
        "from tool_sandbox.roles import gemini_agent, cohere_agent, hermes_api_agent, gorilla_api_agent\n"
        "from tool_sandbox.roles import mistral_api_agent, mistral_tool_utils\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_the_enum_keeps_the_originals_order_and_adds_after_it() -> None:
    assert [str(name) for name in RoleImplType] == [
        "Hermes", "Gorilla", "GPT_3_5_0125", "GPT_4_0125", "GPT_4_o_2024_05_13", "Claude_3_Opus", "Claude_3_Sonnet",
        "Claude_3_Haiku", "Gemini_1_0", "Gemini_1_5", "Gemini_1_5_Flash", "Cli", "Deterministic", "MistralOpenAIServer",
        "Cohere_Command_R", "Cohere_Command_R_Plus", "Unhelpful", "GPT_4_Turbo", "Claude_3_5_Sonnet", "Llama_3_70B",
        "Mistral_Large", "Multi_Provider",
    ]  # fmt: skip


@pytest.mark.parametrize("name", sorted(set(RoleImplType) - {RoleImplType.Deterministic, RoleImplType.Cli}))
def test_every_name_makes_an_agent(keys: None, name: RoleImplType) -> None:
    made = AGENT_TYPE_TO_FACTORY[name]()
    if name in NAMED_MODELS:
        assert isinstance(made, LiteLLMAgent)
        assert made.litellm_model == model_of_old_name(str(name)) == NAMED_MODELS[name].model
        assert not made.model_name.startswith(("openai/", "anthropic/", "hosted_vllm/"))


def test_the_name_without_an_implementation_has_no_factory() -> None:
    assert AGENT_TYPE_TO_FACTORY.keys() == set(RoleImplType) - {RoleImplType.Deterministic}
    assert model_of_old_name("Deterministic") is None


def test_every_users_name_makes_a_user(keys: None) -> None:
    for name, factory in USER_TYPE_TO_FACTORY.items():
        if name != RoleImplType.Cli:
            assert isinstance(factory(), LiteLLMUser)
    assert {"GPT_3_5_0125", "GPT_4_0125", "GPT_4_o_2024_05_13", "Cli"} <= {str(name) for name in USER_TYPE_TO_FACTORY}


def test_agents_can_be_made_by_model_string_or_name(keys: None) -> None:
    assert create_litellm_agent("groq/new-model", temperature=0.2).settings.temperature == 0.2
    assert create_litellm_agent("Claude_3_Opus").litellm_model == "anthropic/claude-3-opus-20240229"
    assert create_litellm_agent("Hermes", max_tokens=5).settings.max_tokens == 5
    assert config_of_old_name("GPT_4_0125") == {"temperature": None, "max_tokens": None}
    assert model_of_old_name("gpt-4o") is None


def test_router_agents_can_be_made_from_a_list(keys: None) -> None:
    made = create_router_agent([{"model": "gpt-4o", "api_key": "a"}, {"model": "claude-x", "api_key": "b"}])
    assert made.model_name == "router"
    assert made.routing.fallbacks == {"gpt-4o": ("claude-x",)}


def test_several_providers_answer_as_far_as_there_are_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(MissingKeyError, match="Multi_Provider"):
        AGENT_TYPE_TO_FACTORY[RoleImplType.Multi_Provider]()
    monkeypatch.setenv("ANTHROPIC_API_KEY", "k")
    made = AGENT_TYPE_TO_FACTORY[RoleImplType.Multi_Provider]()
    assert [each.model for each in made.routing.deployments] == ["anthropic/claude-sonnet-5-5"]  # type: ignore[attr-defined]

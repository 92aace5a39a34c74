from __future__ import annotations

from pathlib import Path

import pytest

from tool_sandbox.errors import MissingKeyError, SettingsError
from tool_sandbox.llm.config import NO_KEY, LiteLLMConfig, connection_for, secrets_in
from tool_sandbox.llm.providers import provider_name, qualified
from tool_sandbox.llm.settings import ModelSettings
from tool_sandbox.llm.transports.address import located
from tool_sandbox.roles.litellm_agent import LiteLLMAgent, LiteLLMAgentWithRouter

ENVIRONMENT = {
    "OPENAI_API_KEY": "k-openai", "OPENAI_API_BASE": "http://openai", "ANTHROPIC_API_KEY": "k-anthropic",
    "AZURE_API_KEY": "k-azure", "AZURE_API_BASE": "http://azure", "AZURE_API_VERSION": "2026-01-01",
    "AWS_ACCESS_KEY_ID": "k-aws", "AWS_SECRET_ACCESS_KEY": "s-aws", "AWS_REGION_NAME": "us-west-2",
    "GOOGLE_API_KEY": "k-google", "VERTEX_PROJECT": "project", "VERTEX_LOCATION": "somewhere",
    "COHERE_API_KEY": "k-cohere", "MISTRAL_API_KEY": "k-mistral", "GROQ_API_KEY": "k-groq",
    "TOGETHERAI_API_KEY": "k-together", "OPENROUTER_API_KEY": "k-openrouter", "DEEPSEEK_API_KEY": "k-deepseek",
    "XAI_API_KEY": "k-xai", "FIREWORKS_AI_API_KEY": "k-fireworks", "OLLAMA_API_BASE": "http://ollama",
    "HOSTED_VLLM_API_BASE": "http://vllm/v1", "LITELLM_PROXY_API_KEY": "k-proxy", "LITELLM_PROXY_API_BASE": "http://proxy",
}  # fmt: skip


AWS = {"aws_access_key_id": "k-aws", "aws_secret_access_key": "s-aws", "aws_region_name": "us-west-2"}


@pytest.mark.parametrize(
    ("model", "found"),
    [
        ("gpt-4o", {"api_key": "k-openai", "api_base": "http://openai"}),
        ("openai/never-heard-of", {"api_key": "k-openai", "api_base": "http://openai"}),
        ("azure/mine", {"api_key": "k-azure", "api_base": "http://azure", "api_version": "2026-01-01"}),
        ("claude-3-opus-20240229", {"api_key": "k-anthropic"}),
        ("bedrock/anthropic.claude-v2", AWS),
        ("gemini/gemini-2.5-pro", {"api_key": "k-google"}),
        ("vertex_ai/gemini-1.5-pro", {"vertex_project": "project", "vertex_location": "somewhere"}),
        ("cohere_chat/command-a", {"api_key": "k-cohere"}),
        ("mistral/mistral-large-latest", {"api_key": "k-mistral"}),
        ("groq/llama3-70b-8192", {"api_key": "k-groq"}),
        ("together_ai/x/y", {"api_key": "k-together"}),
        ("openrouter/x/y", {"api_key": "k-openrouter"}),
        ("deepseek/deepseek-chat", {"api_key": "k-deepseek"}),
        ("xai/grok-4", {"api_key": "k-xai"}),
        ("fireworks_ai/x", {"api_key": "k-fireworks"}),
        ("ollama_chat/llama3", {"api_base": "http://ollama"}),
        ("hosted_vllm/org/model", {"api_base": "http://vllm/v1"}),
        ("litellm_proxy/team", {"api_key": "k-proxy", "api_base": "http://proxy"}),
        ("my-model", {}),
    ],
)  # fmt: skip
def test_from_env_returns_the_model_and_only_what_was_found(model: str, found: dict[str, str]) -> None:
    assert LiteLLMConfig.from_env(model, ENVIRONMENT) == {"model": model, **found}
    assert LiteLLMConfig.from_env(model, {}) == {"model": model}


def test_from_env_reads_the_process_when_not_told_otherwise(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "k-process")
    assert LiteLLMConfig.from_env("gpt-4o")["api_key"] == "k-process"


def test_a_provider_nobody_heard_of_follows_the_usual_names() -> None:
    assert LiteLLMConfig.from_env("acme/rocket", {"ACME_API_KEY": "k"}) == {"model": "acme/rocket", "api_key": "k"}


def test_with_fallbacks_has_one_group_per_model_in_order() -> None:
    assert LiteLLMConfig.with_fallbacks("gpt-4o", ["groq/a", "my-model"], ENVIRONMENT) == {
        "model_list": [
            {"model_name": "primary", "litellm_params": LiteLLMConfig.from_env("gpt-4o", ENVIRONMENT)},
            {"model_name": "fallback_0", "litellm_params": {"model": "groq/a", "api_key": "k-groq"}},
            {"model_name": "fallback_1", "litellm_params": {"model": "my-model"}},
        ],
        "fallbacks": [{"primary": ["fallback_0", "fallback_1"]}],
    }


def test_both_configurations_feed_straight_into_the_agents() -> None:
    assert LiteLLMAgent(**LiteLLMConfig.from_env("gpt-4o", ENVIRONMENT)).model_name == "gpt-4o"
    router = LiteLLMAgentWithRouter(**LiteLLMConfig.with_fallbacks("gpt-4o", ["groq/a"], ENVIRONMENT))
    assert router.model_name == "router"
    assert [each.group for each in router.routing.deployments] == ["primary", "fallback_0"]


@pytest.mark.parametrize(
    ("model", "variable"),
    [
        ("gpt-4o", "OPENAI_API_KEY"),
        ("groq/x", "GROQ_API_KEY"),
        ("anthropic/claude-x", "ANTHROPIC_API_KEY"),
        ("gemini/x", "GOOGLE_API_KEY"),
    ],
)  # fmt: skip
def test_a_missing_key_names_the_model_the_variable_and_where_it_was_looked_for(model: str, variable: str) -> None:
    with pytest.raises(MissingKeyError) as caught:
        connection_for(model, {}, {})
    for part in (model, variable, "configuration", "environment"):
        assert part in str(caught.value)


def test_other_credentials_than_keys_are_left_to_litellm() -> None:
    assert connection_for("anthropic/claude-x", {}, {"ANTHROPIC_AUTH_TOKEN": "bearer"}) == {}
    azure = {"AZURE_AD_TOKEN": "t", "AZURE_API_BASE": "http://azure"}
    assert connection_for("azure/mine", {}, azure) == {"api_base": "http://azure"}


def test_an_agent_without_its_key_is_refused_before_anything_is_asked() -> None:
    with pytest.raises(MissingKeyError, match="ANTHROPIC_API_KEY"):
        LiteLLMAgent("claude-sonnet-5")


def test_a_server_of_ones_own_needs_no_key() -> None:
    connection = connection_for("openai/x", {"api_base": "http://127.0.0.1:1/v1"}, {})
    assert connection["api_key"]


def test_a_provider_without_an_endpoint_of_its_own_needs_one() -> None:
    with pytest.raises(SettingsError, match="HOSTED_VLLM_API_BASE"):
        connection_for("hosted_vllm/x", {}, {})


def test_what_is_given_wins_over_the_environment() -> None:
    connection = connection_for("gpt-4o", {"api_key": "given"}, ENVIRONMENT)
    assert connection == {"api_key": "given", "api_base": "http://openai"}


def test_bare_names_are_sent_with_their_provider() -> None:
    assert qualified("gpt-99") == "openai/gpt-99"
    assert qualified("claude-next") == "anthropic/claude-next"
    assert qualified("groq/x") == "groq/x"
    assert qualified("my-model") == "my-model"
    assert provider_name("direct:org/model@http://h/v1") == "direct"


def test_an_unknown_key_is_refused_with_the_nearest_name() -> None:
    with pytest.raises(SettingsError, match="did you mean 'temperature'"):
        ModelSettings.from_config({"temprature": 0.5})


@pytest.mark.parametrize(
    "config",
    [{"temperature": -1}, {"max_tokens": 0}, {"top_p": 2}, {"num_retries": True}, {"on_invalid_tool_call": "ignore"}],
)
def test_wrong_values_are_refused(config: dict[str, object]) -> None:
    with pytest.raises(SettingsError, match=next(iter(config))):
        ModelSettings.from_config(config)


def test_two_spellings_of_one_key_must_agree() -> None:
    assert ModelSettings.from_config({"base_url": "http://a", "api_base": "http://a"}).api_base == "http://a"
    with pytest.raises(SettingsError, match="same setting"):
        ModelSettings.from_config({"base_url": "http://a", "api_base": "http://b"})


def test_defaults_are_the_promised_ones() -> None:
    settings = ModelSettings.from_config({})
    assert settings.generation_params() == {"temperature": 0.0, "max_tokens": 1024}
    assert (settings.timeout, settings.num_retries) == (30.0, 3)


def test_keys_never_show() -> None:
    settings = ModelSettings.from_config({"api_key": "sk-very-secret", "extra_headers": {"x": "sk-very-secret"}})
    assert "very-secret" not in repr(settings)
    assert "very-secret" not in str(settings.record())


def test_placeholders_for_keys_are_no_secrets() -> None:
    """Hiding them would hide every word that holds them, also in the journal that a run is resumed from."""
    assert secrets_in({"api_key": "x"}) == secrets_in({"api_key": "EMPTY"}) == ()
    assert secrets_in({"api_key": "sk-1234", "api_base": "http://h"}) == ("sk-1234",)


CONFIG = """
model_list:
  - model_name: gpt
    litellm_params: {model: openai/gpt-4o, api_key: os.environ/MY_KEY, rpm: 60, drop_params: true}
    model_info: {id: one, mode: chat}
  - model_name: gpt
    litellm_params:
      {model: openai/gpt-4o, api_key: other, input_cost_per_token: 0.000001, output_cost_per_token: 0.000002}
  - model_name: claude
    litellm_params: {model: anthropic/claude-x, api_key: k}
router_settings: {routing_strategy: least-busy, cooldown_time: 7, redis_host: somewhere, num_retries: 1}
litellm_settings:
  {request_timeout: 12, fallbacks: [{gpt: [claude]}], cache: true, cache_params: {type: local, ttl: 9}}
general_settings: {master_key: os.environ/NOT_SET}
"""


def test_a_proxy_configuration_makes_a_router_agent(tmp_path: Path) -> None:
    file = tmp_path / "config.yaml"
    file.write_text(CONFIG, encoding="utf-8")
    agent = LiteLLMAgentWithRouter(LiteLLMConfig.from_proxy_config(file, {"MY_KEY": "mine"}))
    first, second, third = agent.routing.deployments
    assert (first.id, first.group, first.settings.api_key, first.limits.rpm) == ("one", "gpt", "mine", 60)
    assert second.settings.prices == {"input_cost_per_token": 0.000001, "output_cost_per_token": 0.000002}
    assert third.group == "claude"
    assert agent.routing.options.routing_strategy == "least-busy"
    assert agent.routing.options.cooldown_time == 7
    assert agent.routing.fallbacks == {"gpt": ("claude",)}
    assert (agent.settings.timeout, agent.settings.num_retries) == (12, 1)
    assert agent.cache is not None
    assert (agent.cache.settings.type, agent.cache.settings.ttl) == ("memory", 9)


def test_a_proxy_configuration_that_names_an_unset_variable_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "config.yaml"
    file.write_text(CONFIG, encoding="utf-8")
    with pytest.raises(SettingsError, match="MY_KEY"):
        LiteLLMConfig.from_proxy_config(file, {})


@pytest.mark.parametrize("text", ["", "model_list: []", "- a", "a: [", "general_settings: {}"])
def test_a_file_without_deployments_is_refused(tmp_path: Path, text: str) -> None:
    file = tmp_path / "config.yaml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(SettingsError, match=r"config\.yaml"):
        LiteLLMConfig.from_proxy_config(file, {})


HOME = {"OPENAI_API_KEY": "sk-openai", "ANTHROPIC_API_KEY": "sk-anthropic"}


@pytest.mark.parametrize(
    ("model", "given", "key"),
    [
        ("direct:http://h/v1/m", {}, None),
        ("direct:m", {"api_base": "http://h/v1"}, None),
        ("direct:m@https://openai.com.example.org/v1", {}, None),
        ("direct:http://api.openai.com/v1/gpt-5", {}, None),  # not encrypted
        ("direct:https://api.openai.com/v1/gpt-5", {}, "sk-openai"),
        ("direct:http://h/v1/m", {"api_key": "sk-given"}, "sk-given"),
        ("openai/m", {}, "sk-openai"),
        ("openai/m", {"api_base": "https://eu.api.openai.com/v1"}, "sk-openai"),
        ("openai/m", {"api_base": "http://h/v1"}, NO_KEY),
        ("openai/m", {"api_base": "http://h/v1", "api_key": "sk-given"}, "sk-given"),
        ("m", {"api_base": "http://h/v1", "custom_llm_provider": "openai"}, NO_KEY),
        ("anthropic/m", {"api_base": "https://eu.anthropic.com"}, "sk-anthropic"),
    ],
)
def test_a_key_of_the_environment_stays_with_the_servers_it_is_for(
    model: str, given: dict[str, str], key: str | None
) -> None:
    assert connection_for(model, given, HOME).get("api_key") == key


def test_who_sets_key_and_address_in_the_environment_says_that_they_belong_together() -> None:
    environment = {**HOME, "OPENAI_BASE_URL": "http://gateway/v1"}
    assert connection_for("openai/m", {}, environment)["api_key"] == "sk-openai"
    assert connection_for("openai/m", {"api_base": "http://gateway/v1"}, environment)["api_key"] == "sk-openai"
    assert connection_for("openai/m", {"api_base": "http://elsewhere/v1"}, environment)["api_key"] == NO_KEY
    assert "api_key" not in connection_for("direct:m", {}, environment)


def test_a_key_that_litellm_would_send_elsewhere_by_itself_is_refused() -> None:
    with pytest.raises(MissingKeyError, match=r"ANTHROPIC_API_KEY goes to the servers of anthropic only") as caught:
        connection_for("anthropic/m", {"api_base": "http://me:hunter2@h"}, HOME)
    assert "hunter2" not in str(caught.value)


def test_a_direct_model_goes_where_its_name_says() -> None:
    environment = {"DIRECT_API_BASE": "http://other/v1", "OPENAI_BASE_URL": "http://other/v1", "DIRECT_API_KEY": "k"}
    assert connection_for("direct:http://h/v1/m", {}, environment) == {"api_base": "http://h/v1", "api_key": "k"}
    assert LiteLLMConfig.from_env("direct:http://h/v1/m", environment) == {
        "model": "direct:http://h/v1/m",
        "api_key": "k",
    }
    assert connection_for("direct:org/m@1", {}, environment)["api_base"] == "http://other/v1"


@pytest.mark.parametrize("given", [{}, {"api_base": "localhost:1/v1"}])
def test_a_direct_model_needs_an_address_with_a_scheme(given: dict[str, str]) -> None:
    with pytest.raises(SettingsError, match="http://"):
        connection_for("direct:m", given, {})


def test_a_password_and_a_key_for_one_server_contradict_each_other() -> None:
    name, config = located("direct:http://me:hunter2@h/v1/m", {"api_key": "k"})
    with pytest.raises(SettingsError, match="give one"):
        connection_for(name, config, {})
    assert "api_key" not in connection_for(name, {"api_base": config["api_base"]}, {"DIRECT_API_KEY": "k"})


def test_passwords_of_addresses_are_secrets() -> None:
    assert secrets_in({"api_base": "http://me:hunter2hunter2@h/v1?key=k-12345678"}) == ("hunter2hunter2", "k-12345678")
    assert "hunter2" not in repr(ModelSettings.from_config({"api_base": "http://me:hunter2@h"}))
    assert "hunter2" not in str(ModelSettings.from_config({"api_base": "http://me:hunter2@h"}).record())


def test_an_agent_is_shown_as_it_was_typed_without_its_password() -> None:
    assert LiteLLMAgent("direct:http://h/v1/org/m:1").model_name == "direct:http://h/v1/org/m:1"
    agent = LiteLLMAgent("direct:http://me:hunter2@h/v1/m")
    assert agent.model_name == "direct:http://me:[redacted]@h/v1/m"
    assert agent.settings.api_base == "http://me:hunter2@h/v1"


def test_one_key_for_a_router_over_several_servers_is_refused() -> None:
    same = [{"model": "openai/a"}, {"model": "openai/b"}]
    assert LiteLLMAgentWithRouter(same, api_key="sk-shared").routing.deployments
    with pytest.raises(SettingsError, match="api_key would go to every server") as caught:
        LiteLLMAgentWithRouter([{"model": "openai/a"}, {"model": "groq/b"}], api_key="sk-shared")
    assert "sk-shared" not in str(caught.value)

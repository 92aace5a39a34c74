"""The agents and users that have names: the original's, and the well-known models beside them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from enum import StrEnum
from functools import partial
from importlib import import_module
from typing import TYPE_CHECKING, Any

from attrs import Factory, frozen

from tool_sandbox.errors import MissingKeyError

if TYPE_CHECKING:
    from tool_sandbox.roles.base_role import BaseRole
    from tool_sandbox.roles.litellm_agent import LiteLLMAgent, LiteLLMAgentWithRouter


class RoleImplType(StrEnum):
    """Agents and users by name; the original's come first, in its order."""

    Hermes = "Hermes"
    Gorilla = "Gorilla"
    GPT_3_5_0125 = "GPT_3_5_0125"
    GPT_4_0125 = "GPT_4_0125"
    GPT_4_o_2024_05_13 = "GPT_4_o_2024_05_13"
    Claude_3_Opus = "Claude_3_Opus"
    Claude_3_Sonnet = "Claude_3_Sonnet"
    Claude_3_Haiku = "Claude_3_Haiku"
    Gemini_1_0 = "Gemini_1_0"
    Gemini_1_5 = "Gemini_1_5"
    Gemini_1_5_Flash = "Gemini_1_5_Flash"
    Cli = "Cli"
    Deterministic = "Deterministic"
    MistralOpenAIServer = "MistralOpenAIServer"
    Cohere_Command_R = "Cohere_Command_R"
    Cohere_Command_R_Plus = "Cohere_Command_R_Plus"
    Unhelpful = "Unhelpful"
    GPT_4_Turbo = "GPT_4_Turbo"
    Claude_3_5_Sonnet = "Claude_3_5_Sonnet"
    Llama_3_70B = "Llama_3_70B"
    Mistral_Large = "Mistral_Large"
    Multi_Provider = "Multi_Provider"


@frozen
class NamedModel:
    """A model with a name: its LiteLLM model string and how it is called."""

    model: str
    config: Mapping[str, Any] = Factory(dict)

    @property
    def model_name(self) -> str:
        """What results call the model."""
        return self.model.partition("/")[2]


_PLAIN: Mapping[str, Any] = {"temperature": None, "max_tokens": None}
_GEMINI: Mapping[str, Any] = {"temperature": 0.0, "top_k": 1, "max_tokens": None}
NAMED_MODELS: Mapping[RoleImplType, NamedModel] = {
    RoleImplType.Hermes: NamedModel(
        "hosted_vllm/NousResearch/Hermes-2-Pro-Mistral-7B", {"max_tokens": 2048, "prompted_tools": "hermes"}
    ),
    RoleImplType.Gorilla: NamedModel("hosted_vllm/gorilla-llm/gorilla-openfunctions-v2", {"prompted_tools": "json"}),
    RoleImplType.GPT_3_5_0125: NamedModel("openai/gpt-3.5-turbo-0125", _PLAIN),
    RoleImplType.GPT_4_0125: NamedModel("openai/gpt-4-0125-preview", _PLAIN),
    RoleImplType.GPT_4_o_2024_05_13: NamedModel("openai/gpt-4o-2024-05-13", _PLAIN),
    RoleImplType.Claude_3_Opus: NamedModel("anthropic/claude-3-opus-20240229"),
    RoleImplType.Claude_3_Sonnet: NamedModel("anthropic/claude-3-sonnet-20240229"),
    RoleImplType.Claude_3_Haiku: NamedModel("anthropic/claude-3-haiku-20240307"),
    RoleImplType.Gemini_1_0: NamedModel("vertex_ai/gemini-1.0-pro", _GEMINI),
    RoleImplType.Gemini_1_5: NamedModel("vertex_ai/gemini-1.5-pro-001", _GEMINI),
    RoleImplType.Gemini_1_5_Flash: NamedModel("vertex_ai/gemini-1.5-flash-001", _GEMINI),
    RoleImplType.MistralOpenAIServer: NamedModel("hosted_vllm/mistralai/Mistral-7B-Instruct-v0.3"),
    RoleImplType.Cohere_Command_R: NamedModel("hosted_vllm/CohereForAI/c4ai-command-r-v01"),
    RoleImplType.Cohere_Command_R_Plus: NamedModel("hosted_vllm/CohereForAI/c4ai-command-r-plus"),
    RoleImplType.GPT_4_Turbo: NamedModel("openai/gpt-4-turbo"),
    RoleImplType.Claude_3_5_Sonnet: NamedModel("anthropic/claude-3-5-sonnet-20241022"),
    RoleImplType.Llama_3_70B: NamedModel("groq/llama3-70b-8192"),
    RoleImplType.Mistral_Large: NamedModel("mistral/mistral-large-latest"),
}
MULTI_PROVIDER = ("openai/gpt-6.1-sol", "anthropic/claude-sonnet-5-5", "gemini/gemini-4-argon")
"""The models behind ``Multi_Provider``: the first one with a key is asked, the others stand by."""


def model_of_old_name(name: str) -> str | None:
    """The LiteLLM model string behind a name, or ``None`` for what is not a name, or the name of several models."""
    named = _named(name)
    return named.model if named else None


def config_of_old_name(name: str) -> dict[str, Any]:
    """How the model behind a name is called, where that differs from the defaults."""
    named = _named(name)
    return dict(named.config) if named else {}


def create_litellm_agent(model_name: str, **config: Any) -> LiteLLMAgent:
    """An agent for a model.

    Args:
        model_name: A LiteLLM model string, or one of the names above.
        config: Configuration keys, see ``llm.settings.ModelSettings``.
    """
    from tool_sandbox.roles.litellm_agent import LiteLLMAgent

    named = _named(model_name)
    if named is None:
        return LiteLLMAgent(model_name, **config)
    agent = LiteLLMAgent(named.model, **{**named.config, **config})
    agent.model_name = named.model_name
    return agent


def create_router_agent(
    model_config: Sequence[Mapping[str, Any]] | Mapping[str, Any], **router_config: Any
) -> LiteLLMAgentWithRouter:
    """An agent over several deployments.

    Args:
        model_config: Deployments in LiteLLM's form or the short one, or a whole configuration as ``LiteLLMConfig``
            makes it.
        router_config: Router options and configuration keys of the calls.
    """
    from tool_sandbox.roles.litellm_agent import LiteLLMAgentWithRouter

    return LiteLLMAgentWithRouter(model_config, **router_config)


def create_multi_provider_agent(
    environ: Mapping[str, str] | None = None, **router_config: Any
) -> LiteLLMAgentWithRouter:
    """An agent over the models of several providers, as far as their keys are there.

    Raises:
        MissingKeyError: No key was found at all.
    """
    return create_router_agent(multi_provider_config(environ), **router_config)


def multi_provider_config(environ: Mapping[str, str] | None = None) -> dict[str, Any]:
    """The models of several providers as far as their keys are there; the first is asked, the others stand by.

    Raises:
        MissingKeyError: No key was found at all.
    """
    from tool_sandbox.llm.config import LiteLLMConfig

    found = [LiteLLMConfig.from_env(model, environ) for model in MULTI_PROVIDER]
    with_key = [entry for entry in found if "api_key" in entry]
    if not with_key:
        message = (
            f"Multi_Provider found no key for any of {', '.join(MULTI_PROVIDER)}; set OPENAI_API_KEY, for example."
        )
        raise MissingKeyError(message)
    return {"model_list": with_key}


def _named(name: str) -> NamedModel | None:
    return NAMED_MODELS.get(RoleImplType(name)) if name in RoleImplType.__members__ else None


def _user(model: RoleImplType) -> BaseRole:
    from tool_sandbox.roles.litellm_user import LiteLLMUser

    named = NAMED_MODELS[model]
    user = LiteLLMUser(named.model, **named.config)
    user.model_name = named.model_name
    return user


def _made(module: str, kind: str) -> BaseRole:
    """A role of a class whose module is imported only now."""
    role: BaseRole = getattr(import_module(f"tool_sandbox.roles.{module}"), kind)()
    return role


AGENT_TYPE_TO_FACTORY: dict[RoleImplType, Callable[[], BaseRole]] = {
    **{name: partial(create_litellm_agent, str(name)) for name in NAMED_MODELS},
    RoleImplType.Cli: partial(_made, "human", "CliAgent"),
    RoleImplType.Unhelpful: partial(_made, "unhelpful_agent", "UnhelpfulAgent"),
    RoleImplType.Multi_Provider: create_multi_provider_agent,
}
"""Makes the agent of each name."""

USER_TYPE_TO_FACTORY: dict[RoleImplType, Callable[[], BaseRole]] = {
    **{
        name: partial(_user, name)
        for name in (
            RoleImplType.GPT_3_5_0125,
            RoleImplType.GPT_4_0125,
            RoleImplType.GPT_4_o_2024_05_13,
            RoleImplType.GPT_4_Turbo,
            RoleImplType.Claude_3_5_Sonnet,
            RoleImplType.Mistral_Large,
        )
    },
    RoleImplType.Cli: partial(_made, "human", "CliUser"),
}
"""Makes the simulated user of each name."""

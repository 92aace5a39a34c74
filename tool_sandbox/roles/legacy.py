"""The original's agents and simulated users by their old names, each a few settings of today's classes."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import Any, ClassVar

from tool_sandbox.errors import SettingsError
from tool_sandbox.llm.chat import ChatModel, ChatResponse
from tool_sandbox.llm.reading import read_completion
from tool_sandbox.roles.litellm_agent import LiteLLMAgent
from tool_sandbox.roles.litellm_user import LiteLLMUser

PROVIDERS_DEFAULTS: Mapping[str, Any] = {"temperature": None, "max_tokens": None}
"""The original's OpenAI roles sent no sampling parameters."""


class _Legacy:
    """What the old agents and users have in common: a model name on the class, a warning, settings of their own."""

    model_name: str = ""
    prefix: ClassVar[str] = ""
    defaults: ClassVar[Mapping[str, Any]] = {}
    replacement: ClassVar[str] = "LiteLLMAgent"

    @classmethod
    def litellm_name(cls, model_name: str) -> str:
        """The LiteLLM model string for an old model name."""
        return model_name if model_name.startswith(f"{cls.prefix}/") else f"{cls.prefix}/{model_name}"

    @classmethod
    def prepare(cls, model_name: str | None, config: Mapping[str, Any]) -> tuple[str, str, dict[str, Any]]:
        """The name for results, the LiteLLM model string, and the configuration; warns that the class is old."""
        name = model_name or cls.model_name
        if not name:
            message = f"{cls.__name__} has no model; set model_name in a subclass, or use {cls.replacement}('…')."
            raise SettingsError(message)
        settings = {**cls.defaults, **config}
        words = "".join(f", {key}={value!r}" for key, value in cls.defaults.items())
        call = f"{cls.replacement}({cls.litellm_name(name)!r}{words})"
        warnings.warn(f"{cls.__name__} is deprecated; use {call}.", DeprecationWarning, stacklevel=3)
        return name, cls.litellm_name(name), settings


class _LegacyAgent(_Legacy, LiteLLMAgent):
    def __init__(self, model_name: str | None = None, *, model: ChatModel | None = None, **config: Any) -> None:
        name, litellm_model, settings = self.prepare(model_name, config)
        LiteLLMAgent.__init__(self, litellm_model, model=model, **settings)
        self.model_name = name


class _LegacyUser(_Legacy, LiteLLMUser):
    replacement = "LiteLLMUser"

    def __init__(self, model_name: str | None = None, *, model: ChatModel | None = None, **config: Any) -> None:
        name, litellm_model, settings = self.prepare(model_name, config)
        LiteLLMUser.__init__(self, litellm_model, model=model, **settings)
        self.model_name = name


class OpenAIAPIAgent(_LegacyAgent):
    """The original's OpenAI agent. Subclasses set ``model_name``, or override ``model_inference``."""

    prefix = "openai"
    defaults = PROVIDERS_DEFAULTS

    def model_inference(self, openai_messages: list[dict[str, Any]], openai_tools: Any) -> Any:
        """Ask the model; kept for subclasses that ask something else.

        Args:
            openai_messages: The conversation in the chat format.
            openai_tools: Tool schemas, or ``NOT_GIVEN``.

        Returns:
            An answer with ``choices[0].message``, as OpenAI's client gives it.
        """
        from openai.types.chat import ChatCompletion

        tools = list(openai_tools or ())
        names = {tool["function"]["name"] for tool in tools}
        return ChatCompletion.model_validate(_as_completion(super()._make_llm_call(openai_messages, tools, names)))

    def _make_llm_call(
        self,
        messages: Sequence[dict[str, Any]],
        tools: Sequence[dict[str, Any]],
        available_tool_names: AbstractSet[str],
    ) -> ChatResponse:
        if type(self).model_inference is OpenAIAPIAgent.model_inference:
            return super()._make_llm_call(messages, tools, available_tool_names)
        answer = self.model_inference(openai_messages=list(messages), openai_tools=list(tools))
        return read_completion(_plain(answer), provider=self.prefix, model=self.litellm_model)

    async def _amake_llm_call(
        self,
        messages: Sequence[dict[str, Any]],
        tools: Sequence[dict[str, Any]],
        available_tool_names: AbstractSet[str],
    ) -> ChatResponse:
        if type(self).model_inference is OpenAIAPIAgent.model_inference:
            return await super()._amake_llm_call(messages, tools, available_tool_names)
        import asyncio

        return await asyncio.to_thread(self._make_llm_call, messages, tools, available_tool_names)


class GPT_3_5_0125_Agent(OpenAIAPIAgent):  # noqa: N801 -- the original's name
    """GPT-3.5 Turbo of January 2024."""

    model_name = "gpt-3.5-turbo-0125"


class GPT_4_0125_Agent(OpenAIAPIAgent):  # noqa: N801
    """GPT-4 Turbo preview of January 2024."""

    model_name = "gpt-4-0125-preview"


class GPT_4_o_2024_05_13_Agent(OpenAIAPIAgent):  # noqa: N801
    """GPT-4o of May 2024."""

    model_name = "gpt-4o-2024-05-13"


class OpenAIAPIUser(_LegacyUser):
    """The original's simulated user."""

    prefix = "openai"
    defaults = PROVIDERS_DEFAULTS


class GPT_3_5_0125_User(OpenAIAPIUser):  # noqa: N801
    """A user played by GPT-3.5 Turbo of January 2024."""

    model_name = "gpt-3.5-turbo-0125"


class GPT_4_0125_User(OpenAIAPIUser):  # noqa: N801
    """A user played by GPT-4 Turbo preview of January 2024."""

    model_name = "gpt-4-0125-preview"


class GPT_4_o_2024_05_13_User(OpenAIAPIUser):  # noqa: N801
    """A user played by GPT-4o of May 2024."""

    model_name = "gpt-4o-2024-05-13"


class AnthropicAPIAgent(_LegacyAgent):
    """The original's Anthropic agent. Subclasses set ``model_name``."""

    prefix = "anthropic"
    defaults: ClassVar[Mapping[str, Any]] = {"temperature": 0.0, "max_tokens": 1024}


class ClaudeOpusAgent(AnthropicAPIAgent):
    """Claude 3 Opus."""

    model_name = "claude-3-opus-20240229"


class ClaudeSonnetAgent(AnthropicAPIAgent):
    """Claude 3 Sonnet."""

    model_name = "claude-3-sonnet-20240229"


class ClaudeHaikuAgent(AnthropicAPIAgent):
    """Claude 3 Haiku."""

    model_name = "claude-3-haiku-20240307"


class GeminiAgent(_LegacyAgent):
    """The original's Gemini agent, on Vertex AI."""

    prefix = "vertex_ai"
    model_name = "gemini-1.5-pro-preview-0409"
    defaults: ClassVar[Mapping[str, Any]] = {"temperature": 0.0, "top_k": 1, "max_tokens": None}


class _SelfHosted(_LegacyAgent):
    """A model on an OpenAI-compatible server of one's own, named by ``OPENAI_BASE_URL`` as in the original."""

    prefix = "hosted_vllm"
    defaults: ClassVar[Mapping[str, Any]] = {"temperature": 0.0, "max_tokens": 1024}


class MistralAgent(_SelfHosted):
    """The original's Mistral agent."""


class MistralOpenAIServerAgent(MistralAgent):
    """The original's Mistral agent on an OpenAI-compatible server."""


class HermesAPIAgent(_SelfHosted):
    """The original's Hermes agent: tools in the prompt, calls as XML around JSON."""

    defaults: ClassVar[Mapping[str, Any]] = {"temperature": 0.0, "max_tokens": 2048, "prompted_tools": "hermes"}


class GorillaAPIAgent(_SelfHosted):
    """The original's Gorilla agent: tools in the prompt."""

    defaults: ClassVar[Mapping[str, Any]] = {"temperature": 0.0, "max_tokens": 1024, "prompted_tools": "json"}


class CohereAgent(_SelfHosted):
    """The original's Cohere agent for self-hosted Command models."""


def to_cohere_tool(openai_tool: Mapping[str, Any]) -> dict[str, Any]:
    """A tool schema in the form that Cohere's prompt templates take.

    Args:
        openai_tool: ``{"type": "function", "function": {…}}``.

    Raises:
        AssertionError: It is not a function.
    """
    if openai_tool.get("type") != "function":
        message = f"only tools of type 'function' can be converted, not {openai_tool.get('type')!r}."
        raise AssertionError(message)
    function = openai_tool["function"]
    parameters = function.get("parameters") or {}
    required = set(parameters.get("required") or ())
    return {
        "name": function["name"],
        "description": function.get("description") or "",
        "parameter_definitions": {
            name: {
                "description": schema.get("description") or "No description.",
                "type": schema.get("type") or "object",
                "required": name in required,
            }
            for name, schema in (parameters.get("properties") or {}).items()
        },
    }


def convert_to_anthropic_tool(name: str, tool: Any) -> dict[str, Any]:
    """A tool's schema in the form of Anthropic's API.

    Args:
        name: The name the model sees.
        tool: The Python function.
    """
    from tool_sandbox.common.tool_conversion import convert_to_openai_tool

    function = convert_to_openai_tool(tool, name=name)["function"]
    return {
        "name": function["name"],
        "description": function["description"],
        "input_schema": function["parameters"],
    }


def _plain(answer: Any) -> dict[str, Any]:
    """An answer of OpenAI's client, or anything of its shape, as plain data."""
    if isinstance(answer, Mapping):
        return dict(answer)
    dump = getattr(answer, "model_dump", None)
    if callable(dump):
        return dict(dump(exclude_none=True))
    message = answer.choices[0].message
    calls = [
        {"id": call.id, "function": {"name": call.function.name, "arguments": call.function.arguments}}
        for call in message.tool_calls or ()
    ]
    return {"choices": [{"message": {"content": message.content, "tool_calls": calls}}]}


def _as_completion(response: ChatResponse) -> dict[str, Any]:
    calls = [
        {"id": call.id, "type": "function", "function": {"name": call.name, "arguments": call.arguments}}
        for call in response.tool_calls
    ]
    message = {"role": "assistant", "content": response.text, "tool_calls": calls or None}
    reason = "tool_calls" if calls else "length" if response.finish_reason == "length" else "stop"
    return {
        "id": response.request_id or "",
        "object": "chat.completion",
        "created": 0,
        "model": response.model,
        "choices": [{"index": 0, "finish_reason": reason, "message": message, "logprobs": None}],
    }

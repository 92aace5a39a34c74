"""The original's agents and simulated users by their old names, each a few settings of today's classes."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from typing import Any, ClassVar

from tool_sandbox.errors import SettingsError
from tool_sandbox.llm.chat import ChatModel, ChatRequest, ChatResponse
from tool_sandbox.llm.transports.completions.completion import read_completion
from tool_sandbox.roles.base_role import in_thread
from tool_sandbox.roles.litellm_agent import LiteLLMAgent
from tool_sandbox.roles.litellm_user import LiteLLMUser
from tool_sandbox.roles.model_role import ModelRole

PROVIDERS_DEFAULTS: Mapping[str, Any] = {"temperature": None, "max_tokens": None}
"""The original's OpenAI roles sent no sampling parameters."""


class _Legacy(ModelRole):
    """What the old agents and users have in common: a model name on the class, a warning, settings of their own."""

    model_name: str = ""
    prefix: ClassVar[str] = ""
    defaults: ClassVar[Mapping[str, Any]] = {}
    replacement: ClassVar[str] = "LiteLLMAgent"

    @classmethod
    def litellm_name(cls, model_name: str) -> str:
        """The LiteLLM model string for an old model name."""
        return model_name if model_name.startswith(f"{cls.prefix}/") else f"{cls.prefix}/{model_name}"

    def __init__(self, model_name: str | None = None, *, model: ChatModel | None = None, **config: Any) -> None:
        name, kind = model_name or self.model_name, type(self).__name__
        if not name:
            message = f"{kind} has no model; set model_name in a subclass, or use {self.replacement}('…')."
            raise SettingsError(message)
        words = "".join(f", {key}={value!r}" for key, value in self.defaults.items())
        call = f"{self.replacement}({self.litellm_name(name)!r}{words})"
        warnings.warn(f"{kind} is deprecated; use {call}.", DeprecationWarning, stacklevel=2)
        super().__init__(self.litellm_name(name), model=model, **{**self.defaults, **config})
        self.model_name = name


class _OpenAIRole(_Legacy):
    """What the original's OpenAI roles let their subclasses replace: the client, and the call itself."""

    prefix = "openai"
    defaults = PROVIDERS_DEFAULTS
    openai_client: Any = None
    """A client of OpenAI's SDK that is asked in the provider's place, for subclasses that set one."""

    def model_inference(self, openai_messages: list[dict[str, Any]], openai_tools: Any) -> Any:
        """Ask the model; kept for subclasses that ask something else.

        Args:
            openai_messages: The conversation in the chat format.
            openai_tools: Tool schemas, or ``NOT_GIVEN``.

        Returns:
            An answer with ``choices[0].message``, as OpenAI's client gives it.
        """
        tools = list(openai_tools or ())
        if self.openai_client is not None:
            offered = {"tools": tools} if tools else {}
            return self.openai_client.chat.completions.create(
                model=self.model_name, messages=openai_messages, **offered
            )
        from openai.types.chat import ChatCompletion

        request = ChatRequest(
            model=self.litellm_model,
            messages=openai_messages,
            tools=tools,
            params=self.settings.generation_params(),
            timeout=self.settings.timeout,
        )
        return ChatCompletion.model_validate(_as_completion(self.model.complete(request)))

    async def _ask(self, request: ChatRequest) -> ChatResponse:
        if not self.asks_in_its_own_way:
            return await super()._ask(request)
        counted = self.tally.spending
        answer = await in_thread(
            self.model_inference, openai_messages=list(request.messages), openai_tools=list(request.tools)
        )
        response = read_completion(_plain(answer), provider=self.prefix, model=request.model)
        if self.tally.spending is counted:  # it did not come from the model that counts its answers itself
            self.tally.count(response)
        return response

    @property
    def asks_in_its_own_way(self) -> bool:
        """Whether a subclass replaced the client or the call."""
        return self.openai_client is not None or type(self).model_inference is not _OpenAIRole.model_inference


class OpenAIAPIAgent(_OpenAIRole, LiteLLMAgent):
    """The original's OpenAI agent. Subclasses set ``model_name`` or ``openai_client``, or override the call."""


class GPT_3_5_0125_Agent(OpenAIAPIAgent):  # noqa: N801 -- the original's name
    """GPT-3.5 Turbo of January 2024."""

    model_name = "gpt-3.5-turbo-0125"


class GPT_4_0125_Agent(OpenAIAPIAgent):  # noqa: N801
    """GPT-4 Turbo preview of January 2024."""

    model_name = "gpt-4-0125-preview"


class GPT_4_o_2024_05_13_Agent(OpenAIAPIAgent):  # noqa: N801
    """GPT-4o of May 2024."""

    model_name = "gpt-4o-2024-05-13"


class OpenAIAPIUser(_OpenAIRole, LiteLLMUser):
    """The original's simulated user. Subclasses may replace what they may replace of the agent."""

    replacement = "LiteLLMUser"


class GPT_3_5_0125_User(OpenAIAPIUser):  # noqa: N801
    """A user played by GPT-3.5 Turbo of January 2024."""

    model_name = "gpt-3.5-turbo-0125"


class GPT_4_0125_User(OpenAIAPIUser):  # noqa: N801
    """A user played by GPT-4 Turbo preview of January 2024."""

    model_name = "gpt-4-0125-preview"


class GPT_4_o_2024_05_13_User(OpenAIAPIUser):  # noqa: N801
    """A user played by GPT-4o of May 2024."""

    model_name = "gpt-4o-2024-05-13"


class AnthropicAPIAgent(_Legacy, LiteLLMAgent):
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


class GeminiAgent(_Legacy, LiteLLMAgent):
    """The original's Gemini agent, on Vertex AI."""

    prefix = "vertex_ai"
    model_name = "gemini-1.5-pro-preview-0409"
    defaults: ClassVar[Mapping[str, Any]] = {"temperature": 0.0, "top_k": 1, "max_tokens": None}


class _SelfHosted(_Legacy, LiteLLMAgent):
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

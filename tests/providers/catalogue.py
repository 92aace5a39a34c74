"""The providers of the conformance suite: how each is called, and what may be expected of it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from typing import Any

from attrs import Factory, define, field, frozen

from tests.providers.anthropic import Anthropic
from tests.providers.cohere import Cohere
from tests.providers.emulator import Dialect, Emulator
from tests.providers.gemini import Gemini, Vertex, service_account
from tests.providers.ollama import Ollama
from tests.providers.openai_style import VLLM, Azure, Groq, LiteLLMProxy, Mistral, OpenAI
from tests.waiting import HANG
from tool_sandbox.llm import stack
from tool_sandbox.llm.chat import ChatModel, ChatRequest, ChatResponse
from tool_sandbox.llm.layer import aclose, close
from tool_sandbox.llm.layers.retry import RetryPolicy
from tool_sandbox.llm.settings import ModelSettings

ATTEMPTS = 3


@frozen(kw_only=True)
class Provider:
    """One row of the matrix."""

    name: str
    model: str
    """LiteLLM's model string."""
    dialect: Callable[[], Dialect]
    config: Mapping[str, Any] = Factory(dict)
    """Further settings of the agent."""
    account: Callable[[str], Mapping[str, Any]] | None = None
    """Settings with credentials in place of a key, made for a server's root."""
    needs: str = ""
    """A package without which LiteLLM cannot call the provider."""
    priced_as: str | None = None
    """Entry of LiteLLM's price map, if the price is known."""
    cached_counted: bool = True
    """Whether the provider says how many tokens came from its prompt cache."""
    reasoning_counted: bool = True
    """Whether the provider says how many tokens were thoughts."""
    reasoning_shown: bool = True
    """Whether the provider shows what the model thought."""
    text_beside_calls: bool = True
    """Whether text and tool calls can come in one answer; LiteLLM drops what Cohere says beside its calls."""
    streamed: bool = True
    """Whether answers are streamed when asked for; see ``negotiation.profile``."""
    free: bool = False
    """Whether calls cost nothing, because the model runs on one's own machine."""
    lacks: frozenset[str] = frozenset()
    """Faults that the format cannot express."""
    notes: tuple[str, ...] = ()
    """Limits that the matrix mentions below its table."""
    ids_kept: bool = True
    """Whether the format has ids for tool calls."""
    thinking: Mapping[str, Any] = Factory(dict)
    """Settings that switch reasoning on."""


PROVIDERS = (
    Provider(name="openai", model="openai/gpt-4o", dialect=OpenAI, priced_as="gpt-4o", reasoning_shown=False),
    Provider(
        name="azure",
        model="azure/gpt-4o",
        dialect=Azure,
        config={"api_version": "2024-10-21"},
        priced_as="azure/gpt-4o-2024-08-06",
        reasoning_shown=False,
    ),
    Provider(
        name="anthropic",
        model="anthropic/claude-sonnet-4-5",
        dialect=Anthropic,
        priced_as="claude-sonnet-4-5",
        reasoning_counted=False,
        thinking={"thinking": {"type": "enabled", "budget_tokens": 1024}, "temperature": None},
    ),
    Provider(
        name="gemini",
        model="gemini/gemini-2.5-flash",
        dialect=Gemini,
        priced_as="gemini/gemini-2.5-flash",
        streamed=False,
        notes=("never streamed: LiteLLM cannot tell a stream that was cut short from a whole one",),
        ids_kept=False,
    ),
    Provider(
        name="vertex",
        model="vertex_ai/gemini-2.5-flash",
        dialect=Vertex,
        config={"api_key": None, "vertex_project": "p", "vertex_location": "l"},
        account=lambda root: {"vertex_credentials": service_account(root)},
        needs="google.auth",
        priced_as="vertex_ai/gemini-2.5-flash",
        streamed=False,
        ids_kept=False,
    ),
    Provider(
        name="cohere",
        model="cohere_chat/command-a-03-2025",
        dialect=Cohere,
        priced_as="command-a-03-2025",
        streamed=False,
        text_beside_calls=False,
        notes=(
            "never streamed: LiteLLM cannot read its streams",
            "LiteLLM drops what the model says beside its calls",
        ),
        cached_counted=False,
        reasoning_counted=False,
        reasoning_shown=False,
    ),
    Provider(
        name="mistral",
        model="mistral/mistral-large-latest",
        dialect=Mistral,
        priced_as="mistral/mistral-large-latest",
        reasoning_counted=False,
    ),
    Provider(name="groq", model="groq/openai/gpt-oss-120b", dialect=Groq, priced_as="groq/openai/gpt-oss-120b"),
    Provider(
        name="ollama",
        model="ollama_chat/llama-emulated",
        dialect=Ollama,
        free=True,
        lacks=frozenset({"filtered"}),
        notes=("has no content filter",),
        cached_counted=False,
        reasoning_counted=False,
        ids_kept=False,
    ),
    Provider(name="vllm", model="hosted_vllm/somebody/brand-new-model", dialect=VLLM),
    Provider(name="litellm_proxy", model="litellm_proxy/team-model", dialect=LiteLLMProxy),
    Provider(name="direct", model="direct:somebody/brand-new-model", dialect=VLLM),
)


@define
class Client:
    """A provider's emulator and the model stack that calls it."""

    provider: Provider
    emulator: Emulator
    waits: list[float] = Factory(list)
    """Seconds that the retry policy asked to wait, in order; nobody waits here."""
    _model: ChatModel | None = field(default=None, init=False)

    def config(self, **changes: Any) -> dict[str, Any]:
        """Configuration keys for an agent that talks to the emulator."""
        return {
            "api_base": self.emulator.base_url,
            "api_key": "key-for-tests",
            "timeout": HANG,
            "max_tokens": 300,
            **self.provider.config,
            **(self.provider.account(self.emulator.root) if self.provider.account else {}),
            **changes,
        }

    def build(self, **changes: Any) -> tuple[ChatModel, ModelSettings]:
        """A model stack as an agent has it, with a retry policy that does not wait."""
        settings = ModelSettings.from_config(self.config(**changes))
        policy = RetryPolicy(attempts=ATTEMPTS, sleep=self._sleep, seed=1)
        return stack.build_model(self.provider.model, settings, retry=policy, environ={}), settings

    def ask(
        self,
        *messages: dict[str, Any],
        tools: tuple[dict[str, Any], ...] = (),
        awaited: bool = False,
        **changes: Any,
    ) -> ChatResponse:
        """One call, blocking or awaited, with the settings changed as given."""
        model, settings = self.build(**changes)
        request = ChatRequest(
            model=self.provider.model,
            messages=messages or ({"role": "user", "content": "Hello?"},),
            tools=tools,
            params=settings.generation_params(),
            timeout=settings.timeout,
            stream=settings.stream,
        )
        if awaited:
            return asyncio.run(_acall(model, request))
        try:
            return model.complete(request)
        finally:
            close(model)

    async def _sleep(self, seconds: float) -> None:
        self.waits.append(seconds)


async def _acall(model: ChatModel, request: ChatRequest) -> ChatResponse:
    try:
        return await model.acomplete(request)
    finally:
        await aclose(model)

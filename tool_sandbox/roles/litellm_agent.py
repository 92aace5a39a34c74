"""The agent: one class for every model that LiteLLM, or anything behind the same seam, can reach."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import Any, ClassVar

from attrs import evolve

from tool_sandbox.common.message import Message
from tool_sandbox.common.vocabulary import RoleType
from tool_sandbox.errors import SettingsError, ToolSandboxError
from tool_sandbox.llm import stack
from tool_sandbox.llm.chat import ChatModel, ChatRequest, ChatResponse
from tool_sandbox.llm.settings import ModelSettings
from tool_sandbox.llm.transports.address import located
from tool_sandbox.llm.transports.history import calls_tools
from tool_sandbox.roles.agent_turn import AgentTurn, called, count_answer, read_agent_turn, said, write_agent_turn
from tool_sandbox.roles.base_role import BaseRole

Dicts = Sequence[dict[str, Any]]


class LiteLLMAgent(BaseRole):
    """The model under test.

    Args:
        model_name: A LiteLLM model string, such as ``gpt-5`` or ``anthropic/claude-sonnet-5``.
        model: What answers in that model's place: a script, a shared stack, a fake. A string is another way to give
            the model's name.
        config: Configuration keys, see ``llm.settings.ModelSettings``.

    Raises:
        SettingsError: A configuration key is unknown or has a wrong value.
        MissingKeyError: The model needs credentials that were not found.
    """

    role_type: ClassVar[RoleType] = RoleType.AGENT
    model_name: str
    """What results call this agent."""

    def __init__(self, model_name: str | None = None, *, model: ChatModel | str | None = None, **config: Any) -> None:
        name, config = located(_name(model_name, model), config)
        self.model_name = self.litellm_model = name
        self.settings = self._validate_and_setup_config(config)
        self.counters: Counter[str] = Counter()
        self.cache = self._setup_caching(self.settings.cache)
        self.ledger = self._setup_cost_tracking()
        if model is None or isinstance(model, str):
            router = self._setup_router_if_needed()
            model = stack.build_model(
                self.litellm_model, self.settings, transport=router, cache=self.cache, ledger=self.ledger
            )
        self.model: ChatModel = model

    @property
    def asked_model(self) -> str:
        """The model string whose own earlier turns are sent back with everything it wrote in them."""
        return self.litellm_model

    def respond(self, ending_index: int | None = None) -> None:
        """Answer the last message, or the one at ``ending_index``."""
        if turn := read_agent_turn(self, self.asked_model, ending_index):
            response = self._make_llm_call(turn.messages, turn.tools, turn.tool_names)
            self._post(response, turn)

    async def arespond(self, ending_index: int | None = None) -> None:
        """Answer the last message, or the one at ``ending_index``, without blocking the event loop."""
        if turn := read_agent_turn(self, self.asked_model, ending_index):
            response = await self._amake_llm_call(turn.messages, turn.tools, turn.tool_names)
            self._post(response, turn)

    def teardown(self) -> None:
        """Close what this agent opened for itself."""
        stack.close(self.model)

    def _validate_and_setup_config(self, config: Mapping[str, Any]) -> ModelSettings:
        return ModelSettings.from_config(config)

    def _setup_router_if_needed(self) -> ChatModel | None:
        """Where the calls go when other models stand by."""
        return (
            stack.fallback_router(self.litellm_model, self.settings, self.ledger) if self.settings.fallbacks else None
        )

    def _setup_caching(self, cache_config: Any) -> Any:
        """The response cache the configuration asks for, if any."""
        return stack.open_cache(cache_config)

    def _setup_cost_tracking(self) -> Any:
        """The ledger that counts what this agent spends, and keeps it under its budget."""
        return stack.open_ledger(self.litellm_model, self.settings, self.role_type)

    def _get_generation_params(self) -> dict[str, Any]:
        return self.settings.generation_params()

    def _make_llm_call(self, messages: Dicts, tools: Dicts, available_tool_names: AbstractSet[str]) -> ChatResponse:
        """Ask the model.

        Raises:
            ToolSandboxError: There is no answer, and why.
        """
        with stack.own_errors(self._convert_to_standard_exception):
            return self.model.complete(self._request(messages, tools, available_tool_names))

    async def _amake_llm_call(
        self, messages: Dicts, tools: Dicts, available_tool_names: AbstractSet[str]
    ) -> ChatResponse:
        with stack.own_errors(self._convert_to_standard_exception):
            return await self.model.acomplete(self._request(messages, tools, available_tool_names))

    def _request(self, messages: Dicts, tools: Dicts | None, available_tool_names: AbstractSet[str]) -> ChatRequest:
        return ChatRequest(
            model=self.litellm_model,
            messages=messages,
            tools=[tool for tool in tools or () if tool["function"]["name"] in available_tool_names],
            params=self._get_generation_params(),
            timeout=self.settings.timeout,
            stream=self.settings.stream,
            tag=evolve(
                self.tag, role=str(self.role_type), turn=len(messages), user=self.settings.user or self.tag.user
            ),
        )

    def _parse_response_to_messages(
        self, response: ChatResponse, available_tool_names: AbstractSet[str]
    ) -> list[Message]:
        """What the model said or called, as messages to the user or to the execution environment.

        Raises:
            KeyError, json.JSONDecodeError, AssertionError: Only when ``on_invalid_tool_call`` is ``raise``: the tool is
                not on offer, its arguments or the whole call cannot be read, or the answer holds nothing at all.
        """
        raising = self.settings.on_invalid_tool_call == "raise"
        if response.tool_calls:
            return called(response.tool_calls, available_tool_names, raising=raising, counters=self.counters)
        return said(response, raising=raising, counters=self.counters)

    def _post(self, response: ChatResponse, turn: AgentTurn) -> None:
        count_answer(self.counters, response)
        messages = self._parse_response_to_messages(response, turn.tool_names)
        if self.settings.text_beside_calls == "drop" and calls_tools(response):
            response = evolve(response, text=None)
        write_agent_turn(self, messages, response, self.asked_model)

    def _convert_to_standard_exception(self, error: Exception) -> ToolSandboxError:
        """Any exception as one of ``tool_sandbox.errors``: the provider's, or else our own fault."""
        return stack.standard_error(error, self.litellm_model, self.settings, self.role_type)


class LiteLLMAgentWithRouter(LiteLLMAgent):
    """The agent over a list of deployments, with load balancing, cooldowns and fallbacks.

    Args:
        model_config: Deployments, in LiteLLM's form or the short one (``{"model": …, "api_key": …}``), or a whole
            configuration as ``LiteLLMConfig`` makes it.
        model: What answers in their place, for scripts and fakes.
        router_config: Router options, see ``llm.routing.settings.RouterSettings``, and the keys of ``LiteLLMAgent``.

    Raises:
        SettingsError, MissingKeyError: An entry or option is wrong, or a deployment lacks credentials.
    """

    def __init__(
        self,
        model_config: Sequence[Mapping[str, Any]] | Mapping[str, Any] | None = None,
        *,
        model: ChatModel | None = None,
        **router_config: Any,
    ) -> None:
        self.routing, config = stack.split_router_config(model_config, router_config)
        super().__init__("router", model=model, **config)

    @property
    def asked_model(self) -> str:
        """The one model behind all deployments; ``router`` when there are several."""
        return self.routing.only_model or self.litellm_model

    def _setup_cost_tracking(self) -> Any:
        return stack.open_ledger(self.litellm_model, self.settings, self.role_type, self.routing.prices)

    def _setup_router_if_needed(self) -> ChatModel:
        return stack.build_router(self.routing, self.settings, self.ledger)


def _name(model_name: str | None, model: ChatModel | str | None) -> str:
    if name := model_name or (model if isinstance(model, str) else None):
        return name
    message = "LiteLLMAgent needs a model string, such as 'gpt-5' or 'anthropic/claude-sonnet-5'."
    raise SettingsError(message)

"""The agent: one class for every model that LiteLLM, or anything behind the same seam, can reach."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import Any, ClassVar

from attrs import evolve

from tool_sandbox.common.chat_format import to_openai_messages
from tool_sandbox.common.execution_context import get_current_context
from tool_sandbox.common.message import Message
from tool_sandbox.common.vocabulary import RoleType
from tool_sandbox.llm import stack
from tool_sandbox.llm.chat import ChatModel, ChatResponse
from tool_sandbox.llm.transports.history import calls_tools, notes_for, project
from tool_sandbox.roles.answers import called, said
from tool_sandbox.roles.model_role import ModelRole


class LiteLLMAgent(ModelRole):
    """The model under test, from any provider. Arguments and errors are those of ``ModelRole``."""

    role_type: ClassVar[RoleType] = RoleType.AGENT

    @property
    def asked_model(self) -> str:
        """The model string whose own earlier turns are sent back with everything it wrote in them."""
        return self.litellm_model

    def _read(self, everything: Sequence[Message], visible: Sequence[Message]) -> list[dict[str, Any]]:
        chat, origins = to_openai_messages(visible)
        context = get_current_context()
        if not context.annotations:
            return project(chat, [None] * len(chat), self.asked_model)
        log = zip(everything, context.log(), strict=False)
        indices = {id(message): row["sandbox_message_index"] for message, row in log}
        notes = [context.annotations.get(indices.get(id(visible[origin[0]]), -1)) for origin in origins]
        return project(chat, notes, self.asked_model)

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

    def _notes(self, response: ChatResponse) -> dict[str, Any]:
        """What the provider wants back with this turn."""
        if self.settings.text_beside_calls == "drop" and calls_tools(response):
            response = evolve(response, text=None)
        return notes_for(response, self.asked_model)


class LiteLLMAgentWithRouter(LiteLLMAgent):
    """The agent over a list of deployments, with load balancing, cooldowns and fallbacks.

    Args:
        model_config: Deployments, in LiteLLM's form or the short one (``{"model": …, "api_key": …}``), a whole
            configuration as ``LiteLLMConfig`` makes it, or a ``litellm.Router``, which then chooses.
        model: What answers in their place, for scripts and fakes.
        router_config: Options of the router, in LiteLLM's words, and the keys of ``LiteLLMAgent``.

    Raises:
        SettingsError: An entry or an option is wrong.
        MissingKeyError: A deployment lacks credentials.
    """

    def __init__(
        self,
        model_config: Sequence[Mapping[str, Any]] | Mapping[str, Any] | Any = None,
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
        return stack.open_ledger(self.litellm_model, self.settings, str(self.role_type), self.routing.prices)

    def _setup_router_if_needed(self) -> Any:
        from tool_sandbox.llm.routing.balancer import open_router

        return open_router(self.routing, self.settings)

    def _routed(self) -> ChatModel:
        return stack.build_router(self.routing, self.settings, self.ledger, balancer=self.router)

"""What roles played by a model share: they are made, asked, counted and closed in the same way."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import Any

from tool_sandbox.common.execution_context import get_current_context
from tool_sandbox.common.message import Message
from tool_sandbox.common.tool_conversion import offered_tools
from tool_sandbox.common.vocabulary import RoleType
from tool_sandbox.errors import SettingsError, ToolSandboxError
from tool_sandbox.llm import stack
from tool_sandbox.llm.chat import ChatModel, ChatRequest, ChatResponse
from tool_sandbox.llm.layer import awaitable, close, is_immediate
from tool_sandbox.llm.layers.budget.money import as_float_or_none
from tool_sandbox.llm.layers.tally import Tallied
from tool_sandbox.llm.settings import ModelSettings
from tool_sandbox.llm.transports.address import located
from tool_sandbox.llm.transports.completions.completion import MALFORMED_CALL
from tool_sandbox.llm.transports.errors.foreign import own_errors, standard_error
from tool_sandbox.roles.base_role import BaseRole, in_thread
from tool_sandbox.threads import at_once, block_on

Dicts = Sequence[dict[str, Any]]
_ASKING = ("_respond", "_make_llm_call", "_amake_llm_call", "_ask")


class ModelRole(BaseRole):
    """A role played by a model: the base of agent and simulated user.

    Args:
        model_name: A LiteLLM model string, such as ``gpt-5`` or ``anthropic/claude-sonnet-5``.
        model: What answers in that model's place: a script, a shared stack, a fake; ``acomplete`` is asked, or
            ``complete`` in a thread where there is no other. A string is another way to give the model's name.
        config: Configuration keys, the fields of ``ModelSettings``.

    Raises:
        SettingsError: A configuration key is unknown or has a wrong value.
        MissingKeyError: The model needs credentials that were not found.
    """

    model_name: str
    """What results call this role."""
    router: Any = None
    """The ``litellm.Router`` that chooses among the deployments of a model, if there are several."""

    def __init__(self, model_name: str | None = None, *, model: ChatModel | str | None = None, **config: Any) -> None:
        name, config = located(self._name(model_name, model), config)
        self.model_name = self.litellm_model = name
        self.settings = self._validate_and_setup_config(config)
        self.cache = self._setup_caching(self.settings.cache)
        self.ledger = self._setup_cost_tracking()
        if model is None or isinstance(model, str):
            self.router = self._setup_router_if_needed()
            model = stack.build_model(
                self.litellm_model, self.settings, transport=self._routed(), cache=self.cache, ledger=self.ledger
            )
        self.model = model

    @property
    def model(self) -> ChatModel:
        """What is asked. The answers of a model that is set here are counted in ``tally``."""
        return self._model

    @model.setter
    def model(self, model: ChatModel) -> None:
        self._model = Tallied(awaitable(model), self.tally)

    def respond(self, ending_index: int | None = None) -> None:
        """Answer the last message, or the one at ``ending_index``."""
        (at_once if self._waits_for_nothing() else block_on)(self._respond, ending_index)

    async def arespond(self, ending_index: int | None = None) -> None:
        """Answer the last message, or the one at ``ending_index``, without blocking the event loop."""
        if self._replaces("respond", "arespond"):
            await super().arespond(ending_index)
        else:
            await self._respond(ending_index)

    def teardown(self) -> None:
        """Close what this role opened for itself."""
        close(self.model)

    async def _respond(self, ending_index: int | None) -> None:
        everything = self.get_messages(ending_index)
        self.messages_validation(everything)
        visible = self.filter_messages(everything)
        if not visible or visible[-1].sender == RoleType.SYSTEM:
            return
        tools = self.get_available_tools()
        call = self._read(everything, visible), offered_tools(tools), frozenset(tools)
        if self._replaces("_make_llm_call", "_amake_llm_call"):
            response = await in_thread(self._make_llm_call, *call)
        else:
            response = await self._amake_llm_call(*call)
        self._write(response, frozenset(tools))

    def _replaces(self, blocking: str, awaited: str) -> bool:
        """Whether a subclass has its own way to do something that blocks, and none that is awaited."""
        kind = type(self)
        return getattr(kind, blocking) is not getattr(ModelRole, blocking) and (
            getattr(kind, awaited) is getattr(ModelRole, awaited)
        )

    def _waits_for_nothing(self) -> bool:
        """Whether a script answers, in the way that all roles of this base ask."""
        kind = type(self)
        own = any(getattr(kind, name) is not getattr(ModelRole, name) for name in _ASKING)
        return is_immediate(self.model) and not own

    def _read(self, everything: Sequence[Message], visible: Sequence[Message]) -> list[dict[str, Any]]:
        """The conversation as the model sees it, in the chat format.

        Args:
            everything: The log.
            visible: What the role may see of it.
        """
        raise NotImplementedError

    def _parse_response_to_messages(
        self, response: ChatResponse, available_tool_names: AbstractSet[str]
    ) -> list[Message]:
        """What the model said or called, as messages."""
        raise NotImplementedError

    def _notes(self, response: ChatResponse) -> dict[str, Any]:
        """What is kept beside the first message of an answer."""
        raise NotImplementedError

    def _write(self, response: ChatResponse, tool_names: AbstractSet[str]) -> None:
        """Append the answer to the log, and beside its first message who gave it."""
        self._count(response)
        messages = self._parse_response_to_messages(response, tool_names)
        self.add_messages(messages)
        context = get_current_context()
        first = context.max_sandbox_message_index - len(messages) + 1
        context.annotate(first, **self._notes(response), answered=answered_by(response))

    def _count(self, response: ChatResponse) -> None:
        self.counters["answers"] += 1
        self.counters["fallbacks"] += response.fallback
        self.counters["truncated_answers"] += response.finish_reason == "length"
        self.counters["malformed_calls"] += response.finish_reason == MALFORMED_CALL
        self.counters["parse_losses"] += response.parse_losses

    def _name(self, model_name: str | None, model: ChatModel | str | None) -> str:
        if name := model_name or (model if isinstance(model, str) else None):
            return name
        message = f"{type(self).__name__} needs a model string, such as 'gpt-5' or 'anthropic/claude-sonnet-5'."
        raise SettingsError(message)

    def _validate_and_setup_config(self, config: Mapping[str, Any]) -> ModelSettings:
        return ModelSettings.from_config(config)

    def _setup_router_if_needed(self) -> Any:
        """The ``litellm.Router``, where there are deployments of one model to choose among; else ``None``."""
        return None

    def _routed(self) -> ChatModel | None:
        """Where the calls go when other models stand by."""
        others = self.settings.fallbacks
        return stack.fallback_router(self.litellm_model, self.settings, self.ledger) if others else None

    def _setup_caching(self, cache_config: Any) -> Any:
        """The response cache the configuration asks for, if any."""
        return stack.open_cache(cache_config)

    def _setup_cost_tracking(self) -> Any:
        """The ledger that counts what this role spends, and keeps it under its budget."""
        return stack.open_ledger(self.litellm_model, self.settings, str(self.role_type))

    def _get_generation_params(self) -> dict[str, Any]:
        return self.settings.generation_params()

    def _make_llm_call(self, messages: Dicts, tools: Dicts, available_tool_names: AbstractSet[str]) -> ChatResponse:
        """Ask the model, blocking.

        Raises:
            ToolSandboxError: There is no answer, and why.
        """
        return block_on(self._amake_llm_call, messages, tools, available_tool_names)

    async def _amake_llm_call(
        self, messages: Dicts, tools: Dicts, available_tool_names: AbstractSet[str]
    ) -> ChatResponse:
        with own_errors(self._convert_to_standard_exception):
            return await self._ask(self._request(messages, tools, available_tool_names))

    async def _ask(self, request: ChatRequest) -> ChatResponse:
        return await self.model.acomplete(request)

    def _request(self, messages: Dicts, tools: Dicts | None, available_tool_names: AbstractSet[str]) -> ChatRequest:
        user = self.settings.user or self.tag.user
        return ChatRequest(
            model=self.litellm_model,
            messages=messages,
            tools=[tool for tool in tools or () if tool["function"]["name"] in available_tool_names],
            params=self._get_generation_params(),
            timeout=self.settings.timeout,
            stream=self.settings.stream,
            tag=self.tag.of_turn(str(self.role_type), len(messages), user),
        )

    def _convert_to_standard_exception(self, error: Exception) -> ToolSandboxError:
        """Any exception as one of ``tool_sandbox.errors``: the provider's, or else our own fault."""
        return standard_error(error, self.litellm_model, self.settings, str(self.role_type))


def answered_by(response: ChatResponse) -> dict[str, Any]:
    """Who answered, how, and at what price; what is empty or as usual is left out."""
    facts = {
        "model": response.model,
        "provider": response.provider,
        "deployment": response.deployment,
        "endpoint": response.endpoint,
        "fallback": response.fallback,
        "request_id": response.request_id,
        "seconds": round(response.latency, 3),
        "cost": as_float_or_none(response.cost),
        "saved_cost": as_float_or_none(response.saved_cost),
        "cached": response.cached,
        "replayed": response.replayed,
        "finish_reason": None if response.finish_reason in ("stop", "tool_calls") else response.finish_reason,
        "attempts": len(response.attempts) if len(response.attempts) > 1 else None,
        "adjustments": list(response.adjustments),
        "parse_losses": response.parse_losses,
    }
    return {name: value for name, value in facts.items() if value}

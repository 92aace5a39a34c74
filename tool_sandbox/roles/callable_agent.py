"""Roles whose turns a function takes: ``(messages, tools) -> message`` in the chat format of OpenAI's API."""

from __future__ import annotations

import asyncio
import copy
import inspect
from collections.abc import Callable, Mapping
from typing import Any

from tool_sandbox.common.vocabulary import RoleType
from tool_sandbox.errors import RoleError
from tool_sandbox.llm.chat import ChatRequest, ChatResponse
from tool_sandbox.llm.layer import Layer
from tool_sandbox.llm.transports.completions.completion import read_completion
from tool_sandbox.roles.base_role import BaseRole
from tool_sandbox.roles.litellm_agent import LiteLLMAgent
from tool_sandbox.roles.litellm_user import LiteLLMUser

PROVIDER = "callable"
"""What results call the provider of such answers."""


class CallableModel(Layer):
    """A function in the place of a model.

    Args:
        function: Is given the conversation and the tools on offer, as lists of dictionaries that it may change. It
            returns the next message, or awaits it: text, a message with ``content`` and ``tool_calls``, or a whole
            completion, as dictionaries or as the objects of OpenAI's or LiteLLM's package. One that is not a coroutine
            function runs in a thread.
    """

    def __init__(self, function: Callable[..., Any]) -> None:
        self.function = function
        called = function if inspect.isroutine(function) else getattr(function, "__call__", function)  # noqa: B004
        self._awaits = inspect.iscoroutinefunction(called)

    async def acomplete(self, request: ChatRequest) -> ChatResponse:
        """Ask the function.

        Raises:
            RoleError: It returned no message.
            ProviderError: It returned one in which something is not as in the chat format.
        """
        given = copy.deepcopy((list(request.messages), list(request.tools)))
        answer = self.function(*given) if self._awaits else await asyncio.to_thread(self.function, *given)
        return _response(await answer if inspect.isawaitable(answer) else answer, request)


def callable_role(function: Callable[..., Any], name: str, role_type: RoleType) -> BaseRole:
    """The agent or the user whose turns a function takes.

    Args:
        function: As for ``CallableModel``.
        name: What results call it.
        role_type: AGENT or USER.
    """
    model = CallableModel(function)
    return LiteLLMUser(name, model=model) if role_type == RoleType.USER else LiteLLMAgent(name, model=model)


def _response(answer: Any, request: ChatRequest) -> ChatResponse:
    if answer is None or isinstance(answer, str):
        return ChatResponse(text=answer, model=request.model, provider=PROVIDER)
    data = answer.model_dump() if hasattr(answer, "model_dump") else answer
    if not isinstance(data, Mapping):
        message = (
            f"{request.model!r} returned {answer!r}; expected text, a message such as "
            "{'role': 'assistant', 'content': …, 'tool_calls': […]}, or a completion with 'choices'."
        )
        raise RoleError(message)
    completion = data if "choices" in data else {"choices": [_choice(data)]}
    return read_completion(completion, provider=PROVIDER, model=request.model, request=request)


def _choice(message: Mapping[str, Any]) -> dict[str, Any]:
    return {"message": message, "finish_reason": "tool_calls" if message.get("tool_calls") else "stop"}

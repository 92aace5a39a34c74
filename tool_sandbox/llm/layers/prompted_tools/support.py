"""Whether a model is offered tools in its API or in its prompt."""

from __future__ import annotations

import asyncio

from tool_sandbox.llm.chat import ChatModel, ChatRequest, ChatResponse
from tool_sandbox.llm.layer import Wrapper
from tool_sandbox.llm.layers.prompted_tools.layer import PromptedTools, choose_format
from tool_sandbox.llm.layers.prompted_tools.native import NativeTools
from tool_sandbox.llm.transports.address import is_direct
from tool_sandbox.llm.transports.through_litellm.transport import supports_tools


def with_prompted_tools(transport: ChatModel, model: str, wanted: str | bool | None) -> ChatModel:
    """The transport, with tools offered in the prompt when asked for or when LiteLLM lists the model without them.

    A model that LiteLLM does not list, or that is reached without LiteLLM, is taken to call tools natively.
    """
    form = choose_format(model, None, wanted)
    if form is not None:
        return PromptedTools(transport, form)
    undecided = wanted in (None, "auto") and not is_direct(model)
    return PromptedIfListed(transport, model) if undecided else NativeTools(transport)


class PromptedIfListed(Wrapper):
    """A model whose tools go into the prompt if LiteLLM lists it as unable to call them; found out at the first call.

    Args:
        inner: The model.
        name: Its model string.
    """

    def __init__(self, inner: ChatModel, name: str) -> None:
        super().__init__(inner)
        self.name = name
        self._chosen: ChatModel | None = None

    async def acomplete(self, request: ChatRequest) -> ChatResponse:
        """Answer without blocking the event loop."""
        if self._chosen is None:
            await asyncio.to_thread(self._choose)
        return await self._choose().acomplete(request)

    def _choose(self) -> ChatModel:
        if self._chosen is None:
            unable = supports_tools(self.name) is False
            self._chosen = with_prompted_tools(self.inner, self.name, "on" if unable else "off")
        return self._chosen

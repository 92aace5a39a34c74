"""Whether a model is offered tools in its API or in its prompt."""

from __future__ import annotations

import asyncio

from attrs import evolve

from tool_sandbox.llm.chat import ChatModel, ChatRequest, ChatResponse
from tool_sandbox.llm.layer import Wrapper
from tool_sandbox.llm.layers.prompted_tools.layer import PromptedTools, choose_format
from tool_sandbox.llm.transports.address import is_direct
from tool_sandbox.llm.transports.completions.written_calls import parameters_by_name, read_answer
from tool_sandbox.llm.transports.through_litellm.transport import supports_tools

UNREAD = (
    "the text holds a tool call that the server did not read, and it was taken as text: start the server with the tool "
    "parser of its model, or read calls from the text with --tool-format hermes or json"
)
_ONLY_THOUGHTS = (
    "the answer is empty and everything is among the thoughts: the model said nothing, or the reasoning parser of the "
    "server does not fit the model"
)


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
            self._chosen = await asyncio.to_thread(self._choose)
        return await self._chosen.acomplete(request)

    def _choose(self) -> ChatModel:
        return with_prompted_tools(self.inner, self.name, "on" if supports_tools(self.name) is False else "off")


class NativeTools(Wrapper):
    """A model whose provider reads its tool calls: what it calls a call is a call, and what it calls text is text.

    A server without a parser for how its model writes calls hands them on as text. They are counted and noted, with
    what to do about it, and not read: whether a model's calls are read from its text is for the user to say
    (``--tool-format``), so that nobody compares a model whose calls the provider reads with one whose calls we guess.
    """

    async def acomplete(self, request: ChatRequest) -> ChatResponse:
        """Answer without blocking the event loop."""
        return _noted(request, await self.inner.acomplete(request))


def _noted(request: ChatRequest, response: ChatResponse) -> ChatResponse:
    if response.text and request.tools:
        answer = read_answer(response.text, parameters_by_name(request.tools))
        unread = len(answer.calls) + answer.losses - sum(call.lost for call in answer.calls)
        if unread:
            losses = response.parse_losses + unread
            return evolve(response, parse_losses=losses, adjustments=(*response.adjustments, UNREAD))
    silent = not (response.text or "").strip() and not response.tool_calls and response.finish_reason == "stop"
    if silent and response.provider_fields.get("reasoning_content"):
        return evolve(response, adjustments=(*response.adjustments, _ONLY_THOUGHTS))
    return response

"""Tool calling by the provider: what it calls a call is a call, and what it calls text is text.

A server without a parser for how its model writes calls hands them on as text. They are counted and noted, with what to
do about it, and not read: whether a model's calls are read from its text is for the user to say (``--tool-format``), so
that nobody compares a model whose calls the provider reads with one whose calls we guess.
"""

from __future__ import annotations

from attrs import evolve

from tool_sandbox.llm.chat import ChatRequest, ChatResponse
from tool_sandbox.llm.layer import Wrapper
from tool_sandbox.llm.transports.completions.written_calls import parameters_by_name, read_answer

_UNREAD = (
    "the text holds a tool call that the server did not read, and it was taken as text: start the server with the tool "
    "parser of its model, or read calls from the text with --tool-format hermes or json"
)
_ONLY_THOUGHTS = (
    "the answer is empty and everything is among the thoughts: the model said nothing, or the reasoning parser of the "
    "server does not fit the model"
)


class NativeTools(Wrapper):
    """A model whose provider reads its tool calls. An answer in which one was left in the text says so."""

    async def acomplete(self, request: ChatRequest) -> ChatResponse:
        """Answer without blocking the event loop."""
        return _noted(request, await self.inner.acomplete(request))


def _noted(request: ChatRequest, response: ChatResponse) -> ChatResponse:
    if response.text and request.tools:
        answer = read_answer(response.text, parameters_by_name(request.tools))
        unread = len(answer.calls) + answer.losses - sum(call.lost for call in answer.calls)
        if unread:
            losses = response.parse_losses + unread
            return evolve(response, parse_losses=losses, adjustments=(*response.adjustments, _UNREAD))
    silent = not (response.text or "").strip() and not response.tool_calls and response.finish_reason == "stop"
    if silent and response.provider_fields.get("reasoning_content"):
        return evolve(response, adjustments=(*response.adjustments, _ONLY_THOUGHTS))
    return response

"""What the layers of a model share: the one flow of a call, its synchronous edge, and how a stack is closed."""

from __future__ import annotations

import asyncio
from typing import Any, Protocol, runtime_checkable

from tool_sandbox.llm.chat import ChatModel, ChatRequest, ChatResponse
from tool_sandbox.threads import block_on


@runtime_checkable
class Closable(Protocol):
    """A model that holds something open."""

    async def aclose(self) -> None:
        """Close it, whichever event loops used it."""
        ...


class Layer:
    """A chat model of ours: it implements ``acomplete``, and ``complete`` is the same flow for callers that block."""

    async def acomplete(self, request: ChatRequest) -> ChatResponse:
        """Answer without blocking the event loop."""
        raise NotImplementedError

    def complete(self, request: ChatRequest) -> ChatResponse:
        """Answer, blocking; works in any thread, also where an event loop is running."""
        return block_on(self.acomplete, request)


class Immediate(Layer):
    """A model of ours that computes its answers: it waits for nothing and holds nothing open."""

    @property
    def is_immediate(self) -> bool:
        """Whether no event loop is needed to ask it."""
        return type(self).acomplete is Immediate.acomplete

    async def acomplete(self, request: ChatRequest) -> ChatResponse:
        """What ``complete`` answers."""
        return self.complete(request)

    def complete(self, request: ChatRequest) -> ChatResponse:
        """Answer."""
        raise NotImplementedError


class Wrapper(Layer):
    """A layer around another model.

    Args:
        inner: The model.
    """

    inner: ChatModel

    def __init__(self, inner: ChatModel) -> None:
        self.inner = inner

    async def aclose(self) -> None:
        """Close what is beneath."""
        await aclose(self.inner)


class _Blocking(Layer):
    """A model of a user's own that can only block, asked in a thread."""

    def __init__(self, inner: Any) -> None:
        self.inner = inner

    async def acomplete(self, request: ChatRequest) -> ChatResponse:
        response: ChatResponse = await asyncio.to_thread(self.inner.complete, request)
        return response


def awaitable(model: Any) -> ChatModel:
    """The model itself; one that has no ``acomplete`` is asked in a thread."""
    answers: ChatModel = model if hasattr(model, "acomplete") else _Blocking(model)
    return answers


async def aclose(model: Any) -> None:
    """Close what a stack holds open. Each layer closes what is its own, and the one beneath."""
    if isinstance(model, Closable):
        await model.aclose()


def close(model: Any) -> None:
    """As ``aclose``, blocking; where nothing is held open, nobody waits for another thread."""
    if _holds_something(model):
        block_on(aclose, model)


def _holds_something(model: Any) -> bool:
    """Whether there is anything to close in a stack, beneath the layers that hold nothing themselves."""
    while isinstance(model, Wrapper) and type(model).aclose is Wrapper.aclose:
        model = model.inner
    return isinstance(model, Closable) and not is_immediate(model)


def is_immediate(model: Any) -> bool:
    """Whether a model waits for nothing when it is asked, and has nothing to close."""
    return getattr(model, "is_immediate", False) is True

"""A model whose answers are kept: an identical question in the same trial is not paid for twice."""

from __future__ import annotations

import asyncio
import time

from attrs import evolve

from tool_sandbox.llm.chat import ChatModel, ChatRequest, ChatResponse
from tool_sandbox.llm.fingerprint import fingerprint
from tool_sandbox.llm.layer import Wrapper
from tool_sandbox.llm.layers.cache.store import Asked, ResponseCache
from tool_sandbox.threads import block_on, waiting_threads

_COMPLETE = frozenset({"stop", "tool_calls", "function_call", "end_turn"})


class Cached(Wrapper):
    """Answers from a cache where it can, and asks the inner model where it cannot.

    A hit is flagged ``cached``, costs nothing and says in ``saved_cost`` what it would have cost. Identical calls at
    the same time become one. Errors, truncated and empty answers, and those of a fallback model are never kept.

    Args:
        inner: The model.
        cache: Where answers are kept; may be shared.
        endpoint: Where the model is served, when that is not among the request's parameters.
        shared: Whether the cache stays open when this model is closed, because others use it too.
    """

    def __init__(self, inner: ChatModel, cache: ResponseCache, *, endpoint: str = "", shared: bool = False) -> None:
        super().__init__(inner)
        self._cache = cache
        self._endpoint = endpoint
        self._shared = shared

    def complete(self, request: ChatRequest) -> ChatResponse:
        """Answer from the cache or else from the model."""
        return block_on(self._answer, request, "completion")

    async def acomplete(self, request: ChatRequest) -> ChatResponse:
        """As ``complete``, without blocking the event loop."""
        return await self._answer(request, "acompletion")

    async def aclose(self) -> None:
        """Finish writing and close the cache, unless it is shared, and close what is beneath."""
        if not self._shared:
            await self._cache.aclose()
        await super().aclose()

    async def _answer(self, request: ChatRequest, call_type: str) -> ChatResponse:
        key = self._key(request, call_type)
        if key is None:
            return await self.inner.acomplete(request)
        started = time.monotonic()
        mine = Asked()
        first = self._cache.in_flight.setdefault(key, mine)
        if first is not mine:
            shared = None if first.thread in waiting_threads() else await asyncio.wrap_future(first)
            return await self.inner.acomplete(request) if shared is None else self._hit(shared, started, "shared")
        answer = None
        try:
            answer = await self._cache.get(key)
            if answer is not None:
                return self._hit(answer, started)
            response = await self.inner.acomplete(request)
            if worth_keeping(response):
                self._cache.put(key, answer := response)
            return response
        finally:
            del self._cache.in_flight[key]
            mine.set_result(answer)

    def _key(self, request: ChatRequest, call_type: str) -> str | None:
        settings = self._cache.settings
        if not settings.enabled or call_type not in settings.call_types:
            return None
        try:
            return cache_key(request, endpoint=self._endpoint, namespace=settings.namespace)
        except TypeError:  # not JSON-able: no stable key, so it is simply not cached
            return None

    def _hit(self, response: ChatResponse, started: float, *counted: str) -> ChatResponse:
        self._cache.count("hits", *counted)
        latency = time.monotonic() - started
        return evolve(response, cached=True, cost=0.0, saved_cost=response.cost, attempts=(), latency=latency)


def cache_key(request: ChatRequest, *, endpoint: str = "", namespace: str = "") -> str:
    """The key of an answer: everything that can change it, and the role and trial it was given in.

    Args:
        request: The question.
        endpoint: Where the model is served.
        namespace: Answers are only shared within one.

    Raises:
        TypeError: If the request is not JSON-able.
    """
    tag = request.tag
    return fingerprint(request, endpoint=endpoint, namespace=namespace, role=tag.role, trial=tag.trial)


def worth_keeping(response: ChatResponse) -> bool:
    """Whether an answer is whole, says something, and comes from the model that was asked."""
    says_something = bool(response.tool_calls) or bool(response.text and response.text.strip())
    return says_something and response.finish_reason in _COMPLETE and not response.fallback and not response.cached

"""A model whose answers are kept: an identical question in the same trial is not paid for twice."""

from __future__ import annotations

import asyncio
import threading
import time
from concurrent.futures import Future

from attrs import define, evolve, field

from tool_sandbox.llm.chat import ChatModel, ChatRequest, ChatResponse
from tool_sandbox.llm.fingerprint import fingerprint
from tool_sandbox.llm.layers.cache.settings import CacheSettings
from tool_sandbox.llm.layers.cache.stats import CacheStats
from tool_sandbox.llm.layers.cache.store import ResponseCache

__all__ = ["CacheSettings", "CacheStats", "Cached", "ResponseCache", "cache_key", "worth_keeping"]

_COMPLETE = frozenset({"stop", "tool_calls", "function_call", "end_turn"})


@define(eq=False)
class Flight:
    """One question on its way to the model, and those who wait for the same answer."""

    thread: int = field(factory=threading.get_ident)
    landed: Future[ChatResponse | None] = field(factory=Future)
    """The answer, or ``None`` when it cannot be shared and everybody has to ask alone."""


class Cached:
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
        self._inner = inner
        self._cache = cache
        self._endpoint = endpoint
        self._shared = shared
        self._flights: dict[str, Flight] = {}
        self._lock = threading.Lock()

    def complete(self, request: ChatRequest) -> ChatResponse:
        """Answer from the cache or else from the model."""
        key = self._key(request, "completion")
        if key is None:
            return self._inner.complete(request)
        started = time.monotonic()
        flight, leads = self._board(key)
        if leads:
            try:
                return self._found(key, self._cache.get(key), started) or self._keep(key, self._inner.complete(request))
            finally:
                self._land(key, flight)
        if flight.thread != threading.get_ident():  # else: an event loop's own call, which cannot go on while we wait
            shared = flight.landed.result()
            if shared is not None:
                return self._share(shared, started)
        return self._inner.complete(request)

    async def acomplete(self, request: ChatRequest) -> ChatResponse:
        """As ``complete``, without blocking the event loop."""
        key = self._key(request, "acompletion")
        if key is None:
            return await self._inner.acomplete(request)
        started = time.monotonic()
        flight, leads = self._board(key)
        if leads:
            try:
                found = self._found(key, await self._cache.aget(key), started)
                return found or self._keep(key, await self._inner.acomplete(request))
            finally:
                self._land(key, flight)
        shared = await asyncio.shield(asyncio.wrap_future(flight.landed))
        if shared is not None:
            return self._share(shared, started)
        return await self._inner.acomplete(request)

    def close(self) -> None:
        """Finish writing and close the cache, unless it is shared."""
        if not self._shared:
            self._cache.close()

    async def aclose(self) -> None:
        """As ``close``, without blocking the event loop."""
        if not self._shared:
            await self._cache.aclose()

    def _key(self, request: ChatRequest, call_type: str) -> str | None:
        settings = self._cache.settings
        if not settings.enabled or call_type not in settings.call_types:
            return None
        try:
            return cache_key(request, endpoint=self._endpoint, namespace=settings.namespace)
        except TypeError:  # not JSON-able: no stable key, so it is simply not cached
            return None

    def _board(self, key: str) -> tuple[Flight, bool]:
        with self._lock:
            flight = self._flights.get(key)
            if flight is not None:
                return flight, False
            self._flights[key] = flight = Flight()
            return flight, True

    def _land(self, key: str, flight: Flight) -> None:
        with self._lock:
            del self._flights[key]
        if not flight.landed.done():
            flight.landed.set_result(None)

    def _found(self, key: str, kept: ChatResponse | None, started: float) -> ChatResponse | None:
        if kept is None:
            return None
        self._announce(key, kept)
        return self._hit(kept, started)

    def _keep(self, key: str, response: ChatResponse) -> ChatResponse:
        if worth_keeping(response):
            self._cache.put(key, response)
            self._announce(key, response)
        return response

    def _announce(self, key: str, response: ChatResponse) -> None:
        with self._lock:
            flight = self._flights[key]
        flight.landed.set_result(response)

    def _share(self, response: ChatResponse, started: float) -> ChatResponse:
        self._cache.shared()
        return self._hit(response, started)

    def _hit(self, response: ChatResponse, started: float) -> ChatResponse:
        self._cache.hit(response)
        return evolve(
            response,
            cached=True,
            cost=0.0,
            saved_cost=response.cost,
            attempts=(),
            latency=time.monotonic() - started,
        )


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

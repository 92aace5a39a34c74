"""Answers kept for later behind a guard: whatever the place they are kept in does, no call fails or waits for it."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import threading
import weakref
from collections.abc import Callable
from concurrent.futures import Future
from concurrent.futures import TimeoutError as FutureTimeoutError
from typing import Any

from tool_sandbox.llm.chat import ChatResponse
from tool_sandbox.llm.fingerprint import SCHEMA_VERSION
from tool_sandbox.llm.layers.budget.money import Cost
from tool_sandbox.llm.layers.cache.backends import Backend, open_backend
from tool_sandbox.llm.layers.cache.circuit import Circuit
from tool_sandbox.llm.layers.cache.patience import Patience
from tool_sandbox.llm.layers.cache.settings import CacheSettings
from tool_sandbox.llm.layers.cache.stats import CacheStats
from tool_sandbox.llm.workers import Workers
from tool_sandbox.redaction import redact_text

logger = logging.getLogger(__name__)

_OPENING = 2.0
"""Seconds that opening the cache, once, may take."""
_CLOSING = 2.0
"""Seconds that writing what is left may take, at least."""
_LONGEST_CLOSING = 15.0
"""The same for a place that is far away."""
_CLOSING_WHAT_FAILS = 0.5
_READERS_PER_WRITER = 4
_MOST_PENDING = 512
"""Answers on their way to a slow place; more are dropped."""


class ResponseCache:
    """Answers by key, in memory, on disk or in Redis. Never raises and never delays a call beyond its deadline.

    Args:
        settings: Where and for how long answers are kept.
        backend: Where they are kept, instead of what the settings name.
        circuit: When to stop asking a place that keeps failing.
    """

    def __init__(
        self, settings: CacheSettings, *, backend: Backend | None = None, circuit: Circuit | None = None
    ) -> None:
        self.settings = settings
        self.stats = CacheStats()
        self.circuit = circuit or Circuit()
        self.patience = Patience(settings.deadline)
        self._backend = backend or open_backend(settings)
        self._lock = threading.Lock()
        self._pending: dict[str, ChatResponse] = {}
        self._warned = False
        self._looked_up = 0
        self._closed = False
        self._readers, self._writers = self._start_workers()
        if self._readers:
            opening = self._readers.submit(self._open)
            self._outcome_in_time(opening, _OPENING)

    def get(self, key: str) -> ChatResponse | None:
        """The answer kept under a key, or ``None``."""
        looked_up = self._looked_up
        known, lookup = self._begin(key)
        if lookup is None:
            return self._counted(known)
        found = self._outcome_in_time(lookup, self.patience.seconds, looked_up)
        return self._counted(self._decoded(key, found))

    async def aget(self, key: str) -> ChatResponse | None:
        """As ``get``, without blocking the event loop."""
        looked_up = self._looked_up
        known, lookup = self._begin(key)
        if lookup is None:
            return self._counted(known)
        done = asyncio.wrap_future(lookup)
        await asyncio.wait([done], timeout=self.patience.seconds)
        found = self._outcome_in_time(lookup, 0.0, looked_up)
        if not done.cancel() and not done.cancelled():
            done.exception()  # looked at, or the event loop complains that nobody did
        return self._counted(self._decoded(key, found))

    def put(self, key: str, response: ChatResponse) -> None:
        """Keep an answer. Returns at once; writing goes on in the background."""
        try:
            text = json.dumps({"schema": SCHEMA_VERSION, "response": response.to_dict()})
        except (TypeError, ValueError) as error:
            self._failed(error)
            return
        if self._writers is None:
            self._attempt(lambda: self._backend.put(key, text))
            self._add(stored=1)
            return
        with self._lock:
            if self._closed or not self.circuit.closed or len(self._pending) >= _MOST_PENDING:
                self.stats.skipped += 1
                return
            self._pending[key] = response
        try:
            writing = self._writers.submit(lambda: self._backend.put(key, text))
        except RuntimeError:  # closed meanwhile
            return
        writing.add_done_callback(lambda future: self._written(key, future))

    def hit(self, response: ChatResponse) -> None:
        """Count an answer that did not have to be paid for."""
        with self._lock:
            self.stats.hits += 1
            self.stats.saved += Cost.of(response.cost)

    def shared(self) -> None:
        """Count a call that took the answer of an identical one in flight."""
        self._add(shared=1)

    def clear(self) -> int:
        """Forget every answer in the namespace, waiting until it is done; errors are raised."""
        if self._writers is None:
            return self._backend.clear()
        return self._writers.submit(self._backend.clear).result(timeout=60)

    def close(self, timeout: float | None = None) -> None:
        """Finish writing and let go of files and connections.

        Args:
            timeout: Most seconds for that; by default what is left to write is given the time it should take.
        """
        with self._lock:
            if self._closed:
                return
            self._closed = True
        if timeout is None:
            timeout = self._time_to_close()
        for workers in (self._writers, self._readers):
            if workers is not None:
                workers.close(timeout)
        self._attempt(self._backend.close)

    async def aclose(self, timeout: float | None = None) -> None:  # noqa: ASYNC109  # handed on to close()
        """As ``close``, without blocking the event loop."""
        await asyncio.to_thread(self.close, timeout)

    def _time_to_close(self) -> float:
        if not self.circuit.closed:
            return _CLOSING_WHAT_FAILS
        needed = 2 * len(self._pending) * (self.patience.round_trip or 0.0)
        return min(_LONGEST_CLOSING, max(_CLOSING, needed))

    def _start_workers(self) -> tuple[Workers | None, Workers | None]:
        if not self._backend.readers:
            return None, None
        release = self._backend.close_thread
        readers = Workers(self._backend.readers, "cache-reader", release)
        writers = Workers(max(1, self._backend.readers // _READERS_PER_WRITER), "cache-writer", release)
        weakref.finalize(self, writers.close, 1.0)  # also when the process ends without close()
        weakref.finalize(self, readers.close, 0.2)
        return readers, writers

    def _begin(self, key: str) -> tuple[ChatResponse | None, Future[str | None] | None]:
        """What is known at once, or else the look-up to wait for."""
        with self._lock:
            if key in self._pending:
                return self._pending[key], None
            if self._closed:
                return None, None
        if self._readers is None:
            return self._decoded(key, self._attempt(lambda: self._backend.get(key))), None
        with contextlib.suppress(RuntimeError):  # closed meanwhile
            if self.circuit.closed:
                return None, self._readers.submit(lambda: self._look_up(key))
            self._add(skipped=1)
            if self.circuit.take_trial():
                trial = self._readers.submit(self._open)
                trial.add_done_callback(self._tried)
        return None, None

    def _open(self) -> None:
        self.patience.opened(self._backend.open)

    def _look_up(self, key: str) -> str | None:
        text = self.patience.looked_up(lambda: self._backend.get(key))
        self._looked_up += 1  # a lost update does no harm: it only has to change
        return text

    def _outcome_in_time(self, future: Future[Any], seconds: float, looked_up: int | None = None) -> Any:
        """The result, or ``None`` when there is none in time; reports to the circuit either way.

        Args:
            future: What to wait for.
            seconds: How long.
            looked_up: Look-ups that were done when this one began. When others got through meanwhile, the place is
                crowded rather than broken.
        """
        try:
            result = future.result(timeout=seconds)
        except Exception as error:  # noqa: BLE001  # a cache must never fail a call, whatever its libraries raise
            future.cancel()
            if isinstance(error, FutureTimeoutError) and looked_up not in (None, self._looked_up):
                self._add(late=1)
                return None
            self._failed(error)
            self.circuit.failed()
            return None
        self.circuit.succeeded()
        return result

    def _tried(self, trial: Future[None]) -> None:
        if trial.cancelled() or trial.exception() is not None:
            self.circuit.failed()
        else:
            self.circuit.succeeded()

    def _written(self, key: str, writing: Future[None]) -> None:
        error = writing.exception()
        with self._lock:
            self._pending.pop(key, None)
            self.stats.stored += error is None
        if error is not None:
            self._failed(error)
            self.circuit.failed()

    def _attempt(self, work: Callable[[], Any]) -> Any:
        try:
            return work()
        except Exception as error:  # noqa: BLE001  # a cache must never fail a call, whatever its libraries raise
            self._failed(error)
            return None

    def _decoded(self, key: str, text: str | None) -> ChatResponse | None:
        if text is None:
            return None
        try:
            data = json.loads(text)
            if data["schema"] != SCHEMA_VERSION:
                return None
            return ChatResponse.from_dict(data["response"])
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
            self._failed(error)
            with contextlib.suppress(RuntimeError):  # closed meanwhile
                if self._writers is None:
                    self._backend.delete(key)
                else:
                    self._writers.submit(lambda: self._backend.delete(key))
            return None

    def _counted(self, response: ChatResponse | None) -> ChatResponse | None:
        if response is None:
            self._add(misses=1)
        return response

    def _failed(self, error: BaseException) -> None:
        with self._lock:
            self.stats.errors += 1
            first, self._warned = not self._warned, True
        if first:
            reason = redact_text(f"{type(error).__name__}: {error}" if str(error) else self._impatience())
            logger.warning("the response cache (%s) fails, calls go on without it: %s", self.settings.place, reason)

    def _impatience(self) -> str:
        fixed = self.settings.deadline
        if fixed is not None:
            return f"no answer in time; its setting deadline is {fixed:g} s, a larger one waits longer"
        return f"no answer in time, that is {self.patience.seconds:.2g} s; its setting deadline can be given in seconds"

    def _add(self, *, misses: int = 0, shared: int = 0, stored: int = 0, skipped: int = 0, late: int = 0) -> None:
        with self._lock:
            self.stats.late += late
            self.stats.misses += misses
            self.stats.shared += shared
            self.stats.stored += stored
            self.stats.skipped += skipped

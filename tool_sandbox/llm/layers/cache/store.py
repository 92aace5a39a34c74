"""Answers kept for later behind a guard: whatever the place they are kept in does, no call fails or waits for it."""

from __future__ import annotations

import asyncio
import json
import logging
import threading
import weakref
from collections import Counter
from collections.abc import Callable
from concurrent.futures import Future, wait
from contextlib import suppress
from functools import partial

from tool_sandbox.llm.chat import ChatResponse
from tool_sandbox.llm.fingerprint import SCHEMA_VERSION
from tool_sandbox.llm.layers.cache.backends import Backend, open_backend
from tool_sandbox.llm.layers.cache.health import TRIPS_TO_OPEN, Health
from tool_sandbox.llm.layers.cache.settings import CacheSettings
from tool_sandbox.redaction import redact_text
from tool_sandbox.threads import DaemonThreads, Params, Result, do

logger = logging.getLogger(__name__)

_PATIENCE = 2.0
"""Seconds that opening the cache, once, may take, and at least those that writing what is left may take."""
_LONGEST_CLOSING = 15.0
"""The same for a place that is far away."""
_CLOSING_WHAT_FAILS = 0.5
_READERS_PER_WRITER = 4
_MOST_UNWRITTEN = 512
"""Answers on their way to a slow place; more are dropped."""


class Asked(Future["ChatResponse | None"]):
    """A question on its way to a model.

    Its result is the answer, or ``None`` when that can't be shared and everybody has to ask alone.
    """

    def __init__(self) -> None:
        super().__init__()
        self.thread = threading.get_ident()
        """Where its event loop runs."""
        self.set_running_or_notify_cancel()  # those who wait for it cannot cancel it


class ResponseCache:
    """Answers by key, in memory, on disk or in Redis. Never raises and never delays a call beyond its deadline.

    ``stats`` counts ``hits``, of which ``shared`` took the answer of an identical call in flight; ``misses``, of which
    ``late`` had to be given up because too many others came before them; what was ``stored``; ``errors``: what failed,
    came too late or could not be read; and what was ``skipped`` because the cache kept failing.

    Args:
        settings: Where and for how long answers are kept.
        backend: Where they are kept, instead of what the settings name.
        health: When to stop waiting for, and asking, the place.
    """

    def __init__(
        self, settings: CacheSettings, *, backend: Backend | None = None, health: Health | None = None
    ) -> None:
        self.settings = settings
        self.stats: Counter[str] = Counter()
        self.health = health or Health(settings.deadline)
        self.in_flight: dict[str, Asked] = {}
        """Questions on their way to a model."""
        self._backend = backend or open_backend(settings)
        self._unwritten: dict[str, ChatResponse] = {}
        self._lock = threading.Lock()
        self._answered = 0
        self._closed = False
        self._workers = self._start_workers()
        self._write, self._read = [each.submit for each in self._workers] or [_at_once, _at_once]
        if not wait([self._open()], _PATIENCE).done:
            self._failed(TimeoutError())

    async def get(self, key: str) -> ChatResponse | None:
        """The answer kept under a key, or ``None``."""
        response = self._unwritten.get(key) or self._decoded(await self._look_up(key))
        if response is None:
            self.count("misses")
        return response

    def put(self, key: str, response: ChatResponse) -> None:
        """Keep an answer. Returns at once; writing goes on in the background."""
        with self._lock:
            if self._closed or not self.health.good or len(self._unwritten) >= _MOST_UNWRITTEN:
                self.stats["skipped"] += 1
                return
            self._unwritten[key] = response
            writing = self._write(lambda: self._backend.put(key, _encoded(response)))
        writing.add_done_callback(lambda done: self._written(key, done))

    def count(self, *what: str) -> None:
        """Add to the stats."""
        with self._lock:
            self.stats.update(what)

    def clear(self) -> int:
        """Forget every answer in the namespace, waiting until it is done; errors are raised."""
        return self._write(self._backend.clear).result(timeout=60)

    def close(self, timeout: float | None = None) -> None:
        """Finish writing and let go of files and connections.

        Args:
            timeout: Most seconds for that; by default what is left to write is given the time it should take.
        """
        with self._lock:
            if self._closed:
                return
            self._closed = True
        needed = min(_LONGEST_CLOSING, max(_PATIENCE, 2 * len(self._unwritten) * (self.health.round_trip or 0.0)))
        timeout = (needed if self.health.good else _CLOSING_WHAT_FAILS) if timeout is None else timeout
        for workers in self._workers:
            workers.close(timeout)
        with suppress(Exception):  # nothing more will be asked of it
            self._backend.close()

    async def aclose(self) -> None:
        """As ``close``, without blocking the event loop."""
        await asyncio.to_thread(self.close)

    def _start_workers(self) -> list[DaemonThreads]:
        """Those who write, and those who read; none where nothing ever blocks."""
        readers = self._backend.threads
        sizes = {"cache-writer": readers // _READERS_PER_WRITER or 1, "cache-reader": readers} if readers else {}
        workers = [DaemonThreads(size, name, self._backend.close) for name, size in sizes.items()]
        for each in workers:
            weakref.finalize(self, each.close, _CLOSING_WHAT_FAILS)  # also when the process ends without close()
        return workers

    def _open(self) -> Future[None]:
        opening = self._read(lambda: self.health.timed(self._backend.open, TRIPS_TO_OPEN))
        opening.add_done_callback(self._opened)
        return opening

    def _opened(self, opening: Future[None]) -> None:
        if error := opening.exception():
            self._failed(error)
        else:
            self.health.succeeded()

    async def _look_up(self, key: str) -> str | None:
        """The text kept under a key, or ``None`` when there is none in time; what keeps failing is not asked."""
        others = self._answered
        try:
            if self.health.good:
                looking = self._read(lambda: self._looked_up(key))
                if not looking.done():
                    await asyncio.wait_for(asyncio.wrap_future(looking), self.health.seconds)
                self.health.succeeded()
                return looking.result()
            self.count("skipped")
            if self.health.takes_trial():
                self._open()
        except Exception as error:  # noqa: BLE001  # a cache must never fail a call, whatever its libraries raise
            if isinstance(error, TimeoutError) and others != self._answered:
                self.count("late")  # others got through meanwhile: the place is crowded rather than broken
            elif not self._closed:
                self._failed(error)
        return None

    def _looked_up(self, key: str) -> str | None:
        text = self.health.timed(lambda: self._backend.get(key))
        self._answered += 1  # a lost update does no harm: it only has to change
        return text

    def _written(self, key: str, writing: Future[None]) -> None:
        error = writing.exception()
        with self._lock:
            self._unwritten.pop(key, None)
            self.stats["stored"] += error is None
        if error is not None:
            self._failed(error)

    def _decoded(self, text: str | None) -> ChatResponse | None:
        if text is None:
            return None
        try:
            data = json.loads(text)
            return ChatResponse.from_dict(data["response"]) if data["schema"] == SCHEMA_VERSION else None
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
            self._tell(error)
            return None

    def _failed(self, error: BaseException) -> None:
        self.health.failed()
        self._tell(error)

    def _tell(self, error: BaseException) -> None:
        """Count what went wrong, and warn of the first."""
        self.count("errors")
        if self.stats["errors"] == 1:
            late = f"no answer in time; its setting deadline, here {self.health.deadline:.2g} s, can be a longer one"
            reason = redact_text(f"{type(error).__name__}: {error}") if str(error) else late
            logger.warning("the response cache (%s) fails, calls go on without it: %s", self.settings.place, reason)


def _encoded(response: ChatResponse) -> str:
    return json.dumps({"schema": SCHEMA_VERSION, "response": response.to_dict()})


def _at_once(work: Callable[Params, Result], /, *args: Params.args, **kwargs: Params.kwargs) -> Future[Result]:
    """Do work where it is asked for: for places that never block."""
    outcome: Future[Result] = Future()
    do(outcome, partial(work, *args, **kwargs))
    return outcome

"""Which calls of a run are finished, so that a run killed at any instant goes on without paying twice."""

from __future__ import annotations

import asyncio
import threading
import weakref
from collections.abc import Iterable, Iterator
from concurrent.futures import Future
from itertools import count

from attrs import evolve

from tool_sandbox.errors import HarnessError, ProviderError, SettingsError
from tool_sandbox.llm.chat import ChatRequest, ChatResponse
from tool_sandbox.llm.fingerprint import fingerprint
from tool_sandbox.llm.layers.journal.entry import CallKey, JournalEntry, read_line, written_line
from tool_sandbox.llm.layers.journal.store import JournalStore, Place
from tool_sandbox.threads import DaemonThreads


class Journal:
    """The finished calls, one JSON object a line. Safe for threads and any number of event loops.

    Args:
        store: Where the lines are; the journal closes it.
        secrets: Values that must never be written, such as API keys.
        replays_fallbacks: Whether answers of fallbacks are replayed; otherwise such calls are made again.
    """

    def __init__(self, store: JournalStore, *, secrets: Iterable[str] = (), replays_fallbacks: bool = True) -> None:
        self.damaged_lines = 0
        """Lines that could not be read, because of damage or another version."""
        self._store = store
        self._secrets = tuple(secrets)
        self._lock = threading.Lock()
        self._places: dict[CallKey, Place] = {}
        self._failures: list[Place] = []
        self._claimed: dict[CallKey, set[int]] = {}
        self._replays_fallbacks = replays_fallbacks
        self._passed_over: set[CallKey] = set()
        """Answers that stay written, because they were paid for, but are not given again."""
        self._unwritten: list[tuple[CallKey | None, bytes, Future[None]]] = []
        self._writer = DaemonThreads(1, "journal-writer")
        self._closing = weakref.finalize(self, _close, self._writer, store)
        self.read_on()

    def __len__(self) -> int:
        return len(self._places)

    def claim(self, request: ChatRequest) -> CallKey:
        """The key of a call about to be made; the next identical call of the same turn gets another one.

        Raises:
            HarnessError: If the request is not JSON-able, so that the call could not be found again.
        """
        tag = request.tag
        try:
            digest = fingerprint(request)
        except TypeError as error:
            message = (
                f"a request of {tag.role} in {tag.scenario!r} is not JSON-able, so it cannot be journaled: {error}"
            )
            raise HarnessError(message) from error
        key = CallKey(digest, tag.scenario, tag.trial, tag.role, tag.turn)
        with self._lock:
            claimed = self._claimed.setdefault(key, set())
            free = (evolve(key, occurrence=number) for number in count() if number not in claimed)
            key = next(each for each in free if each not in self._passed_over)
            claimed.add(key.occurrence)
        return key

    def release(self, key: CallKey) -> None:
        """Give back the key of a call that did not finish."""
        with self._lock:
            self._claimed.get(evolve(key, occurrence=0), set()).discard(key.occurrence)

    def rewind(self, scenario: str, trial: int) -> None:
        """Start over with a sample: its calls are asked for, and replayed, from the first one again."""
        with self._lock:
            for key in [key for key in self._claimed if (key.scenario, key.trial) == (scenario, trial)]:
                del self._claimed[key]

    def replay(self, key: CallKey) -> ChatResponse | None:
        """The answer of a call that finished before, at no cost; ``None`` if there is none."""
        with self._lock:
            place = self._places.get(key)
        if place is None:
            return None
        response = read_line(self._store.read(place)).response
        if response is None:
            return None
        saved = response.saved_cost if response.cached else response.cost
        return evolve(response, replayed=True, cost=0.0, saved_cost=saved)

    async def append(self, key: CallKey, request: ChatRequest, outcome: ChatResponse | ProviderError) -> None:
        """Write a finished call, or one that failed but was paid for; its store says how safe it is from then on.

        Raises:
            HarnessError: If the store does not take it.
        """
        await asyncio.shield(asyncio.wrap_future(self._write(key, request, outcome)))

    async def flush(self) -> None:
        """Bring to its place whatever was appended, at an orderly end.

        Raises:
            SettingsError: Its store does not take it; the message says what to do.
        """
        try:
            await asyncio.wrap_future(self._writer.submit(self._store.flush))
        except OSError as error:
            raise SettingsError(str(error)) from error

    def entries(self) -> Iterator[JournalEntry]:
        """Every call, segment by segment, in the order in which they were written; failed ones have no response."""
        with self._lock:
            places = sorted([*self._places.values(), *self._failures])
        for place in places:
            yield read_line(self._store.read(place))

    def read_on(self) -> None:
        """Take in what other processes have written into their segments since."""
        for place, line in self._store.unread():
            try:
                entry = read_line(line)
            except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
                self.damaged_lines += 1
                continue
            with self._lock:
                self._index(entry.key if entry.response else None, place)
                if entry.response and entry.response.fallback and not self._replays_fallbacks:
                    self._passed_over.add(entry.key)

    def close(self) -> None:
        """Close the store, once it has what was appended."""
        self._closing()

    def _index(self, key: CallKey | None, place: Place) -> None:
        """Note where a call stands: an answered one by its key, a failed one without, since it will be made again."""
        if key is None:
            self._failures.append(place)
        else:
            self._places[key] = place

    def _write(self, key: CallKey, request: ChatRequest, outcome: ChatResponse | ProviderError) -> Future[None]:
        line = written_line(key, request, outcome, self._secrets)
        written: Future[None] = Future()
        with self._lock:
            self._unwritten.append((key if isinstance(outcome, ChatResponse) else None, line, written))
        try:
            self._writer.submit(self._commit)
        except RuntimeError as error:
            message = f"the journal {self._store.name} is closed"
            raise HarnessError(message) from error
        return written

    def _commit(self) -> None:
        """Write whatever is waiting at once; runs in the writer's thread alone."""
        with self._lock:
            batch, self._unwritten = self._unwritten, []
        if not batch:
            return
        try:
            places = self._store.append([line for _, line, _ in batch])
        except OSError as error:
            message = f"cannot write the journal {self._store.name}: {error}"
            for _, _, written in batch:
                written.set_exception(HarnessError(message))
            return
        for (key, _, written), place in zip(batch, places, strict=True):
            with self._lock:
                self._index(key, place)
            written.set_result(None)


def _close(writer: DaemonThreads, store: JournalStore) -> None:
    writer.close()
    store.close()

"""Which calls of a run are finished, so that a run killed at any instant goes on without paying twice."""

from __future__ import annotations

import asyncio
import threading
import weakref
from array import array
from collections.abc import Iterable, Iterator
from contextlib import suppress

from attrs import evolve

from tool_sandbox.errors import HarnessError, ProviderError, SettingsError
from tool_sandbox.llm.chat import ChatRequest, ChatResponse
from tool_sandbox.llm.fingerprint import fingerprint
from tool_sandbox.llm.layers.journal.entry import CallKey, JournalEntry, read_line, written_line
from tool_sandbox.llm.layers.journal.requests import RequestWriter
from tool_sandbox.llm.layers.journal.store import JournalStore, Place
from tool_sandbox.threads import DaemonThreads

_SampleKey = tuple[str, int]
"""Scenario and trial."""

_SOON = 0.1
"""Seconds after which the disk is to have a line: so much is asked for again when the machine itself stops."""


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
        self._requests = RequestWriter(self._secrets)
        self._lock = threading.Lock()
        self._places: dict[_SampleKey, dict[CallKey, Place]] = {}
        self._claimed: dict[_SampleKey, dict[CallKey, set[int]]] = {}
        self._other_places: array[int] = array("q")
        """Of the calls that nobody asks for any more, the numbers of each place."""
        self._settled = 0
        """How many of these were answered."""
        self._replays_fallbacks = replays_fallbacks
        self._passed_over: set[CallKey] = set()
        """Answers that stay written, because they were paid for, but are not given again."""
        self._threads = DaemonThreads(1, "journal")
        self._is_closed = threading.Event()
        self._syncs_soon = False
        """Whether the thread is about to have the disk keep what was written."""
        self._syncing = threading.Lock()
        self._trouble: OSError | None = None
        """Why the disk could not, as long as nobody was told: it says so only once."""
        self._reading = threading.Lock()
        self._closing = weakref.finalize(self, _close, self._lock, self._is_closed, self._threads, store)
        self._read_on()

    def __len__(self) -> int:
        return self._settled + sum(map(len, self._places.values()))

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
            claimed = self._claimed.setdefault(key.sample, {}).setdefault(key, set())
            while key.occurrence in claimed or key in self._passed_over:
                key = evolve(key, occurrence=key.occurrence + 1)
            claimed.add(key.occurrence)
        return key

    def release(self, key: CallKey) -> None:
        """Give back the key of a call that did not finish."""
        with self._lock:
            self._claimed.get(key.sample, {}).get(evolve(key, occurrence=0), set()).discard(key.occurrence)

    def rewind(self, scenario: str, trial: int) -> None:
        """Start over with a sample: its calls are asked for, and replayed, from the first one again."""
        with self._lock:
            self._claimed.pop((scenario, trial), None)

    def settle(self, scenario: str, trial: int) -> None:
        """Know of a sample that is over only where its calls stand: nobody asks for them again."""
        with self._lock:
            self._claimed.pop((scenario, trial), None)
            places = self._places.pop((scenario, trial), {})
            self._passed_over.difference_update(places)
            self._settled += len(places)
            for place in places.values():
                self._other_places.extend(place)
        self._requests.forget(scenario, trial)

    def replay(self, key: CallKey) -> ChatResponse | None:
        """The answer of a call that finished before, at no cost; ``None`` if there is none."""
        with self._lock:
            place = self._places.get(key.sample, {}).get(key)
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
            HarnessError: If the store does not take it, or has had no room for too long, although it has it then.
        """
        response = outcome if isinstance(outcome, ChatResponse) else None
        asked = self._requests.record((key.scenario, key.trial, key.role), request, response)
        line = written_line(key, request, outcome, self._secrets, asked=asked)
        try:
            try:
                if not self._store.has_room:
                    await asyncio.to_thread(self._store.await_room)
            finally:  # it was paid for: also where there is no room, or nobody waits for it any more
                self._write(key if response else None, line)
        except Exception as error:
            message = f"cannot write the journal {self._store.name}: {error}"
            raise HarnessError(message) from error

    def sync(self) -> None:
        """Wait until this machine's disk has whatever was appended.

        Raises:
            OSError: It does not take it.
        """
        with self._syncing:
            if self._is_closed.is_set():
                return
            trouble, self._trouble = self._trouble, None
            if trouble is not None:
                raise trouble
            self._store.sync()

    async def flush(self) -> None:
        """Bring to its place whatever was appended, at an orderly end.

        Raises:
            SettingsError: Its store does not take it; the message says what to do.
        """
        try:
            await asyncio.to_thread(self._store.flush)
        except OSError as error:
            raise SettingsError(str(error)) from error

    def entries(self) -> Iterator[JournalEntry]:
        """Every call, segment by segment, in the order in which they were written; failed ones have no response."""
        with self._lock:
            known = [place for places in self._places.values() for place in places.values()]
            numbers = iter(self._other_places.tolist())
            places = sorted([*known, *map(Place, numbers, numbers, numbers)])
        for place in places:
            yield read_line(self._store.read(place))

    def read_on(self) -> None:
        """Take in what other processes have written into their segments since; blocks until that is done."""
        with self._reading:
            self._read_on()

    def close(self) -> None:
        """Close the store, once it has what was appended."""
        self._closing()

    def _read_on(self) -> None:
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

    def _write(self, key: CallKey | None, line: bytes) -> None:
        """Have the store take a line, and soon the disk; without a key it is of a call that failed."""
        with self._lock:
            if self._is_closed.is_set():  # its files are, too, and their numbers may be those of others by now
                message = "it is closed"
                raise OSError(message)
            self._index(key, self._store.append(line))
            is_due, self._syncs_soon = not self._syncs_soon, True
        if is_due:
            with suppress(RuntimeError):  # it is being closed, which syncs
                self._threads.submit(self._sync_soon)

    def _sync_soon(self) -> None:
        """Have the disk keep what comes within a moment; runs in the journal's own thread."""
        self._is_closed.wait(_SOON)
        self._syncs_soon = False
        with self._syncing:
            try:
                self._store.sync()
            except OSError as error:
                self._trouble = error

    def _index(self, key: CallKey | None, place: Place) -> None:
        """Note where a call stands: an answered one by its key, a failed one without, since it will be made again."""
        if key is None:
            self._other_places.extend(place)
        else:
            self._places.setdefault(key.sample, {})[key] = place


def _close(lock: threading.Lock, is_closed: threading.Event, threads: DaemonThreads, store: JournalStore) -> None:
    with lock:  # nobody is writing
        is_closed.set()
    threads.close()
    store.close()

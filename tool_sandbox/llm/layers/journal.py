"""Every finished call of a run on disk, so that a run killed at any instant goes on without paying twice."""

from __future__ import annotations

import asyncio
import contextlib
import os
import threading
import weakref
from collections.abc import Iterable, Iterator
from concurrent.futures import Future
from itertools import count
from pathlib import Path

from attrs import evolve

from tool_sandbox.errors import HarnessError, ProviderError
from tool_sandbox.llm.chat import ChatModel, ChatRequest, ChatResponse, was_paid
from tool_sandbox.llm.fingerprint import fingerprint
from tool_sandbox.llm.layer import Wrapper
from tool_sandbox.llm.layers.journal_entry import CallKey, JournalEntry, read_line, written_line
from tool_sandbox.threads import DaemonThreads

__all__ = ["CallKey", "Journal", "JournalEntry", "Journaled"]


class Journal:
    """The file of finished calls, one JSON object a line. Safe for threads and any number of event loops.

    A last line that a crash tore apart is cut off when the file is opened again; a damaged line elsewhere is skipped.

    Args:
        path: The file; made if it is not there.
        secrets: Values that must never be written, such as API keys.
        replays_fallbacks: Whether answers of fallbacks are replayed; otherwise such calls are made again.
    """

    def __init__(self, path: Path, *, secrets: Iterable[str] = (), replays_fallbacks: bool = True) -> None:
        self.path = Path(path)
        self.damaged_lines = 0
        """Lines that could not be read, because of damage or another version."""
        self._secrets = tuple(secrets)
        self._lock = threading.Lock()
        self._places: dict[CallKey, tuple[int, int]] = {}
        self._failures: list[tuple[int, int]] = []
        self._claimed: dict[CallKey, set[int]] = {}
        self._replays_fallbacks = replays_fallbacks
        self._passed_over: set[CallKey] = set()
        """Answers that stay written, because they were paid for, but are not given again."""
        self._unwritten: list[tuple[CallKey | None, bytes, Future[None]]] = []
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self._file = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o644)
        self._end = self._load()
        _sync_directory(self.path.parent)
        self._writer = DaemonThreads(1, "journal-writer")
        self._closing = weakref.finalize(self, _close, self._writer, self._file)

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
        offset, length = place
        response = read_line(os.pread(self._file, length, offset)).response
        if response is None:
            return None
        saved = response.saved_cost if response.cached else response.cost
        return evolve(response, replayed=True, cost=0.0, saved_cost=saved)

    async def append(self, key: CallKey, request: ChatRequest, outcome: ChatResponse | ProviderError) -> None:
        """Write a finished call, or one that failed but was paid for; when this returns, no crash can lose it.

        Raises:
            HarnessError: If the file cannot be written.
        """
        await asyncio.shield(asyncio.wrap_future(self._write(key, request, outcome)))

    def entries(self) -> Iterator[JournalEntry]:
        """Every call, in the order in which they were written; those that failed have no response."""
        with self._lock:
            places = sorted([*self._places.values(), *self._failures])
        for offset, length in places:
            yield read_line(os.pread(self._file, length, offset))

    def close(self) -> None:
        """Close the file; what was appended is on disk already."""
        self._closing()

    def _load(self) -> int:
        """Index the file; returns where it ends once a torn last line is gone."""
        offset = 0
        line = b""
        with self.path.open("rb") as file:
            for line in file:
                try:
                    entry = read_line(line)
                except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
                    if not line.endswith(b"\n"):
                        os.ftruncate(self._file, offset)
                        return offset
                    self.damaged_lines += 1
                else:
                    self._index(entry.key if entry.response else None, offset, len(line))
                    if entry.response and entry.response.fallback and not self._replays_fallbacks:
                        self._passed_over.add(entry.key)
                offset += len(line)
        if line and not line.endswith(b"\n"):
            offset += os.write(self._file, b"\n")
        return offset

    def _index(self, key: CallKey | None, offset: int, length: int) -> None:
        """Note where a call stands: an answered one by its key, a failed one without, since it will be made again."""
        if key is None:
            self._failures.append((offset, length))
        else:
            self._places[key] = (offset, length)

    def _write(self, key: CallKey, request: ChatRequest, outcome: ChatResponse | ProviderError) -> Future[None]:
        line = written_line(key, request, outcome, self._secrets)
        written: Future[None] = Future()
        with self._lock:
            self._unwritten.append((key if isinstance(outcome, ChatResponse) else None, line, written))
        try:
            self._writer.submit(self._commit)
        except RuntimeError as error:
            message = f"the journal {self.path} is closed"
            raise HarnessError(message) from error
        return written

    def _commit(self) -> None:
        """Write whatever is waiting with one fsync; runs in the writer's thread alone."""
        with self._lock:
            batch, self._unwritten = self._unwritten, []
        if not batch:
            return
        try:
            os.ftruncate(self._file, self._end)  # what a failed write left behind
            _write_all(self._file, b"".join(line for _, line, _ in batch))
            os.fsync(self._file)
        except OSError as error:
            message = f"cannot write the journal {self.path}: {error}"
            with contextlib.suppress(OSError):  # tried again before the next write
                os.ftruncate(self._file, self._end)
            for _, _, written in batch:
                written.set_exception(HarnessError(message))
            return
        for key, line, written in batch:
            with self._lock:
                self._index(key, self._end, len(line))
            self._end += len(line)
            written.set_result(None)


class Journaled(Wrapper):
    """A model whose finished calls are in a journal, and come from it when they were made before.

    Args:
        inner: The model.
        journal: The journal of the run.
    """

    def __init__(self, inner: ChatModel, journal: Journal) -> None:
        super().__init__(inner)
        self._journal = journal

    async def acomplete(self, request: ChatRequest) -> ChatResponse:
        """Replay the call if it finished before; else make it and write it down."""
        key = self._journal.claim(request)
        try:
            response = self._journal.replay(key)
            if response is None:
                response = await self.inner.acomplete(request)
                await self._journal.append(key, request, response)
        except BaseException as error:  # also when cancelled: the call did not finish, whatever the reason
            self._journal.release(key)
            if isinstance(error, ProviderError) and was_paid(error):
                await self._journal.append(key, request, error)
            raise
        return response


def _write_all(file: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(file, view) :]


def _sync_directory(path: Path) -> None:
    """Make a new file's name as durable as its contents."""
    directory = os.open(path, os.O_RDONLY)
    try:
        os.fsync(directory)
    finally:
        os.close(directory)


def _close(writer: DaemonThreads, file: int) -> None:
    writer.close()
    os.close(file)

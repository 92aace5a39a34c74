"""Work that many tasks hand to one thread, which takes at once whatever has come while it was busy."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Generic, NamedTuple, Self, TypeVar

from tool_sandbox.threads import DaemonThreads

Item = TypeVar("Item")
Work = Callable[[Sequence[Item]], None]


class ClosedError(RuntimeError):
    """Nothing is taken any more."""


class Batches(Generic[Item]):
    """One thread for what is cheaper to do at once. Safe for threads and any number of event loops.

    Args:
        name: Prefix of the thread's name.
    """

    def __init__(self, name: str) -> None:
        self.threads = DaemonThreads(1, name)
        """The thread, for other work in the same order."""
        self._lock = threading.Lock()
        self._waiting: list[_Waiting[Item]] = []
        self._busy = False
        """Whether the thread will look for further items, so that nobody has to wake it."""

    async def add(self, item: Item, work: Work[Item]) -> None:
        """Have something done, together with what others add meanwhile; also when whoever waits is cancelled.

        Args:
            item: One of what is done.
            work: Does all of them, in the thread; the same for each item.

        Raises:
            ClosedError: ``close`` was called.
            Exception: What ``work`` raises, to all whose items it was given.
        """
        done = asyncio.get_running_loop().create_future()
        with self._lock:
            self._waiting.append(_Waiting(item, done))
            busy, self._busy = self._busy, True
        if not busy:
            self._begin(work)
        await done

    async def __aenter__(self) -> Self:
        """Closed at the end of the block."""
        return self

    async def __aexit__(self, *_error: object) -> None:
        """As ``close``."""
        self.close()

    def close(self) -> None:
        """Do what was added, as far as that is possible in a moment, and take nothing more."""
        self.threads.close()

    def _begin(self, work: Work[Item]) -> None:
        try:
            self.threads.submit(self._work_off, work)
        except RuntimeError as error:
            with self._lock:
                self._waiting, self._busy = [], False
            raise ClosedError(str(error)) from error

    def _work_off(self, work: Work[Item]) -> None:
        while True:
            with self._lock:
                batch, self._waiting = self._waiting, []
                if not batch:
                    self._busy = False
                    return
            try:
                work([each.item for each in batch])
            except Exception as error:  # noqa: BLE001 -- whatever it is, it belongs to those who wait
                _tell(batch, error)
            else:
                _tell(batch, None)


class _Waiting(NamedTuple, Generic[Item]):
    """What somebody waits for."""

    item: Item
    done: asyncio.Future[None]


def _tell(batch: Sequence[_Waiting[Item]], error: Exception | None) -> None:
    """Wake those who wait, each event loop once."""
    by_loop: dict[asyncio.AbstractEventLoop, list[asyncio.Future[None]]] = {}
    for each in batch:
        by_loop.setdefault(each.done.get_loop(), []).append(each.done)
    for loop, done in by_loop.items():
        with suppress(RuntimeError):  # the loop is closed, so nobody waits there any more
            loop.call_soon_threadsafe(_settle, done, error)


def _settle(waiting: Sequence[asyncio.Future[None]], error: Exception | None) -> None:
    for done in waiting:
        if done.done():  # whoever waited was cancelled
            continue
        if error is None:
            done.set_result(None)
        else:
            done.set_exception(error)

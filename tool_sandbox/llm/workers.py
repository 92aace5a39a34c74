"""A few daemon threads for work that may hang: unlike an executor's, they never keep the process from ending."""

from __future__ import annotations

import contextlib
import queue
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any, TypeVar

T = TypeVar("T")

_Task = tuple["Future[Any]", Callable[[], Any]]


class Workers:
    """Up to ``count`` threads, started when needed.

    Args:
        count: Threads at most.
        name: Prefix of the threads' names.
        on_exit: Called in each thread when it ends.
    """

    def __init__(self, count: int, name: str, on_exit: Callable[[], None] | None = None) -> None:
        self._count = count
        self._name = name
        self._on_exit = on_exit
        self._tasks: queue.SimpleQueue[_Task | None] = queue.SimpleQueue()
        self._threads: list[threading.Thread] = []
        self._idle = 0
        self._closed = False
        self._lock = threading.Lock()

    def submit(self, work: Callable[[], T]) -> Future[T]:
        """Have the work done in a thread.

        Raises:
            RuntimeError: If the workers were closed.
        """
        future: Future[T] = Future()
        with self._lock:
            if self._closed:
                msg = f"{self._name} is closed"
                raise RuntimeError(msg)
            self._tasks.put((future, work))
            if self._idle:
                self._idle -= 1
            elif len(self._threads) < self._count:
                thread = threading.Thread(target=self._run, name=f"{self._name}-{len(self._threads)}", daemon=True)
                self._threads.append(thread)
                thread.start()
        return future

    def write_off(self) -> None:
        """Allow one more thread: the work of one of them may never come to an end."""
        with self._lock:
            self._count += 1

    def close(self, timeout: float = 2.0) -> bool:
        """Finish what was submitted and end the threads; returns whether that was possible in ``timeout`` seconds."""
        with self._lock:
            self._closed = True
            for _ in self._threads:
                self._tasks.put(None)
            threads, self._threads = self._threads, []
        deadline = time.monotonic() + timeout
        for thread in threads:
            thread.join(max(0.0, deadline - time.monotonic()))
        return not any(thread.is_alive() for thread in threads)

    def _run(self) -> None:
        while (task := self._next()) is not None:
            future, work = task
            if future.set_running_or_notify_cancel():
                try:
                    future.set_result(work())
                except BaseException as error:  # noqa: BLE001  # whatever it is, it belongs to who asked for the work
                    future.set_exception(error)
            del task, future, work
        if self._on_exit is not None:
            with contextlib.suppress(Exception):  # the thread ends anyway, and nobody is left to tell
                self._on_exit()

    def _next(self) -> _Task | None:
        with contextlib.suppress(queue.Empty):
            return self._tasks.get_nowait()
        with self._lock:
            self._idle += 1
        return self._tasks.get()

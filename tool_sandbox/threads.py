"""The event loop's own threads, in which libraries do what blocks."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, ParamSpec, TypeVar

Params = ParamSpec("Params")
Result = TypeVar("Result")


class LoopThreads(ThreadPoolExecutor):
    """A pool of daemon threads: a call that never comes back cannot keep the process from ending.

    It is a ``ThreadPoolExecutor`` by name only, because that is the one kind of executor an event loop takes.
    """

    def __init__(self, size: int) -> None:  # the parent's state is not used: its threads are joined at exit
        self._size = size
        self._jobs: queue.SimpleQueue[Callable[[], None]] = queue.SimpleQueue()
        self._lock = threading.Lock()
        self._started = 0
        self._idle = threading.Semaphore(0)

    def submit(self, fn: Callable[Params, Result], /, *args: Params.args, **kwargs: Params.kwargs) -> Future[Result]:
        """Run ``fn`` in one of the threads."""
        future: Future[Result] = Future()

        def job() -> None:
            if not future.set_running_or_notify_cancel():
                return
            try:
                result = fn(*args, **kwargs)
            except BaseException as error:  # noqa: BLE001 -- it belongs to whoever waits for the future
                future.set_exception(error)
            else:
                future.set_result(result)

        self._jobs.put(job)
        self._start_thread_if_none_is_idle()
        return future

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Let the threads end with the process."""

    def _start_thread_if_none_is_idle(self) -> None:
        if self._idle.acquire(blocking=False):
            return
        with self._lock:
            if self._started >= self._size:
                return
            self._started += 1
        threading.Thread(target=self._work, name=f"tool_sandbox-loop-{self._started}", daemon=True).start()

    def _work(self) -> Any:
        while True:
            self._jobs.get()()
            self._idle.release()

"""Daemon threads: for what blocks an event loop, and for an event loop that serves callers that cannot await."""

from __future__ import annotations

import asyncio
import atexit
import os
import queue
import threading
from collections.abc import Awaitable, Callable, Coroutine
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from contextvars import ContextVar, copy_context
from typing import Any, ParamSpec, TypeVar

Params = ParamSpec("Params")
Result = TypeVar("Result")

_WORKERS = 64
"""Threads for blocking work in the loop of ``block_on``."""
_GRACE = 2.0
"""Seconds that work which nobody waits for any more has to come to an end."""
_waiting: ContextVar[frozenset[int]] = ContextVar("tool_sandbox_waiting", default=frozenset())


def block_on(work: Callable[Params, Awaitable[Result]], /, *args: Params.args, **kwargs: Params.kwargs) -> Result:
    """Call a coroutine function and wait for it, wherever that is: also in a thread whose own event loop is running.

    The coroutine runs in a copy of the caller's ``contextvars`` context, in an event loop that all callers of the
    process share. Connections that it leaves open serve the next call.

    Raises:
        BaseException: Whatever the coroutine raises. Whatever interrupts the waiting, such as ``KeyboardInterrupt``,
            also cancels the coroutine.
    """
    ended = threading.Event()

    async def run() -> Result:
        try:
            return await work(*args, **kwargs)
        finally:
            ended.set()

    token = _waiting.set(waiting_threads() | {threading.get_ident()})
    try:
        if _SHARED_LOOP.runs_in(waiting_threads()):
            return _run_apart(run)
        future = asyncio.run_coroutine_threadsafe(run(), _SHARED_LOOP.get())  # in a copy of this context
        try:
            return future.result()
        except BaseException:
            if future.cancel():
                ended.wait(_GRACE)
            raise
    finally:
        _waiting.reset(token)


def waiting_threads() -> frozenset[int]:
    """The threads further up that wait for what runs here: their event loops stand still meanwhile."""
    return _waiting.get()


def _run_apart(run: Callable[[], Coroutine[Any, Any, Result]]) -> Result:
    """Run a coroutine in a loop and a thread of its own: the shared loop waits here, so it cannot run anything."""
    outcome: Future[Result] = Future()
    context = copy_context()

    def work() -> None:
        try:
            outcome.set_result(context.run(asyncio.run, run()))
        except BaseException as error:  # noqa: BLE001 -- it belongs to whoever waits
            outcome.set_exception(error)

    threading.Thread(target=work, name="tool_sandbox-nested", daemon=True).start()
    return outcome.result()


class _SharedLoop:
    """One event loop of the process in a daemon thread, started when it is first needed."""

    _lock: threading.Lock
    _loop: asyncio.AbstractEventLoop | None
    _thread: threading.Thread | None

    def __init__(self) -> None:
        self._forget()
        os.register_at_fork(after_in_child=self._forget)
        atexit.register(self._close)

    def get(self) -> asyncio.AbstractEventLoop:
        """The loop, running."""
        with self._lock:
            if self._loop is None:
                self._loop = asyncio.new_event_loop()
                self._loop.set_default_executor(LoopThreads(_WORKERS))
                self._loop.set_exception_handler(_without_lost_tasks)
                self._thread = threading.Thread(target=self._loop.run_forever, name="tool_sandbox-edge", daemon=True)
                self._thread.start()
            return self._loop

    def runs_in(self, threads: frozenset[int]) -> bool:
        """Whether it is one of these threads that runs the loop, which then never comes to what they wait for."""
        return self._thread is not None and self._thread.ident in threads

    def _forget(self) -> None:
        """Begin anew in a forked process, which has no thread but the one that forked."""
        self._lock = threading.Lock()
        self._loop = None
        self._thread = None

    def _close(self) -> None:
        """Close connections whose owners never did, as ``asyncio.run`` does at its end."""
        if self._loop is not None:
            with suppress(Exception):  # the process ends anyway, and nobody is left to tell
                asyncio.run_coroutine_threadsafe(self._loop.shutdown_asyncgens(), self._loop).result(_GRACE)


def _without_lost_tasks(loop: asyncio.AbstractEventLoop, problem: dict[str, Any]) -> None:
    """Say nothing of tasks that a library forgot: LiteLLM drops its worker whenever another loop calls it."""
    if "was destroyed but it is pending" not in problem["message"]:
        loop.default_exception_handler(problem)


_SHARED_LOOP = _SharedLoop()


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

"""Daemon threads: for what blocks an event loop, and for an event loop that serves callers that cannot await."""

from __future__ import annotations

import asyncio
import atexit
import os
import queue
import threading
import time
from collections.abc import Awaitable, Callable, Coroutine
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from contextvars import ContextVar, copy_context
from functools import partial
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
            return run_apart(run)  # the shared loop waits here, so it cannot run anything
        future = asyncio.run_coroutine_threadsafe(run(), _SHARED_LOOP.get())  # in a copy of this context
        try:
            return future.result()
        except BaseException:
            if future.cancel():
                ended.wait(_GRACE)
            raise
    finally:
        _waiting.reset(token)


def at_once(
    work: Callable[Params, Coroutine[Any, Any, Result]], /, *args: Params.args, **kwargs: Params.kwargs
) -> Result:
    """Call a coroutine function that waits for nothing: without an event loop, and so in this very thread.

    Raises:
        RuntimeError: It waits for something.
    """
    coroutine = work(*args, **kwargs)
    try:
        coroutine.send(None)
    except StopIteration as end:
        result: Result = end.value
        return result
    coroutine.close()
    message = f"{work.__qualname__}() waits for something"
    raise RuntimeError(message)


def waiting_threads() -> frozenset[int]:
    """The threads further up that wait for what runs here: their event loops stand still meanwhile."""
    return _waiting.get()


def run_apart(run: Callable[[], Coroutine[Any, Any, Result]]) -> Result:
    """Run a coroutine to its end in an event loop and a thread of its own, in a copy of this context."""
    return begun(lambda: asyncio.run(run()), "tool_sandbox-apart")[1].result()


def run_with_deadline(work: Callable[[], Result], seconds: float) -> Result:
    """Run ``work`` in a thread of its own and wait no longer than ``seconds``.

    Work that is not done by then is stopped as soon as its thread runs Python code and not a call into C; until then it
    is left behind in its thread.

    Raises:
        TimeoutError: It was not done in time.
    """
    thread, outcome = begun(work, "tool_sandbox-call")
    thread.join(min(seconds, threading.TIMEOUT_MAX))
    if thread.is_alive():
        if not outcome.cancel():  # else it has not begun, and never will
            _raise_in(thread, StoppedError)
        message = f"The call did not finish within {seconds:g} s."
        raise TimeoutError(message)
    return outcome.result()


class StoppedError(BaseException):
    """Raised in the midst of work that nobody waits for any more; no ``except Exception`` keeps it going."""


def begun(work: Callable[[], Result], name: str) -> tuple[threading.Thread, Future[Result]]:
    """Work in a daemon thread of its own, in a copy of this context, and what will come of it."""
    outcome: Future[Result] = Future()
    thread = threading.Thread(target=do, args=(outcome, partial(copy_context().run, work)), name=name, daemon=True)
    thread.start()
    return thread, outcome


def do(outcome: Future[Result], work: Callable[[], Result]) -> None:
    """Do work, and set what came of it, unless it was cancelled before."""
    if not outcome.set_running_or_notify_cancel():
        return
    try:
        outcome.set_result(work())
    except BaseException as error:  # noqa: BLE001 -- whatever it is, it belongs to who waits for it
        outcome.set_exception(error)


def _raise_in(thread: threading.Thread, error: type[BaseException]) -> None:
    """Have a thread raise an exception at the next instruction of Python code that it comes to."""
    import ctypes

    ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread.ident or 0), ctypes.py_object(error))


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
                self._loop.set_default_executor(DaemonThreads(_WORKERS))
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


class DaemonThreads(ThreadPoolExecutor):
    """Up to ``size`` daemon threads, started when needed: a call that never comes back keeps no process from ending.

    It is a ``ThreadPoolExecutor`` by name only, because that is the one kind of executor an event loop takes.

    Args:
        size: Threads at most.
        name: Prefix of the threads' names.
        on_exit: Called in each thread when it ends.
    """

    def __init__(  # the parent's state is not used: its threads are joined at exit
        self, size: int, name: str = "tool_sandbox-loop", on_exit: Callable[[], None] | None = None
    ) -> None:
        self._size = size
        self._name = name
        self._on_exit = on_exit
        self._jobs: queue.SimpleQueue[Callable[[], None] | None] = queue.SimpleQueue()
        self._started: list[threading.Thread] = []
        self._idle = 0
        self._closed = False
        self._lock = threading.Lock()

    def submit(self, fn: Callable[Params, Result], /, *args: Params.args, **kwargs: Params.kwargs) -> Future[Result]:
        """Call ``fn`` in one of the threads.

        Raises:
            RuntimeError: They were closed.
        """
        future: Future[Result] = Future()
        with self._lock:
            if self._closed:
                message = f"{self._name} is closed"
                raise RuntimeError(message)
            self._jobs.put(partial(do, future, partial(fn, *args, **kwargs)))
            if self._idle:
                self._idle -= 1
            elif len(self._started) < self._size:
                thread = threading.Thread(target=self._run, name=f"{self._name}-{len(self._started)}", daemon=True)
                self._started.append(thread)
                thread.start()
        return future

    def write_off(self) -> None:
        """Allow one more thread: the work of one of them may never come to an end."""
        with self._lock:
            self._size += 1

    def allow(self, size: int) -> None:
        """Allow so many threads at least."""
        with self._lock:
            self._size = max(self._size, size)

    def close(self, timeout: float = 2.0) -> bool:
        """Finish what was submitted and end the threads; returns whether that was possible in ``timeout`` seconds."""
        with self._lock:
            self._closed = True
            for _ in self._started:
                self._jobs.put(None)
            threads, self._started = self._started, []
        deadline = time.monotonic() + timeout
        others = [thread for thread in threads if thread is not threading.current_thread()]  # the last user may be here
        for thread in others:
            thread.join(max(0.0, deadline - time.monotonic()))
        return not any(thread.is_alive() for thread in others)

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Let the threads end with the process; event loops call this at their end."""

    def _run(self) -> None:
        while (job := self._next()) is not None:
            job()
            del job
        if self._on_exit is not None:
            with suppress(Exception):  # the thread ends anyway, and nobody is left to tell
                self._on_exit()

    def _next(self) -> Callable[[], None] | None:
        with suppress(queue.Empty):
            return self._jobs.get_nowait()
        with self._lock:
            self._idle += 1
        return self._jobs.get()

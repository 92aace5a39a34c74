"""A watchdog for blocking calls: LiteLLM's ``timeout`` bounds each read, not the call."""

from __future__ import annotations

import contextvars
import threading
from collections.abc import Callable
from typing import Any, TypeVar

T = TypeVar("T")

GRACE = 0.5
"""Seconds beyond the time-out before a call is abandoned, so that the library's own time-out is heard first."""


class StoppedError(BaseException):
    """Raised in the midst of work that nobody waits for any more; no ``except Exception`` keeps it going."""


def run_with_deadline(work: Callable[[], T], seconds: float, *, stop: bool = False) -> T:
    """Run ``work`` in a thread of its own and wait no longer than ``seconds``.

    A call that does not return is left behind in a daemon thread, which never delays the exit of the process.

    Args:
        work: What to do.
        seconds: How long to wait.
        stop: Also interrupt the work, as soon as its thread runs Python code and not a call into C.

    Raises:
        TimeoutError: The call did not finish in time.
    """
    outcome: dict[str, Any] = {}
    context = contextvars.copy_context()

    def run() -> None:
        try:
            outcome["value"] = context.run(work)
        except BaseException as error:  # noqa: BLE001 -- handed over to the waiting thread
            outcome["error"] = error

    thread = threading.Thread(target=run, name="tool_sandbox-call", daemon=True)
    thread.start()
    thread.join(min(seconds, threading.TIMEOUT_MAX))
    if thread.is_alive():
        if stop and thread.ident is not None:
            _raise_in(thread.ident, StoppedError)
        message = f"The call did not finish within {seconds:g} s."
        raise TimeoutError(message)
    if "error" in outcome:
        raise outcome["error"]
    value: T = outcome["value"]
    return value


def _raise_in(thread: int, error: type[BaseException]) -> None:
    """Have a thread raise an exception at the next instruction of Python code that it comes to."""
    import ctypes

    ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread), ctypes.py_object(error))

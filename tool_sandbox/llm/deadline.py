"""A watchdog for blocking calls: LiteLLM's ``timeout`` bounds each read, not the call."""

from __future__ import annotations

import contextvars
import threading
from collections.abc import Callable
from typing import Any, TypeVar

T = TypeVar("T")

GRACE = 0.5
"""Seconds beyond the time-out before a call is abandoned, so that the library's own time-out is heard first."""


def run_with_deadline(work: Callable[[], T], seconds: float) -> T:
    """Run ``work`` in a thread of its own and wait no longer than ``seconds``.

    A call that does not return is left behind in a daemon thread, which never delays the exit of the process.

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
    thread.join(seconds)
    if thread.is_alive():
        message = f"The call did not finish within {seconds:g} s."
        raise TimeoutError(message)
    if "error" in outcome:
        raise outcome["error"]
    value: T = outcome["value"]
    return value

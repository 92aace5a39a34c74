"""Running coroutine functions where plain functions are called."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Awaitable
from contextvars import ContextVar
from functools import partial
from typing import Any

from tool_sandbox.threads import run_apart

_awaiting: ContextVar[bool] = ContextVar("tool_sandbox_awaiting", default=False)


def finished(result: Any) -> Any:
    """The result itself; what it comes to if it is to be awaited.

    Each is awaited in an event loop of its own, so that one that blocks its loop holds up no other. A coroutine that is
    made while another one is awaited here is left to that one.
    """
    if not inspect.isawaitable(result):
        return result
    if not _has_running_loop():
        return asyncio.run(_awaited(result))
    if _awaiting.get():
        return result
    return run_apart(partial(_awaited, result))


async def _awaited(result: Awaitable[Any]) -> Any:
    _awaiting.set(True)
    return await result


def _has_running_loop() -> bool:
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return False
    return True

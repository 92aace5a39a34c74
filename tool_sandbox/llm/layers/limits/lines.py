"""Calls that wait for a place, in lines: one of each line after the other, so that none waits for a longer one."""

from __future__ import annotations

import asyncio
from collections import Counter, deque

from attrs import define

from tool_sandbox.llm.layers.limits.place import Place

Line = tuple[str, str]
"""Whose calls wait in one line: those of one run for one model."""


@define(eq=False)
class Waiter:
    """A call that waits for a place."""

    line: Line
    size: int
    """Bytes of its request, where tokens are counted."""
    loop: asyncio.AbstractEventLoop
    admitted: asyncio.Future[Place]
    since: float
    closed_before: Counter[str]
    """How long the endpoint had been closed by then, by cause."""


class Lines:
    """Who waits at one endpoint, and whose turn it is. Not locked: the endpoint that owns it is."""

    def __init__(self) -> None:
        self._lines: dict[Line, deque[Waiter]] = {}
        self._waiting = 0

    def __len__(self) -> int:
        return self._waiting

    @property
    def first(self) -> Waiter:
        """Whose turn it is; there must be somebody."""
        return next(iter(self._lines.values()))[0]

    @property
    def since(self) -> float:
        """Since when somebody waits; there must be somebody."""
        return min(waiters[0].since for waiters in self._lines.values())

    def join(self, waiter: Waiter) -> None:
        """Wait in one's line, behind those who came before."""
        self._lines.setdefault(waiter.line, deque()).append(waiter)
        self._waiting += 1

    def leave(self, waiter: Waiter) -> None:
        """Wait no longer, if one does; then it is the turn of the other lines."""
        waiters = self._lines.get(waiter.line, deque())
        if waiter not in waiters:
            return
        waiters.remove(waiter)
        self._waiting -= 1
        del self._lines[waiter.line]
        if waiters:
            self._lines[waiter.line] = waiters

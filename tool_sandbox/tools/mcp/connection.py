"""A line to a server of tools, which any thread may use."""

from __future__ import annotations

import asyncio
import logging
import tempfile
from collections.abc import Awaitable, Callable
from concurrent.futures import Future
from concurrent.futures import TimeoutError as StillWaiting
from contextlib import suppress
from typing import TYPE_CHECKING, TypeVar

from attrs import frozen

from tool_sandbox.threads import begun

if TYPE_CHECKING:
    from mcp import Client

    from tool_sandbox.tools.mcp.address import ServerAddress

Result = TypeVar("Result")

_GLANCE = 0.5
"""Seconds after which a waiting thread wakes, so that it can be stopped."""
_LONGEST_END = 10.0
"""Seconds for a server to end; a command that does not is killed before."""
_LAST_WORDS = 400
"""Characters of what a command said last."""


@frozen
class _Line:
    client: Client
    loop: asyncio.AbstractEventLoop
    end: asyncio.Event


class Connection:
    """A connected client in an event loop and a daemon thread of its own.

    Args:
        address: The server.

    Raises:
        ConnectionError: It cannot be started or reached, whatever the reason.
    """

    def __init__(self, address: ServerAddress) -> None:
        # The library tells of every broken line in a log that nobody asked for; what matters is raised as well.
        if not (log := logging.getLogger("mcp")).handlers:
            log.addHandler(logging.NullHandler())
        # Appended to: the command shares the place at which this process reads.
        self._said = tempfile.TemporaryFile("a+", encoding="utf-8", errors="replace")  # noqa: SIM115 -- closed in close()
        self._line: Future[_Line] = Future()
        self._thread, self._over = begun(lambda: asyncio.run(self._serve(address)), f"tool_sandbox-mcp-{address.name}")
        try:
            self._line.result()
        except Exception as error:
            self._thread.join(_LONGEST_END)
            words = " ".join(str(error).split()) or type(error).__name__
            said = self.last_words()
            self._said.close()
            raise ConnectionError(f"{words}; it said: {said}" if said else words) from error

    def run(self, work: Callable[[Client], Awaitable[Result]]) -> Result:
        """What comes of some work with the client; it is cancelled when the waiting thread is stopped.

        Raises:
            Exception: As the work does.
        """
        line = self._line.result()

        async def awaited() -> Result:
            return await work(line.client)

        asked = asyncio.run_coroutine_threadsafe(awaited(), line.loop)
        try:
            while True:
                try:
                    return asked.result(_GLANCE)
                except StillWaiting:
                    if asked.done():
                        raise
        except BaseException:
            asked.cancel()
            raise

    def close(self) -> None:
        """End the connection, and the command that was started for it."""
        line = self._line.result()
        with suppress(RuntimeError):  # the loop is closed, as the connection broke
            line.loop.call_soon_threadsafe(line.end.set)
        self._thread.join(_LONGEST_END)
        self._said.close()

    def last_words(self) -> str:
        """What the command wrote to standard error last, on one line; empty where it wrote nothing."""
        self._said.seek(0)
        lines = self._said.read().strip().splitlines()
        return lines[-1].strip()[-_LAST_WORDS:] if lines else ""

    async def _serve(self, address: ServerAddress) -> None:
        end = asyncio.Event()
        try:
            async with address.client(self._said) as client:
                self._line.set_result(_Line(client, asyncio.get_running_loop(), end))
                await end.wait()
        except BaseException as error:  # noqa: BLE001 -- it belongs to who waits for the line
            if self._line.done():  # it did its work; how a server dies is nobody's concern
                return
            self._line.set_exception(_innermost(error))


def _innermost(error: BaseException) -> BaseException:
    """What the groups hold that tasks wrap their exceptions in."""
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return error

"""Fresh interpreters, each of which runs one module of ours."""

from __future__ import annotations

import asyncio
import signal
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from attrs import frozen

from tool_sandbox.runs.child_processes.connection import Connection

_LAST_WORDS = 1.0
"""Seconds for what a process has printed to arrive here once it has ended."""
_CHUNK = 1 << 16
_BEGINNING = "import sys; sys.path[:] = sys.argv[2:]; import runpy; runpy.run_module(sys.argv[1], run_name='__main__')"
"""``-m`` would look for every module in the working directory first, whose files may be called as one of Python's."""


class Starter:
    """Starts interpreters that run one module and find others where this one does.

    What they print goes to standard error here.

    Args:
        module: Its name; it calls ``inside.run``.
    """

    def __init__(self, module: str) -> None:
        self._module = module
        self._starting = asyncio.Lock()  # two at once would each take the other's signals for those from before

    async def start(self) -> Child:
        """Start one."""
        async with self._starting:
            with _no_interrupts():
                process = await asyncio.create_subprocess_exec(
                    sys.executable, "-c", _BEGINNING, self._module, *sys.path, stdin=PIPE, stdout=PIPE, stderr=PIPE
                )
        assert process.stdin is not None
        assert process.stdout is not None
        return Child(process, Connection(process.stdout, process.stdin), asyncio.create_task(_pass_on(process)))


@frozen
class Child:
    """A process that was started, and the connection to it."""

    _process: Process
    _connection: Connection
    _printing: asyncio.Task[None]

    def send(self, message: Any) -> None:
        """Say something; it does not matter whether the process is still there.

        Raises:
            Exception: It cannot be pickled.
        """
        self._connection.send(message)

    async def receive(self) -> Any:
        """What it says next; ``None`` when it is gone."""
        return await self._connection.receive()

    async def end(self, patience: float) -> None:
        """Wait so many seconds for it to end, then end it."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self._process.wait(), patience)
        if self._process.returncode is None:
            with suppress(ProcessLookupError):
                self._process.kill()
            await self._process.wait()
        self._connection.close()
        with suppress(TimeoutError):  # what it has started itself may still hold its standard error
            await asyncio.wait_for(self._printing, _LAST_WORDS)


async def _pass_on(process: Process) -> None:
    assert process.stderr is not None
    while text := await process.stderr.read(_CHUNK):
        print(text.decode("utf-8", "replace"), end="", file=sys.stderr, flush=True)  # noqa: T201 -- as if it was ours


@contextmanager
def _no_interrupts() -> Iterator[None]:
    """Have processes that are started inside the block not die of a Ctrl-C before they can ignore it."""
    if not hasattr(signal, "pthread_sigmask"):  # Windows
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)

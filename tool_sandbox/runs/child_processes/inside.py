"""What a process does that was started for a part of the work: it speaks with its parent over its standard streams."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any, BinaryIO

from tool_sandbox.runs.child_processes.connection import Connection


def run(work: Callable[[Connection], Awaitable[None]]) -> None:
    """Work until that is over, then end the process, whatever else runs in it.

    Args:
        work: Is to end when its parent is gone.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # a Ctrl-C is the parent's, who ends its children in good order
    reading, writing = _own_streams()
    asyncio.run(_connected(work, reading, writing))
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0)  # a thread that a tool or role left behind must not hold it


def _own_streams() -> tuple[BinaryIO, BinaryIO]:
    """What leads to the parent; whatever this process prints goes to standard error, and nobody types anything."""
    reading = os.fdopen(os.dup(0), "rb", buffering=0)
    writing = os.fdopen(os.dup(1), "wb", buffering=0)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    os.dup2(2, 1)
    return reading, writing


async def _connected(work: Callable[[Connection], Awaitable[None]], reading: Any, writing: Any) -> None:
    loop = asyncio.get_running_loop()
    reader = asyncio.StreamReader()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), reading)
    unused = asyncio.StreamReader()  # nothing is read where is written, but its protocol knows when all is sent
    transport, protocol = await loop.connect_write_pipe(lambda: asyncio.StreamReaderProtocol(unused), writing)
    writer = asyncio.StreamWriter(transport, protocol, reader, loop)
    await work(Connection(reader, writer))
    writer.close()
    with suppress(OSError):  # the parent may be gone
        await writer.wait_closed()

"""What a process does that plays a part of a run: it speaks with its parent over its standard input and output."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from contextlib import suppress
from typing import Any, BinaryIO

from tool_sandbox.runs.workers.connection import Connection
from tool_sandbox.runs.workers.worker import work


def main() -> None:
    """Play until the parent says that it is enough, or is gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # a Ctrl-C is the parent's, who ends its workers in good order
    reading, writing = _own_streams()
    asyncio.run(_work(reading, writing))
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


async def _work(reading: Any, writing: Any) -> None:
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


if __name__ == "__main__":
    main()

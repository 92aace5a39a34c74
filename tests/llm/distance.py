"""A loopback proxy that puts a distance between a client and a server."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import contextmanager

from tests.waiting import HANG


@contextmanager
def distance(port: int, round_trip: float) -> Iterator[int]:
    """A port behind which the server at ``port`` is ``round_trip`` seconds away."""
    opened: Future[tuple[int, asyncio.AbstractEventLoop, asyncio.Event]] = Future()

    async def meet(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writers = [writer]
        try:
            await asyncio.sleep(round_trip)  # a handshake of its own
            server_reader, server_writer = await asyncio.open_connection("127.0.0.1", port)
            writers.append(server_writer)
            there = _carry(reader, server_writer, round_trip / 2)
            await asyncio.gather(there, _carry(server_reader, writer, round_trip / 2))
        except OSError:
            pass  # one side has gone away
        finally:
            for each in writers:
                each.transport.abort()

    async def serve() -> None:
        end = asyncio.Event()
        async with await asyncio.start_server(meet, "127.0.0.1", 0) as server:
            opened.set_result((server.sockets[0].getsockname()[1], asyncio.get_running_loop(), end))
            await end.wait()

    thread = threading.Thread(target=asyncio.run, args=(serve(),), daemon=True)
    thread.start()
    address, loop, end = opened.result(HANG)
    try:
        yield address
    finally:
        loop.call_soon_threadsafe(end.set)
        thread.join(HANG)


async def _carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, delay: float) -> None:
    """Pass on what comes in, each piece so many seconds later."""
    loop = asyncio.get_running_loop()
    while piece := await reader.read(65536):
        loop.call_later(delay, writer.write, piece)
    await asyncio.sleep(delay)
    writer.close()

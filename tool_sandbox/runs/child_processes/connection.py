"""Messages over a stream of bytes: each as its length and its pickle. Only for processes that this one has started."""

from __future__ import annotations

import asyncio
import pickle
from struct import Struct
from typing import Any

_LENGTH = Struct("!Q")


class Connection:
    """Messages between two processes.

    Args:
        reader: Where they come from.
        writer: Where they go to.
    """

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer

    def send(self, message: Any) -> None:
        """Send a message, in the thread of the event loop; it does not matter whether anybody is there."""
        data = pickle.dumps(message, pickle.HIGHEST_PROTOCOL)
        if not self._writer.is_closing():
            self._writer.write(_LENGTH.pack(len(data)) + data)

    async def receive(self) -> Any:
        """The next message; ``None`` when the other side is gone."""
        try:
            (length,) = _LENGTH.unpack(await self._reader.readexactly(_LENGTH.size))
            return pickle.loads(await self._reader.readexactly(length))  # noqa: S301 -- our own process wrote it
        except (asyncio.IncompleteReadError, ConnectionError, OSError):
            return None

    def close(self) -> None:
        """Send what is left, and nothing more."""
        self._writer.close()

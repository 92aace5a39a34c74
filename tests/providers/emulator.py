"""A provider on loopback: real HTTP, a scripted model behind it, a record of what was asked."""

from __future__ import annotations

import asyncio
import json
import socket
import struct
import threading
from collections import deque
from collections.abc import Sequence
from types import TracebackType
from typing import Any, Protocol, Self

from aiohttp import web

from tests.providers.wire import Answer, Fault, Recorded, RefusedError, Seen
from tests.waiting import HANG

HTML = "<html><head><title>Gateway</title></head><body>Please log in.</body></html>"


class Dialect(Protocol):
    """A provider's wire format."""

    name: str
    base_path: str
    """What comes after the server's root in the base URL that a client is given."""
    chat_path: str
    """Regular expression of the paths that take chats."""
    stream_type: str
    """Content type of a streamed answer."""

    def read(self, request: Recorded) -> Seen:
        """Understand a request, or raise ``ValueError`` for one that the provider would refuse."""
        ...

    def authorised(self, request: Recorded) -> bool:
        """Whether the request carries credentials in the provider's way."""
        ...

    def answer(self, answer: Answer, request: Recorded) -> dict[str, Any]:
        """The body of an answer."""
        ...

    def stream(self, answer: Answer, request: Recorded) -> list[bytes]:
        """The body of a streamed answer, in the pieces in which it is sent."""
        ...

    def error(self, fault: Fault) -> dict[str, Any]:
        """The body of an error."""
        ...

    def odd(self, shape: str) -> tuple[int, dict[str, Any]]:
        """Status and body of ``empty``, ``filtered`` and ``too_long`` answers."""
        ...

    def headers(self) -> dict[str, str]:
        """Headers of every answer."""
        ...

    def aside(self, path: str) -> dict[str, Any] | None:
        """The answer to a request that is not a chat, if the provider has one."""
        ...


class Emulator:
    """Serves one dialect on a free loopback port while the ``with`` block lasts.

    Args:
        dialect: The wire format to speak.
    """

    def __init__(self, dialect: Dialect) -> None:
        self.dialect = dialect
        self.requests: list[Recorded] = []
        self.default: Answer | Fault = Answer(text="Hello.")
        self.root = ""
        self._script: deque[Answer | Fault] = deque()
        self._loop = asyncio.new_event_loop()
        self._released = asyncio.Event()
        self._thread = threading.Thread(target=self._loop.run_forever, name=f"emulator-{dialect.name}", daemon=True)

    def __enter__(self) -> Self:
        """Start serving."""
        self._thread.start()
        self.root = asyncio.run_coroutine_threadsafe(self._start(), self._loop).result(HANG)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop serving."""
        self.script()
        asyncio.run_coroutine_threadsafe(self._runner.cleanup(), self._loop).result(HANG)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(HANG)
        self._loop.close()

    @property
    def base_url(self) -> str:
        """What a client is given as the provider's address."""
        return self.root + self.dialect.base_path

    @property
    def seen(self) -> list[Seen]:
        """The requests so far, understood."""
        return [self.dialect.read(request) for request in self.requests]

    def script(self, *answers: Answer | Fault, default: Answer | Fault | None = None) -> None:
        """Forget what was; give these answers in turn, then the default one for ever."""
        self._loop.call_soon_threadsafe(self._released.set)
        self.requests.clear()
        self._script = deque(answers)
        self.default = default or Answer(text="Hello.")

    async def _start(self) -> str:
        app = web.Application(client_max_size=64 * 1024 * 1024)
        app.router.add_route("*", "/{path:.*}", self._handle)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        address: Sequence[Any] = self._runner.addresses[0]
        return f"http://127.0.0.1:{address[1]}"

    async def _handle(self, request: web.Request) -> web.StreamResponse:
        extra = self.dialect.aside(request.path)
        if extra is not None:
            return web.json_response(extra)
        recorded = Recorded(path=request.path_qs, headers=dict(request.headers), body=await _json(request))
        self.requests.append(recorded)
        if not self.dialect.authorised(recorded):
            return self._error(Fault(status=401))
        try:
            seen = self.dialect.read(recorded)
        except (ValueError, KeyError) as error:
            body = error.body if isinstance(error, RefusedError) else {"error": {"message": f"emulator: {error}"}}
            return web.json_response(body, status=400)
        step = self._script.popleft() if self._script else self.default
        if isinstance(step, Fault):
            return await self._fail(request, recorded, step)
        if step.delay:
            await asyncio.sleep(step.delay)
        if seen.stream:
            return await self._stream(request, self.dialect.stream(step, recorded))
        return web.json_response(self.dialect.answer(step, recorded), headers=self.dialect.headers())

    async def _fail(self, request: web.Request, recorded: Recorded, fault: Fault) -> web.StreamResponse:
        match fault.shape:
            case "error":
                return self._error(fault)
            case "html":
                return web.Response(text=HTML, content_type="text/html", headers=self.dialect.headers())
            case "empty" | "filtered" | "too_long":
                status, body = self.dialect.odd(fault.shape)
                return web.json_response(body, status=status, headers=self.dialect.headers())
            case "truncated":
                whole = json.dumps(self.dialect.answer(Answer(text="Hello there, this will not end well."), recorded))
                return await _truncated(request, whole.encode())
            case "cut_stream":
                return await self._stream(request, self.dialect.stream(Answer(text="Half of an answer."), recorded)[:2])
            case _:
                if fault.shape == "hang":
                    self._released.clear()
                    await _at_most(self._released, HANG)
                return _cut_off(request)

    def _error(self, fault: Fault) -> web.Response:
        headers = {**self.dialect.headers(), **fault.headers}
        return web.json_response(self.dialect.error(fault), status=fault.status, headers=headers)

    async def _stream(self, request: web.Request, parts: list[bytes]) -> web.StreamResponse:
        response = web.StreamResponse(headers={**self.dialect.headers(), "Content-Type": self.dialect.stream_type})
        await response.prepare(request)
        for part in parts:
            await response.write(part)
        await response.write_eof()
        return response


async def _json(request: web.Request) -> dict[str, Any]:
    data = await request.read()
    body = json.loads(data) if data else {}
    return body if isinstance(body, dict) else {}


async def _at_most(released: asyncio.Event, seconds: float) -> None:
    try:
        async with asyncio.timeout(seconds):
            await released.wait()
    except TimeoutError:
        return


def _cut_off(request: web.Request) -> web.StreamResponse:
    """End the connection with a reset, without an answer."""
    transport = request.transport
    if transport is not None:
        connection = transport.get_extra_info("socket")
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        transport.abort()
    return web.Response()


async def _truncated(request: web.Request, whole: bytes) -> web.StreamResponse:
    """Announce a body, send half of it, hang up."""
    response = web.StreamResponse(headers={"Content-Type": "application/json", "Content-Length": str(len(whole))})
    await response.prepare(request)
    await response.write(whole[: len(whole) // 2])
    if request.transport is not None:
        request.transport.close()
    return response

"""A server on loopback that answers chats with whatever a test tells it to."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from aiohttp import web
from attrs import Factory, define

from tests.waiting import HANG, auntil

Reply = Callable[[dict[str, Any]], "Answer"]


@define
class Answer:
    body: Any = None
    status: int = 200
    headers: dict[str, str] = Factory(dict)
    delay: float = 0.0
    release: threading.Event | None = None
    """The answer is held back until this is set."""
    stream: Sequence[str] | None = None
    cut: bool = False
    """Break the connection in the middle."""


def completion(text: str | None = "hi", *, calls: Sequence[dict[str, Any]] = (), **more: Any) -> dict[str, Any]:
    message: dict[str, Any] = {"role": "assistant", "content": text}
    if calls:
        message["tool_calls"] = list(calls)
    message |= more.pop("message", {})
    reason = more.pop("finish_reason", "tool_calls" if calls else "stop")
    return {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": 1,
        "model": "served-model",
        "choices": [{"index": 0, "message": message, "finish_reason": reason}],
        "usage": {"prompt_tokens": 100, "completion_tokens": 10, "total_tokens": 110},
        **more,
    }


def chunks(*deltas: dict[str, Any], finish: str | None = "stop", done: bool = True) -> list[str]:
    base = {"id": "c", "object": "chat.completion.chunk", "created": 1, "model": "served-model"}
    events = [{**base, "choices": [{"index": 0, "delta": delta, "finish_reason": None}]} for delta in deltas]
    if finish:
        events.append({**base, "choices": [{"index": 0, "delta": {}, "finish_reason": finish}]})
        usage = {"prompt_tokens": 5, "completion_tokens": 2, "total_tokens": 7}
        events.append({**base, "choices": [], "usage": usage})
    lines = [f"data: {json.dumps(event)}\n\n" for event in events]
    return [*lines, "data: [DONE]\n\n"] if done else lines


class Server:
    """Answers in turn from ``answers``; the last one repeats."""

    def __init__(self) -> None:
        self.answers: list[Answer | Reply] = [Answer(completion())]
        self.requests: list[dict[str, Any]] = []
        self.headers: list[dict[str, str]] = []
        self.base = ""

    def says(self, *answers: Answer | Reply) -> None:
        self.answers = list(answers)

    async def handle(self, request: web.Request) -> web.StreamResponse:
        body = await request.json()
        given = self.answers[min(len(self.requests), len(self.answers) - 1)]
        self.requests.append(body)
        self.headers.append(dict(request.headers))
        answer = given(body) if callable(given) else given
        await asyncio.sleep(answer.delay)
        await auntil(answer.release.is_set if answer.release else lambda: True)
        if answer.stream is None and not answer.cut:
            text = answer.body if isinstance(answer.body, str) else json.dumps(answer.body)
            kind = "text/html" if isinstance(answer.body, str) else "application/json"
            return web.Response(text=text, status=answer.status, headers=answer.headers, content_type=kind)
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await response.prepare(request)
        for piece in answer.stream or ():
            await response.write(piece.encode())
        if answer.cut and request.transport is not None:
            request.transport.abort()
        return response


@contextmanager
def serving() -> Iterator[Server]:
    server = Server()
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    app = web.Application()
    app.router.add_post("/{path:.*}", server.handle)
    runner = web.AppRunner(app, shutdown_timeout=0.1)  # answers that are still held back need not be given

    async def start() -> int:
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        port: int = runner.addresses[0][1]
        return port

    async def stop() -> None:
        await runner.cleanup()
        held_back = asyncio.all_tasks() - {asyncio.current_task()}
        for task in held_back:
            task.cancel()
        await asyncio.gather(*held_back, return_exceptions=True)

    port = asyncio.run_coroutine_threadsafe(start(), loop).result(HANG)
    server.base = f"http://127.0.0.1:{port}/v1"
    try:
        yield server
    finally:
        asyncio.run_coroutine_threadsafe(stop(), loop).result(HANG)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(HANG)
        loop.close()

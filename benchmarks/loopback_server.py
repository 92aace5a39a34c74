"""A chat server for benchmarks: answers at once with one tool call, or fails by a fixed schedule.

``/MODE/v1/chat/completions`` and ``/MODE/v1/messages``; the mode is ``ok``, ``slow`` (50 ms), ``down`` (always 503) or
``faulty`` (every fifth request fails, in turn with 503, 429, a reset connection and a page of HTML).
"""

from __future__ import annotations

import asyncio
import json
import sys
from collections import Counter
from typing import Any

from aiohttp import web

ARGUMENTS = {"name": "Dana Osei", "is_self": False}
FAULTS = ("503", "429", "reset", "html")
FAULT_EVERY = 5
SLOW_SECONDS = 0.05

COMPLETION = {
    "id": "chatcmpl-1",
    "object": "chat.completion",
    "created": 1_700_000_000,
    "model": "gpt-4o",
    "choices": [
        {
            "index": 0,
            "finish_reason": "tool_calls",
            "message": {
                "role": "assistant",
                "content": None,
                "tool_calls": [
                    {
                        "id": "call_1",
                        "type": "function",
                        "function": {"name": "search_contacts", "arguments": json.dumps(ARGUMENTS)},
                    }
                ],
            },
        }
    ],
    "usage": {"prompt_tokens": 1200, "completion_tokens": 30, "total_tokens": 1230},
}
MESSAGE = {
    "id": "msg_1",
    "type": "message",
    "role": "assistant",
    "model": "claude-sonnet-4-5",
    "content": [{"type": "tool_use", "id": "toolu_1", "name": "search_contacts", "input": ARGUMENTS}],
    "stop_reason": "tool_use",
    "stop_sequence": None,
    "usage": {"input_tokens": 1200, "output_tokens": 30},
}
COMPLETION_BYTES = json.dumps(COMPLETION).encode()
MESSAGE_BYTES = json.dumps(MESSAGE).encode()


class Server:
    """Counts requests by mode and answers them."""

    def __init__(self) -> None:
        self.requests: Counter[str] = Counter()

    async def chat(self, request: web.Request) -> web.StreamResponse:
        await request.read()
        mode = request.match_info["mode"]
        self.requests[mode] += 1
        body = MESSAGE_BYTES if request.path.endswith("/messages") else COMPLETION_BYTES
        if mode == "slow":
            await asyncio.sleep(SLOW_SECONDS)
        if mode == "down":
            return self._fail("503", request)
        number, position = divmod(self.requests[mode], FAULT_EVERY)
        if mode == "faulty" and position == 0:
            return self._fail(FAULTS[number % len(FAULTS)], request)
        return web.Response(body=body, content_type="application/json")

    async def count(self, request: web.Request) -> web.Response:
        """How many requests a mode got; and forget them."""
        return web.json_response({"requests": self.requests.pop(request.match_info["mode"], 0)})

    def _fail(self, fault: str, request: web.Request) -> web.Response:
        if fault == "reset" and request.transport is not None:
            request.transport.abort()
            return web.Response()
        if fault == "html":
            return web.Response(text="<html><body>Please log in.</body></html>", content_type="text/html")
        error: dict[str, Any] = {"message": "try again", "type": "server_error", "code": None}
        headers = {"Retry-After": "0.1"} if fault == "429" else {}
        return web.json_response({"type": "error", "error": error}, status=int(fault), headers=headers)


async def serve() -> None:
    """Serve on a free port, print it, and stop when standard input ends."""
    server = Server()
    app = web.Application()
    app.router.add_post("/{mode}/v1/chat/completions", server.chat)
    app.router.add_post("/{mode}/v1/messages", server.chat)
    app.router.add_get("/{mode}/count", server.count)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0, backlog=1024).start()
    print(runner.addresses[0][1], flush=True)
    await asyncio.to_thread(sys.stdin.read)
    await runner.cleanup()


if __name__ == "__main__":
    asyncio.run(serve())

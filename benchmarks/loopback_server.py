"""A chat server for benchmarks: answers at once with one tool call, or fails by a fixed schedule.

``/MODE/v1/chat/completions``, ``/MODE/v1/messages``, ``/MODE/v2/chat`` (Cohere) and
``/MODE/v1beta/models/MODEL:generateContent`` (Gemini); the mode is ``ok``, ``slow`` (50 ms), ``down`` (always 503),
``faulty`` (every fifth request fails, in turn with 503, 429, a reset connection and a page of HTML) or ``priced``
(other numbers of tokens in each answer).
"""

from __future__ import annotations

import asyncio
import json
import random
import sys
from collections import Counter
from typing import Any

from aiohttp import web

ARGUMENTS = {"name": "Dana Osei", "is_self": False}
FAULTS = ("503", "429", "reset", "html")
FAULT_EVERY = 5
SLOW_SECONDS = 0.05

COMPLETION: dict[str, Any] = {
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
COHERE = {
    "id": "chat-1",
    "finish_reason": "TOOL_CALL",
    "message": {
        "role": "assistant",
        "tool_plan": "I will look for Dana.",
        "tool_calls": COMPLETION["choices"][0]["message"]["tool_calls"],
    },
    "usage": {
        "billed_units": {"input_tokens": 1200, "output_tokens": 30},
        "tokens": {"input_tokens": 1200, "output_tokens": 30},
    },
}
GEMINI = {
    "candidates": [
        {
            "content": {
                "role": "model",
                "parts": [{"functionCall": {"name": "search_contacts", "args": ARGUMENTS}}],
            },
            "finishReason": "STOP",
            "index": 0,
        }
    ],
    "usageMetadata": {"promptTokenCount": 1200, "candidatesTokenCount": 30, "totalTokenCount": 1230},
    "modelVersion": "gemini-2.5-flash",
    "responseId": "1",
}
ANSWERS = {"chat/completions": COMPLETION, "messages": MESSAGE, "chat": COHERE, "generateContent": GEMINI}
BODIES = {ending: json.dumps(answer).encode() for ending, answer in ANSWERS.items()}


def tokens_of(number: int) -> dict[str, int]:
    """Tokens of an answer: sent anew, read from the provider's cache, written to it, answered, and reasoned."""
    source = random.Random(number)
    sizes = {"fresh": 9_000, "read": 9_000, "written": 3_000, "answered": 2_000, "reasoned": 4_000}
    return {kind: source.randrange(most) for kind, most in sizes.items()}


def usage_of(ending: str, tokens: dict[str, int]) -> dict[str, Any]:
    """What an answer says of its tokens in one provider's way, and which kinds of them it tells apart."""
    fresh, read, written, answered, reasoned = tokens.values()
    if ending == "messages":
        cached = {"cache_read_input_tokens": read, "cache_creation_input_tokens": written}
        return {"usage": {"input_tokens": fresh, "output_tokens": answered, **cached}}
    if ending == "generateContent":
        sent, got = fresh + read, answered + reasoned
        counted = {"promptTokenCount": sent, "cachedContentTokenCount": read, "totalTokenCount": sent + got}
        return {"usageMetadata": {**counted, "candidatesTokenCount": answered, "thoughtsTokenCount": reasoned}}
    if ending == "chat":
        both = {"input_tokens": fresh, "output_tokens": answered}
        return {"usage": {"billed_units": both, "tokens": both}}
    sent, got = fresh + read, answered + reasoned
    details = {
        "prompt_tokens_details": {"cached_tokens": read},
        "completion_tokens_details": {"reasoning_tokens": reasoned},
    }
    return {"usage": {"prompt_tokens": sent, "completion_tokens": got, "total_tokens": sent + got, **details}}


class Server:
    """Counts requests by mode and answers them."""

    def __init__(self) -> None:
        self.requests: Counter[str] = Counter()

    async def chat(self, request: web.Request) -> web.StreamResponse:
        await request.read()
        mode = request.match_info["mode"]
        self.requests[mode] += 1
        ending = next(ending for ending in BODIES if request.path.endswith(ending))
        body = BODIES[ending]
        if mode == "slow":
            await asyncio.sleep(SLOW_SECONDS)
        if mode == "priced":
            return web.json_response({**ANSWERS[ending], **usage_of(ending, tokens_of(self.requests[mode]))})
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
    app.router.add_post("/{mode}/v2/chat", server.chat)
    app.router.add_post("/{mode}/{version}/models/{model}:generateContent", server.chat)
    app.router.add_get("/{mode}/count", server.count)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0, backlog=1024).start()
    print(runner.addresses[0][1], flush=True)
    await asyncio.to_thread(sys.stdin.read)
    await runner.cleanup()


if __name__ == "__main__":
    asyncio.run(serve())

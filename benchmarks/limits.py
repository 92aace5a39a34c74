"""How long runs take at providers with rate limits, against the shortest time that is possible.

    python benchmarks/limits.py                     # windows of 6 seconds: about a minute
    python benchmarks/limits.py --window 60         # 100 calls per minute, as providers count: about ten

Whole runs of one call a sample over real HTTP, at a server that takes 100 calls in each window of time. *possible* is
the time at which the last window begins, and what its calls take then.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import math
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from aiohttp import web
from attrs import define
from surroundings import surroundings

import tool_sandbox

PER_WINDOW = 100
ANSWER = {
    "id": "chatcmpl-1",
    "object": "chat.completion",
    "created": 1,
    "model": "m",
    "choices": [{"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": "I cannot."}}],
    "usage": {"prompt_tokens": 1200, "completion_tokens": 30, "total_tokens": 1230},
}
HEADS = ("calls", "-p", "possible s", "took s", "ratio", "refused", "void")


@define
class Server:
    """Takes so many calls in each window; the first one begins with the first call."""

    window: float
    latency: float
    tells_what_is_left: bool = False
    began: float | None = None
    refused: int = 0
    number: int = 0
    used: int = 0

    async def chat(self, request: web.Request) -> web.Response:
        await request.read()
        now = time.monotonic()
        self.began = now if self.began is None else self.began
        number, passed = divmod(now - self.began, self.window)
        if number != self.number:
            self.number, self.used = int(number), 0
        left = self.window - passed
        if self.used >= PER_WINDOW:
            self.refused += 1
            headers = {"Retry-After": str(math.ceil(left))}
            return web.json_response({"error": {"message": "too many requests"}}, status=429, headers=headers)
        self.used += 1
        headers = {
            "x-ratelimit-limit-requests": str(PER_WINDOW),
            "x-ratelimit-remaining-requests": str(PER_WINDOW - self.used),
            "x-ratelimit-reset-requests": f"{left:.3f}s",
        }
        await asyncio.sleep(self.latency)
        return web.json_response(ANSWER, headers=headers if self.tells_what_is_left else {})


@contextmanager
def serving(server: Server) -> Iterator[str]:
    """The server in a thread of its own; its address."""
    loop = asyncio.new_event_loop()
    threading.Thread(target=loop.run_forever, daemon=True).start()
    app = web.Application()
    app.router.add_post("/v1/chat/completions", server.chat)
    runner = web.AppRunner(app)

    async def start() -> int:
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        port: int = runner.addresses[0][1]
        return port

    try:
        yield f"http://127.0.0.1:{asyncio.run_coroutine_threadsafe(start(), loop).result()}/v1"
    finally:
        asyncio.run_coroutine_threadsafe(runner.cleanup(), loop).result()
        loop.call_soon_threadsafe(loop.stop)


def row(what: str, server: Server, calls: int, concurrency: int, settings: dict[str, Any]) -> dict[str, Any]:
    """One run."""
    with serving(server) as address, tempfile.TemporaryDirectory() as folder:
        run = tool_sandbox.run(
            f"direct:{address}/m", "oracle", "switch_wifi_off",
            trials=calls, concurrency=concurrency, output=folder, retries=0, **settings,
        )  # fmt: skip
        took = time.monotonic() - (server.began or 0.0)
    rounds = math.ceil((calls - 1) % PER_WINDOW / concurrency + 1e-9)
    possible = (calls - 1) // PER_WINDOW * server.window + rounds * server.latency
    void = sum(sample.similarity is None for sample in run.samples)
    return {
        "what": what, "calls": calls, "concurrency": concurrency, "possible_s": possible, "took_s": took,
        "ratio": took / possible, "refused": server.refused, "void": void,
    }  # fmt: skip


def rows(window: float, calls: int) -> Iterator[dict[str, Any]]:
    """Every kind of server, as it is measured."""
    kinds: list[tuple[str, bool, dict[str, Any]]] = [
        ("429 with Retry-After", False, {}),
        ("and headers of what is left", True, {}),
    ]
    if window == 60:
        kinds.append(("429, and --rpm 100", False, {"rpm": PER_WINDOW}))
    for what, tells, settings in kinds:
        for concurrency, latency in ((16, window / 60), (64, window / 12)):
            server = Server(window=window, latency=latency, tells_what_is_left=tells)
            yield row(what, server, calls, concurrency, settings)


def line(measured: dict[str, Any]) -> str:
    """A row as people read it."""
    cells = [
        *(str(measured["calls"]), str(measured["concurrency"]), f"{measured['possible_s']:.1f}"),
        *(f"{measured['took_s']:.1f}", f"{measured['ratio']:.2f}", str(measured["refused"]), str(measured["void"])),
    ]
    padded = [cell.rjust(max(7, len(head))) for cell, head in zip(cells, HEADS, strict=True)]
    return "  ".join([f"{measured['what']:28}", *padded])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--window", type=float, default=6.0, help="seconds of a window (default 6)")
    parser.add_argument("--calls", type=int, default=300, help="calls of a run (default 300)")
    parser.add_argument("--json", type=Path, help="file for the numbers")
    options = parser.parse_args()
    print("  ".join([f"{'':28}", *(head.rjust(7) for head in HEADS)]), flush=True)
    measured = []
    for each in rows(options.window, options.calls):
        measured.append(each)
        print(line(each), flush=True)
    if options.json:
        report = {"surroundings": surroundings(), "window": options.window, "rows": measured}
        options.json.write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()

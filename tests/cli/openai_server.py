"""An OpenAI-compatible server in a process of its own. It calls no tool; as a user it says goodbye.

Prints its base URL. ``--answer N`` refuses all calls after so many with 500; ``--hold-after N`` leaves them without an
answer until somebody gets ``/release``.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

PARSER = argparse.ArgumentParser()
PARSER.add_argument("--answer", type=int, default=1_000_000)
PARSER.add_argument("--hold-after", type=int, default=1_000_000)
OPTIONS = PARSER.parse_args()
CALLS: list[str] = []
RELEASED = threading.Event()


class Handler(BaseHTTPRequestHandler):
    """Answers chats; ``GET /calls`` tells how many there were, those without an answer too."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        """Tell the number of chats, and let go of those that are held when asked to."""
        if self.path == "/release":
            RELEASED.set()
        self._send(200, {"calls": len(CALLS)})

    def do_POST(self) -> None:
        """Answer a chat."""
        request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        CALLS.append(request["model"])
        number = len(CALLS)
        if number > OPTIONS.hold_after:
            RELEASED.wait()
        if number > OPTIONS.answer:
            self._send(500, {"error": {"message": "out of order", "type": "server_error"}})
            return
        self._send(200, completion(request))

    def log_message(self, *arguments: Any) -> None:
        """Say nothing."""

    def _send(self, status: int, body: Any) -> None:
        data = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        with contextlib.suppress(ConnectionError):  # whoever asked may have been killed meanwhile
            self.wfile.write(data)


def completion(request: dict[str, Any]) -> dict[str, Any]:
    """A chat completion: the end of the conversation where that is on offer, else a few words."""
    names = [tool["function"]["name"] for tool in request.get("tools") or ()]
    message: dict[str, Any] = {"role": "assistant", "content": "I cannot do that."}
    if names == ["end_conversation"]:
        call = {"id": "call_1", "type": "function", "function": {"name": names[0], "arguments": "{}"}}
        message = {"role": "assistant", "content": None, "tool_calls": [call]}
    tokens = len(json.dumps(request)) // 4
    return {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": 1,
        "model": request["model"],
        "choices": [{"index": 0, "message": message, "finish_reason": "stop"}],
        "usage": {"prompt_tokens": tokens, "completion_tokens": 10, "total_tokens": tokens + 10},
    }


if __name__ == "__main__":
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    sys.stdout.write(f"http://127.0.0.1:{server.server_port}/v1\n")
    sys.stdout.flush()
    server.serve_forever()

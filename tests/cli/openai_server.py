"""An OpenAI-compatible server in a process of its own. It calls no tool; as a user it says goodbye.

Prints its base URL. Arguments: seconds to think, and how many calls to answer before refusing with 500.
"""

from __future__ import annotations

import json
import sys
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

THINKS = float(sys.argv[1]) if len(sys.argv) > 1 else 0.0
ANSWERS = int(sys.argv[2]) if len(sys.argv) > 2 else 1_000_000
CALLS: list[str] = []


class Handler(BaseHTTPRequestHandler):
    """Answers chats; ``GET /calls`` tells how many there were."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        """Tell the number of chats."""
        self._send(200, {"calls": len(CALLS)})

    def do_POST(self) -> None:
        """Answer a chat."""
        request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        CALLS.append(request["model"])
        time.sleep(THINKS)
        if len(CALLS) > ANSWERS:
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

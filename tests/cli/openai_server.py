"""An OpenAI-compatible server in a process of its own. It calls no tool; as a user it says goodbye.

``--solve`` has it play the solutions of the bundled scenarios, by the original names of their tools.
Prints its base URL. ``--answer N`` refuses all calls after so many with 500; ``--hold-after N`` leaves them without an
answer until somebody gets ``/release``.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import sys
import threading
from functools import lru_cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from tool_sandbox.common.script import Script
from tool_sandbox.common.tool_discovery import ToolBackend
from tool_sandbox.errors import ScenarioError
from tool_sandbox.llm.chat import ChatRequest
from tool_sandbox.llm.scripted import OracleModel
from tool_sandbox.scenarios import named_scenarios

PARSER = argparse.ArgumentParser()
PARSER.add_argument("--answer", type=int, default=1_000_000)
PARSER.add_argument("--hold-after", type=int, default=1_000_000)
PARSER.add_argument("--solve", action="store_true")
OPTIONS = PARSER.parse_args()
CALLS: list[str] = []
TOKENS = {"prompt_tokens": 0, "completion_tokens": 0}
COUNTING = threading.Lock()
RELEASED = threading.Event()


class Handler(BaseHTTPRequestHandler):
    """Answers chats; ``GET /calls`` tells how many there were, those without an answer too, and tokens of answers."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        """Tell the number of chats, and let go of those that are held when asked to."""
        if self.path == "/release":
            RELEASED.set()
        self._send(200, {"calls": len(CALLS), **TOKENS})

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
        answer = completion(request)
        with COUNTING:
            for name in TOKENS:
                TOKENS[name] += answer["usage"][name]
        self._send(200, answer)

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


class Server(ThreadingHTTPServer):
    """Has room for as many who wait to be let in as the largest run has calls in flight."""

    request_queue_size = 256


def completion(request: dict[str, Any]) -> dict[str, Any]:
    """A chat completion: the end of the conversation where that is on offer, else a few words."""
    names = [tool["function"]["name"] for tool in request.get("tools") or ()]
    message: dict[str, Any] = {"role": "assistant", "content": "I cannot do that."}
    if OPTIONS.solve:
        message = solving(request)
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


@lru_cache(maxsize=1)
def scripts() -> dict[str, Script]:
    """The solution of every bundled scenario, by what its user says first."""
    scenarios = named_scenarios(ToolBackend.DEFAULT).values()
    return {
        scenario.starting_context.last_message_row()["content"]: scenario.script
        for scenario in scenarios
        if scenario.script is not None
    }


def solving(request: dict[str, Any]) -> dict[str, Any]:
    """The next message of the solution."""
    said = next(message["content"] for message in request["messages"] if message["role"] == "user")
    asked = ChatRequest(model=request["model"], messages=request["messages"], tools=request.get("tools"))
    try:
        answer = OracleModel(scripts().get(said, Script())).complete(asked)
    except ScenarioError:  # a step before it failed, because its tool has another name here
        return {"role": "assistant", "content": "I cannot do that."}
    calls = [
        {"id": call.id, "type": "function", "function": {"name": call.name, "arguments": call.arguments}}
        for call in answer.tool_calls
    ]
    return {"role": "assistant", "content": answer.text, **({"tool_calls": calls} if calls else {})}


if __name__ == "__main__":
    if OPTIONS.solve:
        scripts()
    server = Server(("127.0.0.1", 0), Handler)
    sys.stdout.write(f"http://127.0.0.1:{server.server_port}/v1\n")
    sys.stdout.flush()
    server.serve_forever()

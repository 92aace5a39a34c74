"""A chat server that plays the agent's part of scenarios, for ``benchmarks/runs.py``.

``python scripted_server.py SCENARIO…`` serves ``/MILLISECONDS/v1/chat/completions``, each answer so many milliseconds
after its request, and ``/count``, how many requests came. Which scenario it is shows in what the user said first. It
speaks just enough HTTP, so that it costs little beside the client that is measured.
"""

from __future__ import annotations

import asyncio
import json
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from attrs import define, field

from tool_sandbox.common.scenario import Scenario
from tool_sandbox.common.tool_discovery import ToolBackend
from tool_sandbox.common.vocabulary import RoleType
from tool_sandbox.llm.chat import ChatRequest, ChatResponse
from tool_sandbox.llm.scripted import OracleModel
from tool_sandbox.scenarios import named_scenarios

TOKENS = {"prompt_tokens": 1200, "completion_tokens": 30, "total_tokens": 1230}


def models_of(names: Sequence[str]) -> dict[str, OracleModel]:
    """What plays each scenario, by the user's first words."""
    scenarios = named_scenarios(ToolBackend.DEFAULT)
    models = {opening(scenarios[name]): OracleModel(scenarios[name].script) for name in names if scenarios[name].script}
    if len(models) < len(names):
        message = "two of the scenarios begin with the same words, or one has no solution"
        raise SystemExit(message)
    return models


def opening(scenario: Scenario) -> str:
    """What the user says first; before it stand examples, which only the simulated user sees."""
    log = scenario.starting_context.messages()
    return [each.content for each in log if (each.sender, each.recipient) == (RoleType.USER, RoleType.AGENT)][-1]


@define
class Connection(asyncio.Protocol):
    """One client's connection: requests come one after the other, each with its length."""

    models: Mapping[str, OracleModel]
    transport: asyncio.Transport | None = None
    unread: bytes = b""
    answering: set[asyncio.Task[None]] = field(factory=set)
    answers: dict[bytes, bytes] = field(factory=dict)
    """By the requests, shared by all connections: each trial of a scenario asks the same."""
    asked: Counter[str] = field(factory=Counter)
    """How many requests came, shared by all connections."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport  # type: ignore[assignment]  # of a stream server it is one

    def data_received(self, data: bytes) -> None:
        self.unread += data
        head, end, rest = self.unread.partition(b"\r\n\r\n")
        if not end:
            return
        if head.startswith(b"GET /count"):
            self.unread = rest
            self.send(str(self.asked.total()).encode())
            return
        length = int(head.lower().partition(b"content-length:")[2].split(None, 1)[0])
        if len(rest) < length:
            return
        self.unread = rest[length:]
        delay = int(head.split(b"/", 2)[1]) / 1000
        self.asked["requests"] += 1
        if (known := self.answers.get(rest[:length])) is not None:
            asyncio.get_running_loop().call_later(delay, self.send, known)
            return
        task = asyncio.create_task(self.answer(rest[:length], delay))
        self.answering.add(task)
        task.add_done_callback(self.answering.discard)

    async def answer(self, body: bytes, delay: float) -> None:
        loop = asyncio.get_running_loop()
        due = loop.time() + delay
        request = json.loads(body)
        first = next(each["content"] for each in request["messages"] if each["role"] == "user")
        asked = ChatRequest(model=request["model"], messages=request["messages"], tools=request.get("tools", ()))
        content = json.dumps(completion(await self.models[first].acomplete(asked))).encode()
        self.answers[body] = content
        await asyncio.sleep(due - loop.time())
        self.send(content)

    def send(self, content: bytes) -> None:
        head = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(content)
        if self.transport is not None:
            self.transport.write(head + content)


def completion(response: ChatResponse) -> dict[str, Any]:
    """An answer in the form of OpenAI's API."""
    calls = [
        {"id": call.id, "type": "function", "function": {"name": call.name, "arguments": call.arguments}}
        for call in response.tool_calls
    ]
    message = {"role": "assistant", "content": response.text, **({"tool_calls": calls} if calls else {})}
    choice = {"index": 0, "finish_reason": response.finish_reason, "message": message}
    facts = {"id": "chatcmpl-1", "object": "chat.completion", "created": 1_700_000_000, "model": response.model}
    return {**facts, "choices": [choice], "usage": TOKENS}


async def serve() -> None:
    """Serve on a free port, print it, and stop when standard input ends."""
    models = models_of(sys.argv[1:])
    asked: Counter[str] = Counter()
    make = partial(Connection, models, asked=asked, answers={})
    server = await asyncio.get_running_loop().create_server(make, "127.0.0.1", 0, backlog=2048)
    print(server.sockets[0].getsockname()[1], flush=True)
    await asyncio.to_thread(sys.stdin.read)
    server.close()


if __name__ == "__main__":
    asyncio.run(serve())

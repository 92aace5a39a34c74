"""Small chat models for the tests of the layers: they answer from a list or a function and remember what was asked."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

from tests.waiting import HANG
from tool_sandbox.llm.chat import CallTag, ChatRequest, ChatResponse, ToolCall, Usage
from tool_sandbox.llm.layer import Wrapper

Answer = ChatResponse | Exception | Callable[[ChatRequest], ChatResponse]


class FakeModel:
    """Answers in turn from ``answers`` (the last one repeats), optionally after ``delay`` seconds."""

    def __init__(self, *answers: Answer, delay: float = 0.0) -> None:
        self.answers = answers or (answer(),)
        self.delay = delay
        self.requests: list[ChatRequest] = []
        self.running = 0
        self.most_running = 0
        self._lock = threading.Lock()

    @property
    def calls(self) -> int:
        return len(self.requests)

    def complete(self, request: ChatRequest) -> ChatResponse:
        given = self._enter(request)
        try:
            if self.delay:
                time.sleep(self.delay)
            return self._resolve(given, request)
        finally:
            self._leave()

    async def acomplete(self, request: ChatRequest) -> ChatResponse:
        given = self._enter(request)
        try:
            await asyncio.sleep(self.delay)
            return self._resolve(given, request)
        finally:
            self._leave()

    def _enter(self, request: ChatRequest) -> Answer:
        with self._lock:
            given = self.answers[min(len(self.requests), len(self.answers) - 1)]
            self.requests.append(request)
            self.running += 1
            self.most_running = max(self.most_running, self.running)
            return given

    def _leave(self) -> None:
        with self._lock:
            self.running -= 1

    @staticmethod
    def _resolve(given: Answer, request: ChatRequest) -> ChatResponse:
        if isinstance(given, Exception):
            raise given
        return given if isinstance(given, ChatResponse) else given(request)


def answer(text: str | None = "Hello.", **fields: Any) -> ChatResponse:
    """An ordinary answer of 100 prompt and 20 completion tokens that cost 0.0035 dollars."""
    defaults: dict[str, Any] = {
        "usage": Usage(prompt_tokens=100, completion_tokens=20),
        "cost": 0.0035,
        "model": "openai/gpt-test",
        "provider": "openai",
        "latency": 1.25,
    }
    return ChatResponse(text=text, **{**defaults, **fields})


def call(name: str = "search_contacts", arguments: str = "{}", call_id: str = "call_1") -> ToolCall:
    return ToolCall(id=call_id, name=name, arguments=arguments)


def question(content: str = "Hi", *, tag: CallTag | None = None, **fields: Any) -> ChatRequest:
    defaults: dict[str, Any] = {
        "model": "openai/gpt-test",
        "messages": ({"role": "user", "content": content},),
        "params": {"temperature": 0.0, "max_tokens": 100},
        "timeout": HANG,
    }
    return ChatRequest(**{**defaults, **fields}, tag=tag or CallTag(run="run", scenario="text_plumber"))


def layers_of(model: Any) -> Iterator[Any]:
    """A stack's layers, outermost first."""
    while model is not None:
        yield model
        model = model.inner if isinstance(model, Wrapper) else None

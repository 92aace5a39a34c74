"""An event loop whose time passes only when everybody waits, and a provider in it that has limits."""

from __future__ import annotations

import asyncio
import math
import selectors
from collections.abc import Coroutine
from typing import Any, TypeVar

from attrs import define, field

from tests.llm.fakes import answer, question
from tool_sandbox.errors import RateLimitError
from tool_sandbox.llm.chat import CallTag, ChatModel, ChatRequest, ChatResponse, RateLimit
from tool_sandbox.llm.layer import Layer
from tool_sandbox.llm.layers.limits.endpoint import Endpoint
from tool_sandbox.llm.layers.limits.layer import Limited
from tool_sandbox.llm.layers.limits.rate import SlidingWindow
from tool_sandbox.llm.layers.retry import Retrying, RetryPolicy

Result = TypeVar("Result")


class _Jump(selectors.DefaultSelector):
    """Looks what is there, and lets the time pass that it would have waited for more."""

    now = 0.0

    def select(self, timeout: float | None = None) -> list[Any]:
        assert timeout is not None, "everybody waits, for nothing that will ever happen"
        found = super().select(0)
        self.now += 0.0 if found else timeout
        return found


class SimulatedLoop(asyncio.SelectorEventLoop):
    """Its clock starts at 0."""

    def __init__(self) -> None:
        self.jump = _Jump()
        super().__init__(self.jump)

    def time(self) -> float:
        return self.jump.now


def simulated(work: Coroutine[Any, Any, Result]) -> Result:
    """Run work to its end without waiting for anything."""
    with asyncio.Runner(loop_factory=SimulatedLoop) as runner:
        return runner.run(work)


def now() -> float:
    return asyncio.get_running_loop().time()


@define(eq=False)
class Provider(Layer):
    """Answers after some time; refuses what goes beyond its limits."""

    latency: float = 1.0
    per_window: float = math.inf
    """Calls that it takes within each window."""
    window: float = 60.0
    at_once: float = math.inf
    """Calls that it takes at once; it does not say for how long it takes no more."""
    says_what_is_left: bool = False
    begun: list[tuple[float, ChatRequest]] = field(factory=list)
    refused: int = 0
    most_at_once: int = 0
    _in_flight: int = 0

    async def acomplete(self, request: ChatRequest) -> ChatResponse:
        self.begun.append((now(), request))
        start = now() // self.window * self.window
        reset = start + self.window - now()
        used = sum(when >= start for when, _ in self.begun)
        if used > self.per_window:
            self.refused += 1
            raise RateLimitError("too many", status=429, retry_after=reset)
        if self._in_flight >= self.at_once:
            self.refused += 1
            raise RateLimitError("too many at once", status=429)
        self._in_flight += 1
        self.most_at_once = max(self.most_at_once, self._in_flight)
        try:
            await asyncio.sleep(self.latency)
        finally:
            self._in_flight -= 1
        if not self.says_what_is_left:
            return answer(latency=self.latency)
        most = int(self.per_window)
        left = RateLimit(of="requests", limit=most, remaining=most - used, reset=reset)
        return answer(latency=self.latency, rate_limits=[left])


def endpoint(*, rpm: int | None = None, tpm: int | None = None, **more: Any) -> Endpoint:
    """An endpoint on the clock of the running loop."""
    caps = {"requests": rpm, "tokens": tpm}
    sources = {name: SlidingWindow(cap, clock=now) for name, cap in caps.items() if cap is not None}
    return Endpoint("test", clock=now, **sources, **more)  # type: ignore[arg-type]


def limited(provider: ChatModel, at: Endpoint, **policy: Any) -> Retrying:
    """The layers of a model, from its retries down."""
    return Retrying(Limited(provider, at), RetryPolicy(clock=now, seed=1, **policy))


async def many(model: Layer, calls: int, concurrency: int, run: str = "run", model_name: str = "m") -> list[Any]:
    """Make calls, so many at once; their answers or errors."""
    places = asyncio.Semaphore(concurrency)

    async def one(number: int) -> Any:
        async with places:
            return await model.acomplete(question(str(number), model=model_name, tag=CallTag(run=run)))

    return await asyncio.gather(*map(one, range(calls)), return_exceptions=True)

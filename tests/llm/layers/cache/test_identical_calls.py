"""Of identical calls at the same time only one is made."""

from __future__ import annotations

import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from tests.llm.fakes import FakeModel, answer, question
from tests.waiting import HANG, auntil, until
from tool_sandbox.errors import RateLimitError
from tool_sandbox.llm.chat import CallTag, ChatRequest, ChatResponse
from tool_sandbox.llm.layers.cache.layer import Cached
from tool_sandbox.llm.layers.cache.settings import CacheSettings
from tool_sandbox.llm.layers.cache.store import ResponseCache


async def test_identical_calls_at_the_same_time_become_one(cache: ResponseCache) -> None:
    inner = FakeModel(delay=0.1)
    model = Cached(inner, cache)

    answers = await asyncio.gather(*(model.acomplete(question()) for _ in range(10)))

    assert inner.calls == 1
    assert sum(not given.cached for given in answers) == 1
    assert sum(given.cost or 0 for given in answers) == 0.0035
    assert cache.stats["shared"] == 9


async def test_identical_calls_of_two_samples_at_the_same_time_become_one(cache: ResponseCache) -> None:
    inner = FakeModel(delay=0.1)

    answers = await asyncio.gather(
        *(Cached(inner, cache, shared=True).acomplete(question(tag=CallTag(scenario=name))) for name in "ab")
    )

    assert inner.calls == 1
    assert [given.cached for given in answers] == [False, True]


class Asking(dict[str, Any]):
    """Counts the calls that have found out whether an identical one is on its way."""

    asked = 0

    def setdefault(self, key: str, default: Any = None) -> Any:
        found = super().setdefault(key, default)
        self.asked += 1
        return found


class Held(FakeModel):
    """Answers when it is let go."""

    def __init__(self) -> None:
        super().__init__()
        self.let_go = threading.Event()

    async def acomplete(self, request: ChatRequest) -> ChatResponse:
        response = await super().acomplete(request)
        await auntil(self.let_go.is_set)
        return response


def test_identical_calls_of_threads_and_loops_become_one(cache: ResponseCache) -> None:
    model = Cached(inner := Held(), cache)
    cache.in_flight = asking = Asking()

    with ThreadPoolExecutor(8) as pool:
        blocking = [pool.submit(model.complete, question()) for _ in range(4)]
        looped = [pool.submit(lambda: asyncio.run(model.acomplete(question()))) for _ in range(4)]
        until(lambda: asking.asked == 8)
        inner.let_go.set()
        answers = [future.result(timeout=HANG) for future in blocking + looped]

    assert inner.calls == 1
    assert sum(not given.cached for given in answers) == 1


async def test_when_the_first_of_identical_calls_fails_the_others_ask_for_themselves() -> None:
    inner = FakeModel(RateLimitError("slow down"), answer(), delay=0.05)
    model = Cached(inner, ResponseCache(CacheSettings()))

    answers = await asyncio.gather(*(model.acomplete(question()) for _ in range(3)), return_exceptions=True)

    assert [type(given) for given in answers] == [RateLimitError, ChatResponse, ChatResponse]
    assert inner.calls == 3


async def test_when_the_first_of_identical_calls_is_cancelled_the_others_are_not() -> None:
    inner = FakeModel(delay=0.05)
    model = Cached(inner, ResponseCache(CacheSettings()))
    first = asyncio.create_task(model.acomplete(question()))
    second = asyncio.create_task(model.acomplete(question()))
    await asyncio.sleep(0)
    assert inner.running == 1
    first.cancel()

    assert (await second).text == "Hello."
    assert first.cancelled()


async def test_a_blocking_call_within_the_event_loop_does_not_wait_for_itself() -> None:
    model = Cached(FakeModel(delay=0.05), ResponseCache(CacheSettings()))
    pending = asyncio.create_task(model.acomplete(question()))
    await asyncio.sleep(0)

    assert not model.complete(question()).cached
    await pending

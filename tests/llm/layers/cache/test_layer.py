"""Answers are kept and found again."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from tests.llm.fakes import FakeModel, answer, call, question
from tests.llm.layers.cache.delays import PATIENT
from tests.llm.redis_server import RedisServer
from tests.waiting import HANG, until
from tool_sandbox.errors import RateLimitError
from tool_sandbox.llm.chat import ChatResponse
from tool_sandbox.llm.layers.cache.backends import MemoryBackend
from tool_sandbox.llm.layers.cache.layer import Cached
from tool_sandbox.llm.layers.cache.settings import CacheSettings
from tool_sandbox.llm.layers.cache.store import ResponseCache


def test_a_hit_is_flagged_costs_nothing_and_says_what_it_saved(cache: ResponseCache) -> None:
    inner = FakeModel(answer("Hello.", tool_calls=[call(arguments='{"name": "Dana"}')], finish_reason="tool_calls"))
    model = Cached(inner, cache)

    first = model.complete(question())
    second = model.complete(question())

    assert inner.calls == 1
    assert (first.cached, first.cost) == (False, 0.0035)
    assert (second.cached, second.cost, second.saved_cost) == (True, 0.0, 0.0035)
    assert (second.text, second.tool_calls, second.usage) == (first.text, first.tool_calls, first.usage)
    assert (cache.stats["hits"], cache.stats["misses"], cache.stats["errors"]) == (1, 1, 0)


async def test_the_asynchronous_path_does_the_same(cache: ResponseCache) -> None:
    inner = FakeModel()
    model = Cached(inner, cache)

    await model.acomplete(question())
    second = await model.acomplete(question())
    third = model.complete(question())

    assert inner.calls == 1
    assert second.cached
    assert third.cached
    await model.aclose()


@pytest.mark.parametrize("kind", ["disk", "redis"])
def test_answers_outlive_the_process(kind: str, tmp_path: Path, redis_server: RedisServer) -> None:
    place = {"directory": str(tmp_path)} if kind == "disk" else {"port": redis_server.port, "namespace": "outlive"}
    settings = CacheSettings.parse({"type": kind, "deadline": PATIENT, **place})
    first = ResponseCache(settings)
    Cached(FakeModel(), first).complete(question())
    first.close()

    second = ResponseCache(settings)
    inner = FakeModel()

    assert Cached(inner, second).complete(question()).cached
    assert inner.calls == 0
    assert second.clear() == 1
    second.close()


def test_a_namespace_is_cleared_alone(settings: CacheSettings) -> None:
    caches = [ResponseCache(CacheSettings.parse(_fields(settings) | {"namespace": name})) for name in ("a*", "ab")]
    for cache in caches:
        Cached(FakeModel(), cache).complete(question())
        until(lambda cache=cache: cache.stats["stored"] == 1)  # type: ignore[misc]

    assert caches[0].clear() == 1
    assert not Cached(FakeModel(), caches[0]).complete(question()).cached
    assert Cached(FakeModel(), caches[1]).complete(question()).cached
    for cache in caches:
        cache.clear()
        cache.close()


@pytest.mark.parametrize(
    "response",
    [
        answer("cut sho", finish_reason="length"),
        answer("   "),
        answer(None),
        answer("I cannot", finish_reason="content_filter"),
        answer("Hello.", fallback=True),
        answer("Hello.", cached=True),
    ],
)
def test_truncated_empty_refused_fallback_and_cached_answers_are_not_kept(response: ChatResponse) -> None:
    inner = FakeModel(response)
    model = Cached(inner, ResponseCache(CacheSettings()))

    model.complete(question())
    model.complete(question())

    assert inner.calls == 2


def test_errors_are_not_kept() -> None:
    inner = FakeModel(RateLimitError("slow down"), answer())
    model = Cached(inner, ResponseCache(CacheSettings()))

    with pytest.raises(RateLimitError):
        model.complete(question())

    assert not model.complete(question()).cached


def test_a_request_without_a_stable_key_is_simply_asked() -> None:
    inner = FakeModel()
    model = Cached(inner, ResponseCache(CacheSettings()))

    for _ in range(2):
        model.complete(question(params={"response_format": object()}))

    assert inner.calls == 2


@pytest.mark.parametrize(
    ("fields", "blocking", "asynchronous"),
    [
        ({"enabled": False}, 2, 2),
        ({"call_types": ["completion"]}, 1, 2),
        ({"call_types": {"completion": False, "acompletion": True}}, 2, 1),
    ],
)
async def test_only_the_call_types_chosen_are_cached(fields: Any, blocking: int, asynchronous: int) -> None:
    first, second = FakeModel(), FakeModel()
    one = Cached(first, ResponseCache(CacheSettings.parse(fields)))
    other = Cached(second, ResponseCache(CacheSettings.parse(fields)))
    for _ in range(2):
        one.complete(question())
        await other.acomplete(question())

    assert (first.calls, second.calls) == (blocking, asynchronous)


def test_memory_forgets_the_old_and_the_unused() -> None:
    moment = [0.0]
    backend = MemoryBackend(CacheSettings(ttl=10, max_entries=2), clock=lambda: moment[0])
    backend.put("a", "1")
    backend.put("b", "2")
    assert backend.get("a") == "1"
    backend.put("c", "3")
    assert (backend.get("a"), backend.get("b"), backend.get("c")) == ("1", None, "3")

    moment[0] = 10.0

    assert backend.get("a") is None


@pytest.mark.parametrize("kind", ["disk", "redis"])
def test_a_kept_answer_ends_with_its_time_to_live(kind: str, tmp_path: Path, redis_server: RedisServer) -> None:
    place = {"directory": str(tmp_path)} if kind == "disk" else {"url": redis_server.url, "namespace": "ttl"}
    cache = ResponseCache(CacheSettings.parse({"type": kind, "ttl": 0.3, "deadline": PATIENT, **place}))
    inner = FakeModel()
    model = Cached(inner, cache)
    model.complete(question())
    until(lambda: cache.stats["stored"] == 1)
    time.sleep(0.35)

    assert not model.complete(question()).cached
    cache.close()


async def test_a_shared_cache_stays_open_when_one_of_its_models_is_closed(tmp_path: Path) -> None:
    cache = ResponseCache(CacheSettings(type="disk", directory=str(tmp_path), deadline=PATIENT))
    first = Cached(FakeModel(), cache, shared=True)
    first.complete(question())
    await first.aclose()
    assert Cached(FakeModel(), cache, shared=True).complete(question()).cached

    await Cached(FakeModel(), cache).aclose()

    assert not Cached(inner := FakeModel(), cache).complete(question()).cached
    assert inner.calls == 1


UNCLOSED = """
import sys
from tool_sandbox.llm.chat import ChatResponse
from tool_sandbox.llm.layers.cache.settings import CacheSettings
from tool_sandbox.llm.layers.cache.store import ResponseCache

cache = ResponseCache(CacheSettings(type="disk", directory=sys.argv[1]))
for number in range(30):
    cache.put(str(number), ChatResponse(text="Hello."))
"""


def test_what_is_not_written_yet_is_written_when_the_process_ends(tmp_path: Path) -> None:
    subprocess.run([sys.executable, "-c", UNCLOSED, str(tmp_path)], check=True, timeout=HANG)

    cache = ResponseCache(CacheSettings(type="disk", directory=str(tmp_path), deadline=PATIENT))
    assert cache.clear() == 30
    cache.close()


def _fields(settings: CacheSettings) -> dict[str, Any]:
    return {
        name: getattr(settings, name)
        for name in ("type", "directory", "url", "deadline")
        if getattr(settings, name) is not None
    }

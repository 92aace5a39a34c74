"""Answers are kept and found again; a cache that is dead, slow or corrupt never fails or delays a call."""

from __future__ import annotations

import asyncio
import json
import logging
import socket
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from tests.llm.distance import distance
from tests.llm.fakes import FakeModel, answer, call, question
from tests.llm.redis_server import RedisServer
from tests.waiting import HANG, auntil, until
from tool_sandbox.errors import RateLimitError, SettingsError
from tool_sandbox.llm.chat import CallTag, ChatRequest, ChatResponse
from tool_sandbox.llm.layers.cache.backends import DiskBackend, MemoryBackend
from tool_sandbox.llm.layers.cache.health import LONGEST, SHORTEST, TRIPS_TO_OPEN, Health
from tool_sandbox.llm.layers.cache.layer import Cached, cache_key
from tool_sandbox.llm.layers.cache.settings import CacheSettings
from tool_sandbox.llm.layers.cache.store import ResponseCache

PATIENT = 60.0
"""A deadline that a busy machine meets, for tests of anything else."""


@pytest.fixture(scope="module")
def redis_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RedisServer]:
    with RedisServer(tmp_path_factory.mktemp("redis")) as server:
        yield server


@pytest.fixture(params=["memory", "disk", "redis"])
def settings(request: pytest.FixtureRequest, tmp_path: Path) -> CacheSettings:
    if request.param == "redis":
        server: RedisServer = request.getfixturevalue("redis_server")
        return CacheSettings(type="redis", url=server.url, namespace=tmp_path.name, deadline=PATIENT)
    return CacheSettings(type=request.param, directory=str(tmp_path / "answers"), deadline=PATIENT)


@pytest.fixture
def cache(settings: CacheSettings) -> Iterator[ResponseCache]:
    cache = ResponseCache(settings)
    yield cache
    cache.close()


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


DIFFERENT: dict[str, ChatRequest] = {
    "model": question(model="openai/other"),
    "message": question("Ho"),
    "tools": question(tools=({"type": "function", "function": {"name": "f", "parameters": {}}},)),
    "temperature": question(params={"temperature": 1.0, "max_tokens": 100}),
    "unknown parameter": question(params={"temperature": 0.0, "max_tokens": 100, "top_k": 3}),
    "api base": question(params={"temperature": 0.0, "max_tokens": 100, "api_base": "http://127.0.0.1:1/v1"}),
    "stream": question(stream=True),
    "trial": question(tag=CallTag(scenario="text_plumber", trial=1)),
    "role": question(tag=CallTag(scenario="text_plumber", role="USER")),
}


@pytest.mark.parametrize("difference", DIFFERENT)
def test_whatever_changes_an_answer_changes_the_key(difference: str) -> None:
    assert cache_key(DIFFERENT[difference]) != cache_key(question())


def test_endpoint_and_namespace_change_the_key() -> None:
    assert len({cache_key(question()), cache_key(question(), endpoint="b"), cache_key(question(), namespace="b")}) == 3


def test_the_order_of_a_tools_properties_changes_the_key() -> None:
    def tool(*names: str) -> dict[str, Any]:
        return {"function": {"parameters": {"properties": {name: {"type": "string"} for name in names}}}}

    assert cache_key(question(tools=(tool("a", "b"),))) != cache_key(question(tools=(tool("b", "a"),)))


def test_what_cannot_change_an_answer_leaves_the_key_alone() -> None:
    request = question(
        messages=({"content": "Hi", "role": "user"},),
        params={"max_tokens": 100, "temperature": 0, "api_key": "sk-0123456789"},
        timeout=5.0,
        tag=CallTag(run="another", scenario="another", turn=7),
    )

    assert cache_key(request) == cache_key(question())


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


class HungBackend(MemoryBackend):
    """A place that takes for ever to say anything."""

    threads = 2

    def __init__(self) -> None:
        super().__init__(CacheSettings())
        self.release = threading.Event()

    def open(self) -> None:
        self.release.wait(HANG)

    def get(self, key: str) -> str | None:
        self.release.wait(HANG)
        return super().get(key)

    def put(self, key: str, text: str) -> None:
        self.release.wait(HANG)
        super().put(key, text)


class BrokenBackend(MemoryBackend):
    threads = 2

    def get(self, key: str) -> str | None:
        msg = "database disk image is malformed"
        raise sqlite3.DatabaseError(msg)

    def put(self, key: str, text: str) -> None:
        raise OSError(28, "No space left on device")


class SometimesBroken(MemoryBackend):
    """Two look-ups of three fail."""

    threads = 1
    look_ups = 0

    def get(self, key: str) -> str | None:
        self.look_ups += 1
        if self.look_ups % 3:
            raise OSError(5, "Input/output error")
        return super().get(key)


async def test_failures_that_do_not_follow_each_other_end_nothing() -> None:
    settings = CacheSettings(deadline=PATIENT)
    cache = ResponseCache(settings, backend=SometimesBroken(settings))

    for number in range(9):
        await Cached(FakeModel(), cache).acomplete(question(str(number)))

    assert (cache.stats["errors"], cache.stats["skipped"]) == (6, 0)
    cache.close()


class BrokenForNow(MemoryBackend):
    threads = 1
    broken = True

    def open(self) -> None:
        if self.broken:
            raise OSError(5, "Input/output error")

    def get(self, key: str) -> str | None:
        self.open()
        return super().get(key)


async def test_answers_are_kept_again_once_a_broken_place_works() -> None:
    moment = [0.0]
    settings = CacheSettings(deadline=PATIENT)
    health = Health(threshold=3, pause=1.0, clock=lambda: moment[0])
    cache = ResponseCache(settings, backend=(backend := BrokenForNow(settings)), health=health)
    model = Cached(FakeModel(), cache)
    for number in range(3):
        await model.acomplete(question(str(number)))
    assert not cache.health.good
    skipped = cache.stats["skipped"]
    await model.acomplete(question("while it is broken"))
    assert cache.stats["skipped"] == skipped + 2, "neither asked nor written to"

    backend.broken = False
    moment[0] = 1.0
    await model.acomplete(question("the trial"))
    await auntil(lambda: cache.health.good)
    await model.acomplete(question("kept"))

    assert (await model.acomplete(question("kept"))).cached
    cache.close()
    assert backend.get(cache_key(question("kept"))) is not None


HELD_UP = HANG / 2
"""Seconds after which a call counts as held up by a place that answers nobody before ``HANG``. How exactly the cache
keeps to its deadline on an idle machine is measured in benchmarks/, because a busy one wakes nobody up in time."""


def _added_delay(model: Cached, count: int) -> list[float]:
    delays = []
    for number in range(count):
        started = time.perf_counter()
        model.complete(question(str(number)))
        delays.append(time.perf_counter() - started)
    return delays


async def _added_delay_async(model: Cached, count: int) -> list[float]:
    delays = []
    for number in range(count):
        started = time.perf_counter()
        await model.acomplete(question(f"async {number}"))
        delays.append(time.perf_counter() - started)
    return delays


async def test_a_hung_cache_holds_up_no_call(caplog: pytest.LogCaptureFixture) -> None:
    backend = HungBackend()
    cache = ResponseCache(CacheSettings(), backend=backend, health=Health(threshold=4, clock=lambda: 0.0))
    model = Cached(FakeModel(), cache)

    delays = await _added_delay_async(model, 2) + _added_delay(model, 20) + await _added_delay_async(model, 20)

    assert max(delays) < HELD_UP
    assert not cache.health.good
    assert cache.stats["errors"] >= 4
    assert cache.stats["skipped"] > 30
    assert len([record for record in caplog.records if record.levelno == logging.WARNING]) == 1
    assert "no answer in time" in caplog.text
    backend.release.set()
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


def test_closing_a_hung_cache_does_not_hang() -> None:
    backend = HungBackend()
    cache = ResponseCache(CacheSettings(), backend=backend)
    Cached(FakeModel(), cache).complete(question())

    started = time.monotonic()
    cache.close(timeout=0.1)

    assert time.monotonic() - started < HELD_UP
    backend.release.set()


class SlowlyWriting(MemoryBackend):
    """A place that reads at once and writes when it is let."""

    threads = 1

    def __init__(self) -> None:
        super().__init__(CacheSettings())
        self.release = threading.Event()

    def put(self, key: str, text: str) -> None:
        self.release.wait(HANG)
        super().put(key, text)


def test_answers_that_a_slow_place_cannot_take_are_dropped_rather_than_piled_up() -> None:
    cache = ResponseCache(CacheSettings(), backend=(backend := SlowlyWriting()))

    for number in range(600):
        cache.put(str(number), answer())

    assert cache.stats["skipped"] == 600 - 512
    backend.release.set()
    cache.close(timeout=HANG)
    assert cache.stats["stored"] == 512


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


class NarrowBackend(MemoryBackend):
    """A healthy place that serves one after the other: the first when all have asked, the rest when nobody waits."""

    threads = 1

    def __init__(self) -> None:
        super().__init__(CacheSettings())
        self.served = 0
        self.all_asked = threading.Event()
        self.release = threading.Event()

    def get(self, key: str) -> str | None:
        (self.release if self.served else self.all_asked).wait(HANG)
        self.served += 1
        return super().get(key)


async def test_a_crowd_before_a_healthy_cache_is_no_fault_of_it(caplog: pytest.LogCaptureFixture) -> None:
    backend = NarrowBackend()
    cache = ResponseCache(CacheSettings(deadline=6.0), backend=backend)
    model = Cached(FakeModel(), cache)
    requests = [question(str(number)) for number in range(40)]
    for request in requests:
        cache.put(cache_key(request), answer())
    until(lambda: cache.stats["stored"] == 40)

    asking = asyncio.gather(*(model.acomplete(request) for request in requests))
    _, readers = cache._workers
    await auntil(lambda: readers._jobs.qsize() == 39)
    backend.all_asked.set()
    answers = await asking
    backend.release.set()

    stats = cache.stats
    assert (sum(given.cached for given in answers), stats["hits"], stats["late"]) == (1, 1, 39)
    assert cache.health.good
    assert (stats["errors"], caplog.records) == (0, [])
    cache.close()


async def test_a_broken_cache_fails_no_call_and_is_named_once(caplog: pytest.LogCaptureFixture) -> None:
    cache = ResponseCache(CacheSettings(), backend=BrokenBackend(CacheSettings()))
    inner = FakeModel()
    model = Cached(inner, cache)

    for _ in range(5):
        model.complete(question())
        await model.acomplete(question())
    cache.close()

    assert inner.calls == 10
    assert [record.levelno for record in caplog.records] == [logging.WARNING]
    assert "malformed" in caplog.text


@pytest.mark.parametrize("text", ["not json", "{}", '{"schema": 1, "response": {"nonsense": 1}}', "[1]", "null"])
def test_a_corrupt_entry_is_a_miss_and_is_replaced(text: str, cache: ResponseCache) -> None:
    model = Cached(FakeModel(), cache)
    key = cache_key(question(), namespace=cache.settings.namespace)
    cache._backend.put(key, text)  # what another process, or a bug of ours, may have written

    assert not model.complete(question()).cached
    assert cache.stats["errors"] == 1
    until(lambda: cache.stats["stored"] == 1)
    assert model.complete(question()).cached


def test_an_entry_of_another_version_is_a_plain_miss(cache: ResponseCache) -> None:
    key = cache_key(question(), namespace=cache.settings.namespace)
    cache._backend.put(key, json.dumps({"schema": 0}))

    assert not Cached(FakeModel(), cache).complete(question()).cached
    assert cache.stats["errors"] == 0


def test_a_corrupt_database_fails_no_call(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    (tmp_path / "cache.db").write_bytes(b"this is not a database" * 100)
    cache = ResponseCache(CacheSettings(type="disk", directory=str(tmp_path)))

    assert Cached(FakeModel(), cache).complete(question()).text == "Hello."
    assert "not a database" in caplog.text
    cache.close()


@pytest.mark.skipif(not Path("/proc/self/fd").is_dir(), reason="needs a list of the open files")
def test_a_corrupt_database_is_not_kept_open(tmp_path: Path) -> None:
    (tmp_path / "cache.db").write_bytes(b"this is not a database" * 100)
    backend = DiskBackend(CacheSettings(type="disk", directory=str(tmp_path)))
    kept = []  # or the garbage collector would close what nobody else does

    for _ in range(3):
        with pytest.raises(sqlite3.DatabaseError) as caught:
            backend.open()
        kept.append(caught)

    opened = {str(entry.resolve()) for entry in Path("/proc/self/fd").iterdir()}
    assert [path for path in opened if path.startswith(str(tmp_path.resolve()))] == []


def test_a_pickle_on_disk_is_never_loaded(tmp_path: Path) -> None:
    settings = CacheSettings(type="disk", directory=str(tmp_path), deadline=PATIENT)
    cache = ResponseCache(settings)
    key = cache_key(question())
    cache._backend._cache().set(f"tool_sandbox:answer::{key}", Bomb())  # type: ignore[attr-defined]

    assert not Cached(FakeModel(), cache).complete(question()).cached
    assert not Bomb.went_off
    cache.close()


class Bomb:
    went_off = False

    def __reduce__(self) -> tuple[Any, ...]:
        return setattr, (Bomb, "went_off", True)


def test_a_redis_killed_and_started_again_costs_hits_but_no_call(tmp_path: Path) -> None:
    with RedisServer(tmp_path) as server:
        settings = CacheSettings(type="redis", url=server.url, deadline=PATIENT)
        cache = ResponseCache(settings, health=Health(PATIENT, pause=0.1))
        model = Cached(FakeModel(), cache)
        model.complete(question())
        until(lambda: cache.stats["stored"] == 1)
        assert model.complete(question()).cached

        server.kill()
        delays = _added_delay(model, 10)
        assert max(delays) < HELD_UP
        assert not cache.health.good

        server.start()
        until(lambda: model.complete(question()).text == "Hello." and cache.health.good)
        model.complete(question())
        stored = cache.stats["stored"]
        until(lambda: model.complete(question()).cached)
        assert stored >= 1
        cache.close()


async def test_a_paused_redis_holds_up_no_call(tmp_path: Path) -> None:
    with RedisServer(tmp_path) as server:
        health = Health(clock=lambda: 0.0)
        cache = ResponseCache(CacheSettings(type="redis", port=server.port), health=health)
        model = Cached(FakeModel(), cache)
        server.pause()

        delays = await _added_delay_async(model, 10) + _added_delay(model, 10)

        server.go_on()
        assert max(delays) < HELD_UP
        assert cache.stats["skipped"] > 10
        cache.close()


def test_a_port_that_accepts_and_never_answers_delays_no_call() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        started = time.monotonic()
        cache = ResponseCache(CacheSettings(type="redis", port=listener.getsockname()[1]))
        assert time.monotonic() - started < HELD_UP

        delays = _added_delay(Cached(FakeModel(), cache), 10)
        assert max(delays) < HELD_UP
        cache.close()


def test_a_redis_with_a_password_is_used_and_the_password_stays_secret(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with RedisServer(tmp_path, password="open-sesame") as server:
        right = CacheSettings(type="redis", port=server.port, password="open-sesame", deadline=PATIENT)
        cache = ResponseCache(right)
        Cached(FakeModel(), cache).complete(question())
        cache.close()
        assert cache.stats["stored"] == 1

        wrong = CacheSettings(type="redis", url=f"redis://:guess-work@127.0.0.1:{server.port}/0")
        cache = ResponseCache(wrong)
        assert Cached(FakeModel(), cache).complete(question()).text == "Hello."
        cache.close()

    assert caplog.records
    for text in (repr(right), repr(wrong), caplog.text, wrong.place):
        assert "open-sesame" not in text
        assert "guess-work" not in text


def test_what_keeps_failing_is_asked_no_more_but_for_trials_until_it_works() -> None:
    moment = [0.0]
    health = Health(threshold=2, pause=1, clock=lambda: moment[0])
    health.failed()
    states = [health.good]
    health.failed()
    states.append(health.good)
    assert states == [True, False]
    assert not health.takes_trial()

    moment[0] = 1.0
    assert health.takes_trial()
    assert not health.takes_trial(), "one trial at a time"
    health.failed()
    moment[0] = 2.5
    assert not health.takes_trial(), "the pause doubles"
    moment[0] = 3.0
    assert health.takes_trial()
    health.succeeded()
    assert health.good

    health.failed()
    assert health.good, "failures count in a row"
    health.failed()
    moment[0] = 4.0
    assert health.takes_trial(), "the pause is the first one again"

    for _ in range(10):
        moment[0] += 30.0
        assert health.takes_trial(), "no pause is longer than half a minute"


@pytest.mark.parametrize(
    ("value", "type_", "enabled"),
    [
        (True, "memory", True),
        (False, "memory", False),
        (None, "memory", False),
        ("disk", "disk", True),
        ("local", "memory", True),
        ("redis://127.0.0.1:7000/1", "redis", True),
        ({"type": "redis", "host": "cache.local", "port": 7000}, "redis", True),
        ({"enabled": False, "type": "disk"}, "disk", False),
        ({"url": "rediss://cache.local"}, "redis", True),
    ],
)
def test_settings_are_read_from_a_persons_words(value: Any, type_: str, enabled: bool) -> None:
    settings = CacheSettings.parse(value)

    assert (settings.type, settings.enabled, settings.ttl) == (type_, enabled, 3600.0)


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ({"tll": 5}, "unknown cache setting 'tll': did you mean 'ttl'"),
        ({"type": "dsik"}, "did you mean 'disk'"),
        ("http://x", "redis://"),
        ({"type": "disk", "url": "redis://x"}, "with type 'redis'"),
        ({"url": 5}, "url=5"),
        ({"url": "redis://h:99999"}, "redis://"),
        ({"ttl": 0}, "cache setting ttl=0"),
        ({"ttl": "1h"}, "ttl='1h'"),
        ({"port": "6379"}, "port='6379'"),
        ({"enabled": "yes"}, "enabled='yes'"),
        ({"call_types": ["completions"]}, "did you mean 'completion'"),
        ({"type": ["disk"]}, "type=['disk']"),
        ({"namespace": None}, "namespace=None"),
        ({"password": 1234}, "put it in quotes"),
        (7, "cache=7"),
    ],
)
def test_wrong_settings_are_explained(value: Any, message: str) -> None:
    with pytest.raises(SettingsError) as caught:
        CacheSettings.parse(value)

    assert message in str(caught.value)


def _fields(settings: CacheSettings) -> dict[str, Any]:
    return {
        name: getattr(settings, name)
        for name in ("type", "directory", "url", "deadline")
        if getattr(settings, name) is not None
    }


def test_settings_in_litellms_spelling_mean_the_same(tmp_path: Path) -> None:
    written = {"type": "disk", "disk_cache_dir": str(tmp_path), "supported_call_types": ["acompletion", "embedding"]}
    settings = CacheSettings.parse(written)
    assert (settings.directory, settings.call_types) == (str(tmp_path), ("acompletion",))
    assert CacheSettings.parse({"redis_url": "redis://h:1"}).type == "redis"


@pytest.mark.parametrize("round_trip", [0.04, 0.2])
async def test_a_redis_in_another_zone_answers(
    round_trip: float, redis_server: RedisServer, caplog: pytest.LogCaptureFixture
) -> None:
    with distance(redis_server.port, round_trip) as port:
        settings = CacheSettings(type="redis", port=port, namespace=f"far-{round_trip}")
        questions = [question(str(number)) for number in range(20)]
        first = Cached(FakeModel(), filled := ResponseCache(settings))
        await asyncio.gather(*(first.acomplete(each) for each in questions))
        until(lambda: filled.stats["stored"] == 20)
        await first.aclose()

        second = Cached(inner := FakeModel(), cache := ResponseCache(settings))
        until(lambda: second.complete(questions[0]).cached)  # the first may come late on a busy machine
        answers = await asyncio.gather(*(second.acomplete(each) for each in questions))
        await second.aclose()
    assert sum(answer.cached for answer in answers) > 10, cache.stats
    assert inner.calls < 10
    assert cache.health.round_trip is not None
    assert cache.health.round_trip >= round_trip
    assert [record.message for record in caplog.records if "no answer in time" in record.message] == []


def test_a_fixed_deadline_is_kept_and_named_when_it_is_too_short(
    redis_server: RedisServer, caplog: pytest.LogCaptureFixture
) -> None:
    with distance(redis_server.port, 0.5) as port:
        cache = ResponseCache(CacheSettings(type="redis", port=port, namespace="far", deadline=0.05))
        model = Cached(FakeModel(), cache)
        for number in range(8):
            assert not model.complete(question(str(number))).cached
        cache.close(timeout=0.1)
    assert cache.stats["hits"] == 0
    assert "deadline" in caplog.text or "Timeout" in caplog.text


def test_patience_follows_what_is_measured_within_bounds() -> None:
    moment = [0.0]

    def taking(seconds: float) -> Callable[[], None]:
        def work() -> None:
            moment[0] += seconds

        return work

    health = Health(clock=lambda: moment[0])
    assert health.seconds == SHORTEST
    health.timed(taking(0.16), TRIPS_TO_OPEN)
    assert health.round_trip == pytest.approx(0.04)
    assert 0.16 < health.seconds < 0.5
    for _ in range(40):
        health.timed(taking(0.001))
    assert health.seconds == SHORTEST
    for _ in range(40):
        health.timed(taking(5))
    assert health.seconds == LONGEST
    assert Health(0.05, clock=lambda: moment[0]).seconds == pytest.approx(0.03)

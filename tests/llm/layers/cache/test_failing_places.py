"""A place that is broken, slow or hung never fails or delays a call."""

from __future__ import annotations

import asyncio
import logging
import sqlite3
import threading
import time

import pytest

from tests.llm.fakes import FakeModel, answer, question
from tests.llm.layers.cache.delays import HELD_UP, PATIENT, added_delay, added_delay_async
from tests.waiting import HANG, auntil, until
from tool_sandbox.llm.layers.cache.backends import MemoryBackend
from tool_sandbox.llm.layers.cache.health import Health
from tool_sandbox.llm.layers.cache.layer import Cached, cache_key
from tool_sandbox.llm.layers.cache.settings import CacheSettings
from tool_sandbox.llm.layers.cache.store import ResponseCache


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


async def test_a_hung_cache_holds_up_no_call(caplog: pytest.LogCaptureFixture) -> None:
    backend = HungBackend()
    cache = ResponseCache(CacheSettings(), backend=backend, health=Health(threshold=4, clock=lambda: 0.0))
    model = Cached(FakeModel(), cache)

    delays = await added_delay_async(model, 2) + added_delay(model, 20) + await added_delay_async(model, 20)

    assert max(delays) < HELD_UP
    assert not cache.health.good
    assert cache.stats["errors"] >= 4
    assert cache.stats["skipped"] > 30
    assert len([record for record in caplog.records if record.levelno == logging.WARNING]) == 1
    assert "no answer in time" in caplog.text
    backend.release.set()
    cache.close()


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

    for number in range(5):  # each another question: an answer that is still to be written is a hit
        model.complete(question(f"{number}"))
        await model.acomplete(question(f"{number} again"))
    cache.close()

    assert inner.calls == 10
    assert [record.levelno for record in caplog.records] == [logging.WARNING]
    assert "malformed" in caplog.text

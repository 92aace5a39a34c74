"""A Redis that dies, hangs, is far away or wants a password."""

from __future__ import annotations

import asyncio
import socket
import time
from pathlib import Path

import pytest

from tests.llm.distance import distance
from tests.llm.fakes import FakeModel, question
from tests.llm.layers.cache.delays import HELD_UP, PATIENT, added_delay, added_delay_async
from tests.llm.redis_server import RedisServer
from tests.waiting import HANG, until
from tool_sandbox.llm.layers.cache.health import Health
from tool_sandbox.llm.layers.cache.layer import Cached
from tool_sandbox.llm.layers.cache.settings import CacheSettings
from tool_sandbox.llm.layers.cache.store import ResponseCache


def test_a_redis_killed_and_started_again_costs_hits_but_no_call(tmp_path: Path) -> None:
    with RedisServer(tmp_path) as server:
        settings = CacheSettings(type="redis", url=server.url, deadline=PATIENT)
        cache = ResponseCache(settings, health=Health(PATIENT, pause=0.1))
        model = Cached(FakeModel(), cache)
        model.complete(question())
        until(lambda: cache.stats["stored"] == 1)
        assert model.complete(question()).cached

        server.kill()
        delays = added_delay(model, 10)
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

        delays = await added_delay_async(model, 10) + added_delay(model, 10)

        server.go_on()
        assert max(delays) < HELD_UP
        assert cache.stats["skipped"] > 10
        cache.close()


def test_a_port_that_accepts_and_never_answers_delays_no_call() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        started = time.monotonic()
        cache = ResponseCache(CacheSettings(type="redis", port=listener.getsockname()[1]))
        assert time.monotonic() - started < HELD_UP

        delays = added_delay(Cached(FakeModel(), cache), 10)
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


@pytest.mark.parametrize("round_trip", [0.04, 0.2])
async def test_a_redis_in_another_zone_answers(
    round_trip: float, redis_server: RedisServer, caplog: pytest.LogCaptureFixture
) -> None:
    cached, health = 0, Health()
    with distance(redis_server.port, round_trip) as port:
        for number in range(TRIES):
            caplog.clear()
            settings = CacheSettings(type="redis", port=port, namespace=f"far-{round_trip}-{number}")
            cached, health = await asked_twice(settings)
            if cached > 10 and not any("no answer in time" in record.message for record in caplog.records):
                break
        else:
            pytest.fail(f"of 20 answers, {cached} came from the cache: {caplog.text}")
    assert health.round_trip is not None
    assert health.round_trip >= round_trip


TRIES = 20
"""A machine with much else to do is late by itself, but not every time."""


async def asked_twice(settings: CacheSettings) -> tuple[int, Health]:
    """How many of twenty questions are answered from the cache when they are asked again."""
    questions = [question(str(number)) for number in range(20)]
    first = Cached(FakeModel(), filled := ResponseCache(settings))
    await asyncio.gather(*(first.acomplete(each) for each in questions))
    await asyncio.to_thread(filled.close, HANG)

    second = Cached(FakeModel(), cache := ResponseCache(settings))
    answers = await asyncio.gather(*(second.acomplete(each) for each in questions))
    await second.aclose()
    return sum(answer.cached for answer in answers), cache.health


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

"""A cache at each place where answers can be kept."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.llm.layers.cache.delays import PATIENT
from tests.llm.redis_server import RedisServer
from tool_sandbox.llm.layers.cache.settings import CacheSettings
from tool_sandbox.llm.layers.cache.store import ResponseCache


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

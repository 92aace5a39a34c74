"""What is kept and cannot be read is a miss, and is never run."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from tests.llm.fakes import FakeModel, question
from tests.llm.layers.cache.delays import PATIENT
from tests.waiting import until
from tool_sandbox.llm.layers.cache.backends import DiskBackend
from tool_sandbox.llm.layers.cache.layer import Cached, cache_key
from tool_sandbox.llm.layers.cache.settings import CacheSettings
from tool_sandbox.llm.layers.cache.store import ResponseCache


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

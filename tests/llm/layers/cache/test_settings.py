"""Where and how long answers are kept, as people write it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tool_sandbox.errors import SettingsError
from tool_sandbox.llm.layers.cache.settings import CacheSettings


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


def test_settings_in_litellms_spelling_mean_the_same(tmp_path: Path) -> None:
    written = {"type": "disk", "disk_cache_dir": str(tmp_path), "supported_call_types": ["acompletion", "embedding"]}
    settings = CacheSettings.parse(written)
    assert (settings.directory, settings.call_types) == (str(tmp_path), ("acompletion",))
    assert CacheSettings.parse({"redis_url": "redis://h:1"}).type == "redis"

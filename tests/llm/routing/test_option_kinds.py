"""A router's file may hold anything: what is of another kind than it should be is named."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from tool_sandbox.errors import SettingsError
from tool_sandbox.llm.routing.proxy_config import read_proxy_config
from tool_sandbox.llm.stack import split_router_config

GOOD: dict[str, Any] = {
    "model_list": [
        {
            "model_name": "first",
            "litellm_params": {"model": "direct:http://127.0.0.1:9/v1/m", "rpm": "os.environ/RPM", "weight": 1},
            "model_info": {"id": "a"},
        },
        {"model_name": "second", "litellm_params": {"model": "openai/gpt-4o", "api_key": "k", "tpm": 5.5}},
    ],
    "litellm_settings": {
        "request_timeout": 5,
        "fallbacks": [{"first": ["second"]}],
        "default_fallbacks": ["second"],
        "cache": True,
        "cache_params": {"type": "local", "ttl": 5},
    },
    "router_settings": {
        "routing_strategy": "latency-based-routing",
        "routing_strategy_args": {"lowest_latency_buffer": 0.5},
        "allowed_fails": "2",
        "cooldown_time": 5,
        "model_group_alias": {"other": "first", "another": {"model": "second"}},
        "retry_policy": {"RateLimitErrorRetries": 1},
        "model_group_retry_policy": {"first": {"TimeoutErrorRetries": None}},
        "allowed_fails_policy": {"TimeoutErrorAllowedFails": 1},
        "default_litellm_params": {"top_p": 1},
    },
}
OTHER: list[Any] = [True, -1, 1.5, "", "x", [], [[]], [{}], {}, {"a": 1}, {1: 2}]


def read(tmp_path: Path, config: Any) -> None:
    file = tmp_path / "config.yaml"
    file.write_text(yaml.safe_dump(config))
    split_router_config(None, read_proxy_config(file, {"RPM": "60"}))


def places(content: Any, above: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    entries = content.items() if isinstance(content, dict) else enumerate(content) if isinstance(content, list) else ()
    for key, value in entries:
        yield (*above, key)
        yield from places(value, (*above, key))


def test_a_good_file_is_read(tmp_path: Path) -> None:
    read(tmp_path, GOOD)


@pytest.mark.parametrize("place", list(places(GOOD)), ids=lambda place: ".".join(map(str, place)))
def test_a_value_of_any_other_kind_has_a_meaning_or_a_message(tmp_path: Path, place: tuple[Any, ...]) -> None:
    for value in OTHER:
        config = copy.deepcopy(GOOD)
        holder: Any = config
        for key in place[:-1]:
            holder = holder[key]
        holder[place[-1]] = value
        refused = _refusal(tmp_path, config)
        assert refused is None or str(refused)


@pytest.mark.parametrize(
    ("section", "name", "value", "message"),
    [
        ("router_settings", "cooldown_time", "soon", "cooldown_time='soon' must be a number of at least 0"),
        ("router_settings", "allowed_fails", 1.5, "allowed_fails=1.5 must be a whole number"),
        ("router_settings", "model_group_alias", {"a": {}}, "model_group_alias="),
        ("litellm_settings", "fallbacks", [{"first": "second"}], r"must be a list like \[\{'primary'"),
        ("litellm_settings", "cache_params", 5, "cache_params=5 must be a mapping"),
    ],
)
def test_what_was_expected_is_said(tmp_path: Path, section: str, name: str, value: Any, message: str) -> None:
    config = copy.deepcopy(GOOD)
    config[section][name] = value
    with pytest.raises(SettingsError, match=message):
        read(tmp_path, config)


def _refusal(tmp_path: Path, config: Any) -> SettingsError | None:
    try:
        read(tmp_path, config)
    except SettingsError as error:
        return error
    return None

"""Read the ``config.yaml`` of a LiteLLM proxy: who serves which model, and how calls are spread.

See https://docs.litellm.ai/docs/proxy/config_settings.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel, Field

from tool_sandbox.common.yaml_source import YamlSource
from tool_sandbox.errors import SettingsError
from tool_sandbox.llm.routing.option_kinds import AnyMapping, RouterOptions, Text, from_environment, read

_CALLS = ("num_retries", "request_timeout", "timeout", "max_budget")
_OF_LITELLM = (
    *_CALLS, "fallbacks", "default_fallbacks", "context_window_fallbacks", "content_policy_fallbacks", "allowed_fails",
    "cooldown_time",
)  # fmt: skip
_CACHE_KEYS = (
    "type", "ttl", "host", "port", "password", "url", "redis_url", "namespace", "directory", "disk_cache_dir",
    "supported_call_types",
)  # fmt: skip


class _Sections(BaseModel):
    """The sections that are read beside the deployments."""

    litellm_settings: AnyMapping = {}
    router_settings: AnyMapping = {}


class _LiteLLMSettings(BaseModel):
    """Of the settings of the proxy's calls, those of its cache."""

    cache: Any = False
    cache_params: AnyMapping = {}


class _CacheParams(BaseModel):
    type: Text = Field("redis", description="the type of a cache, such as redis")


def read_proxy_config(path: str | os.PathLike[str], environ: Mapping[str, str] | None = None) -> dict[str, Any]:
    """Arguments for ``LiteLLMAgentWithRouter`` from a proxy's configuration.

    Settings that only concern the proxy as a server (keys, database, callbacks) are left out.

    Args:
        path: The YAML file.
        environ: Where ``os.environ/NAME`` is looked for; the process's environment when not given.

    Raises:
        SettingsError: The file cannot be read, holds no ``model_list``, or names a variable that is not set.
    """
    variables = os.environ if environ is None else environ
    config = _resolved(_load(Path(path)), variables)
    model_list = config.get("model_list")
    if not isinstance(model_list, list) or not model_list:
        message = f"{os.fspath(path)!r} holds no model_list; a LiteLLM config.yaml lists its deployments there."
        raise SettingsError(message)
    sections = read(_Sections, config, f"{os.fspath(path)!r}: ")
    arguments: dict[str, Any] = {"model_list": [_entry(entry) for entry in model_list]}
    for section, names in (
        (sections.litellm_settings, _OF_LITELLM),
        (sections.router_settings, (*RouterOptions.model_fields, *_CALLS)),
    ):
        taken = {name: value for name, value in section.items() if name in names}
        arguments |= {"timeout" if name == "request_timeout" else name: value for name, value in taken.items()}
    litellm = read(_LiteLLMSettings, sections.litellm_settings, f"{os.fspath(path)!r}: ")
    if litellm.cache:
        arguments["cache"] = _cache(litellm.cache_params)
    return arguments


def _load(path: Path) -> Mapping[str, Any]:
    config = YamlSource.of_file(path, SettingsError, "configuration").value()
    if not isinstance(config, Mapping):
        message = f"{str(path)!r} must hold a mapping with a model_list."
        raise SettingsError(message)
    return config


def _resolved(value: Any, environ: Mapping[str, str]) -> Any:
    """The configuration with variables in the place of their names, where they are used by us."""
    if isinstance(value, Mapping):
        skipped = ("general_settings", "environment_variables")
        return {name: _resolved(each, environ) for name, each in value.items() if name not in skipped}
    if isinstance(value, list):
        return [_resolved(each, environ) for each in value]
    return from_environment(value, environ)


def _entry(entry: Any) -> Any:
    """A deployment without what only the proxy reads."""
    if not isinstance(entry, Mapping):
        return entry
    return {name: entry[name] for name in ("model_name", "litellm_params", "model_info") if entry.get(name)}


def _cache(params: Mapping[str, Any]) -> dict[str, Any]:
    kind = read(_CacheParams, params, "cache_params: ").type
    chosen = {name: params[name] for name in _CACHE_KEYS if params.get(name) is not None}
    return {**chosen, "type": "memory" if kind == "local" else kind}

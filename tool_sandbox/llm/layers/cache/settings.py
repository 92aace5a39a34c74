"""How answers are cached, in the words a person writes."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from attrs import evolve, field, fields, frozen

from tool_sandbox.errors import SettingsError
from tool_sandbox.nearest import hint
from tool_sandbox.redaction import redact_text

TYPES = ("memory", "disk", "redis")
CALL_TYPES = ("completion", "acompletion")
_SCHEMES = ("redis://", "rediss://", "unix://")
_LITELLMS_WORDS = {"disk_cache_dir": "directory", "redis_url": "url", "default_ttl": "ttl"}
_OTHER_WORDS = {"local": "memory", "in-memory": "memory"}


@frozen(kw_only=True)
class CacheSettings:
    """Settings of a response cache."""

    enabled: bool = True
    """Whether answers are cached at all."""
    type: str = "memory"
    """Where they are kept: ``memory``, ``disk`` or ``redis``."""
    ttl: float | None = 3600.0
    """Seconds an answer stays good; ``None`` for ever."""
    directory: str | None = None
    """Where ``disk`` writes; the user's cache directory when not given."""
    host: str = "127.0.0.1"
    """Where ``redis`` listens."""
    port: int = 6379
    """The port of ``redis``."""
    db: int = 0
    """The numbered database of ``redis``."""
    username: str | None = None
    """The account at ``redis``."""
    password: str | None = field(default=None, repr=False)
    """The password at ``redis``."""
    url: str | None = field(default=None, repr=lambda url: repr(url and redact_text(url)))
    """Instead of host, port and password: ``redis://…``, ``rediss://…`` or ``unix://…``."""
    namespace: str = ""
    """Answers are only shared within a namespace."""
    call_types: tuple[str, ...] = CALL_TYPES
    """Which calls are cached: ``completion`` (blocking), ``acompletion`` (asynchronous)."""
    max_entries: int = 10_000
    """The most answers ``memory`` keeps; the one unused for longest goes first."""
    deadline: float | None = None
    """The most seconds that looking into the cache may delay a call; ``None`` follows the measured round trip."""

    @classmethod
    def parse(cls, value: Any) -> CacheSettings:
        """Settings from whatever a person wrote.

        Args:
            value: A mapping with the fields above; or just ``memory``, ``disk`` or ``redis://…``; or true or false.

        Raises:
            SettingsError: On an unknown key or a value that makes no sense.
        """
        if isinstance(value, CacheSettings):
            return value
        if value is None or isinstance(value, bool):
            return cls(enabled=bool(value))
        if isinstance(value, str):
            return _checked(cls(type="redis", url=value) if "://" in value else cls(type=value))
        if not isinstance(value, Mapping):
            msg = (
                f"cache={value!r}: expected true, false, a type such as 'disk', or a mapping such as {{'type': 'disk'}}"
            )
            raise SettingsError(msg)
        return cls._from_mapping(value)

    @classmethod
    def _from_mapping(cls, data: Mapping[str, Any]) -> CacheSettings:
        known = [attribute.name for attribute in fields(cls)]
        data = {_LITELLMS_WORDS.get(key, key): value for key, value in data.items()}
        if "supported_call_types" in data:  # LiteLLM's list also names calls that are never made here
            data["call_types"] = [name for name in data.pop("supported_call_types") if name in CALL_TYPES]
        for key in data:
            if key not in known:
                msg = f"unknown cache setting {key!r}: {hint(key, known)}"
                raise SettingsError(msg)
        given = dict(data)
        if "call_types" in given:
            given["call_types"] = _call_types(given["call_types"])
        if isinstance(given.get("directory"), Path):
            given["directory"] = str(given["directory"])
        if given.get("url") and "type" not in given:
            given["type"] = "redis"
        return _checked(cls(**given))

    @property
    def place(self) -> str:
        """Where the answers are kept, without secrets, for messages."""
        if self.type == "redis":
            return redact_text(self.url) if self.url else f"redis at {self.host}:{self.port}"
        return f"disk at {self.directory or 'the user cache directory'}" if self.type == "disk" else "memory"


def _checked(settings: CacheSettings) -> CacheSettings:
    for name, (fits, expected) in _EXPECTED.items():
        value = getattr(settings, name)
        shown = "…" if name == "password" else redact_text(value) if name == "url" and isinstance(value, str) else value
        _expect(fits(value), name, shown, expected)
    settings = evolve(settings, type=_OTHER_WORDS.get(settings.type, settings.type))
    if settings.type not in TYPES:
        msg = f"unknown cache type {settings.type!r}: {hint(settings.type, [*TYPES, 'redis://host:port'])}"
        raise SettingsError(msg)
    if settings.url is not None and settings.type != "redis":
        _expect(False, "url", redact_text(settings.url), _EXPECTED["url"][1])
    return settings


def _is_redis(url: Any) -> bool:
    try:
        return isinstance(url, str) and url.startswith(_SCHEMES) and urlsplit(url).port != 0
    except ValueError:  # the port is no number from 0 to 65535
        return False


def _call_types(value: Any) -> tuple[str, ...]:
    if isinstance(value, str):
        value = [value]
    chosen = tuple(name for name, on in value.items() if on) if isinstance(value, Mapping) else tuple(value or ())
    for name in [*value]:
        if name not in CALL_TYPES:
            msg = f"unknown call type {name!r} in the cache settings: {hint(name, CALL_TYPES)}"
            raise SettingsError(msg)
    return chosen


def _expect(good: bool, name: str, value: Any, expected: str) -> None:
    if not good:
        msg = f"cache setting {name}={value!r}: expected {expected}"
        raise SettingsError(msg)


def _is_text(value: Any) -> bool:
    return isinstance(value, str)


def _may_be_text(value: Any) -> bool:
    return value is None or isinstance(value, str)


def _may_be_seconds(value: Any) -> bool:
    return value is None or (isinstance(value, int | float) and not isinstance(value, bool) and value > 0)


def _is_whole(value: Any, least: int, most: float = math.inf) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and least <= value <= most


_EXPECTED: Mapping[str, tuple[Callable[[Any], bool], str]] = {
    "type": (_is_text, "memory, disk or redis"),
    "enabled": (lambda value: isinstance(value, bool), "true or false"),
    "ttl": (_may_be_seconds, "a positive number of seconds, or null"),
    "deadline": (_may_be_seconds, "a positive number of seconds, or null to follow the measured round trip"),
    "port": (lambda value: _is_whole(value, 1, 65535), "a number from 1 to 65535"),
    "db": (lambda value: _is_whole(value, 0), "zero or more"),
    "max_entries": (lambda value: _is_whole(value, 1), "one or more"),
    "directory": (_may_be_text, "text"),
    "host": (_is_text, "text"),
    "username": (_may_be_text, "text"),
    "namespace": (_is_text, "text"),
    "password": (_may_be_text, "text: put it in quotes"),
    "url": (lambda value: value is None or _is_redis(value), "redis://…, rediss://… or unix://… with type 'redis'"),
}

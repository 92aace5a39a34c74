"""How answers are cached, in the words a person writes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from attrs import field, frozen

from tool_sandbox.common.declared import declarations, fits
from tool_sandbox.errors import SettingsError
from tool_sandbox.nearest import hint
from tool_sandbox.redaction import redact, redact_text

TYPES = ("memory", "disk", "redis")
CALL_TYPES = ("completion", "acompletion")
_SCHEMES = ("redis://", "rediss://", "unix://")
_LITELLMS_WORDS = {"disk_cache_dir": "directory", "redis_url": "url", "default_ttl": "ttl"}
_OTHER_WORDS = {"local": "memory", "in-memory": "memory"}


def _usual_word(value: Any) -> Any:
    return _OTHER_WORDS.get(value, value) if isinstance(value, str) else value


def _path_as_text(value: Any) -> Any:
    return str(value) if isinstance(value, Path) else value


def _call_types(value: Any) -> tuple[str, ...]:
    names = [value] if isinstance(value, str) else list(value or ())
    for name in names:
        if name not in CALL_TYPES:
            msg = f"unknown call type {name!r} in the cache settings: {hint(name, CALL_TYPES)}"
            raise SettingsError(msg)
    return tuple(name for name in names if not isinstance(value, Mapping) or value[name])


@frozen(kw_only=True)
class CacheSettings:
    """Settings of a response cache."""

    enabled: bool = True
    """Whether answers are cached at all."""
    type: str = field(default="memory", converter=_usual_word)
    """Where they are kept: ``memory``, ``disk`` or ``redis``."""
    ttl: float | None = 3600.0
    """Seconds an answer stays good; ``None`` for ever."""
    directory: str | None = field(default=None, converter=_path_as_text)
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
    call_types: tuple[str, ...] = field(default=CALL_TYPES, converter=_call_types)
    """Which calls are cached: ``completion`` (blocking), ``acompletion`` (asynchronous)."""
    max_entries: int = 10_000
    """The most answers ``memory`` keeps; the one unused for longest goes first."""
    deadline: float | None = None
    """The most seconds that looking into the cache may delay a call; ``None`` follows the measured round trip."""

    def __attrs_post_init__(self) -> None:
        """Refuse values that make no sense."""
        for name, declared in declarations(CacheSettings).items():
            value = getattr(self, name)
            sensible = _MAKES_SENSE.get(name)
            if not fits(value, declared) or (sensible and not sensible(self)):
                msg = f"cache setting {name}={redact({name: value})[name]!r}: expected {_EXPECTED.get(name, 'text')}"
                raise SettingsError(msg)
        if self.type not in TYPES:
            msg = f"unknown cache type {self.type!r}: {hint(self.type, [*TYPES, 'redis://host:port'])}"
            raise SettingsError(msg)

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
            return cls(type="redis", url=value) if "://" in value else cls(type=value)
        if isinstance(value, Mapping):
            return cls(**_in_our_words(value))
        msg = f"cache={value!r}: expected true, false, a type such as 'disk', or a mapping such as {{'type': 'disk'}}"
        raise SettingsError(msg)

    @property
    def place(self) -> str:
        """Where the answers are kept, without secrets, for messages."""
        if self.type == "redis":
            return redact_text(self.url) if self.url else f"redis at {self.host}:{self.port}"
        return f"disk at {self.directory or 'the user cache directory'}" if self.type == "disk" else "memory"


def _in_our_words(data: Mapping[str, Any]) -> dict[str, Any]:
    given = {_LITELLMS_WORDS.get(key, key): value for key, value in data.items()}
    if "supported_call_types" in given:  # LiteLLM's list also names calls that are never made here
        given["call_types"] = [name for name in given.pop("supported_call_types") if name in CALL_TYPES]
    known = list(declarations(CacheSettings))
    for key in given:
        if key not in known:
            msg = f"unknown cache setting {key!r}: {hint(key, known)}"
            raise SettingsError(msg)
    return {"type": "redis", **given} if given.get("url") else given


def _is_redis(url: str) -> bool:
    try:
        return url.startswith(_SCHEMES) and urlsplit(url).port != 0
    except ValueError:  # the port is not a number from 0 to 65535
        return False


_MAKES_SENSE: Mapping[str, Callable[[CacheSettings], bool]] = {
    "ttl": lambda given: given.ttl is None or given.ttl > 0,
    "deadline": lambda given: given.deadline is None or given.deadline > 0,
    "port": lambda given: given.port in range(1, 65536),
    "db": lambda given: given.db >= 0,
    "max_entries": lambda given: given.max_entries > 0,
    "url": lambda given: given.url is None or (given.type == "redis" and _is_redis(given.url)),
}
"""What a value must be besides of the declared kind."""
_EXPECTED = {
    "type": "memory, disk or redis",
    "enabled": "true or false",
    "ttl": "a positive number of seconds, or null",
    "deadline": "a positive number of seconds, or null to follow the measured round trip",
    "port": "a number from 1 to 65535",
    "db": "zero or more",
    "max_entries": "one or more",
    "password": "text: put it in quotes",
    "url": "redis://…, rediss://… or unix://… with type 'redis'",
}

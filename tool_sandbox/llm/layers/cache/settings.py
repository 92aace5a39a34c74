"""How answers are cached, in the words a person writes."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from attrs import Attribute, field, fields_dict, frozen

from tool_sandbox.common.checks import MAYBE_TEXT, YES_OR_NO, Kind, number, whole
from tool_sandbox.errors import SettingsError
from tool_sandbox.nearest import hint
from tool_sandbox.redaction import redact_text

TYPES = ("memory", "disk", "redis")
CALL_TYPES = ("completion", "acompletion")
_SCHEMES = ("redis://", "rediss://", "unix://")
_LITELLMS_WORDS = {"disk_cache_dir": "directory", "redis_url": "url", "default_ttl": "ttl"}
_OTHER_WORDS = {"local": "memory", "in-memory": "memory"}

_TYPE = Kind(lambda value: value in TYPES, "memory, disk, redis, or an address such as redis://host:port", TYPES)
_SECONDS = Kind(lambda value: number(0).fits(value) and value > 0, "a positive number of seconds, or null")
_PORT = Kind(lambda value: whole(1).fits(value) and value in range(65536), "a number from 1 to 65535")
_PASSWORD = Kind(MAYBE_TEXT.fits, "text: put it in quotes")


def _usual_word(value: Any) -> Any:
    return _OTHER_WORDS.get(value, value) if isinstance(value, str) else value


def _path_as_text(value: Any) -> Any:
    return str(value) if isinstance(value, Path) else value


def _call_types(value: Any) -> tuple[str, ...]:
    names = [value] if isinstance(value, str) else list(value or ())
    for name in names:
        if name not in CALL_TYPES:
            msg = f"call_types: unknown call type {name!r}: {hint(name, CALL_TYPES)}"
            raise SettingsError(msg)
    return tuple(name for name in names if not isinstance(value, Mapping) or value[name])


def _redis_address(settings: CacheSettings, attribute: Attribute[str | None], value: str | None) -> None:
    """Make sure that an address goes with the type."""
    try:
        redis = settings.type == "redis" and str(value).startswith(_SCHEMES) and urlsplit(value).port != 0
    except ValueError:  # the port is not a number from 0 to 65535
        redis = False
    kind = Kind(lambda url: url is None or redis, "redis://…, rediss://… or unix://… with type 'redis'")
    kind.check(attribute.name, value)


@frozen(kw_only=True)
class CacheSettings:
    """Settings of a response cache."""

    enabled: bool = field(default=True, validator=YES_OR_NO)
    """Whether answers are cached at all."""
    type: str = field(default="memory", converter=_usual_word, validator=_TYPE)
    """Where they are kept: ``memory``, ``disk`` or ``redis``."""
    ttl: float | None = field(default=3600.0, validator=_SECONDS)
    """Seconds an answer stays good; ``None`` for ever."""
    directory: str | None = field(default=None, converter=_path_as_text, validator=MAYBE_TEXT)
    """Where ``disk`` writes; the user's cache directory when not given."""
    host: str = field(default="127.0.0.1", validator=MAYBE_TEXT)
    """Where ``redis`` listens."""
    port: int = field(default=6379, validator=_PORT)
    """The port of ``redis``."""
    db: int = field(default=0, validator=whole(0))
    """The numbered database of ``redis``."""
    username: str | None = field(default=None, validator=MAYBE_TEXT)
    """The account at ``redis``."""
    password: str | None = field(default=None, repr=False, validator=_PASSWORD)
    """The password at ``redis``."""
    url: str | None = field(default=None, repr=lambda url: repr(url and redact_text(url)), validator=_redis_address)
    """Instead of host, port and password: ``redis://…``, ``rediss://…`` or ``unix://…``."""
    namespace: str = field(default="", validator=MAYBE_TEXT)
    """Answers are only shared within a namespace."""
    call_types: tuple[str, ...] = field(default=CALL_TYPES, converter=_call_types)
    """Which calls are cached: ``completion`` (blocking), ``acompletion`` (asynchronous)."""
    max_entries: int = field(default=10_000, validator=whole(1))
    """The most answers ``memory`` keeps; the one unused for longest goes first."""
    deadline: float | None = field(default=None, validator=_SECONDS)
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
        given = _in_our_words(value)
        try:
            return cls(**given)
        except SettingsError as error:
            msg = f"cache setting {error}"
            raise SettingsError(msg) from error

    @property
    def place(self) -> str:
        """Where the answers are kept, without secrets, for messages."""
        if self.type == "redis":
            return redact_text(self.url) if self.url else f"redis at {self.host}:{self.port}"
        return f"disk at {self.directory or 'the user cache directory'}" if self.type == "disk" else "memory"


def _in_our_words(value: Any) -> dict[str, Any]:
    if value is None or isinstance(value, bool):
        return {"enabled": bool(value)}
    if isinstance(value, str):
        return {"type": "redis", "url": value} if "://" in value else {"type": value}
    if not isinstance(value, Mapping):
        msg = f"cache={value!r}: expected true, false, a type such as 'disk', or a mapping such as {{'type': 'disk'}}"
        raise SettingsError(msg)
    given = {_LITELLMS_WORDS.get(str(key), str(key)): each for key, each in value.items()}
    if "supported_call_types" in given:  # LiteLLM's list also names calls that are never made here
        given["call_types"] = [name for name in given.pop("supported_call_types") if name in CALL_TYPES]
    known = list(fields_dict(CacheSettings))
    for key in given:
        if key not in known:
            msg = f"unknown cache setting {key!r}: {hint(key, known)}"
            raise SettingsError(msg)
    return {"type": "redis", **given} if given.get("url") else given

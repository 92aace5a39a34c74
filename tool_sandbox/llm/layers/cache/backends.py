"""Where cached answers are kept: memory, disk or Redis. They may block, break and lie; the cache above copes."""

from __future__ import annotations

import math
import re
import threading
import time
from abc import ABC, abstractmethod
from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tool_sandbox.errors import MissingDependencyError, how_to_install
from tool_sandbox.llm.layers.cache.health import LONGEST
from tool_sandbox.llm.layers.cache.settings import CacheSettings

_PREFIX = "tool_sandbox:answer"
_ADDRESS = ("host", "port", "db", "username", "password")


class Backend(ABC):
    """A key-value store for text."""

    threads = 0
    """Threads that may read at once; 0 when nothing ever blocks, so that no thread is needed."""

    def __init__(self, settings: CacheSettings) -> None:
        self._settings = settings
        self._prefix = f"{_PREFIX}:{settings.namespace}:"

    def open(self) -> None:  # noqa: B027  # nothing to do where nothing blocks
        """Get ready, so that the first look-up need not."""

    @abstractmethod
    def get(self, key: str) -> str | None:
        """The text, or ``None`` when there is none or it is too old."""

    @abstractmethod
    def put(self, key: str, text: str) -> None:
        """Keep the text."""

    @abstractmethod
    def clear(self) -> int:
        """Forget everything in the namespace; returns how many texts there were."""

    def close(self) -> None:  # noqa: B027  # nothing to do where nothing is open
        """Let go of what the calling thread holds."""


def open_backend(settings: CacheSettings) -> Backend:
    """The backend that the settings name; nothing is opened or connected yet."""
    kinds: dict[str, type[Backend]] = {"memory": MemoryBackend, "disk": DiskBackend, "redis": RedisBackend}
    return kinds[settings.type if settings.enabled else "memory"](settings)


class MemoryBackend(Backend):
    """Keeps the most recently used answers in this process."""

    def __init__(self, settings: CacheSettings, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__(settings)
        self._clock = clock
        self._lock = threading.Lock()
        self._entries: OrderedDict[str, tuple[float, str]] = OrderedDict()

    def get(self, key: str) -> str | None:
        """The text, or ``None``."""
        with self._lock:
            stored_at, text = self._entries.get(key, (0.0, None))
            if text is None or self._clock() - stored_at >= (self._settings.ttl or math.inf):
                return None
            self._entries.move_to_end(key)
            return text

    def put(self, key: str, text: str) -> None:
        """Keep the text, and forget the one unused for longest when there are too many."""
        with self._lock:
            self._entries[key] = (self._clock(), text)
            self._entries.move_to_end(key)
            while len(self._entries) > self._settings.max_entries:
                self._entries.popitem(last=False)

    def clear(self) -> int:
        """Forget everything."""
        with self._lock:
            count = len(self._entries)
            self._entries.clear()
            return count


class DiskBackend(Backend):
    """Keeps answers in a directory, with ``diskcache`` (SQLite)."""

    threads = 2

    def __init__(self, settings: CacheSettings) -> None:
        super().__init__(settings)
        self._lock = threading.Lock()
        self._store: Any = None

    def open(self) -> None:
        """Create the directory and the database."""
        self._cache()

    def get(self, key: str) -> str | None:
        """The text, or ``None``."""
        text = self._cache().get(self._prefix + key)
        return None if text is None else str(text)

    def put(self, key: str, text: str) -> None:
        """Keep the text."""
        self._cache().set(self._prefix + key, text, expire=self._settings.ttl)

    def clear(self) -> int:
        """Forget everything in the namespace."""
        cache = self._cache()
        return sum(bool(cache.delete(key)) for key in list(cache.iterkeys()) if str(key).startswith(self._prefix))

    def close(self) -> None:
        """Close this thread's connection to the database."""
        if self._store is not None:
            self._store.close()

    def _cache(self) -> Any:
        with self._lock:
            if self._store is None:
                self._store = _open_directory(self._settings.directory)
            return self._store


class RedisBackend(Backend):
    """Keeps answers in a Redis server."""

    threads = 16
    """Far away, each can do only a few look-ups a second."""

    def __init__(self, settings: CacheSettings) -> None:
        try:
            import redis
            from redis.backoff import NoBackoff
            from redis.retry import Retry
        except ImportError as error:
            msg = f"a cache of type 'redis' needs the package 'redis', not installed here: {how_to_install('redis')}"
            raise MissingDependencyError(msg) from error
        super().__init__(settings)
        longest = LONGEST if settings.deadline is None else max(settings.deadline, 0.02)
        address = {} if settings.url else {name: getattr(settings, name) for name in _ADDRESS}
        self._client = redis.Redis.from_url(
            settings.url or "redis://",
            **address,
            socket_timeout=longest,
            socket_connect_timeout=longest,
            retry=Retry(NoBackoff(), 1),  # at once, for a connection that died with a server that is back by now
        )

    def open(self) -> None:
        """Connect."""
        self._client.ping()

    def get(self, key: str) -> str | None:
        """The text, or ``None``."""
        text: Any = self._client.get(self._prefix + key)
        return None if text is None else bytes(text).decode("utf-8")

    def put(self, key: str, text: str) -> None:
        """Keep the text."""
        ttl = None if self._settings.ttl is None else max(1, round(self._settings.ttl * 1000))
        self._client.set(self._prefix + key, text.encode("utf-8"), px=ttl)

    def clear(self) -> int:
        """Forget everything in the namespace."""
        pattern = re.sub(r"([\\*?\[\]])", r"\\\1", self._prefix) + "*"
        return sum(int(self._client.delete(key)) for key in self._client.scan_iter(match=pattern, count=500))

    def close(self) -> None:
        """Disconnect, except where another thread is still writing."""
        self._client.connection_pool.disconnect(inuse_connections=False)


def _open_directory(directory: str | None) -> Any:
    import diskcache
    import platformdirs

    class TextDisk(diskcache.Disk):  # type: ignore[misc]  # diskcache is untyped
        """Never unpickles: a directory is data that others may have written."""

        def fetch(self, mode: int, filename: str | None, value: Any, read: bool) -> Any:
            if mode == diskcache.core.MODE_PICKLE:
                msg = "a cached answer is stored as a pickle; answers are only ever stored as text"
                raise ValueError(msg)
            return super().fetch(mode, filename, value, read)

    class OpenedCache(diskcache.Cache):  # type: ignore[misc]  # diskcache is untyped
        """Leaves no connection behind when it cannot be opened."""

        def __init__(self, *args: Any, **settings: Any) -> None:
            try:
                super().__init__(*args, **settings)
            except BaseException:
                self.close()
                raise

    path = Path(directory).expanduser() if directory else platformdirs.user_cache_path("tool_sandbox") / "answers"
    return OpenedCache(str(path), disk=TextDisk, timeout=1)

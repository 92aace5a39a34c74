"""Which backend answers the search tools of this run."""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, Protocol


class SearchBackend(Protocol):
    """Answers the requests of the search tools."""

    def get(self, url: str, params: Mapping[str, Any], headers: Mapping[str, str]) -> dict[str, Any]:
        """The answer of the service at ``url``, as the service itself would give it."""


_backend: ContextVar[SearchBackend | None] = ContextVar("tool_sandbox_search_backend", default=None)


def current_backend() -> SearchBackend:
    """The backend of this run; our offline data if none was chosen."""
    return _backend.get() or _shipped_data()


def answers_at_once() -> bool:
    """Whether the search tools of this run compute their answers and ask no service."""
    return _backend.get() is None


@contextmanager
def use_backend(backend: SearchBackend | None) -> Iterator[None]:
    """Choose the backend inside the block; ``None`` is the offline data."""
    token = _backend.set(backend)
    try:
        yield
    finally:
        _backend.reset(token)


@functools.cache
def _shipped_data() -> SearchBackend:
    from tool_sandbox.tools.search.offline import OfflineSearch

    return OfflineSearch()

"""The endpoints of a run, each known once: whoever asks the same one, with the same key, shares its limits."""

from __future__ import annotations

import hashlib
import json
import threading
import time
from collections.abc import Callable, Mapping
from typing import Any

from tool_sandbox.llm.layers.limits.endpoint import Endpoint
from tool_sandbox.llm.layers.limits.rate import RateSource, SlidingWindow
from tool_sandbox.llm.providers import server_of

_NOT_WHERE = frozenset({"api_version", "base_model", "ssl_verify"})
"""What belongs to a connection and does not make it another account."""

Source = Callable[[str, int], RateSource]
"""Makes the source of a cap, from the name of what is capped and the number per minute: ``SlidingWindow``'s here, one
that borrows where an endpoint is shared with other processes."""


class Endpoints:
    """Gives out endpoints. Shared by all roles of a run, and by the runs of one command.

    Args:
        source: Makes the source of a cap. Its first argument is the same text in every process for the same cap, and
            no secret.
        clock: Seconds on a clock that never goes back.
    """

    def __init__(self, source: Source | None = None, *, clock: Callable[[], float] = time.monotonic) -> None:
        self.told: Callable[[str], None] = lambda _what: None
        """Told in words what is waited for, and with an empty text when nothing is any more."""
        self._source = source or (lambda _name, per_minute: SlidingWindow(per_minute, clock=clock))
        self._clock = clock
        self._lock = threading.Lock()
        self._endpoints: dict[str, Endpoint] = {}
        self._caps: dict[str, int] = {}
        self._said: dict[str, str] = {}

    def at(
        self,
        model: str,
        connection: Mapping[str, Any],
        *,
        rpm: int | None = None,
        tpm: int | None = None,
        longest: float = 300.0,
    ) -> Endpoint:
        """The endpoint at which a model is asked: one for a provider, an address and a key.

        Args:
            model: A LiteLLM model string.
            connection: How it is reached, complete (``llm.config.connection_for``).
            rpm: Most calls per minute; of several that were given for one endpoint, the lowest holds.
            tpm: Most tokens per minute, likewise.
            longest: Seconds of waiting that are bearable.
        """
        provider, address = server_of(model, connection.get("api_base"))
        name = f"{provider or model}" + (f" at {address}" if address else "")
        key = f"{name} {_digest(connection)}"
        with self._lock:
            if key not in self._endpoints:
                told = lambda words: self._tell(key, words)  # noqa: E731 -- it is bound to this key
                self._endpoints[key] = Endpoint(name, longest=longest, told=told, clock=self._clock)
            endpoint = self._endpoints[key]
            endpoint.requests = self._capped(f"{key} rpm", rpm, endpoint.requests)
            endpoint.tokens = self._capped(f"{key} tpm", tpm, endpoint.tokens)
            return endpoint

    def _capped(self, name: str, per_minute: int | None, before: RateSource | None) -> RateSource | None:
        if per_minute is None or self._caps.get(name, per_minute + 1) <= per_minute:
            return before
        self._caps[name] = per_minute
        return self._source(name, per_minute)

    def _tell(self, key: str, words: str) -> None:
        """Pass on what one endpoint tells, unless it is that nothing is waited for and another one is."""
        with self._lock:
            self._said.pop(key, None)
            if words:
                self._said[key] = words
            told = next(reversed(self._said.values()), "")
        self.told(told)


def _digest(connection: Mapping[str, Any]) -> str:
    """What tells accounts apart, without saying any secret."""
    account = {name: value for name, value in connection.items() if name not in _NOT_WHERE}
    return hashlib.sha256(json.dumps(account, sort_keys=True, default=str).encode()).hexdigest()[:16]

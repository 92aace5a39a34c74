"""How often, and how patiently, a call is tried."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Awaitable, Callable, Mapping

from attrs import Factory, field, frozen

from tool_sandbox.errors import ProviderError, SettingsError


@frozen(kw_only=True)
class RetryPolicy:
    """How often, and how patiently, a call is tried."""

    attempts: int = 4
    """Tries in all; 1 means never again."""
    base: float = 0.5
    """Seconds of the first backoff; each further one doubles."""
    cap: float = 30.0
    """Longest backoff of our own, in seconds. A provider's ``Retry-After`` is not capped but must fit ``ceiling``."""
    ceiling: float = 300.0
    """Seconds, waits included, after which no further try is begun. Waiting for an outage to end is not counted."""
    patience: float = 0.0
    """Longest wait for an endpoint that is down, in seconds; waiting so uses no tries up."""
    tries_by_error: Mapping[str, int] = Factory(dict)
    """Other numbers of tries for single kinds of error, by status or by class name."""
    least: float = 0.0
    """Shortest wait before a further try where it was not said how long to wait."""
    seed: int | str | None = None
    """Seed of the jitter; ``None`` takes a fresh one."""
    clock: Callable[[], float] = field(default=time.monotonic, repr=False, eq=False)
    """Seconds on a clock that never goes back."""
    sleep: Callable[[float], Awaitable[None]] = field(default=asyncio.sleep, repr=False, eq=False)
    """How a call waits, in seconds."""

    def __attrs_post_init__(self) -> None:
        if self.attempts < 1:
            message = f"attempts={self.attempts!r} makes no call at all; use 1 to try once and never again."
            raise SettingsError(message)

    def allows(self, error: ProviderError, tries: int) -> bool:
        """Whether a call that failed so after so many tries may be tried again."""
        own = by_error(self.tries_by_error, error)
        return error.retryable and tries < self.attempts if own is None else tries < own

    def backoff(self, failures: int, chance: random.Random) -> float:
        """Seconds to wait after so many failures in a row when the provider did not say: full jitter, at least half."""
        longest = min(self.cap, self.base * 2 ** (failures - 1))
        return float(longest) * (0.5 + 0.5 * chance.random())


def by_error(table: Mapping[str, int], error: ProviderError) -> int | None:
    """The entry for an error, by its status or else by the narrowest of its classes that has one."""
    names = (str(error.status), *(kind.__name__ for kind in type(error).__mro__))
    return next((table[name] for name in names if name in table), None)

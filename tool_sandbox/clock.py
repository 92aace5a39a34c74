"""What time it is in the simulated world.

Inside a run the clock is frozen at the scenario's own instant and zone, so that a result never depends on the day,
the hour or the time zone of the host. Outside a run it is the wall clock in UTC.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime, tzinfo
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from attrs import field, frozen

from tool_sandbox.errors import SettingsError


@lru_cache(maxsize=64)
def zone_named(name: str) -> ZoneInfo:
    """The IANA time zone with this name.

    Raises:
        SettingsError: There is no such zone.
    """
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        message = f"{name!r} is no time zone; use an IANA name such as 'UTC' or 'America/Los_Angeles'."
        raise SettingsError(message) from error


@frozen
class Clock:
    """One instant that lasts as long as the clock is in use.

    Args:
        instant: POSIX seconds.
        zone: IANA name of the world's time zone.
    """

    instant: float
    zone: str = field(default="UTC")

    def tzinfo(self) -> tzinfo:
        """The zone as an object for ``datetime``."""
        return zone_named(self.zone)


_current: ContextVar[Clock | None] = ContextVar("tool_sandbox_clock", default=None)


def set_clock(clock: Clock | None) -> None:
    """Make ``clock`` the world's clock from here on; ``None`` goes back to wall time."""
    _current.set(clock)


@contextmanager
def use(clock: Clock | None) -> Iterator[None]:
    """Make ``clock`` the world's clock inside the block."""
    token = _current.set(clock)
    try:
        yield
    finally:
        _current.reset(token)


def current() -> Clock:
    """The clock in use, or one that stands at this very moment in UTC."""
    return _current.get() or Clock(time.time())


def now() -> float:
    """Seconds since the epoch in the world."""
    return current().instant


def zone() -> tzinfo:
    """The world's time zone."""
    return current().tzinfo()


def now_datetime() -> datetime:
    """The world's time as an aware ``datetime`` in the world's zone."""
    clock = current()
    return datetime.fromtimestamp(clock.instant, clock.tzinfo())

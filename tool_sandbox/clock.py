"""What time it is in the simulated world.

Inside a run the clock is frozen at the scenario's own instant and zone, so that a result never depends on the day,
the hour or the time zone of the host. Outside a run it is the host's own: its time, in its zone.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime, tzinfo

from attrs import evolve, field, frozen

from tool_sandbox.zones import host_zone, zone_named


@frozen
class Clock:
    """One instant that lasts as long as the clock is in use.

    Args:
        instant: POSIX seconds.
        zone: IANA name of the world's time zone, or a POSIX rule.
    """

    instant: float
    zone: str = field(default="UTC")

    def tzinfo(self) -> tzinfo:
        """The zone as an object for ``datetime``."""
        return zone_named(self.zone)

    def shown(self, instant: float) -> str:
        """A point in time as this clock shows it to people; a number that is none as it is.

        Args:
            instant: POSIX seconds.
        """
        try:
            time = datetime.fromtimestamp(instant, self.tzinfo())
        except (OverflowError, ValueError, OSError):  # no date of the calendar
            return f"{instant:.15g}"
        return f"{time:%Y-%m-%d %H:%M:%S}".removesuffix(":00")


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


def in_use() -> Clock | None:
    """The clock in use; ``None`` when it is the host's."""
    return _current.get()


def host_clock() -> Clock:
    """One that stands at this very moment in the host's zone."""
    return Clock(time.time(), host_zone())


def current() -> Clock:
    """The clock in use, or the host's."""
    return in_use() or host_clock()


def later(seconds: float) -> Clock | None:
    """The clock in use when some seconds have passed; ``None`` goes on with the host's."""
    clock = in_use()
    return clock and evolve(clock, instant=clock.instant + seconds)


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

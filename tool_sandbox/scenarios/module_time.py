"""What time it is for a Python module while it is evaluated, and therefore in the worlds it makes.

Modules compute what they expect while they are loaded: ``datetime(2026, 3, 3, 17).timestamp()``, ``datetime.now()``,
helpers of their own. All of that has to mean the instant and the zone of the worlds they are played in, today and
when the run is resumed or judged again.
"""

from __future__ import annotations

import datetime as dt
import importlib.machinery
import importlib.util
import math
import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import BuiltinFunctionType
from typing import Any

from attrs import evolve

from tool_sandbox import clock as world_clock
from tool_sandbox.clock import Clock
from tool_sandbox.errors import SettingsError
from tool_sandbox.zones import file_of_zone, host_zone

_ONE_AT_A_TIME = threading.RLock()
"""Time and zone belong to the process, so two loads cannot each have their own."""

_CLOCKS = ("time", "time_ns", "gmtime", "localtime", "strftime", "clock_gettime", "clock_gettime_ns")
_MONTH = dt.timedelta(days=30).total_seconds()


def loading_clock() -> Clock:
    """The clock in use, or else the host's at this whole second, which every way of writing it down keeps exactly."""
    host = world_clock.host_clock()
    return world_clock.in_use() or evolve(host, instant=float(math.floor(host.instant)))


@contextmanager
def standing_still(clock: Clock) -> Iterator[None]:
    """Let the whole process see ``clock``, also through ``datetime.now()``, ``time.time()`` and times without a zone.

    Clocks that only measure, such as ``time.monotonic()``, go on.

    Raises:
        SettingsError: This machine cannot be brought into the clock's zone.
    """
    with _ONE_AT_A_TIME, world_clock.use(clock), _built_in_functions(), _local_zone(clock):
        import time_machine

        with time_machine.travel(clock.instant, tick=False):
            yield


@contextmanager
def _built_in_functions() -> Iterator[None]:
    """Take out whatever somebody has put in the place of the interpreter's clocks, such as a test's own ``time.time``.

    time_machine changes the built-in ones where they are in memory, and crashes when it finds others.
    """
    spec = importlib.machinery.BuiltinImporter.find_spec("time")
    assert spec is not None
    fresh = importlib.util.module_from_spec(spec)
    importlib.machinery.BuiltinImporter.exec_module(fresh)
    built_in = [(time, name, getattr(fresh, name)) for name in _CLOCKS if hasattr(fresh, name)]
    built_in += [(dt, name, getattr(importlib.import_module("_datetime"), name)) for name in ("date", "datetime")]
    changed = [each for each in built_in if not _is_built_in(getattr(each[0], each[1]), each[2])]
    before = [(module, name, getattr(module, name)) for module, name, _ in changed]
    for module, name, function in changed:
        setattr(module, name, function)
    try:
        yield
    finally:
        for module, name, function in before:
            setattr(module, name, function)


def _is_built_in(found: Any, built_in: Any) -> bool:
    """Whether it is the interpreter's own; a function counts as itself also when it is another module's object."""
    return found is built_in or (isinstance(found, BuiltinFunctionType) and found.__name__ == built_in.__name__)


@contextmanager
def _local_zone(clock: Clock) -> Iterator[None]:
    """Let times without a zone mean the clock's zone."""
    if host_zone() == clock.zone and _agrees(clock):
        yield
        return
    before = os.environ.get("TZ")
    try:
        _enter_zone(clock)
        yield
    finally:
        _set_zone(before)


def _enter_zone(clock: Clock) -> None:
    file = file_of_zone(clock.zone)
    for setting in (clock.zone, *([f":{file}"] if file else [])):
        _set_zone(setting)
        if _agrees(clock):
            return
    message = (
        f"The Python scenarios were evaluated in the time zone {clock.zone!r}, which this machine cannot be brought "
        f"into. Set the machine to that zone, or install its time zone database."
    )
    raise SettingsError(message)


def _set_zone(setting: str | None) -> None:
    if setting is None:
        os.environ.pop("TZ", None)
    else:
        os.environ["TZ"] = setting
    if hasattr(time, "tzset"):  # Windows has none: there the zone is the machine's
        time.tzset()


def _agrees(clock: Clock) -> bool:
    """Whether the C library, by which times without a zone go, has the clock's zone in the year to come."""
    moments = [clock.instant + months * _MONTH for months in range(13)]
    return all(time.localtime(moment).tm_gmtoff == _offset(moment, clock).total_seconds() for moment in moments)


def _offset(moment: float, clock: Clock) -> dt.timedelta:
    return dt.datetime.fromtimestamp(moment, clock.tzinfo()).utcoffset() or dt.timedelta(0)

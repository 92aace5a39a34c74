# ruff: noqa: DTZ001, DTZ002, DTZ005, DTZ006, DTZ011 -- times without a zone are what this is about
from __future__ import annotations

import datetime as dt
import os
import time
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tool_sandbox import clock as world_clock
from tool_sandbox.clock import Clock
from tool_sandbox.common.utils import get_tomorrow_datetime
from tool_sandbox.errors import SettingsError
from tool_sandbox.scenarios.module_time import loading_clock, standing_still
from tool_sandbox.tools.utilities import datetime_info_to_timestamp, timestamp_to_datetime_info

ZONES = ("UTC", "America/New_York", "Asia/Kolkata", "Europe/Berlin", "Pacific/Auckland", "JST-9", "<+0330>-3:30")
BEFORE_SUMMER = 1_772_000_000.0  # 25 February 2026, in winter time of the north

pytestmark = pytest.mark.skipif(not hasattr(time, "tzset"), reason="the zone is the machine's on this system")


@pytest.fixture(autouse=True)
def nothing_is_left() -> Iterator[None]:
    """Time and zone of the process are what they were."""
    before = os.environ.get("TZ"), time.tzname, time.time
    yield
    assert (os.environ.get("TZ"), time.tzname, time.time) == before
    assert abs(time.time() - time.clock_gettime(time.CLOCK_REALTIME)) < 1000
    assert time.time() > BEFORE_SUMMER + 1000


@pytest.mark.parametrize("zone", ZONES)
def test_every_way_to_ask_for_the_time_gives_the_same(zone: str) -> None:
    clock = Clock(BEFORE_SUMMER, zone)
    here = dt.datetime.fromtimestamp(BEFORE_SUMMER, clock.tzinfo())
    naive = here.replace(tzinfo=None)
    with standing_still(clock):
        assert time.time() == BEFORE_SUMMER
        assert time.time_ns() == BEFORE_SUMMER * 10**9
        assert dt.datetime.now() == naive
        assert dt.datetime.today() == naive
        assert dt.datetime.now(dt.UTC).timestamp() == BEFORE_SUMMER
        assert dt.datetime.now().astimezone() == here
        assert dt.date.today() == naive.date()
        assert time.localtime()[:6] == naive.timetuple()[:6]
        assert time.strftime("%Y-%m-%d %H:%M") == f"{naive:%Y-%m-%d %H:%M}"
        assert time.mktime(time.localtime()) == int(BEFORE_SUMMER)
        assert get_tomorrow_datetime() == here + dt.timedelta(days=1)
        assert world_clock.current() == clock


@settings(max_examples=200)
@given(st.sampled_from(ZONES), st.datetimes(dt.datetime(1985, 1, 1), dt.datetime(2049, 1, 1)))
def test_a_time_without_a_zone_means_what_the_tools_mean(zone: str, wanted: dt.datetime) -> None:
    wanted = wanted.replace(microsecond=0)
    with standing_still(Clock(BEFORE_SUMMER, zone)):
        target = wanted.timestamp()
        parts = (wanted.year, wanted.month, wanted.day, wanted.hour, wanted.minute, wanted.second)
        assert datetime_info_to_timestamp(*parts) == target
        told = timestamp_to_datetime_info(target)
        assert dt.datetime.fromtimestamp(target).hour == told["hour"]


def test_time_goes_on_for_whoever_only_measures_it() -> None:
    with standing_still(Clock(BEFORE_SUMMER, "UTC")):
        started = time.monotonic()
        while time.monotonic() == started:
            time.sleep(0.001)


def test_an_error_inside_leaves_nothing_behind() -> None:
    with pytest.raises(ZeroDivisionError), standing_still(Clock(BEFORE_SUMMER, "Asia/Kolkata")):
        raise ZeroDivisionError


def test_one_may_stand_in_another() -> None:
    with standing_still(Clock(BEFORE_SUMMER, "Asia/Kolkata")):
        with standing_still(Clock(0.0, "UTC")):
            assert dt.datetime.now().year == 1970
        assert (dt.datetime.now().year, time.localtime().tm_gmtoff) == (2026, 19800)


def test_a_clock_that_somebody_has_replaced_is_seen_before_and_after_but_not_inside(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class Fixed(dt.datetime):
        @classmethod
        def now(cls, tz: dt.tzinfo | None = None) -> Fixed:
            return cls(2000, 1, 1, tzinfo=tz)

    with monkeypatch.context() as patched:
        patched.setattr(time, "time", lambda: 5.5)
        patched.setattr(dt, "datetime", Fixed)
        assert loading_clock().instant == 5
        with standing_still(Clock(BEFORE_SUMMER, "UTC")):
            assert (time.time(), dt.datetime.now().year) == (BEFORE_SUMMER, 2026)
        assert (time.time(), dt.datetime.now().year) == (5.5, 2000)


def test_a_zone_that_does_not_exist_is_one_clear_error() -> None:
    with pytest.raises(SettingsError, match="Mars/Phobos' is not a time"), standing_still(Clock(0.0, "Mars/Phobos")):
        pass


def test_modules_are_loaded_at_the_clock_in_use_or_else_at_the_hosts() -> None:
    with world_clock.use(Clock(7.5, "Asia/Kolkata")):
        assert loading_clock() == Clock(7.5, "Asia/Kolkata")
    host = loading_clock()
    assert host.zone == world_clock.host_clock().zone
    assert host.instant == int(host.instant)
    assert 0 <= time.time() - host.instant < 600

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import zoneinfo
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.waiting import HANG
from tool_sandbox.errors import SettingsError
from tool_sandbox.zones import file_of_zone, host_zone, zone_named, zone_of_file

JANUARY, JULY = datetime(2026, 1, 15, 12, tzinfo=UTC), datetime(2026, 7, 15, 12, tzinfo=UTC)


def hours(zone: str) -> tuple[float, float]:
    """Distance from UTC in winter and in summer."""
    offsets = [moment.astimezone(zone_named(zone)).utcoffset() for moment in (JANUARY, JULY)]
    winter, summer = (offset / timedelta(hours=1) for offset in offsets if offset is not None)
    return winter, summer


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ("JST-9", (9, 9)),
        ("UTC+3", (-3, -3)),
        ("<+0530>-5:30", (5.5, 5.5)),
        ("EST5EDT,M3.2.0,M11.1.0", (-5, -4)),
        ("MEZ-1MESZ", (1, 2)),
        ("<-03>3<-02>2,M3.5.0/-2,M10.5.0/-1", (-3, -2)),
    ],
)
def test_a_rule_is_a_zone(rule: str, expected: tuple[float, float]) -> None:
    assert hours(rule) == expected
    assert zone_named(rule).key == rule


@pytest.mark.parametrize("name", ["", "Mars/Phobos", "../etc/passwd", "AB3", "JST-9,M3", "JST-9 ", "\0", "JST-999"])
def test_what_is_no_zone_is_refused(name: str) -> None:
    with pytest.raises(SettingsError, match="is not a time zone"):
        zone_named(name)


@pytest.mark.parametrize(
    ("setting", "zone"),
    [
        ("America/New_York", "America/New_York"),
        (":Asia/Kolkata", "Asia/Kolkata"),
        ("JST-9", "JST-9"),
        ("", "UTC"),
        ("no such zone", "UTC"),
        ("/no/such/file", "UTC"),
    ],
)
def test_the_hosts_zone_is_what_its_variable_says(setting: str, zone: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", setting)
    assert host_zone() == zone


def test_the_variable_may_name_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", f":{copy('Pacific/Auckland', tmp_path)}")
    assert hours(host_zone()) == (13, 12)


def test_without_a_variable_the_machines_local_time_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TZ", raising=False)
    program = "import time; print([time.localtime(moment).tm_gmtoff for moment in (1768478400, 1784116800)])"
    said = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=HANG)
    winter, summer = json.loads(said.stdout)
    assert hours(host_zone()) == (winter / 3600, summer / 3600)


def copy(name: str, folder: Path) -> Path:
    """A zone's file, as containers get the one of their host."""
    source = file_of_zone(name)
    assert source is not None
    return Path(shutil.copy(source, folder / "localtime"))


def test_a_link_into_the_database_is_named_by_its_place(tmp_path: Path) -> None:
    place = tmp_path / "zoneinfo" / "Europe" / "Berlin"
    place.parent.mkdir(parents=True)
    place.write_bytes(b"whatever")
    (tmp_path / "localtime").symlink_to(place)
    assert zone_of_file(tmp_path / "localtime") == "Europe/Berlin"


@pytest.mark.parametrize("name", ["America/New_York", "Asia/Kolkata", "Europe/Berlin"])
def test_a_copy_from_the_database_is_named_by_its_content(name: str, tmp_path: Path) -> None:
    found = zone_of_file(copy(name, tmp_path))
    assert found in zoneinfo.available_timezones()
    assert hours(found) == hours(name)


def test_a_file_from_another_edition_of_the_database_gives_its_rule(tmp_path: Path) -> None:
    file = copy("America/New_York", tmp_path)
    file.write_bytes(file.read_bytes().replace(b"\nEST5EDT,M3.2.0,M11.1.0\n", b"\nEST5EDT,M3.1.0,M11.1.0\n"))
    assert zone_of_file(file) == "EST5EDT,M3.1.0,M11.1.0"


def test_a_file_that_says_nothing_is_utc(tmp_path: Path) -> None:
    (tmp_path / "localtime").write_bytes(os.urandom(40))
    assert zone_of_file(tmp_path / "localtime") == "UTC"
    assert zone_of_file(tmp_path / "nowhere") == "UTC"

"""Time zones: by IANA name, by a rule as in ``TZ=JST-9``, and the one this machine goes by."""

from __future__ import annotations

import os
import re
import struct
import sys
import zoneinfo
from functools import lru_cache
from importlib import resources
from io import BytesIO
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from tool_sandbox.errors import SettingsError

LOCAL_TIME = Path("/etc/localtime")
"""What C libraries go by when ``TZ`` is not set."""

UTC = "UTC"
_NAME, _OFFSET = r"(?:[A-Za-z]{3,}|<[A-Za-z0-9+-]{3,}>)", r"[+-]?\d{1,3}(?::\d{2}){0,2}"
_RULE = re.compile(rf"{_NAME}{_OFFSET}(?P<summer>{_NAME}(?:{_OFFSET})?(?P<dates>,.+)?)?")
_USUAL_DATES = ",M3.2.0,M11.1.0"
"""When C libraries change the clocks if a rule names a summer time and no dates."""


@lru_cache(maxsize=64)
def zone_named(name: str) -> ZoneInfo:
    """The time zone with this IANA name, or with this POSIX rule.

    Raises:
        SettingsError: There is no such zone.
    """
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        if ruled := _zone_of_rule(name):
            return ruled
        message = f"{name!r} is not a time zone; use an IANA name such as 'UTC' or 'America/Los_Angeles'."
        raise SettingsError(message) from error


def host_zone() -> str:
    """The zone in which this process means times without a zone, for ``zone_named``.

    It is found as C libraries find it: ``TZ`` as a name, a file or a rule, otherwise the machine's local time,
    otherwise UTC. What nobody can read is UTC, too.
    """
    if sys.platform == "win32":
        import tzlocal

        return tzlocal.get_localzone_name()
    setting = os.environ.get("TZ")
    if setting is None:
        return zone_of_file(LOCAL_TIME)
    named = setting.removeprefix(":")
    if named.startswith("/"):
        return zone_of_file(Path(named))
    return named if _exists(named) else UTC


def zone_of_file(file: Path) -> str:
    """The zone in a file of the time zone database: by its place, by its content, or else its rule for today."""
    try:
        place, content = file.resolve(), file.read_bytes()
    except OSError:
        return UTC
    below = place.as_posix().rpartition("/zoneinfo/")[2]
    for name in (below, below.removeprefix("posix/")):
        if not name.startswith("/") and _exists(name):
            return name
    return _named_by_content(content)


def file_of_zone(name: str) -> Path | None:
    """The file of a zone in the Python package ``tzdata``, for a C library that lacks a database of its own."""
    file = resources.files("tzdata").joinpath("zoneinfo", *name.split("/"))
    return file if isinstance(file, Path) and file.is_file() else None


def _exists(name: str) -> bool:
    try:
        zone_named(name)
    except SettingsError:
        return False
    return True


@lru_cache(maxsize=8)
def _named_by_content(content: bytes) -> str:
    """The first zone with this very file; of several names those of continents come before other ways to say it."""
    for name in sorted(zoneinfo.available_timezones(), key=lambda name: ("/" not in name, name)):
        for folder in (*map(Path, zoneinfo.TZPATH), resources.files("tzdata").joinpath("zoneinfo")):
            file = folder.joinpath(*name.split("/"))
            if file.is_file() and file.read_bytes() == content:
                return name
    rule = content.rstrip(b"\n").rpartition(b"\n")[2].decode("ascii", "ignore")
    return rule if _exists(rule) else UTC


def _zone_of_rule(rule: str) -> ZoneInfo | None:
    """A zone that goes by a POSIX rule at all times: a file of the database with nothing but the rule in it."""
    match = _RULE.fullmatch(rule)
    if match is None:
        return None
    whole = rule + _USUAL_DATES if match["summer"] and not match["dates"] else rule
    header = struct.pack(">4sc15x6l", b"TZif", b"2", 0, 0, 0, 0, 1, 4)
    one_type = struct.pack(">lbb4s", 0, 0, 0, b"UTC\0")
    try:
        return ZoneInfo.from_file(BytesIO((header + one_type) * 2 + f"\n{whole}\n".encode()), key=rule)
    except ValueError:
        return None

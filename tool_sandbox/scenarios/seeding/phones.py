"""Telephone numbers of a fresh world: others of the range that the same country has reserved for fiction.

A number is changed digit by digit, so that it is written as it was: ``(206) 555-0139``, ``+1 206-555-0139``. Numbers
from other ranges may be somebody's and stay.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache

from attrs import frozen

from tool_sandbox import world_seed
from tool_sandbox.scenarios.seeding.words import in_any_order

_APART = "[ .()/\u2010\u2011\u2013-]{0,3}"
_US_AREAS = (
    *("205", "256", "303", "316", "318", "319", "330", "334", "402", "414", "417", "419", "423", "434", "458", "502"),
    *("505", "507", "515", "518", "540", "559", "563", "574", "585", "601", "605", "608", "614", "620", "701", "715"),
    *("740", "757", "806", "812", "828", "843", "859", "901", "913", "918", "937", "970"),
)
"""Area codes of small towns, which scenarios seldom have."""
_AUSTRALIAN = (
    *("570006", "570156", "570157", "570158", "570159", "570110", "570313", "570737", "571266", "571491"),
    *("571804", "572549", "572665", "572983", "573770", "573087", "574118", "574632", "575254", "575789"),
    *("576398", "576801", "577426", "577644", "578957", "578148", "578888", "579212", "579760", "579455"),
)
"""The mobile numbers that Australia has reserved, behind 0491."""


@frozen
class _Range:
    """Numbers reserved for fiction: what they begin with, and what of them changes how."""

    start: str
    changing: str
    """The digits that change, as a regular expression of digits alone."""
    other: Callable[[int, str], str]


def other_phones(seed: int, text: str) -> str:
    """A text with other telephone numbers, written as they were."""
    for pattern, reserved in _patterns():
        text = pattern.sub(lambda match, reserved=reserved: _changed(match, reserved, seed), text)  # type: ignore[misc]
    return text


def _changed(match: re.Match[str], reserved: _Range, seed: int) -> str:
    begin = match.start("changing") - match.start()
    written = match[0]
    digits = "".join(filter(str.isdigit, written[begin:]))
    others = iter(reserved.other(seed, digits))
    return written[:begin] + "".join(next(others) if each.isdigit() else each for each in written[begin:])


def _us(seed: int, digits: str) -> str:
    """Another area, the prefix of fiction, another end; without an area just another end."""
    area, fixed, end = digits[:-7], digits[-7:-2], digits[-2:]
    return (_other_area(seed, area) if area else "") + fixed + f"{(int(end) + 1 + _step(seed, 99)) % 100:02d}"


@cache
def _other_area(seed: int, area: str) -> str:
    return in_any_order((each for each in _US_AREAS if each != area), "area", seed, area)[0]


def _shifted(low: int, high: int) -> Callable[[int, str], str]:
    """Another number from ``low`` to ``high``; one outside of it stays."""

    def other(seed: int, digits: str) -> str:
        count, number = high - low + 1, int(digits)
        if not low <= number <= high:
            return digits
        return f"{low + (number - low + 1 + _step(seed, count - 1)) % count:0{len(digits)}d}"

    return other


def _step(seed: int, count: int) -> int:
    return int(world_seed.share("number", seed) * count)


def _australian(seed: int, digits: str) -> str:
    if digits not in _AUSTRALIAN:
        return digits
    return _AUSTRALIAN[(_AUSTRALIAN.index(digits) + 1 + _step(seed, len(_AUSTRALIAN) - 1)) % len(_AUSTRALIAN)]


_RANGES = (
    _Range("44|0|44 0", r"7700900(\d{3})", _shifted(0, 999)),
    _Range("61|0|61 0", r"491(\d{6})", _australian),
    _Range("353|0|353 0", r"2091(\d{5})", _shifted(0, 99_999)),
    _Range("46|0|46 0", r"7017406(\d{2})", _shifted(5, 99)),
    _Range("33|0|33 0", r"63998(\d{4})", _shifted(0, 9999)),
)


@cache
def _patterns() -> tuple[tuple[re.Pattern[str], _Range], ...]:
    local = _spaced("55501..")
    american = (
        rf"(?<!\d)(?:\+?1{_APART})?\(?(?P<changing>[2-9]\d\d{_APART}{local})(?!\d)",
        rf"(?<!\d)(?<!\d[ .)-])(?<!\d\) )(?P<changing>{local})(?!\d)",
        r"\bend(?:s|ing)? (?:in|with|on) (?P<changing>01\d\d)(?!\d)",
    )
    found = [(re.compile(pattern), _Range("1", "", _us)) for pattern in american]
    for each in _RANGES:
        fixed, changing = each.changing.split("(")
        count = int(re.search(r"\d+(?=\})", changing)[0])  # type: ignore[index]
        start = "|".join(_spaced(one.replace(" ", "")) for one in sorted(each.start.split("|"), key=len, reverse=True))
        digits = _APART.join([r"\d"] * count)
        pattern = rf"(?<!\d)\+?(?:{start}){_APART}{_spaced(fixed)}{_APART}(?P<changing>{digits})(?!\d)"
        found.append((re.compile(pattern), each))
    return tuple(found)


def _spaced(digits: str) -> str:
    """Digits with anything between them that people put there."""
    return _APART.join(r"\d" if each == "." else each for each in digits)

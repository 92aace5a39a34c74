"""Telephone numbers of a fresh world: others of the range that the same country has reserved for fiction.

A number is changed digit by digit, so that it is written as it was: ``(206) 555-0139``, ``+1 206-555-0139``. Numbers
from other ranges may be somebody's and stay.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Container, Iterator
from functools import cache, partial

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
    """Numbers reserved for fiction.

    Args:
        start: What they begin with: the country's code, what stands for it at home, or both; also in words.
        fixed: What all of them have.
        choices: What the digits may be that differ.
    """

    start: tuple[str, ...]
    fixed: str
    choices: Callable[[], tuple[str, ...]]


class Phones:
    """Changes the telephone numbers in texts: none becomes one that the suite has, no two the same.

    Args:
        seed: Which world.
        written: Every text of the suite, as it is written.
    """

    def __init__(self, seed: int, written: str) -> None:
        self._seed = seed
        taken: dict[_Range | None, set[str]] = {}
        for pattern, reserved in _patterns():
            taken.setdefault(reserved, set()).update(_digits(match) for match in pattern.finditer(written))
        areas = sorted({digits[:-_LOCAL] for digits in taken[None] if len(digits) > _LOCAL})
        free = in_any_order((area for area in _US_AREAS if area not in areas), "area", seed)
        self._areas = dict(zip(areas, free, strict=False))
        self._others = {reserved: self._changed(reserved, each) for reserved, each in taken.items()}
        self._taken = taken

    def __call__(self, text: str) -> str:
        """A text with other numbers, written as they were."""
        for pattern, reserved in _patterns():
            text = pattern.sub(partial(self._rewritten, reserved), text)
        return text

    def _rewritten(self, reserved: _Range | None, match: re.Match[str]) -> str:
        begin = match.start("changing") - match.start()
        written = match[0]
        others = iter(self._other(_digits(match), reserved))
        return written[:begin] + "".join(next(others) if each.isdigit() else each for each in written[begin:])

    def _other(self, digits: str, reserved: _Range | None) -> str:
        if reserved is not None:
            known = self._others[reserved]
            return known.get(digits) or self._drawn(reserved, digits, {*known.values(), *self._taken[reserved]})
        area, fixed, end = digits[:-_LOCAL], digits[-_LOCAL:-2], digits[-2:]
        step = 1 + int(world_seed.share("number", self._seed) * 99)
        return (self._area(area) if area else "") + fixed + f"{(int(end) + step) % 100:02d}"

    def _area(self, area: str) -> str:
        others = (each for each in _US_AREAS if each != area)
        return self._areas.get(area) or in_any_order(others, "area", self._seed, area)[0]

    def _changed(self, reserved: _Range | None, taken: set[str]) -> dict[str, str]:
        found: dict[str, str] = {}
        for digits in sorted(taken) if reserved else ():
            found[digits] = self._drawn(reserved, digits, {*found.values(), *taken})
        return found

    def _drawn(self, reserved: _Range | None, digits: str, taken: Container[str]) -> str:
        """Other digits of a range; the same where they are none of it."""
        choices = reserved.choices() if reserved else ()
        if digits not in choices:
            return digits
        drawn = (int(world_seed.share("phone", self._seed, digits, time) * len(choices)) for time in range(_TRIES))
        return next((choices[each] for each in drawn if choices[each] not in taken), choices[choices.index(digits) - 1])


def other_phones(seed: int, text: str) -> str:
    """A text with other telephone numbers, where it is all that there is."""
    return Phones(seed, text)(text)


def _digits(match: re.Match[str]) -> str:
    return "".join(filter(str.isdigit, match["changing"]))


_LOCAL = 7
"""Digits of a number of North America without its area."""
_TRIES = 400


@cache
def _counted(low: int, high: int) -> tuple[str, ...]:
    return tuple(f"{number:0{len(str(high))}d}" for number in range(low, high + 1))


_IN_WORDS = {"2": "two", "4": "four", "6": "six", "7": "seven"}
_RANGES = (
    _Range(("440", "44", "0"), "7700900", lambda: _counted(0, 999)),
    _Range(("610", "61", "0"), "491", lambda: _AUSTRALIAN),
    _Range(("3530", "353", "0"), "2091", lambda: _counted(0, 99_999)),
    _Range(("460", "46", "0"), "7017406", lambda: _counted(5, 99)),
    _Range(("330", "33", "0", "zero"), "63998", lambda: _counted(0, 9999)),
)


@cache
def _patterns() -> tuple[tuple[re.Pattern[str], _Range | None], ...]:
    """How numbers are written, and their range; those of North America, which have areas, come first."""
    local = _spaced("55501..")
    american = (
        rf"(?<!\d)(?:\+?1{_APART})?\(?(?P<changing>[2-9]\d\d{_APART}{local})(?!\d)",
        rf"(?<!\d)(?<!\d[ .)-])(?<!\d\) )(?P<changing>{local})(?!\d)",
        r"\bend(?:s|ing)? (?:in|with|on) (?P<changing>01\d\d)(?!\d)",
    )
    return (*((re.compile(pattern), None) for pattern in american), *_patterns_elsewhere())


def _patterns_elsewhere() -> Iterator[tuple[re.Pattern[str], _Range]]:
    for each in _RANGES:
        known = "|".join(_begun(each.fixed, start) for start in each.start)
        digits = _spaced("." * len(each.choices()[0]))
        yield re.compile(rf"(?<![\w+])\+?(?:{known}){_APART}(?P<changing>{digits})(?!\d)", re.IGNORECASE), each


def _begun(fixed: str, start: str) -> str:
    """What a number begins with; after a word the next digit is one, too."""
    if start.isalpha():
        return f"{start}{_APART}{_IN_WORDS[fixed[0]]}{_APART}{_spaced(fixed[1:])}"
    return _spaced(start + fixed)


def _spaced(digits: str) -> str:
    """Digits with anything between them that people put there; a dot is any digit."""
    return _APART.join(r"\d" if each == "." else each for each in digits)

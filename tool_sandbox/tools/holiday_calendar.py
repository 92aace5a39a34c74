"""Holidays of the United States by approximate name."""

from __future__ import annotations

import functools
from datetime import date

LEAST_LIKENESS = 90
"""A name must be more alike than this to be found."""

_ORIGINAL_NAMES = {"Thanksgiving Day": "Thanksgiving"}
"""Names that the library has changed since the original was published."""


def find(name: str, year: int) -> date | None:
    """The day of the holiday whose name is most alike; of equally likely ones the latest, so an observed day wins."""
    from rapidfuzz import fuzz, utils

    candidates = (
        (fuzz.partial_ratio(name, holiday, processor=utils.default_process), day, holiday)
        for day, holiday in _holidays(year)
    )
    likeness, day, _ = max(candidates, default=(0.0, date.min, ""))
    return day if likeness > LEAST_LIKENESS else None


@functools.lru_cache(maxsize=64)
def _holidays(year: int) -> tuple[tuple[date, str], ...]:
    import holidays

    calendar = holidays.country_holidays("US", years=year, language="en_US")
    return tuple((day, _original_name(name)) for day, name in sorted(calendar.items()))


def _original_name(name: str) -> str:
    for new, original in _ORIGINAL_NAMES.items():
        name = name.replace(new, original)
    return name

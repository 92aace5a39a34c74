"""Holidays of the United States by approximate name."""

from __future__ import annotations

import functools
from contextlib import suppress
from datetime import date
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import Any

from tool_sandbox.common.compatibility import original_rules

LEAST_LIKENESS = 90
"""A name must be more alike than this to be found."""


def find(name: str, year: int) -> date | None:
    """The day of the holiday whose name is most alike; of equally likely ones the latest, so an observed day wins."""
    from rapidfuzz import fuzz, utils

    last_year = date.max.year if original_rules() else date.max.year - 1
    candidates = (
        (fuzz.partial_ratio(name, holiday, processor=utils.default_process), day, holiday)
        for day, holiday in _holidays(year, last_year)
    )
    likeness, day, _ = max(candidates, default=(0.0, date.min, ""))
    return day if likeness > LEAST_LIKENESS else None


@functools.cache
def united_states() -> Any:
    """The library's class. Its package of countries would load 250 of them, which takes ten times as long."""
    import holidays

    file = Path(holidays.__file__).parent / "countries" / "united_states.py"
    spec = spec_from_file_location("holidays.countries.united_states", file)
    with suppress(AttributeError, ImportError, OSError):  # another version may have its files elsewhere
        if spec is not None and spec.loader is not None:
            module = module_from_spec(spec)
            spec.loader.exec_module(module)
            return module.UnitedStates
    return type(holidays.country_holidays("US"))


@functools.lru_cache(maxsize=64)
def _holidays(year: int, last_year: int) -> tuple[tuple[date, str], ...]:
    """The days of one year; in the very last one the library looks for a next year, and fails."""
    unlimited = type("UnitedStates", (united_states(),), {"end_year": last_year})  # the library's own limit is 2100
    calendar = unlimited(years=year, language="en_US")
    # One name has been changed in the library since the original was published.
    return tuple((day, name.replace("Thanksgiving Day", "Thanksgiving")) for day, name in sorted(calendar.items()))

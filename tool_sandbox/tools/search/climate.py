"""What weather is usual at a place, and how far it drifts from that."""

from __future__ import annotations

import math
from functools import lru_cache

from attrs import field, frozen

from tool_sandbox.tools.search import chance
from tool_sandbox.tools.search.dataset import City, Dataset, distance_km

SAME_CLIMATE_KM = 150.0
"""A position this close to a city has its name; a time zone of land reaches twice as far."""

CITIES_REACH_KM = 1500.0
LATITUDE_COUNTS_LIKE_A_CITY_IN_KM = 700.0
IN_A_CITY_KM = 20.0
"""Closer than this hardly makes a city count more."""

NEARBY_DEGREES = 0.1
"""Positions closer than this have the same weather."""

DAYS_PER_YEAR = 365.25
COLDEST_DAY_OF_YEAR = 20
CELL_DEGREES = 5
CELL_DAYS = 3
SERIES = 380774
"""Which of all possible weathers it is: one in which the scenarios from before it changed gradually keep theirs."""


@frozen
class Climate:
    """What is usual at a place.

    Args:
        position: Latitude and longitude.
        city: The city it is in or near, if any.
        zone: Time zone; at sea the nautical one.
        january_temperature: Mean in degrees Celsius.
        july_temperature: Mean in degrees Celsius.
        january_rain_chance: Share of days with rain.
        july_rain_chance: Share of days with rain.
    """

    position: tuple[float, float]
    city: City | None
    zone: str
    january_temperature: float
    july_temperature: float
    january_rain_chance: float
    july_rain_chance: float
    _drifts: dict[tuple[str, int], float] = field(init=False, factory=dict, eq=False, repr=False)

    def usual_temperature(self, days: float) -> float:
        """Mean temperature, in degrees Celsius, at a time of the year; ``days`` since the POSIX epoch."""
        return _between(self.january_temperature, self.july_temperature, _july(days))

    def rain_chance(self, days: float) -> float:
        """Share of days with rain at a time of the year; ``days`` since the POSIX epoch."""
        return _between(self.january_rain_chance, self.july_rain_chance, _july(days))

    def unsettledness(self) -> float:
        """How far days differ from what is usual, from 0 to 1: little in the tropics."""
        return min(1.0, 0.3 + abs(self.position[0]) / 60)

    def drift(self, what: str, days: float) -> float:
        """A number from 0 to 1 that changes gradually with place and time; ``days`` since the POSIX epoch."""
        cell, share = divmod(days / CELL_DAYS, 1)
        return _between(self._drift_at(what, int(cell)), self._drift_at(what, int(cell) + 1), share)

    def _drift_at(self, what: str, cell: int) -> float:
        key, series = (what, cell), f"{what} {SERIES}"
        if key not in self._drifts:
            (south, north), (west, east) = (divmod(degrees / CELL_DEGREES, 1) for degrees in self.position)
            rows = [
                [chance.share(series, south + up, (west + right) % (360 / CELL_DEGREES), cell) for right in (0, 1)]
                for up in (0, 1)
            ]
            (south_west, south_east), (north_west, north_east) = rows
            self._drifts[key] = _between(
                _between(south_west, south_east, east), _between(north_west, north_east, east), north
            )
        return self._drifts[key]


def climate_at(data: Dataset, latitude: float, longitude: float) -> Climate:
    """The climate of a position: that of the cities around, the nearer the more, and that of its latitude.

    Args:
        data: Where the cities are.
        latitude: Degrees.
        longitude: Degrees.
    """
    position = (_nearby(latitude), _nearby(longitude))
    city, distance = data.nearest_city(latitude, longitude)
    of_the_land = city.zone if distance <= 2 * SAME_CLIMATE_KM else _nautical_zone(longitude)
    near = city if distance <= SAME_CLIMATE_KM else None
    return Climate(position, near, of_the_land, *_blended(data, *position))


@lru_cache(maxsize=1024)  # samples of one scenario ask the same
def _blended(data: Dataset, latitude: float, longitude: float) -> tuple[float, float, float, float]:
    """Temperatures and chances of rain as in the cities around, and as the latitude makes likely."""
    weighted = [(_of_latitude(latitude), LATITUDE_COUNTS_LIKE_A_CITY_IN_KM**-2)]
    for each in data.cities:
        away = distance_km(latitude, longitude, each.latitude, each.longitude)
        if away < CITIES_REACH_KM:
            figures = (each.january_temperature, each.july_temperature, each.january_rain_chance, each.july_rain_chance)
            weighted.append((figures, (1 - away / CITIES_REACH_KM) ** 2 / (away**2 + IN_A_CITY_KM**2)))
    total = sum(weight for _, weight in weighted)
    january, july, rain, rain_of_july = (
        sum(figures[index] * weight for figures, weight in weighted) / total for index in range(4)
    )
    return january, july, rain, rain_of_july


def _of_latitude(latitude: float) -> tuple[float, float, float, float]:
    warmth = 28 - 0.55 * abs(latitude)
    return warmth - latitude / 5, warmth + latitude / 5, 0.3, 0.3


def _nearby(degrees: float) -> float:
    return round(degrees / NEARBY_DEGREES) * NEARBY_DEGREES


def _nautical_zone(longitude: float) -> str:
    """The zone of 15 degrees of longitude; its name counts westwards."""
    hours = -round(longitude / 15)
    return f"Etc/GMT{hours:+}" if hours else "Etc/GMT"


def _july(days: float) -> float:
    """How much of summer in the north it is, from 0 in the middle of January to 1 in the middle of July."""
    day_of_year = days % DAYS_PER_YEAR
    return (1 - math.cos(2 * math.pi * (day_of_year - COLDEST_DAY_OF_YEAR) / DAYS_PER_YEAR)) / 2


def _between(start: float, end: float, share: float) -> float:
    return start + (end - start) * share

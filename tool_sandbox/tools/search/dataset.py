"""The offline data: a small world of cities, places, stocks and exchange rates, shipped beside this module."""

from __future__ import annotations

import functools
import json
import math
from importlib import resources
from typing import Any

from attrs import field, frozen

EARTH_RADIUS_KM = 6371.0088


@frozen(kw_only=True)
class City:
    """A city and its climate: mean temperature in degrees Celsius and chance of a rainy day, in two months."""

    name: str
    region: str
    country: str
    latitude: float
    longitude: float
    zone: str
    january_temperature: float
    july_temperature: float
    january_rain_chance: float
    july_rain_chance: float
    postcode: str
    area_code: str

    @property
    def names(self) -> tuple[str, str, str]:
        """Its name alone, with its region, and with its country."""
        return self.name, f"{self.name}, {self.region}", f"{self.name}, {self.country}"

    @property
    def in_united_states(self) -> bool:
        """Whether addresses are written as in the United States."""
        return self.country == "United States of America"


@frozen(kw_only=True)
class PointOfInterest:
    """Something with an address that one can look for."""

    name: str
    street: str
    city: str
    latitude: float
    longitude: float
    types: list[str] = field(factory=list)
    phone_number: str | None = None
    rating: float | None = None
    review_count: int = 0
    price_level: str | None = None
    opening_hours: str | None = None
    website: str | None = None


@frozen(kw_only=True)
class KindOfPlace:
    """What is found in every town, with names to make some up from."""

    kind: str
    also_called: list[str]
    price_level: str | None
    names: list[str]


@frozen(kw_only=True)
class Stock:
    """A listed company and about what its share costs."""

    symbol: str
    exchange: str
    name: str
    also_called: list[str]
    currency: str
    country_code: str
    zone: str
    usual_price: float


@frozen(kw_only=True)
class Dataset:
    """Everything the offline search knows."""

    cities: tuple[City, ...]
    places: tuple[PointOfInterest, ...]
    kinds_of_places: tuple[KindOfPlace, ...]
    streets: tuple[str, ...]
    stocks: tuple[Stock, ...]
    rates: dict[str, float]
    """How many units of each currency one US dollar buys."""

    def nearest_city(self, latitude: float, longitude: float) -> tuple[City, float]:
        """The city closest to a position, and its distance in km."""
        with_distance = (
            (distance_km(latitude, longitude, city.latitude, city.longitude), city) for city in self.cities
        )
        distance, city = min(with_distance, key=lambda pair: pair[0])
        return city, distance

    def city_named(self, name: str) -> City:
        """The city with this name, alone or with region or country; of several the first.

        Raises:
            KeyError: The data has no such city.
        """
        for city in self.cities:
            if name in city.names:
                return city
        message = f"The search data has no city {name!r}."
        raise KeyError(message)


def distance_km(latitude_0: float, longitude_0: float, latitude_1: float, longitude_1: float) -> float:
    """Distance on a sphere, good enough to rank places."""
    phi_0, phi_1 = math.radians(latitude_0), math.radians(latitude_1)
    half_phi = (phi_1 - phi_0) / 2
    half_lambda = math.radians(longitude_1 - longitude_0) / 2
    square = math.sin(half_phi) ** 2 + math.cos(phi_0) * math.cos(phi_1) * math.sin(half_lambda) ** 2
    return 2 * EARTH_RADIUS_KM * math.asin(math.sqrt(min(1.0, square)))


@functools.cache
def shipped_cities() -> dict[str, City]:
    """The cities in the package by each of their names; of several the first in the data has it. Read once."""
    return {name: city for city in reversed(_cities()) for name in reversed(city.names)}


@functools.cache
def shipped_dataset() -> Dataset:
    """The data in the package, read once."""
    return Dataset(
        cities=_cities(),
        places=tuple(PointOfInterest(**row) for row in _read("places.json")),
        kinds_of_places=tuple(KindOfPlace(**row) for row in _read("kinds_of_places.json")),
        streets=tuple(_read("streets.json")),
        stocks=tuple(Stock(**row) for row in _read("stocks.json")),
        rates=_read("exchange_rates.json")["rates"],
    )


@functools.cache
def _cities() -> tuple[City, ...]:
    return tuple(City(**row) for row in _read("cities.json"))


def _read(name: str) -> Any:
    text = resources.files("tool_sandbox.tools.search").joinpath("data", name).read_text(encoding="utf-8")
    return json.loads(text)

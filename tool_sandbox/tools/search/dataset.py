"""The offline data: a small world of cities, places, stocks and exchange rates, shipped beside this module.

Where its facts come from stands in ``data/sources.md``.
"""

from __future__ import annotations

import csv
import functools
import json
import math
from collections.abc import Iterator, Mapping
from datetime import date
from importlib import resources
from importlib.resources.abc import Traversable
from typing import Any

from attrs import field, frozen

from tool_sandbox.tools.search.exchange_rates import ExchangeRates
from tool_sandbox.tools.search.names import Names, comparable

EARTH_RADIUS_KM = 6371.0088
_BETWEEN = "|"
"""What separates several texts in a cell of the data."""


def _texts(cell: str | list[str]) -> list[str]:
    return [text for text in cell.split(_BETWEEN) if text] if isinstance(cell, str) else cell


def _maybe(cell: str | float | None) -> float | None:
    return None if cell is None or cell == "" else float(cell)


def _count(cell: str | int) -> int:
    return int(cell or 0)


def _written(cell: str | None) -> str | None:
    return cell or None


@frozen(kw_only=True)
class City:
    """A city and its climate: mean temperature in degrees Celsius and chance of a rainy day, in two months."""

    name: str
    region: str
    country: str
    latitude: float = field(converter=float)
    longitude: float = field(converter=float)
    zone: str
    january_temperature: float = field(converter=float)
    july_temperature: float = field(converter=float)
    january_rain_chance: float = field(converter=float)
    july_rain_chance: float = field(converter=float)
    postcode: str = ""
    area_code: str = ""
    also_called: list[str] = field(factory=list, converter=_texts)

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
    """Something with an address that one can look for; without a street it is known by its name."""

    name: str
    city: str
    latitude: float = field(converter=float)
    longitude: float = field(converter=float)
    street: str = ""
    types: list[str] = field(factory=list, converter=_texts)
    phone_number: str | None = field(default=None, converter=_written)
    rating: float | None = field(default=None, converter=_maybe)
    review_count: int = field(default=0, converter=_count)
    price_level: str | None = field(default=None, converter=_written)
    opening_hours: str | None = field(default=None, converter=_written)
    website: str | None = field(default=None, converter=_written)


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
    also_called: list[str] = field(factory=list, converter=_texts)
    currency: str
    country_code: str
    zone: str
    usual_price: float = field(converter=float)


@frozen(kw_only=True, eq=False)
class Dataset:
    """Everything the offline search knows."""

    cities: tuple[City, ...]
    places: tuple[PointOfInterest, ...]
    kinds_of_places: tuple[KindOfPlace, ...]
    streets: tuple[str, ...]
    stocks: tuple[Stock, ...]
    rates: ExchangeRates
    states: Mapping[str, str] = field(factory=dict)
    """Short to full name of the states of the United States."""

    def nearest_city(self, latitude: float, longitude: float) -> tuple[City, float]:
        """The city closest to a position, and its distance in km."""
        return _nearest_city(self, latitude, longitude)

    def nearest_place(self, latitude: float, longitude: float) -> tuple[PointOfInterest, float]:
        """The place closest to a position, of several the first by name, and its distance in km."""
        return _nearest_place(self, latitude, longitude)

    def city_named(self, name: str) -> City:
        """The city with this name, alone or with region or country; of several the first.

        Raises:
            KeyError: The data has no such city.
        """
        if name not in self._cities_by_name:
            message = f"The search data has no city {name!r}."
            raise KeyError(message)
        return self._cities_by_name[name]

    @functools.cached_property
    def words_for_kinds(self) -> frozenset[str]:
        """Every word that says what kind of place something is, in small letters."""
        kinds = [kind for each in self.kinds_of_places for kind in (each.kind, *each.also_called)]
        kinds += [kind for place in self.places for kind in place.types]
        return frozenset(word for kind in kinds for word in kind.lower().split())

    @functools.cached_property
    def names_of_cities(self) -> Names:
        """The names of each city."""
        return Names([*city.names, *city.also_called] for city in self.cities)

    @functools.cached_property
    def names_of_places(self) -> Names:
        """The names of each place, alone and with its city."""
        return Names([place.name, f"{place.name} {place.city}"] for place in self.places)

    @functools.cached_property
    def kinds_of_known_places(self) -> Names:
        """What kinds of place each place is."""
        return Names(place.types for place in self.places)

    @functools.cached_property
    def words_of_places(self) -> tuple[frozenset[str], ...]:
        """The words in the name of each place, as they are compared."""
        return tuple(frozenset(comparable(place.name).split()) for place in self.places)

    @functools.cached_property
    def _cities_by_name(self) -> dict[str, City]:
        return _by_name(self.cities)


def distance_km(latitude_0: float, longitude_0: float, latitude_1: float, longitude_1: float) -> float:
    """Distance on a sphere, good enough to rank places."""
    phi_0, phi_1 = math.radians(latitude_0), math.radians(latitude_1)
    half_phi = (phi_1 - phi_0) / 2
    half_lambda = math.radians(longitude_1 - longitude_0) / 2
    square = math.sin(half_phi) ** 2 + math.cos(phi_0) * math.cos(phi_1) * math.sin(half_lambda) ** 2
    return 2 * EARTH_RADIUS_KM * math.asin(math.sqrt(min(1.0, square)))


@functools.lru_cache(maxsize=1024)  # samples of one scenario ask the same
def _nearest_city(data: Dataset, latitude: float, longitude: float) -> tuple[City, float]:
    with_distance = ((distance_km(latitude, longitude, city.latitude, city.longitude), city) for city in data.cities)
    distance, city = min(with_distance, key=lambda pair: pair[0])
    return city, distance


@functools.lru_cache(maxsize=1024)
def _nearest_place(data: Dataset, latitude: float, longitude: float) -> tuple[PointOfInterest, float]:
    distances = (
        (distance_km(latitude, longitude, place.latitude, place.longitude), place.name, place) for place in data.places
    )
    distance, _, place = min(distances)
    return place, distance


@functools.cache
def shipped_cities() -> dict[str, City]:
    """The cities in the package by each of their names; of several the first in the data has it. Read once."""
    return _by_name(_cities())


@functools.cache
def shipped_dataset() -> Dataset:
    """The data in the package, read once."""
    exchanges = {row.pop("exchange"): row for row in _table("exchanges.csv")}
    return Dataset(
        cities=_cities(),
        places=tuple(PointOfInterest(**row) for row in _table("places.csv")),
        kinds_of_places=tuple(KindOfPlace(**row) for row in _read("kinds_of_places.json")),
        streets=tuple(_read("streets.json")),
        stocks=tuple(Stock(**row, **exchanges[row["exchange"]]) for row in _table("stocks.csv")),
        rates=_rates(),
        states=_read("states.json"),
    )


@functools.cache
def _cities() -> tuple[City, ...]:
    return tuple(City(**row) for row in _table("cities.csv"))


def _by_name(cities: tuple[City, ...]) -> dict[str, City]:
    return {name: city for city in reversed(cities) for name in reversed(city.names)}


def _rates() -> ExchangeRates:
    rows = {row.pop("currency"): row for row in _table("exchange_rates.csv")}
    days = tuple(map(date.fromisoformat, rows["USD"]))
    return ExchangeRates(days, {code: tuple(map(float, row.values())) for code, row in rows.items()})


def _table(name: str) -> Iterator[dict[str, Any]]:
    """The rows of a table; a cell that several texts are in has ``|`` between them."""
    with _file(name).open(encoding="utf-8") as lines:
        yield from csv.DictReader(lines)


def _read(name: str) -> Any:
    return json.loads(_file(name).read_text(encoding="utf-8"))


def _file(name: str) -> Traversable:
    return resources.files("tool_sandbox.tools.search").joinpath("data", name)

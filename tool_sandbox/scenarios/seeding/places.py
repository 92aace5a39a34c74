"""Cities and companies of a fresh world: others of the search data that have what a question may rely on.

A city becomes another one of its region and time zone, a company another one of its exchange. The cities in which the
worlds are stay, with all that is found around them, and so do names that are also words, or that several cities share.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Iterator
from functools import cache
from typing import TypeVar

from tool_sandbox.scenarios.seeding.words import in_any_order
from tool_sandbox.tools.search.dataset import City, Stock, distance_km, shipped_dataset

T = TypeVar("T")
Position = tuple[float, float]

AT_HOME_KM = 60.0
"""A city as close as this to the phone of a world is its own."""
_SHORTEST_SYMBOL = 3
_SAME_PLACE = 0.02
"""Degrees between a city and coordinates that are meant to be its own."""
_ALSO_WORDS = frozenset(
    {"Nice", "Mobile", "Reading", "Bath", "Split", "Cork", "Orange", "Essen", "Sofia", "Lima", "Florence", "Victoria"}
    | {"Charlotte", "Jackson", "Austin", "Lincoln", "Madison", "Phoenix", "Buffalo", "Aurora", "Male", "Tours", "Como"}
    | {"Gary", "Hamilton", "Chandler", "Regina", "Windsor", "Valencia", "Bergen", "Derby", "Hull", "Cologne", "Angers"}
    | {
        "Target",
        "Shell",
        "Visa",
        "Oracle",
        "Intel",
        "Carnival",
        "Snowflake",
        "Caterpillar",
        "DASH",
        "SHOP",
        "PINS",
        "AIR",
        "ADS",
    }
)
"""Names that are words, or people's, so that a text may mean something else."""
WRITTEN_LARGE = frozenset({"Apple", "Amazon", "Moderna"})
"""Companies whose names mean something else in small letters."""
_FORM_OF_COMPANY = re.compile(
    r",? (?:(?:Inc|Corp|Co|Ltd|Limited|plc|PLC|AG|SE|NV|SA|AB|ASA|A/S|Holdings?|Group)\b\.?|Class [A-C]).*$"
)


def other_cities(seed: int, homes: Iterable[Position]) -> dict[str, City]:
    """What city stands in the place of each that can have another one.

    Args:
        seed: Which world.
        homes: Where the phones of the worlds are, in degrees.
    """
    data = shipped_dataset()
    counts = Counter(city.name for city in data.cities)
    at_home = list(homes)
    free = [
        city
        for city in data.cities
        if counts[city.name] == 1
        and city.name not in _ALSO_WORDS
        and "," not in city.name
        and all(distance_km(city.latitude, city.longitude, *home) > AT_HOME_KM for home in at_home)
    ]
    exchanged = _exchanged(free, lambda city: (city.country, city.region, city.zone), seed, lambda city: city.name)
    left = [city for city in free if city.name not in exchanged]
    exchanged |= _exchanged(left, lambda city: (city.country, city.zone), seed, lambda city: city.name)
    return exchanged


def found_in(name: str) -> tuple[str, ...]:
    """The names of what the search data knows in a city: where one of them is meant, the city is, too."""
    return tuple(place.name for place in shipped_dataset().places if place.city == name)


def other_companies(seed: int) -> dict[str, str]:
    """What stands in the place of each name and symbol of a company that can have others."""
    every = shipped_dataset().stocks
    named = Counter(name for stock in every for name in (_short(stock), stock.symbol))
    stocks = [each for each in every if _has_one_name(each) and named[_short(each)] == named[each.symbol] == 1]
    exchanged = _exchanged(stocks, lambda stock: (stock.exchange, stock.currency), seed, lambda stock: stock.symbol)
    found: dict[str, str] = {}
    for stock in stocks:
        if other := exchanged.get(stock.symbol):
            found |= {stock.name: other.name, _short(stock): _short(other), stock.symbol: other.symbol}
    return found


def names_of_company(name: str) -> tuple[str, ...]:
    """The names and the symbol of the company of which this is one; nothing where it is none's."""
    every = ((stock.name, _short(stock), stock.symbol, *stock.also_called) for stock in shipped_dataset().stocks)
    return next((names for names in every if name in names), ())


@cache
def places_named_after() -> tuple[str, ...]:
    """Names and streets of the search data that have a city or a company in them and yet stay."""
    data = shipped_dataset()
    names = {city.name for city in data.cities} | {_short(stock) for stock in data.stocks}
    known = {text for place in data.places for text in (place.name, place.street) if text}
    return tuple(sorted(text for text in known if any(name in text and name != text for name in names)))


def moved(cities: dict[str, City], latitude: float, longitude: float) -> Position | None:
    """Where coordinates are in a fresh world that are those of a city; ``None`` where they stay."""
    for city in shipped_dataset().cities:
        near = abs(city.latitude - latitude) < _SAME_PLACE and abs(city.longitude - longitude) < _SAME_PLACE
        if near and city.name in cities:
            other = cities[city.name]
            return other.latitude, other.longitude
    return None


def _has_one_name(stock: Stock) -> bool:
    name, symbol = _short(stock), stock.symbol
    clear = name.isalpha() and symbol.isalpha() and len(symbol) >= _SHORTEST_SYMBOL and symbol != name
    return clear and not stock.also_called and not {name, symbol} & _ALSO_WORDS


def _short(stock: Stock) -> str:
    return _FORM_OF_COMPANY.sub("", stock.name).removesuffix(".com")


def _exchanged(items: Iterable[T], kind: Callable[[T], Hashable], seed: int, name: Callable[[T], str]) -> dict[str, T]:
    """By name the item that stands in the place of each: another one of its kind, none of them twice."""
    kinds: dict[Hashable, dict[str, T]] = {}
    for item in items:
        kinds.setdefault(kind(item), {})[name(item)] = item
    return {one: same[other] for same in kinds.values() for one, other in _in_a_circle(same, seed)}


def _in_a_circle(names: Iterable[str], seed: int) -> Iterator[tuple[str, str]]:
    """Each name and the one after it in an order of the seed; nothing for a single one."""
    order = in_any_order(names, "instead", seed)
    if len(order) > 1:
        yield from zip(order, (*order[1:], order[0]), strict=True)

"""Addresses and places of the offline data, and made-up ones where a town would have them."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from typing import Any

from attrs import frozen

from tool_sandbox.tools.search import chance
from tool_sandbox.tools.search.dataset import City, Dataset, KindOfPlace, PointOfInterest, distance_km
from tool_sandbox.tools.search.names import comparable

AT_THE_PLACE_KM = 0.15
"""A position this close to a known place has its address."""

IN_TOWN_KM = 60.0
"""A position this close to a city has made-up streets and shops of that city; further out there are none."""

NAME_LIKENESS = 86
KIND_LIKENESS = 92
KNOWN_KIND_KM = 50.0
PART_OF_A_NAME = 0.35
"""A query of at least this share of a name's letters may stand for it."""

SHORTEST_ADDRESS = 8
CITY_LIKENESS = 88
CITY = "city"
"""The type of a place that is a whole city."""


def address_at(data: Dataset, latitude: float, longitude: float) -> str | None:
    """The address of the place at a position, else a made-up one if a city is near, else ``None``."""
    place, distance = data.nearest_place(latitude, longitude)
    if distance <= AT_THE_PLACE_KM:
        return _address_of(place, data)
    city, city_distance = data.nearest_city(latitude, longitude)
    if city_distance > IN_TOWN_KM:
        return None
    return full_address(_made_up_street(data, city, round(latitude, 4), round(longitude, 4)), city)


def full_address(street: str, city: City) -> str:
    """One line, as people of the country write it; without a street that of the city."""
    if city.in_united_states:
        parts = [street, city.name, f"{city.region} {city.postcode}" if street else city.region, "United States"]
    else:
        parts = [street, f"{city.postcode} {city.name}".lstrip() if street else city.name, city.country]
    return ", ".join(part for part in parts if part)


def find_places(data: Dataset, query: str, latitude: float, longitude: float, limit: int) -> list[dict[str, Any]]:
    """Places that fit a query, best first: known ones and cities by name, known ones by kind, then made-up ones.

    A name is looked for anywhere, a kind within 50 km; of places with the same name the nearest comes first.

    Args:
        data: Where to look.
        query: A name, a kind of place or an address.
        latitude: Where to search.
        longitude: Where to search.
        limit: At most this many.
    """
    found = list(_found_by_name_or_kind(data, query, latitude, longitude))
    near = list(_made_up(data, query, latitude, longitude)) if len(found) < limit else []
    known_names = {find.place.name for find in found}
    found += [find for find in sorted(near, key=_Find.rank) if find.place.name not in known_names]
    return [_entry(find.place, data) for find in found[:limit]]


@frozen
class _Find:
    place: PointOfInterest
    likeness: float
    distance: float
    by_name: bool

    def rank(self) -> tuple[bool, float, float, str]:
        """By name before by kind; those by name the likeliest first, those by kind the closest first."""
        return (not self.by_name, -self.likeness if self.by_name else 0.0, self.distance, self.place.name)


@functools.lru_cache(maxsize=1024)
def _found_by_name_or_kind(data: Dataset, query: str, latitude: float, longitude: float) -> tuple[_Find, ...]:
    """Samples of one scenario ask the same, and each question is compared with every name that there is."""
    found = (*_known(data, query, latitude, longitude), *_cities(data, query, latitude, longitude))
    return tuple(sorted(found, key=_Find.rank))


def _known(data: Dataset, query: str, latitude: float, longitude: float) -> Iterator[_Find]:
    names = data.names_of_places.like(_wanted(query), NAME_LIKENESS)
    kinds = data.kinds_of_known_places.like(_wanted(query), KIND_LIKENESS)
    words = frozenset(_wanted(query).split())
    says_a_name = not words <= data.words_for_kinds
    for at, place in enumerate(data.places):
        by_name = names.get(at, 0.0)
        if not by_name and says_a_name and words <= data.words_of_places[at] and _is_much_of(words, place.name):
            by_name = NAME_LIKENESS
        by_address = _address_likeness(query, place, data)
        if max(by_name, by_address) >= NAME_LIKENESS:
            yield _found(place, latitude, longitude, max(by_name, by_address))
        elif at in kinds:
            found = _found(place, latitude, longitude)
            if found.distance <= KNOWN_KIND_KM:
                yield found


def _cities(data: Dataset, query: str, latitude: float, longitude: float) -> Iterator[_Find]:
    wanted = _wanted(_with_the_state_in_full(query, data))
    for at, likeness in data.names_of_cities.like(wanted, CITY_LIKENESS).items():
        city = data.cities[at]
        place = PointOfInterest(
            name=city.name, city=city.names[1], latitude=city.latitude, longitude=city.longitude, types=[CITY]
        )
        yield _found(place, latitude, longitude, likeness)


def _made_up(data: Dataset, query: str, latitude: float, longitude: float) -> Iterator[_Find]:
    city, city_distance = data.nearest_city(latitude, longitude)
    if city_distance > IN_TOWN_KM:
        return
    for kind in _kinds_asked_for(data, query):
        for name in kind.names:
            place = _made_up_place(data, kind, name, city, (round(latitude, 2), round(longitude, 2)))
            yield _found(place, latitude, longitude)


def _found(place: PointOfInterest, latitude: float, longitude: float, likeness: float | None = None) -> _Find:
    """A place as it was found from there: by its name with a likeness, otherwise by its kind."""
    distance = distance_km(latitude, longitude, place.latitude, place.longitude)
    return _Find(place, likeness or 0, distance, by_name=likeness is not None)


def _made_up_place(
    data: Dataset, kind: KindOfPlace, name: str, city: City, around: tuple[float, float]
) -> PointOfInterest:
    about = (name, city.name, *around)
    phone = chance.between(100, 199, "phone", *about)
    return PointOfInterest(
        name=name,
        street=_made_up_street(data, city, *about),
        city=city.names[1],
        latitude=round(around[0] + (chance.share("north", *about) - 0.5) * 0.04, 6),
        longitude=round(around[1] + (chance.share("east", *about) - 0.5) * 0.04, 6),
        types=[kind.kind],
        phone_number=f"+1{city.area_code}5550{phone}" if city.in_united_states else None,
        rating=3.5 + chance.between(0, 14, "rating", *about) / 10,
        review_count=chance.between(20, 900, "reviews", *about),
        price_level=kind.price_level,
        opening_hours="9 AM to 6 PM",
    )


def _made_up_street(data: Dataset, city: City, *about: object) -> str:
    number = chance.between(1, 999, "number", city.name, *about)
    street = chance.one_of(data.streets, "street", city.name, *about)
    return f"{number} {street}"


@functools.lru_cache(maxsize=1024)
def _kinds_asked_for(data: Dataset, query: str) -> tuple[KindOfPlace, ...]:
    return tuple(kind for kind in data.kinds_of_places if _is_kind(query, [kind.kind, *kind.also_called]))


def _is_kind(query: str, kinds: list[str]) -> bool:
    return any(_likeness(query, kind) >= KIND_LIKENESS for kind in kinds)


def _likeness(query: str, text: str) -> float:
    from rapidfuzz import fuzz

    return fuzz.ratio(_wanted(query), comparable(text), score_cutoff=NAME_LIKENESS)


@functools.lru_cache(maxsize=256)
def _wanted(query: str) -> str:
    return comparable(_without_filler(query))


def _address_likeness(query: str, place: PointOfInterest, data: Dataset) -> float:
    """How much a query that starts with a house number resembles the beginning of the address."""
    from rapidfuzz import fuzz, utils

    if not query[:1].isdigit() or len(query) < SHORTEST_ADDRESS:
        return 0
    address = _address_of(place, data)
    return fuzz.ratio(query, address[: len(query)], processor=utils.default_process)


def _without_filler(query: str) -> str:
    """The query without the words people put around what they look for, and without a plural s."""
    words = [
        word for word in query.split() if word.lower() not in {"near", "nearby", "me", "nearest", "closest", "the"}
    ]
    text = " ".join(words) or query
    return text[:-1] if text.endswith("s") and not text.endswith("ss") else text


def _is_much_of(words: frozenset[str], name: str) -> bool:
    """Whether words are a good part of a name, such as ``Heathrow``."""
    return sum(map(len, words)) >= PART_OF_A_NAME * len(comparable(name))


def _with_the_state_in_full(query: str, data: Dataset) -> str:
    """``Portland, ME`` as ``Portland, Maine``."""
    name, _, last = query.strip().rpartition(" ")
    return f"{name} {data.states[last]}" if name and last in data.states else query


def _address_of(place: PointOfInterest, data: Dataset) -> str:
    street = place.street or ("" if place.types == [CITY] else place.name)
    return full_address(street, data.city_named(place.city))


def _entry(place: PointOfInterest, data: Dataset) -> dict[str, Any]:
    city = data.city_named(place.city)
    return {
        "name": place.name,
        "full_address": _address_of(place, data),
        "city": city.name,
        "state": city.region,
        "latitude": place.latitude,
        "longitude": place.longitude,
        "phone_number": place.phone_number,
        "rating": place.rating,
        "review_count": place.review_count,
        "price_level": place.price_level,
        "types": list(place.types),
        "working_hours": place.opening_hours,
        "website": place.website,
        "timezone": city.zone,
    }

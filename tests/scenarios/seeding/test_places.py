from __future__ import annotations

import pytest

from tool_sandbox.scenarios.seeding.places import moved, names_of_company, other_cities, other_companies
from tool_sandbox.tools.search.dataset import shipped_cities, shipped_dataset

SEEDS = range(1, 20)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_city_becomes_another_one_of_its_country_and_zone(seed: int) -> None:
    cities = {city.name: city for city in shipped_dataset().cities}
    exchanged = other_cities(seed, [])
    assert len(exchanged) > 300
    for name, other in exchanged.items():
        assert other.name != name
        assert (other.country, other.zone) == (cities[name].country, cities[name].zone)
    assert len({other.name for other in exchanged.values()}) == len(exchanged)


def test_home_and_names_that_mean_something_else_stay() -> None:
    kyoto = shipped_cities()["Kyoto"]
    exchanged = other_cities(3, [(kyoto.latitude, kyoto.longitude)])
    assert not {"Kyoto", "Nice", "Reading", "London", "Portland"} & exchanged.keys()
    assert not {"Kyoto", "Nice"} & {other.name for other in exchanged.values()}
    assert "Kyoto" in other_cities(3, [])


@pytest.mark.parametrize("seed", SEEDS)
def test_a_company_becomes_another_one_of_its_exchange(seed: int) -> None:
    by_name = {stock.name: stock for stock in shipped_dataset().stocks}
    exchanged = other_companies(seed)
    for name in ("Apple Inc", "Microsoft Corp", "Tesco PLC"):
        other = by_name[exchanged[name]]
        assert other.exchange == by_name[name].exchange
        assert exchanged[by_name[name].symbol] == other.symbol
        assert other.name.startswith(exchanged[name.split()[0]])
        assert other.name != name


def test_coordinates_of_a_city_follow_it() -> None:
    exchanged, kyoto = other_cities(3, []), shipped_cities()["Kyoto"]
    other = exchanged["Kyoto"]
    assert moved(exchanged, kyoto.latitude + 0.01, kyoto.longitude) == (other.latitude, other.longitude)
    assert moved(exchanged, kyoto.latitude + 0.5, kyoto.longitude) is None


def test_a_company_is_known_by_each_of_its_names() -> None:
    assert {"Microsoft", "MSFT", "Microsoft Corp"} <= set(names_of_company("MSFT"))
    assert names_of_company("Corner Shop") == ()

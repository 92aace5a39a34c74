from __future__ import annotations

import itertools
import re
import subprocess
import sys
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.tools.worlds import small_world
from tool_sandbox import clock
from tool_sandbox.common.currencies import CURRENCY_CODES
from tool_sandbox.common.execution_context import new_context
from tool_sandbox.tools import rapid_api_search_tools as search
from tool_sandbox.tools.search.addresses import IN_TOWN_KM
from tool_sandbox.tools.search.climate import climate_at
from tool_sandbox.tools.search.dataset import City, Dataset, Stock, distance_km, shipped_dataset
from tool_sandbox.tools.search.exchange_rates import ExchangeRates
from tool_sandbox.tools.search.offline import OfflineSearch

DATA = shipped_dataset()
CUPERTINO = (37.334606, -122.009102)
MID_ATLANTIC = (30.0, -40.0)
SUMMER = 1_750_000_000.0
SUMMER_DAY = date(2025, 6, 15)
CURRENCIES = sorted(DATA.rates.values)

latitudes = st.floats(-90, 90)
longitudes = st.floats(-180, 180)


@pytest.fixture(autouse=True)
def summer() -> Any:
    with new_context(small_world()), clock.use(clock.Clock(SUMMER)):
        yield


def place_names(query: str, where: tuple[float, float] = CUPERTINO) -> list[str]:
    return [place["name"] for place in search.search_location_around_lat_lon(query, *where)]


def test_the_data_fits_together() -> None:
    names = [city.names[1] for city in DATA.cities]
    assert len(set(names)) == len(names) > 500
    for city in DATA.cities:
        ZoneInfo(city.zone)
        assert 0 <= city.july_rain_chance < 1, city
        assert 0 <= city.january_rain_chance < 1, city
    for place in DATA.places:
        city = DATA.city_named(place.city)
        assert distance_km(place.latitude, place.longitude, city.latitude, city.longitude) < IN_TOWN_KM, place
    assert set(DATA.rates.values) <= CURRENCY_CODES
    for values in DATA.rates.values.values():
        assert len(values) == len(DATA.rates.days)
        assert min(values) > 0
    assert DATA.rates.days == tuple(sorted(DATA.rates.days))
    assert len({(stock.symbol, stock.exchange) for stock in DATA.stocks}) == len(DATA.stocks) > 150
    for stock in DATA.stocks:
        ZoneInfo(stock.zone)
        assert stock.currency in DATA.rates.values
    with pytest.raises(KeyError, match="Atlantis"):
        DATA.city_named("Atlantis")


def test_the_documentation_counts_what_is_known() -> None:
    page = (Path(__file__).parents[3] / "docs" / "scenarios.md").read_text(encoding="utf-8")
    exchanges = {stock.exchange for stock in DATA.stocks}
    assert f"some {len(DATA.cities) // 100 * 100} cities" in page
    assert f"{len(DATA.kinds_of_places)} kinds of places" in page
    assert f"{len(DATA.stocks) // 100 * 100} companies on {len(exchanges)} exchanges" in page
    assert f"{len(DATA.rates.values)} currencies" in page


def test_a_known_place_has_its_address() -> None:
    assert search.search_lat_lon(*CUPERTINO) == "1 Apple Park Way, Cupertino, California 95014, United States"


def test_anywhere_in_a_town_has_an_address_that_stays_and_open_sea_has_none() -> None:
    address = search.search_lat_lon(37.30, -122.02)
    assert address is not None
    assert address.endswith(", Cupertino, California 95014, United States")
    assert search.search_lat_lon(37.30, -122.02) == address
    assert search.search_lat_lon(37.31, -122.02) != address
    assert search.search_lat_lon(*MID_ATLANTIC) is None


@pytest.mark.parametrize("query", ["Golden Gate Bridge", "golden gate bridge", "Golden Gate Bridge San Francisco"])
def test_a_place_is_found_by_name_from_anywhere(query: str) -> None:
    assert place_names(query, MID_ATLANTIC)[0] == "Golden Gate Bridge"


@pytest.mark.parametrize(
    ("query", "addresses"),
    [
        ("Lisbon", ["Lisbon, Portugal"]),
        ("São Paulo", ["Sao Paulo, Brazil"]),
        ("Wien", ["Vienna, Austria"]),
        ("NYC", ["New York, New York, United States"]),
        ("Portland", ["Portland, Oregon, United States", "Portland, Maine, United States"]),
        ("Portland, ME", ["Portland, Maine, United States"]),
        ("Paris, Texas", ["Paris, Texas, United States"]),
    ],
)
def test_a_city_is_found_by_name_the_nearest_of_several_first(query: str, addresses: list[str]) -> None:
    found = search.search_location_around_lat_lon(query, *CUPERTINO)
    assert [place["full_address"] for place in found][: len(addresses)] == addresses


def test_a_place_without_a_street_is_known_by_its_name_there() -> None:
    (place,) = search.search_location_around_lat_lon("Sagrada Família", *CUPERTINO)
    assert place["full_address"] == "Sagrada Familia, 08002 Barcelona, Spain"


def test_of_two_towns_of_one_name_the_places_are_in_the_one_searched() -> None:
    places = [
        search.search_location_around_lat_lon("pizza", *where)[0] for where in ((45.52, -122.68), (43.66, -70.26))
    ]
    assert [place["state"] for place in places] == ["Oregon", "Maine"]
    assert [place["phone_number"][:8] for place in places] == ["+1503555", "+1207555"]


def test_made_up_telephone_numbers_are_reserved_for_fiction() -> None:
    numbers = [place.phone_number for place in DATA.places if place.phone_number]
    numbers += [
        place["phone_number"]
        for city in DATA.cities[:100]
        for place in search.search_location_around_lat_lon("pizza", city.latitude, city.longitude)
        if place["phone_number"]
    ]
    assert len(numbers) > 100
    reserved = r"\+1\d{3}55501\d\d|\+44207946\d{4}|\+3319900\d{4}|\+493023125\d{3}|\+6125550\d{4}"
    assert [number for number in numbers if not re.fullmatch(reserved, number)] == []


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("the Louvre", ["Louvre Museum"]),
        ("Heathrow", ["Heathrow Airport"]),
        ("station", []),
        ("Stanford", ["Stanford University"]),
    ],
)
def test_a_good_part_of_a_name_will_do_but_not_the_word_for_a_kind(query: str, names: list[str]) -> None:
    assert place_names(query) == names


@pytest.mark.parametrize("kind", [kind.kind for kind in DATA.kinds_of_places])
def test_every_kind_of_place_is_found_in_towns_all_over_the_world(kind: str) -> None:
    for name in ("Cupertino", "Lima", "Bergen", "Kampala", "Kyoto", "Perth"):
        city = DATA.city_named(name)
        assert len(place_names(kind, (city.latitude, city.longitude))) == 4


def test_a_place_is_found_by_address() -> None:
    assert place_names("1 Apple Park Way, Cupertino")[0] == "Apple Park"


@pytest.mark.parametrize("query", ["coffee shop", "Coffee shops near me", "the nearest cafe"])
def test_a_kind_of_place_is_found_near_the_position_closest_first(query: str) -> None:
    found = search.search_location_around_lat_lon(query, *CUPERTINO)
    assert len(found) == 4
    for place in found:
        assert distance_km(*CUPERTINO, place["latitude"], place["longitude"]) < 10
    known = [place["name"] for place in found if place["name"] in {known.name for known in DATA.places}]
    assert "Orchard Street Coffee" in known


def test_towns_without_known_places_have_made_up_ones_that_stay() -> None:
    oslo = (59.91, 10.75)
    names = place_names("pizza", oslo)
    assert len(names) == 4
    assert place_names("pizza", oslo) == names
    found = search.search_location_around_lat_lon("pizza", *oslo)[0]
    assert found["full_address"].endswith("Oslo, Norway")
    assert distance_km(*oslo, found["latitude"], found["longitude"]) < 5


def test_what_nobody_has_heard_of_is_not_found() -> None:
    assert place_names("quantum llama dealership") == []
    assert place_names("pizza", MID_ATLANTIC) == []


@given(latitudes, longitudes, st.integers(0, 13))
def test_weather_is_known_everywhere_and_consistent(latitude: float, longitude: float, days: int) -> None:
    weather = search.search_weather_around_lat_lon(days, latitude, longitude)
    assert weather is not None
    assert weather["min_temperature"] <= weather["average_temperature"] <= weather["max_temperature"]
    assert weather["temperature_unit"] == "Celsius"
    if days == 0:
        assert weather["min_temperature"] <= weather["current_temperature"] <= weather["max_temperature"]
    else:
        assert "current_temperature" not in weather


def test_forecasts_end_after_two_weeks() -> None:
    assert search.search_weather_around_lat_lon(13) is not None
    assert search.search_weather_around_lat_lon(14) is None


def test_the_weather_follows_the_worlds_calendar() -> None:
    summer_weather = search.search_weather_around_lat_lon(0, 40.71, -74.0)
    with clock.use(clock.Clock(SUMMER + 182 * 86400)):
        winter_weather = search.search_weather_around_lat_lon(0, 40.71, -74.0)
    assert summer_weather is not None
    assert winter_weather is not None
    assert summer_weather["average_temperature"] > winter_weather["average_temperature"] + 10
    assert summer_weather["localtime"] == "2025-06-15 11:06"


@given(latitudes, longitudes, st.integers(1, 13))
def test_what_is_forecast_comes_true(latitude: float, longitude: float, days: int) -> None:
    forecast = search.search_weather_around_lat_lon(days, latitude, longitude)
    with clock.use(clock.Clock(SUMMER + days * 86400)):
        then = search.search_weather_around_lat_lon(0, latitude, longitude)
    assert forecast is not None
    assert then is not None
    of_the_day = [key for key in forecast if key.endswith(("min_temperature", "max_temperature", "_rain", "sunrise"))]
    assert len(of_the_day) >= 4
    assert {key: forecast[key] for key in of_the_day} == {key: then[key] for key in of_the_day}


@given(st.floats(-80, 80), st.floats(-180, 180), st.integers(0, 13))
def test_places_close_together_have_much_the_same_weather(latitude: float, longitude: float, days: int) -> None:
    climates = [climate_at(DATA, latitude + step, longitude) for step in (0.0, 0.1)]
    instant = SUMMER / 86400 + days
    here, there = (climate.usual_temperature(instant) for climate in climates)
    assert abs(here - there) < 1.5
    for what in ("mean", "range"):
        here, there = (climate.drift(what, instant) for climate in climates)
        assert abs(here - there) < 0.1


@settings(max_examples=20)
@given(st.sampled_from(DATA.cities), st.integers(0, 364))
def test_the_temperature_does_not_jump(city: City, day: int) -> None:
    hours = []
    for hour in range(25):
        with clock.use(clock.Clock(SUMMER + day * 86400 + hour * 3600)):
            weather = search.search_weather_around_lat_lon(0, city.latitude, city.longitude)
        assert weather is not None
        hours.append(weather["current_temperature"])
    assert max(abs(before - after) for before, after in itertools.pairwise(hours)) < 3


@pytest.mark.parametrize(("name", "warmer"), [("Oslo", "July"), ("Sydney", "January"), ("Ushuaia", "January")])
def test_july_is_warm_in_the_north_and_cold_in_the_south(name: str, warmer: str) -> None:
    climate = climate_at(DATA, DATA.city_named(name).latitude, DATA.city_named(name).longitude)
    january, july = (
        climate.usual_temperature(datetime(2026, month, 15, tzinfo=UTC).timestamp() / 86400) for month in (1, 7)
    )
    assert ("July" if july > january + 5 else "January" if january > july + 5 else "") == warmer


@pytest.mark.parametrize(
    ("query", "symbol"),
    [
        ("AAPL", "AAPL"),
        ("aapl", "AAPL"),
        ("Apple", "AAPL"),
        ("Apple stock price", "AAPL"),
        ("NVDA:NASDAQ", "NVDA"),
        ("google", "GOOGL"),
        ("Microsoft", "MSFT"),
        ("brk.b", "BRK.B"),
    ],
)
def test_stocks_are_found_by_symbol_and_name(query: str, symbol: str) -> None:
    stock = search.search_stock(query)
    assert stock is not None
    assert stock["symbol"] == symbol
    assert stock == search.search_stock(query)


@pytest.mark.parametrize("query", ["", "zzzz", "Imaginary Widgets Incorporated"])
def test_unknown_stocks(query: str) -> None:
    assert search.search_stock(query) is None


def test_prices_move_from_day_to_day_and_join_up() -> None:
    today = search.search_stock("AAPL")
    with clock.use(clock.Clock(SUMMER + 86400)):
        tomorrow = search.search_stock("AAPL")
    assert today is not None
    assert tomorrow is not None
    assert tomorrow["previous_close"] == today["price"] != tomorrow["price"]
    assert tomorrow["change"] == pytest.approx(tomorrow["price"] - today["price"], abs=0.011)


@given(st.sampled_from(CURRENCIES), st.sampled_from(CURRENCIES), st.integers(1, 10**6))
def test_money_is_worth_the_same_either_way(origin: str, target: str, amount: int) -> None:
    converted = search.convert_currency(amount, origin.lower(), target)
    there, back = DATA.rates.on(SUMMER_DAY, target), DATA.rates.on(SUMMER_DAY, origin)
    assert there is not None
    assert back is not None
    assert converted == round(amount / back * there, 4)


def test_an_exchange_rate_is_that_of_the_worlds_day() -> None:
    today = search.convert_currency(1000, "USD", "EUR")
    with clock.use(clock.Clock(SUMMER - 150 * 86400)):
        assert search.convert_currency(1000, "USD", "EUR") > today + 5


@pytest.mark.parametrize(
    ("day", "rate"),
    [("2019-05-05", 1.0), ("2020-01-01", 1.0), ("2020-01-06", 1.5), ("2020-01-11", 2.0), ("2030-01-01", 2.0)],
)
def test_rates_move_evenly_between_the_days_they_are_known_of(day: str, rate: float) -> None:
    rates = ExchangeRates((date(2020, 1, 1), date(2020, 1, 11)), {"EUR": (1.0, 2.0)})
    assert rates.on(date.fromisoformat(day), "EUR") == pytest.approx(rate)
    assert rates.on(date.fromisoformat(day), "USD") is None


def test_a_currency_without_a_rate_cannot_be_converted() -> None:
    with pytest.raises(RuntimeError, match="XTS"):
        search.convert_currency(1, "USD", "XTS")


def test_other_services_are_not_offered_offline() -> None:
    with pytest.raises(ConnectionError, match="elsewhere"):
        OfflineSearch().get("https://elsewhere.example/", {}, {})


def test_the_data_can_be_ones_own() -> None:
    own = Dataset(
        cities=DATA.cities,
        places=DATA.places,
        kinds_of_places=(),
        streets=DATA.streets,
        rates=ExchangeRates((SUMMER_DAY,), {"USD": (1.0,), "EUR": (0.5,)}),
        stocks=(
            Stock(
                symbol="ME",
                exchange="OWN",
                name="My Company",
                also_called=[],
                currency="EUR",
                country_code="DE",
                zone="Europe/Berlin",
                usual_price=1.0,
            ),
        ),
    )
    from tool_sandbox.tools.search import use_backend

    with use_backend(OfflineSearch(own)):
        stock = search.search_stock("my company")
        assert stock is not None
        assert stock["symbol"] == "ME"
        assert search.convert_currency(3, "USD", "EUR") == 1.5


def test_offline_answers_are_the_same_in_another_process() -> None:
    program = (
        "from tool_sandbox import clock\n"
        "from tool_sandbox.tools.rapid_api_search_tools import *\n"
        f"clock.set_clock(clock.Clock({SUMMER}))\n"
        "print([search_weather_around_lat_lon(), search_lat_lon(37.3, -122.02), search_stock('AAPL'),\n"
        "       search_location_around_lat_lon('pizza')])\n"
    )
    command = [sys.executable, "-c", program]
    elsewhere = subprocess.run(command, capture_output=True, check=True, text=True).stdout
    here = [
        search.search_weather_around_lat_lon(),
        search.search_lat_lon(37.3, -122.02),
        search.search_stock("AAPL"),
        search.search_location_around_lat_lon("pizza"),
    ]
    assert elsewhere == f"{here}\n"

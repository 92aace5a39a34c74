from __future__ import annotations

import subprocess
import sys
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.tools.worlds import small_world
from tool_sandbox import clock
from tool_sandbox.common.currencies import CURRENCY_CODES
from tool_sandbox.common.execution_context import new_context
from tool_sandbox.tools import rapid_api_search_tools as search
from tool_sandbox.tools.search.addresses import IN_TOWN_KM
from tool_sandbox.tools.search.dataset import Dataset, Stock, distance_km, shipped_dataset
from tool_sandbox.tools.search.offline import OfflineSearch

DATA = shipped_dataset()
CUPERTINO = (37.334606, -122.009102)
MID_ATLANTIC = (30.0, -40.0)
SUMMER = 1_750_000_000.0

latitudes = st.floats(-90, 90)
longitudes = st.floats(-180, 180)


@pytest.fixture(autouse=True)
def summer() -> Any:
    with new_context(small_world()), clock.use(clock.Clock(SUMMER)):
        yield


def place_names(query: str, where: tuple[float, float] = CUPERTINO) -> list[str]:
    return [place["name"] for place in search.search_location_around_lat_lon(query, *where)]


def test_the_data_fits_together() -> None:
    names = [city.name for city in DATA.cities]
    assert len(set(names)) == len(names) > 80
    for city in DATA.cities:
        ZoneInfo(city.zone)
    for place in DATA.places:
        city = DATA.city_named(place.city)
        assert distance_km(place.latitude, place.longitude, city.latitude, city.longitude) < IN_TOWN_KM, place
    assert set(DATA.rates) <= CURRENCY_CODES
    assert all(rate > 0 for rate in DATA.rates.values())
    with pytest.raises(KeyError, match="Atlantis"):
        DATA.city_named("Atlantis")


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


def test_todays_forecast_for_tomorrow_comes_true() -> None:
    tomorrow = search.search_weather_around_lat_lon(1)
    with clock.use(clock.Clock(SUMMER + 86400)):
        today = search.search_weather_around_lat_lon(0)
    assert tomorrow is not None
    assert today is not None
    assert tomorrow["min_temperature"] == today["min_temperature"]


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


@given(st.sampled_from(sorted(DATA.rates)), st.sampled_from(sorted(DATA.rates)), st.integers(1, 10**6))
def test_money_is_worth_the_same_either_way(origin: str, target: str, amount: int) -> None:
    converted = search.convert_currency(amount, origin.lower(), target)
    assert converted == round(amount / DATA.rates[origin] * DATA.rates[target], 4)


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
        rates={"USD": 1.0, "EUR": 0.5},
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

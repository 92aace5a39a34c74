from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from attrs import define, field

from tests.tools.worlds import change_setting
from tool_sandbox.common.compatibility import use_original_rules
from tool_sandbox.common.execution_context import ExecutionContext
from tool_sandbox.tools import rapid_api_search_tools as search
from tool_sandbox.tools.search import use_backend

tools: Any = search
HERE = (37.334606, -122.009102)


@define
class Answering:
    """A backend that gives one answer and keeps what it was asked."""

    answer: Any
    asked: list[tuple[str, dict[str, Any], dict[str, str]]] = field(factory=list)

    def get(self, url: str, params: Mapping[str, Any], headers: Mapping[str, str]) -> Any:
        self.asked.append((url, dict(params), dict(headers)))
        return self.answer


CALLS = [
    (
        "search_lat_lon",
        {"latitude": 1.5, "longitude": -2.0},
        "https://trueway-geocoding.p.rapidapi.com/ReverseGeocode",
        {"location": "1.5,-2.0", "language": "en"},
    ),
    (
        "search_location_around_lat_lon",
        {"location": "cafe"},
        "https://maps-data.p.rapidapi.com/searchmaps.php",
        {"query": "cafe", "lat": HERE[0], "lng": HERE[1], "limit": 4, "country": "us", "lang": "en"},
    ),
    (
        "search_weather_around_lat_lon",
        {"days": 2, "latitude": 1.5, "longitude": 2.5},
        "https://weatherapi-com.p.rapidapi.com/forecast.json",
        {"q": "1.5, 2.5", "days": 3},
    ),
    ("search_stock", {"query": "AAPL"}, "https://real-time-finance-data.p.rapidapi.com/search", {"query": "AAPL"}),
    (
        "convert_currency",
        {"amount": 5, "from_currency_code": "usd", "to_currency_code": "Eur"},
        "https://currency-converter18.p.rapidapi.com/api/v1/convert",
        {"from": "USD", "to": "EUR", "amount": 5},
    ),
]
NAMES = [call[0] for call in CALLS]


@pytest.mark.parametrize(("name", "arguments", "url", "params"), CALLS, ids=NAMES)
def test_what_a_search_asks(
    world: ExecutionContext, name: str, arguments: dict[str, Any], url: str, params: dict[str, Any]
) -> None:
    backend = Answering({"result": {"convertedAmount": "4.5"}})
    with use_backend(backend):
        getattr(tools, name)(**arguments)
    [(asked_url, asked_params, headers)] = backend.asked
    assert (asked_url, asked_params) == (url, params)
    assert headers == {"X-RapidAPI-Host": url.split("/")[2]}
    assert [type(value) for value in asked_params.values()] == [type(value) for value in params.values()]


@pytest.mark.parametrize(("name", "arguments"), [call[:2] for call in CALLS], ids=NAMES)
def test_searches_need_wifi(world: ExecutionContext, name: str, arguments: dict[str, Any]) -> None:
    change_setting(world, wifi=False)
    with pytest.raises(ConnectionError, match=r"[Ww]ifi"):
        getattr(tools, name)(**arguments)


@pytest.mark.parametrize(
    ("name", "arguments", "answers", "result"),
    [
        (*CALLS[0][:2], [{}, {"results": []}, {"results": [{}]}], None),
        (*CALLS[1][:2], [{}, {"data": []}], []),
        (*CALLS[2][:2], [{}, {"forecast": {"forecastday": [{}]}}], None),
        (*CALLS[3][:2], [{}, {"data": {}}, {"data": {"stock": []}}, {"data": {"stock": [{}]}}], None),
    ],
    ids=NAMES[:4],
)
def test_nothing_found(
    world: ExecutionContext, name: str, arguments: dict[str, Any], answers: list[Any], result: Any
) -> None:
    for answer in answers:
        with use_backend(Answering(answer)):
            assert getattr(tools, name)(**arguments) == result


def test_a_null_where_an_object_belongs_is_a_type_error(world: ExecutionContext) -> None:
    with use_backend(Answering({"data": None})), pytest.raises(TypeError):
        search.search_stock("AAPL")


def test_places_are_shown_without_identifiers_and_photos(world: ExecutionContext) -> None:
    hidden = {"business_id": 1, "place_id": 2, "place_link": 3, "verified": 4, "photos": 5}
    with use_backend(Answering({"data": [{**hidden, "name": "Cafe"}]})):
        assert search.search_location_around_lat_lon("cafe") == [{"name": "Cafe"}]


def test_the_first_stock_is_shown_with_its_symbol_cut_at_the_exchange(world: ExecutionContext) -> None:
    with use_backend(Answering({"data": {"stock": [{"symbol": "AAPL:NASDAQ:X", "price": 1.0}, {}]}})):
        assert search.search_stock("apple") == {"symbol": "AAPL", "price": 1.0}


def test_the_converted_amount_is_a_number_and_its_absence_an_error(world: ExecutionContext) -> None:
    with use_backend(Answering({"result": {"convertedAmount": "4.5"}})):
        assert search.convert_currency(5, "USD", "EUR") == 4.5
    answers: list[Any] = [{}, {"result": {}}]
    for answer in answers:
        with use_backend(Answering(answer)), pytest.raises(RuntimeError, match="USD"):
            search.convert_currency(5, "USD", "EUR")


def test_an_unknown_currency_is_refused_before_anything_is_asked(world: ExecutionContext) -> None:
    backend = Answering({})
    with use_backend(backend):
        with pytest.raises(ValueError, match="XYZ"):
            search.convert_currency(5, "USD", "XYZ")
        with use_original_rules(), pytest.raises(ValueError, match="PKR"):
            search.convert_currency(5, "PKR", "USD")
    assert backend.asked == []


def test_the_devices_position_is_used_when_none_is_given(world: ExecutionContext) -> None:
    assert search.maybe_get_current_lat_lon() == HERE
    assert search.maybe_get_current_lat_lon(1.0, 2.0) == (1.0, 2.0)
    for arguments in ({"latitude": 1.0}, {"longitude": 1.0}):
        with pytest.raises(ValueError, match="both"):
            search.maybe_get_current_lat_lon(**arguments)
    with pytest.raises(ValueError, match="too large"):
        search.maybe_get_current_lat_lon(91.0)
    change_setting(world, location_service=False)
    assert search.maybe_get_current_lat_lon(1.0, 2.0) == (1.0, 2.0)
    for call in (search.maybe_get_current_lat_lon, search.search_weather_around_lat_lon):
        with pytest.raises(PermissionError, match=r"[Ll]ocation service"):
            call()


def test_weather_checks_ranges_then_location_then_days_then_wifi(world: ExecutionContext) -> None:
    change_setting(world, location_service=False, wifi=False)
    weather = search.search_weather_around_lat_lon
    with pytest.raises(ValueError, match="latitude"):
        weather(-1, 91.0)
    with pytest.raises(PermissionError):
        weather(-1)
    with pytest.raises(ValueError, match="-1"):
        weather(-1, 1.0, 1.0)
    with pytest.raises(ConnectionError):
        weather(0, 1.0, 1.0)


DAY = {
    "maxtemp_c": 20.0,
    "maxtemp_f": 68.0,
    "mintemp_c": 10.0,
    "mintemp_f": 50.0,
    "avgtemp_c": 15.0,
    "avgtemp_f": 59.0,
    "maxwind_mph": 1,
    "maxwind_kph": 2,
    "totalprecip_mm": 1,
    "totalprecip_in": 1,
    "avgvis_km": 9,
    "avgvis_miles": 6,
    "avghumidity": 50,
    "uv": 4,
}
CURRENT = {
    "temp_c": 16.0,
    "temp_f": 61.0,
    "wind_mph": 3,
    "wind_kph": 5,
    "pressure_mb": 1010,
    "pressure_in": 30,
    "precip_mm": 0,
    "precip_in": 0,
    "feelslike_c": 15.5,
    "feelslike_f": 60,
    "vis_km": 10,
    "vis_miles": 6,
    "uv": 5,
}
FORECAST = {
    "location": {"name": "Cupertino"},
    "current": CURRENT,
    "forecast": {
        "forecastday": [
            {"day": DAY, "astro": {"sunrise": "06:00 AM"}},
            {"day": {**DAY, "mintemp_c": 8.0}, "astro": {"sunrise": "06:01 AM"}},
        ]
    },
}


def test_todays_weather_is_one_flat_record_in_metric_units(world: ExecutionContext) -> None:
    with use_backend(Answering(FORECAST)):
        weather = search.search_weather_around_lat_lon()
    assert list((weather or {}).items()) == [
        ("uv", 5),
        ("sunrise", "06:00 AM"),
        ("name", "Cupertino"),
        ("temperature_unit", "Celsius"),
        ("distance_unit", "Kilometer"),
        ("current_temperature", 16.0),
        ("perceived_temperature", 15.5),
        ("visibility_distance", 10),
        ("wind_speed", 5),
        ("max_temperature", 20.0),
        ("min_temperature", 10.0),
        ("average_temperature", 15.0),
        ("max_wind_speed", 2),
        ("average_visibility_distance", 9),
        ("barometric_pressure", 1010),
        ("average_humidity", 50),
    ]


def test_a_later_day_has_no_current_observation(world: ExecutionContext) -> None:
    with use_backend(Answering(FORECAST)):
        tomorrow = search.search_weather_around_lat_lon(1)
        assert search.search_weather_around_lat_lon(2) is None
    assert tomorrow is not None
    assert (tomorrow["min_temperature"], tomorrow["sunrise"], tomorrow["uv"]) == (8.0, "06:01 AM", 4)
    assert "current_temperature" not in tomorrow

"""Searching the web: addresses, places, weather, stocks and exchange rates."""

from typing import Any, Optional, Union

from tool_sandbox.common.signatures.type_checks import typechecked
from tool_sandbox.common.tool import register_as_tool
from tool_sandbox.common.validators import validate_currency_code, validate_latitude, validate_longitude
from tool_sandbox.tools.search import services
from tool_sandbox.tools.search.backend import current_backend
from tool_sandbox.tools.search.weather_shape import flat_weather
from tool_sandbox.tools.setting import get_current_location, get_location_service_status, get_wifi_status

LOCATION_DETAILS_NOT_SHOWN = ("business_id", "place_id", "place_link", "verified", "photos")


def maybe_get_current_lat_lon(
    latitude: Optional[float] = None,
    longitude: Optional[float] = None,
) -> tuple[float, float]:
    """The given coordinates, or those of this device if none are given.

    Raises:
        ValueError: Only one of the two is given, or one is out of range.
        PermissionError: None is given and location service is off.
    """
    validate_latitude(latitude, "latitude", Optional[float])
    validate_longitude(longitude, "longitude", Optional[float])
    if latitude is not None and longitude is not None:
        return latitude, longitude
    if latitude is not None or longitude is not None:
        message = f"Give both latitude and longitude or neither, got latitude={latitude!r} and longitude={longitude!r}."
        raise ValueError(message)
    if not get_location_service_status():
        message = "Location service is off, so the current location is not known; turn it on or give coordinates."
        raise PermissionError(message)
    location = get_current_location()
    return location["latitude"], location["longitude"]


def rapid_api_get_request(url: str, params: dict[str, Any], headers: dict[str, str]) -> dict[str, Any]:
    """What a search service answers, from the search backend of this run. Wifi must be on.

    Args:
        url: Address of the service.
        params: Its query parameters.
        headers: Its HTTP headers.

    Raises:
        ConnectionError: Wifi is off, or the service cannot be reached.
        PermissionError: The backend needs a key and has none.
    """
    if not get_wifi_status():
        message = "Wifi is off, so nothing can be searched."
        raise ConnectionError(message)
    return current_backend().get(url, params, headers)


def _ask(service: services.Service, **params: Any) -> dict[str, Any]:
    return rapid_api_get_request(service.url, params, {"X-RapidAPI-Host": service.host})


@register_as_tool()
@typechecked
def search_lat_lon(latitude: float, longitude: float) -> Optional[str]:
    """Find the address at a position. Wifi must be on.

    Args:
        latitude: Latitude in degrees.
        longitude: Longitude in degrees.

    Returns:
        The address, or None if none is known there.
    """
    validate_latitude(latitude, "latitude", float)
    validate_longitude(longitude, "longitude", float)
    answer = _ask(services.REVERSE_GEOCODING, location=f"{latitude},{longitude}", language="en")
    try:
        address: str = answer["results"][0]["address"]
    except (KeyError, IndexError):
        return None
    return address


@register_as_tool()
@typechecked
def search_location_around_lat_lon(
    location: str,
    latitude: Optional[float] = None,
    longitude: Optional[float] = None,
) -> list[dict[str, Any]]:
    """Find places by name or kind near a position. Wifi must be on.

    Args:
        location: Name, kind or address of the place, for example coffee shop.
        latitude: Latitude in degrees of where to search. Leave out both coordinates to search near this device.
        longitude: Longitude in degrees of where to search. Leave out both coordinates to search near this device.

    Returns:
        A list of up to four places, best first, each with details such as name, full_address, phone_number, latitude
        and longitude. Empty if none is found.
    """
    latitude, longitude = maybe_get_current_lat_lon(latitude, longitude)
    answer = _ask(services.PLACES, query=location, lat=latitude, lng=longitude, limit=4, country="us", lang="en")
    try:
        places = answer["data"]
    except KeyError:
        return []
    return [{key: value for key, value in place.items() if key not in LOCATION_DETAILS_NOT_SHOWN} for place in places]


@register_as_tool()
@typechecked
def search_weather_around_lat_lon(
    days: int = 0,
    latitude: Optional[float] = None,
    longitude: Optional[float] = None,
) -> Optional[dict[str, Any]]:
    """Find out the weather near a position, today or on a later day. Wifi must be on.

    Args:
        days: How many days from today, 0 for today. It cannot be negative.
        latitude: Latitude in degrees. Leave out both coordinates for the weather near this device.
        longitude: Longitude in degrees. Leave out both coordinates for the weather near this device.

    Returns:
        The weather of that day with details such as min_temperature, max_temperature and average_temperature, for
        today also current_temperature, in the units that temperature_unit and distance_unit name. None if there is no
        forecast for that day.
    """
    latitude, longitude = maybe_get_current_lat_lon(latitude, longitude)
    if days < 0:
        message = f"'days' must be 0 or more, got {days!r}; weather of the past cannot be searched."
        raise ValueError(message)
    answer = _ask(services.WEATHER, q=f"{latitude}, {longitude}", days=days + 1)
    try:
        return flat_weather(answer, days)
    except (KeyError, IndexError):
        return None


@register_as_tool()
@typechecked
def search_stock(query: str) -> Optional[dict[str, Any]]:
    """Find a stock and its price by company name or ticker symbol. Wifi must be on.

    Args:
        query: Name of the company or symbol of the stock, for example AAPL.

    Returns:
        The stock that fits best with details such as symbol, name, price and currency, or None if none is found.
    """
    answer = _ask(services.STOCKS, query=query)
    try:
        stock = dict(answer["data"]["stock"][0])
        stock["symbol"] = stock["symbol"].split(":", 1)[0]
    except (KeyError, IndexError):
        return None
    return stock


@register_as_tool()
@typechecked
def convert_currency(amount: Union[float, int], from_currency_code: str, to_currency_code: str) -> float:  # noqa: PYI041 -- the amount is sent on as given, an int stays one
    """Convert an amount of money to another currency at the current exchange rate. Wifi must be on.

    Args:
        amount: How much money.
        from_currency_code: Currency to convert from, as ISO 4217 code, for example USD.
        to_currency_code: Currency to convert to, as ISO 4217 code, for example EUR.

    Returns:
        The amount in the second currency.
    """
    validate_currency_code(from_currency_code)
    validate_currency_code(to_currency_code)
    origin, target = from_currency_code.upper(), to_currency_code.upper()
    answer = _ask(services.CURRENCIES, **{"from": origin, "to": target, "amount": amount})
    try:
        return float(answer["result"]["convertedAmount"])
    except KeyError as error:
        message = f"No exchange rate from {origin!r} to {target!r} is known; the answer has no {error}."
        raise RuntimeError(message) from error

"""The services behind the search tools, whose requests and answers every backend speaks."""

from __future__ import annotations

from attrs import frozen


@frozen
class Service:
    """One service.

    Args:
        name: What the hub calls its API, to which one subscribes.
        host: What the request header ``X-RapidAPI-Host`` says.
        path: Path below the host.
    """

    name: str
    host: str
    path: str

    @property
    def url(self) -> str:
        """Where requests go."""
        return f"https://{self.host}{self.path}"


REVERSE_GEOCODING = Service("TrueWay Geocoding", "trueway-geocoding.p.rapidapi.com", "/ReverseGeocode")
PLACES = Service("Maps Data", "maps-data.p.rapidapi.com", "/searchmaps.php")
WEATHER = Service("WeatherAPI.com", "weatherapi-com.p.rapidapi.com", "/forecast.json")
STOCKS = Service("Real-Time Finance Data", "real-time-finance-data.p.rapidapi.com", "/search")
CURRENCIES = Service("Currency Converter", "currency-converter18.p.rapidapi.com", "/api/v1/convert")

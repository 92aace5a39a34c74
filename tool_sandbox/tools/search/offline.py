"""The default backend, the same on every machine and day: it answers in the services' shapes, from data of our own.

What no tool shows of a service's answer is left out.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from attrs import Factory, define, field

from tool_sandbox.tools.search import addresses, forecast, markets, services
from tool_sandbox.tools.search.dataset import Dataset, shipped_dataset


@define
class OfflineSearch:
    """Answers requests from a dataset, at the world's own date.

    Args:
        data: What it knows; the dataset in the package by default.
    """

    data: Dataset = field(default=Factory(shipped_dataset), repr=False)

    def get(self, url: str, params: Mapping[str, Any], headers: Mapping[str, str]) -> dict[str, Any]:  # noqa: ARG002 -- the interface has headers
        """The answer to a request.

        Raises:
            ConnectionError: The offline data has nothing of this service.
        """
        answer = _ANSWERS.get(url)
        if answer is None:
            message = f"{url!r} is not part of the offline search data, which has {sorted(_ANSWERS)}."
            raise ConnectionError(message)
        return answer(self.data, params)


def _reverse_geocoding(data: Dataset, params: Mapping[str, Any]) -> dict[str, Any]:
    latitude, longitude = _coordinates(params["location"])
    address = addresses.address_at(data, latitude, longitude)
    return {"results": [] if address is None else [{"address": address}]}


def _places(data: Dataset, params: Mapping[str, Any]) -> dict[str, Any]:
    found = addresses.find_places(
        data, str(params["query"]), float(params["lat"]), float(params["lng"]), int(params["limit"])
    )
    return {"status": "ok", "data": found}


def _weather(data: Dataset, params: Mapping[str, Any]) -> dict[str, Any]:
    latitude, longitude = _coordinates(params["q"])
    return forecast.forecast(data, latitude, longitude, int(params["days"]))


def _stocks(data: Dataset, params: Mapping[str, Any]) -> dict[str, Any]:
    return {"status": "OK", "data": {"stock": markets.find_stocks(data, str(params["query"]))}}


def _currencies(data: Dataset, params: Mapping[str, Any]) -> dict[str, Any]:
    money = markets.converted(data, params["amount"], str(params["from"]), str(params["to"]))
    return {"result": {} if money is None else {"convertedAmount": money}}


def _coordinates(text: str) -> tuple[float, float]:
    latitude, _, longitude = text.partition(",")
    return float(latitude), float(longitude)


_ANSWERS: dict[str, Callable[[Dataset, Mapping[str, Any]], dict[str, Any]]] = {
    services.REVERSE_GEOCODING.url: _reverse_geocoding,
    services.PLACES.url: _places,
    services.WEATHER.url: _weather,
    services.STOCKS.url: _stocks,
    services.CURRENCIES.url: _currencies,
}

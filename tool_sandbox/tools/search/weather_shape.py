"""Turning a weather service's forecast into one flat record in metric units."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

RENAMED = {
    "temp_c": "current_temperature",
    "feelslike_c": "perceived_temperature",
    "vis_km": "visibility_distance",
    "wind_kph": "wind_speed",
    "maxtemp_c": "max_temperature",
    "mintemp_c": "min_temperature",
    "avgtemp_c": "average_temperature",
    "maxwind_kph": "max_wind_speed",
    "avgvis_km": "average_visibility_distance",
    "pressure_mb": "barometric_pressure",
    "avghumidity": "average_humidity",
}
"""Old and new key, in the order in which they are moved to the end."""

DROPPED = (
    *("temp_f", "feelslike_f", "vis_miles", "wind_mph", "maxtemp_f", "mintemp_f", "avgtemp_f"),
    *("maxwind_mph", "avgvis_miles", "pressure_in", "precip_mm", "precip_in", "totalprecip_mm", "totalprecip_in"),
)
"""What is said in other units, and rain."""


def flat_weather(answer: Mapping[str, Any], days: int) -> dict[str, Any]:
    """The forecast of one day; for today with the current observation.

    Args:
        answer: What the weather service answered.
        days: How many days from today.

    Raises:
        KeyError: The answer lacks a part.
        IndexError: The forecast ends before that day.
    """
    forecast_day = answer["forecast"]["forecastday"][days]
    weather: dict[str, Any] = {
        **forecast_day["day"],
        **forecast_day["astro"],
        **answer["location"],
        "temperature_unit": "Celsius",
        "distance_unit": "Kilometer",
    }
    if days == 0:
        weather |= answer["current"]
    for old, new in RENAMED.items():
        if old in weather:
            weather[new] = weather.pop(old)
    return {key: value for key, value in weather.items() if key not in DROPPED}

"""Turning a weather service's forecast into one flat record in metric units."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

RENAMED: tuple[tuple[str, str | None], ...] = (
    ("temp_c", "current_temperature"),
    ("temp_f", None),
    ("feelslike_c", "perceived_temperature"),
    ("feelslike_f", None),
    ("vis_km", "visibility_distance"),
    ("vis_miles", None),
    ("wind_kph", "wind_speed"),
    ("wind_mph", None),
    ("maxtemp_c", "max_temperature"),
    ("maxtemp_f", None),
    ("mintemp_c", "min_temperature"),
    ("mintemp_f", None),
    ("avgtemp_c", "average_temperature"),
    ("avgtemp_f", None),
    ("maxwind_kph", "max_wind_speed"),
    ("maxwind_mph", None),
    ("avgvis_km", "average_visibility_distance"),
    ("avgvis_miles", None),
    ("pressure_mb", "barometric_pressure"),
    ("pressure_in", None),
    ("precip_mm", None),
    ("precip_in", None),
    ("totalprecip_mm", None),
    ("totalprecip_in", None),
    ("avghumidity", "average_humidity"),
)
"""Old and new key, in the order in which they are moved to the end; ``None`` drops the key."""


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
    for old, new in RENAMED:
        if old in weather:
            value = weather.pop(old)
            if new is not None:
                weather[new] = value
    return weather

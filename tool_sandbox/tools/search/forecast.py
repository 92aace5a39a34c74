"""Weather of the offline data: a pure function of place and time, made up from climates.

The climate of a place blends those of the cities around it with what its latitude makes likely. From it every day
differs by a few degrees, and these differences change gradually from day to day and from place to place. The
temperature swings within the day, warmest at three in the afternoon; the extremes of a day are those of its hours. What
is forecast for a day is what it will be on that day.
"""

from __future__ import annotations

import math
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from attrs import frozen

from tool_sandbox import clock
from tool_sandbox.tools.search import chance
from tool_sandbox.tools.search.climate import Climate, climate_at
from tool_sandbox.tools.search.dataset import Dataset

LONGEST_FORECAST_DAYS = 14
WARMEST_HOUR = 15
SAME_RAIN_DEGREES = 2
COMPASS = ("N", "NE", "E", "SE", "S", "SW", "W", "NW")


def forecast(data: Dataset, latitude: float, longitude: float, days: int) -> dict[str, Any]:
    """What the weather service would answer, in metric units: location, current observation and the next days.

    Args:
        data: Where the climates are.
        latitude: Where.
        longitude: Where.
        days: How many days including today; no more than fourteen are given.
    """
    climate = climate_at(data, latitude, longitude)
    now = datetime.fromtimestamp(clock.now(), ZoneInfo(climate.zone))
    count = max(1, min(days, LONGEST_FORECAST_DAYS))
    weather = [_day_weather(climate, now.date() + timedelta(days=offset)) for offset in range(count)]
    return {
        "location": _location(climate, latitude, longitude, now),
        "current": _current(climate, weather[0], now),
        "forecast": {"forecastday": [_forecast_day(day, latitude, longitude, climate.zone) for day in weather]},
    }


@frozen
class _DayWeather:
    day: date
    low: float
    high: float
    mean: float
    rain_chance: int
    rain_mm: float
    wind_kph: float
    wind_degree: int
    humidity: int
    visibility_km: float
    pressure_mb: float

    @property
    def wet(self) -> bool:
        return self.rain_mm > 0

    @property
    def condition(self) -> dict[str, str]:
        if not self.wet:
            return {"text": "Sunny" if self.rain_chance <= 25 else "Partly cloudy"}  # noqa: PLR2004 -- percent
        if self.mean <= 0:
            return {"text": "Light snow"}
        return {"text": "Light rain" if self.rain_mm < 5 else "Moderate rain"}  # noqa: PLR2004 -- millimetres


def _temperature(climate: Climate, moment: datetime) -> float:
    """Degrees Celsius at an instant."""
    days = moment.timestamp() / 86400
    half_range = 2.5 + 4.5 * climate.drift("range", days)
    off = 12 * climate.unsettledness() * (climate.drift("mean", days) - 0.5)
    hour = moment.hour + moment.minute / 60
    warmth = math.cos(2 * math.pi * (hour - WARMEST_HOUR) / 24)
    return climate.usual_temperature(days) + off + warmth * half_range


def _day_weather(climate: Climate, day: date) -> _DayWeather:
    hours = [datetime(day.year, day.month, day.day, hour, tzinfo=ZoneInfo(climate.zone)) for hour in range(24)]
    temperatures = [_temperature(climate, hour) for hour in hours]
    about = (*(math.floor(degrees / SAME_RAIN_DEGREES) for degrees in climate.position), day.isoformat())
    likely = climate.rain_chance(hours[12].timestamp() / 86400)
    wet = chance.share("rain", *about) < likely
    rain_chance = min(99, round(likely * 100) + (35 if wet else -5))
    return _DayWeather(
        day=day,
        low=round(min(temperatures), 1),
        high=round(max(temperatures), 1),
        mean=round(sum(temperatures) / len(temperatures), 1),
        rain_chance=max(0, rain_chance),
        rain_mm=round(0.5 + 12 * chance.share("amount", *about), 1) if wet else 0.0,
        wind_kph=round(4 + 24 * chance.share("wind", *about), 1),
        wind_degree=chance.between(0, 359, "direction", *about),
        humidity=chance.between(72, 95, "humidity", *about) if wet else chance.between(35, 70, "humidity", *about),
        visibility_km=float(chance.between(6, 9, "visibility", *about)) if wet else 10.0,
        pressure_mb=float(chance.between(998, 1010, "pressure", *about) + (0 if wet else 12)),
    )


def _location(climate: Climate, latitude: float, longitude: float, now: datetime) -> dict[str, Any]:
    return {
        "name": climate.city.name if climate.city else "",
        "region": climate.city.region if climate.city else "",
        "country": climate.city.country if climate.city else "",
        "lat": round(latitude, 2),
        "lon": round(longitude, 2),
        "tz_id": climate.zone,
        "localtime_epoch": int(now.timestamp()),
        "localtime": now.strftime("%Y-%m-%d %H:%M"),
    }


def _current(climate: Climate, weather: _DayWeather, now: datetime) -> dict[str, Any]:
    temperature = min(max(round(_temperature(climate, now), 1), weather.low), weather.high)
    return {
        "last_updated_epoch": int(now.timestamp()),
        "last_updated": now.strftime("%Y-%m-%d %H:%M"),
        "temp_c": temperature,
        "condition": weather.condition,
        "wind_kph": weather.wind_kph,
        "wind_degree": weather.wind_degree,
        "wind_dir": COMPASS[round(weather.wind_degree / 45) % len(COMPASS)],
        "pressure_mb": weather.pressure_mb,
        "humidity": weather.humidity,
        "cloud": min(100, weather.rain_chance + 10),
        "feelslike_c": round(temperature - weather.wind_kph / 20, 1),
        "vis_km": weather.visibility_km,
    }


def _forecast_day(weather: _DayWeather, latitude: float, longitude: float, zone: str) -> dict[str, Any]:
    snow = weather.wet and weather.mean <= 0
    return {
        "date": weather.day.isoformat(),
        "day": {
            "maxtemp_c": weather.high,
            "mintemp_c": weather.low,
            "avgtemp_c": weather.mean,
            "maxwind_kph": round(weather.wind_kph * 1.4, 1),
            "avgvis_km": weather.visibility_km,
            "avghumidity": weather.humidity,
            "daily_will_it_rain": int(weather.wet and not snow),
            "daily_chance_of_rain": 0 if snow else weather.rain_chance,
            "daily_will_it_snow": int(snow),
            "daily_chance_of_snow": weather.rain_chance if snow else 0,
            "condition": weather.condition,
        },
        "astro": _sun(weather.day, latitude, longitude, zone),
    }


def _sun(day: date, latitude: float, longitude: float, zone: str) -> dict[str, str]:
    """Sunrise and sunset on the clocks of the place, to about ten minutes."""
    declination = -23.44 * math.cos(2 * math.pi * (day.timetuple().tm_yday + 10) / 365.25)
    cosine = -math.tan(math.radians(min(max(latitude, -89.9), 89.9))) * math.tan(math.radians(declination))
    if abs(cosine) >= 1:
        return {"sunrise": "No sunrise", "sunset": "No sunset"}
    half_day = timedelta(hours=math.degrees(math.acos(cosine)) / 15)
    noon = datetime(day.year, day.month, day.day, 12, tzinfo=ZoneInfo("UTC")) - timedelta(hours=longitude / 15)
    rise, fall = ((noon + shift).astimezone(ZoneInfo(zone)) for shift in (-half_day, half_day))
    return {"sunrise": rise.strftime("%I:%M %p"), "sunset": fall.strftime("%I:%M %p")}

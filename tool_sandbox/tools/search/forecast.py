"""Weather of the offline data: made up from each city's climate and the world's date.

The mean temperature swings between the January and the July mean; every day and place differs from it by up to three
degrees, always by the same amount. The temperature of an hour lies between that day's extremes, warmest at three in
the afternoon. Far from any city the climate follows from the latitude.
"""

from __future__ import annotations

import math
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from attrs import evolve, frozen

from tool_sandbox import clock
from tool_sandbox.tools.search import chance
from tool_sandbox.tools.search.dataset import City, Dataset

LONGEST_FORECAST_DAYS = 14
SAME_CLIMATE_KM = 150.0
DAYS_PER_YEAR = 365.25
COLDEST_DAY_OF_YEAR = 20
WARMEST_HOUR = 15
COMPASS = ("N", "NE", "E", "SE", "S", "SW", "W", "NW")


def forecast(data: Dataset, latitude: float, longitude: float, days: int) -> dict[str, Any]:
    """What the weather service would answer, in metric units: location, current observation and the next days.

    Args:
        data: Where the climates are.
        latitude: Where.
        longitude: Where.
        days: How many days including today; no more than fourteen are given.
    """
    city = _climate_at(data, latitude, longitude)
    now = datetime.fromtimestamp(clock.now(), ZoneInfo(city.zone))
    count = max(1, min(days, LONGEST_FORECAST_DAYS))
    weather = [_day_weather(city, now.date() + timedelta(days=offset)) for offset in range(count)]
    return {
        "location": _location(city, latitude, longitude, now),
        "current": _current(weather[0], now),
        "forecast": {"forecastday": [_forecast_day(day, latitude, longitude, city.zone) for day in weather]},
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


def _climate_at(data: Dataset, latitude: float, longitude: float) -> City:
    city, distance = data.nearest_city(latitude, longitude)
    if distance <= SAME_CLIMATE_KM:
        return city
    warmth = 28 - 0.55 * abs(latitude)
    swing = abs(latitude) / 5 * (1 if latitude >= 0 else -1)
    return evolve(
        city,
        name="",
        region="",
        country="",
        zone="UTC",
        january_temperature=warmth - swing,
        july_temperature=warmth + swing,
        january_rain_chance=0.3,
        july_rain_chance=0.3,
    )


def _day_weather(city: City, day: date) -> _DayWeather:
    about = (city.name, day.isoformat())
    summer = (1 - math.cos(2 * math.pi * (day.timetuple().tm_yday - COLDEST_DAY_OF_YEAR) / DAYS_PER_YEAR)) / 2
    usual = city.january_temperature + summer * (city.july_temperature - city.january_temperature)
    mean = usual + (chance.share("mean", *about) - 0.5) * 6
    half_range = 3.5 + 3.5 * chance.share("range", *about)
    likely = city.january_rain_chance + summer * (city.july_rain_chance - city.january_rain_chance)
    wet = chance.share("rain", *about) < likely
    rain_chance = min(99, round(likely * 100) + (35 if wet else -5))
    return _DayWeather(
        day=day,
        low=round(mean - half_range, 1),
        high=round(mean + half_range, 1),
        mean=round(mean, 1),
        rain_chance=max(0, rain_chance),
        rain_mm=round(0.5 + 12 * chance.share("amount", *about), 1) if wet else 0.0,
        wind_kph=round(4 + 24 * chance.share("wind", *about), 1),
        wind_degree=chance.between(0, 359, "direction", *about),
        humidity=chance.between(72, 95, "humidity", *about) if wet else chance.between(35, 70, "humidity", *about),
        visibility_km=float(chance.between(6, 9, "visibility", *about)) if wet else 10.0,
        pressure_mb=float(chance.between(998, 1010, "pressure", *about) + (0 if wet else 12)),
    )


def _location(city: City, latitude: float, longitude: float, now: datetime) -> dict[str, Any]:
    return {
        "name": city.name,
        "region": city.region,
        "country": city.country,
        "lat": round(latitude, 2),
        "lon": round(longitude, 2),
        "tz_id": city.zone,
        "localtime_epoch": int(now.timestamp()),
        "localtime": now.strftime("%Y-%m-%d %H:%M"),
    }


def _current(weather: _DayWeather, now: datetime) -> dict[str, Any]:
    warmth = math.cos(2 * math.pi * (now.hour + now.minute / 60 - WARMEST_HOUR) / 24)
    temperature = round(weather.mean + warmth * (weather.high - weather.low) / 2, 1)
    temperature = min(max(temperature, weather.low), weather.high)
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
    declination = -23.44 * math.cos(2 * math.pi * (day.timetuple().tm_yday + 10) / DAYS_PER_YEAR)
    cosine = -math.tan(math.radians(min(max(latitude, -89.9), 89.9))) * math.tan(math.radians(declination))
    if abs(cosine) >= 1:
        return {"sunrise": "No sunrise", "sunset": "No sunset"}
    half_day = timedelta(hours=math.degrees(math.acos(cosine)) / 15)
    noon = datetime(day.year, day.month, day.day, 12, tzinfo=ZoneInfo("UTC")) - timedelta(hours=longitude / 15)
    rise, fall = ((noon + shift).astimezone(ZoneInfo(zone)) for shift in (-half_day, half_day))
    return {"sunrise": rise.strftime("%I:%M %p"), "sunset": fall.strftime("%I:%M %p")}

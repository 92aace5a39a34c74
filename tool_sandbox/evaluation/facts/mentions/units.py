"""Units as people write them, and their names in pint."""

from __future__ import annotations

import functools
import re
from decimal import Decimal

from attrs import frozen

from tool_sandbox.common import units

# Name in pint; how people write it, of which capitals matter only in one or two letters.
_METRIC, _IMPERIAL = "metric", "imperial"
_TABLE: dict[tuple[str, str], dict[str, str]] = {
    ("length", _METRIC): {
        "kilometer": "kilometers kilometre kilometres km kms Km KM",
        "meter": "meters metre metres m",
        "centimeter": "centimeters centimetre centimetres cm cms",
        "millimeter": "millimeters millimetre millimetres mm",
    },
    ("length", _IMPERIAL): {
        "mile": "miles mi",
        "yard": "yards yd yds",
        "foot": "feet ft",
        "inch": "inches",
    },
    ("length", "nautical"): {"nautical_mile": "nautical_miles nmi"},
    ("mass", _METRIC): {
        "kilogram": "kilograms kilogramme kilogrammes kilo kilos kg kgs Kg KG",
        "gram": "grams gramme grammes g gr",
        "milligram": "milligrams mg",
        "metric_ton": "tonne tonnes metric_tons",
    },
    ("mass", _IMPERIAL): {"pound": "pounds lb lbs lbm", "ounce": "ounces oz", "stone": "stones", "ton": "tons"},
    ("volume", _METRIC): {
        "liter": "liters litre litres l L",
        "centiliter": "centiliters centilitre centilitres cl",
        "deciliter": "deciliters decilitre decilitres dl",
        "milliliter": "milliliters millilitre millilitres ml mL",
        "meter ** 3": "cubic_meter cubic_meters cubic_metre cubic_metres m3",
    },
    ("volume", _IMPERIAL): {
        "gallon": "gallons gal",
        "quart": "quarts qt",
        "pint": "pints",
        "cup": "cups",
        "tablespoon": "tablespoons tbsp",
        "teaspoon": "teaspoons tsp",
        "fluid_ounce": "fluid_ounces fl_oz fl._oz.",
    },
    ("area", _METRIC): {
        "meter ** 2": "square_meter square_meters square_metre square_metres m2 sqm",
        "kilometer ** 2": "square_kilometer square_kilometers square_kilometre square_kilometres km2",
        "hectare": "hectares ha",
    },
    ("area", _IMPERIAL): {
        "foot ** 2": "square_foot square_feet sq_ft ft2",
        "mile ** 2": "square_mile square_miles sq_mi",
        "acre": "acres",
    },
    ("speed", _METRIC): {
        "kph": "km/h kmh kmph kilometers_per_hour kilometres_per_hour kilometers_an_hour kilometres_an_hour",
        "meter / second": "m/s meters_per_second metres_per_second",
    },
    ("speed", _IMPERIAL): {"mph": "miles_per_hour miles_an_hour mi/h", "foot / second": "ft/s feet_per_second"},
    ("speed", "nautical"): {"knot": "knots kn kt kts"},
    ("temperature", "Celsius"): {
        "degC": "°C °_C degrees_Celsius degree_Celsius Celsius degrees_C degrees_centigrade centigrade deg_C celcius C"
    },
    ("temperature", "Fahrenheit"): {
        "degF": "°F °_F degrees_Fahrenheit degree_Fahrenheit Fahrenheit degrees_F deg_F farenheit F"
    },
    ("temperature", "Kelvin"): {"kelvin": "kelvins K"},
    ("temperature", "any"): {"degree": "degrees ° deg"},
    ("share", ""): {"percent": "% per_cent pct"},
    ("data", "bytes"): {
        "byte": "bytes",
        "kilobyte": "kilobytes kB KB",
        "megabyte": "megabytes MB",
        "gigabyte": "gigabytes GB",
        "terabyte": "terabytes TB",
    },
    ("data", "bits"): {"bit": "bits", "megabit": "megabits Mbit", "gigabit": "gigabits Gbit"},
    ("data rate", ""): {"megabit / second": "Mbps Mbit/s", "gigabit / second": "Gbps Gbit/s"},
    ("pressure", _METRIC): {
        "hectopascal": "hectopascals hPa mbar millibar millibars",
        "kilopascal": "kilopascals kPa",
        "bar": "bars",
    },
    ("pressure", _IMPERIAL): {"psi": "pounds_per_square_inch"},
    ("energy", "joule"): {"joule": "joules J", "kilojoule": "kilojoules kJ"},
    ("energy", "calorie"): {"kilocalorie": "kilocalories kcal", "calorie": "calories cal"},
    ("energy", "watt hour"): {
        "watt_hour": "watt_hours Wh",
        "kilowatt_hour": "kilowatt_hours kilowatt-hours kWh",
    },
    ("power", _METRIC): {"watt": "watts W", "kilowatt": "kilowatts kW", "megawatt": "megawatts MW"},
    ("power", _IMPERIAL): {"horsepower": "hp"},
    ("time", ""): {
        "millisecond": "milliseconds ms",
        "second": "seconds sec secs s",
        "minute": "minutes min mins",
        "hour": "hours hr hrs h",
        "day": "days",
        "week": "weeks wk wks",
        "fortnight": "fortnights",
        "month": "months",
        "year": "years yr yrs",
    },
    ("frequency", ""): {"hertz": "Hz", "kilohertz": "kHz", "megahertz": "MHz", "gigahertz": "GHz"},
}
_SHORT = 2
ANY_DEGREE = "degree"
"""The unit of which nobody says whether it is Celsius or Fahrenheit."""


@frozen
class Unit:
    """A unit of measurement.

    Args:
        name: As pint calls it.
        dimension: What it measures.
        system: Units of one system are said for each other (907 g, 0.907 kg); those of two are not (5 miles, 8 km).
    """

    name: str
    dimension: str = ""
    system: str = ""

    def is_said_for(self, other: Unit) -> bool:
        """Whether an amount may be told in this unit in place of the other."""
        if self.dimension != other.dimension:
            return False
        return self.system == other.system or ANY_DEGREE in {self.name, other.name}

    def factor(self, other: Unit) -> Decimal:
        """How many of the other unit, of the same system, one of these makes."""
        if self.name == other.name or ANY_DEGREE in {self.name, other.name}:
            return Decimal(1)
        return Decimal(str(round(units.convert(1.0, self.name, other.name), 12)))


@functools.cache
def unit_named(name: str) -> Unit:
    """The unit with this name, in any usual spelling.

    Raises:
        ValueError: Neither the spellings of people nor pint know it.
    """
    found = unit_at(name, 0)
    if found and found[1] == len(name):
        return found[0]
    try:
        units.convert(1.0, name, name)
    except Exception as error:  # pint's parser raises half a dozen kinds, and on some texts an AssertionError
        raise ValueError(f"{name!r} is no unit; expected one such as 'km', 'pounds' or '°C'.") from error
    return Unit(name)


def unit_at(text: str, start: int) -> tuple[Unit, int] | None:
    """The unit that stands at a place of a text, after at most one space or hyphen, and where it ends."""
    spellings, pattern = _vocabulary()
    match = pattern.match(text, start)
    if not match:
        return None
    written = match["unit"]
    unit = spellings.get(written) or (spellings.get(written.lower()) if len(written) > _SHORT else None)
    return (unit, match.end()) if unit else None


@functools.cache
def _vocabulary() -> tuple[dict[str, Unit], re.Pattern[str]]:
    spellings = {}
    for (dimension, system), rows in _TABLE.items():
        for name, others in rows.items():
            for spelling in (name, *others.split()):
                written = spelling.replace("_", " ")
                unit = Unit(name, dimension, system)
                spellings[written if len(written) <= _SHORT else written.lower()] = unit
                spellings[written] = spellings[spelling] = unit
    choices = "|".join(map(re.escape, sorted(spellings, key=len, reverse=True)))
    inches = r"""in(?=\.?(?:$|[,;)\n]|\. [A-Z]))"""
    spellings["in"] = spellings["inch"]
    return spellings, re.compile(rf"[ -]?(?P<unit>{choices}|{inches})(?![\w])", re.IGNORECASE)

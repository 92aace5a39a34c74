"""The table of units agrees with pint."""

from __future__ import annotations

from itertools import groupby

import pint
import pytest

from tool_sandbox.evaluation.facts.mentions import units
from tool_sandbox.evaluation.facts.mentions.units import unit_at, unit_named

PINT: pint.UnitRegistry[float] = pint.UnitRegistry()
NAMES = [(dimension, name) for (dimension, _), rows in units._TABLE.items() for name in rows]


@pytest.mark.parametrize(("dimension", "name"), NAMES)
def test_every_unit_is_one_of_pint(dimension: str, name: str) -> None:
    assert PINT.Unit(name).dimensionality is not None
    assert unit_named(name).dimension == dimension


def test_units_of_one_dimension_convert_into_each_other() -> None:
    for dimension, group in groupby(NAMES, key=lambda pair: pair[0]):
        same = [name for _, name in group if name != units.ANY_DEGREE]
        if dimension != "data rate":
            assert all(PINT.Unit(name).dimensionality == PINT.Unit(same[0]).dimensionality for name in same)


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("km", "kilometer"),
        ("Kilometres", "kilometer"),
        ("KM", "kilometer"),
        ("lbs", "pound"),
        ("degrees Celsius", "degC"),
        ("°C", "degC"),
        ("degrees", "degree"),
        ("km/h", "kph"),
        ("miles per hour", "mph"),
        ("mins", "minute"),
        ("fl oz", "fluid_ounce"),
        ("%", "percent"),
        ("in", "inch"),
        ("sq ft", "foot ** 2"),
    ],
)
def test_a_unit_is_known_by_its_usual_spellings(written: str, name: str) -> None:
    assert unit_named(written).name == name


@pytest.mark.parametrize("text", ["kmart", "5G", "in the box", "Cat", "degreesx", "pets", "minutiae"])
def test_a_word_that_begins_like_a_unit_is_none(text: str) -> None:
    assert unit_at(text, 0) is None

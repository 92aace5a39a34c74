"""Street addresses: another street or postal code is another place."""

from __future__ import annotations

import re
from collections.abc import Iterator

from attrs import frozen

from tool_sandbox.evaluation.facts.fact import Fact, Limit
from tool_sandbox.evaluation.facts.mentions.days import Day
from tool_sandbox.evaluation.facts.mentions.mention import Span
from tool_sandbox.evaluation.facts.mentions.normalisation import folded
from tool_sandbox.evaluation.facts.mentions.times import TimeOfDay
from tool_sandbox.evaluation.facts.reading import Reading

_STREET = re.compile(r"(?<![\w.,])\d{1,5} (?P<street>[A-Z]\w+(?: [A-Z]\w+)*)(?=[,.\n]|$| in\b)")
_TOWN = re.compile(r"\d{1,5} [A-Z]\w+(?: [A-Z]\w+)*(?:,\n? ?| in )([A-Z][a-z]+(?: [A-Z][a-z]+)*)")
_POSTAL = re.compile(r"(?<=[a-zA-Z,] )\d{5}(?=[,.\s)]|$)")


@frozen
class Address(Limit):
    """The street and the postal code of an address.

    Args:
        street: The street without its number.
        town: The town; may be empty.
        postal: The postal code; may be empty.
    """

    street: str
    town: str
    postal: str

    def _broken(self, reading: Reading) -> str | None:
        text = reading.normal.text
        towns = _TOWN.findall(text)
        if towns and self.town and self.town not in text:
            return f"says {towns[0]!r}, not {self.town!r}"
        streets = _streets(reading)
        if streets and folded(self.street) not in folded(text):
            return f"says {streets[0]!r}, not {self.street!r}"
        postal = _POSTAL.findall(text)
        return (
            f"says {postal[0]!r}, not {self.postal!r}" if postal and self.postal and self.postal not in postal else None
        )

    def __str__(self) -> str:
        return f"{self.street} {self.postal}".strip()


def addresses(good: Reading) -> Iterator[Fact]:
    """The addresses of a good answer; one at most, as among several it is not known which is meant."""
    streets = _streets(good)
    postal = _POSTAL.findall(good.normal.text)
    if len(streets) == 1:
        yield Address(
            streets[0], next(iter(_TOWN.findall(good.normal.text)), ""), postal[0] if len(postal) == 1 else ""
        )


def _streets(reading: Reading) -> list[str]:
    """The streets in a text; "2 March" is none, nor is "30 AM"."""
    found = _STREET.finditer(reading.normal.text)
    moments = [each.span for each in reading.mentions if isinstance(each, Day | TimeOfDay)]
    return [match["street"] for match in found if not any(span.overlaps(Span(*match.span())) for span in moments)]

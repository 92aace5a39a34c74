"""What becomes of the values of a file: texts, amounts that vary, parts of dates, and coordinates of cities."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from attrs import frozen

from tool_sandbox.scenarios.language.document import Mapping, Sequence
from tool_sandbox.scenarios.seeding.dates import Move, is_number
from tool_sandbox.scenarios.seeding.places import moved
from tool_sandbox.scenarios.seeding.variation import PINNED, VARY
from tool_sandbox.tools.search.dataset import City

NAMES = frozenset(
    {"world", "like", "id", "after", "since", "take", "examples", "tools", "without", "categories", "tags", "match"}
    | {"within", "scoring", "zone", VARY, PINNED}
)
"""Keys whose values name things of the suite."""
_PARTIES = frozenset({"from", "to"})
"""Keys whose values name things of the suite, or telephone numbers."""


@frozen
class Change:
    """How one entry or world is changed.

    Args:
        text: What becomes of a text.
        numbers: Amounts that vary, and what they become.
        move: How far its dates are moved; ``None`` where they stay.
        cities: What city stands in the place of which.
    """

    text: Callable[[str], str]
    numbers: dict[float, Any]
    move: Move | None
    cities: dict[str, City]

    def of(self, value: Any, key: str = "") -> Any:
        """A value in the fresh world; what names things of the suite stays."""
        if isinstance(value, str):
            kept = key in NAMES or (key in _PARTIES and not value.startswith("+"))
            return value if kept else self.text(value)
        if isinstance(value, Mapping):
            values = {name: self.of(each, name) for name, each in value.items()}
            values = self.move.numbers(values) if self.move else values
            return Mapping({**values, **dict(self._positions(values))}, value.line, value.lines)
        if isinstance(value, Sequence):
            return Sequence([self.of(each, key) for each in value], value.line, value.lines)
        return self.numbers.get(value, value) if is_number(value) else value

    def _positions(self, values: dict[str, Any]) -> Iterator[tuple[str, float]]:
        """Coordinates of cities that are others now."""
        for key, latitude in values.items():
            partner = key.replace("latitude", "longitude")
            if key.startswith("latitude") and is_number(latitude) and is_number(values.get(partner)):
                position = moved(self.cities, latitude, values[partner])
                yield from zip((key, partner), position or (), strict=False)

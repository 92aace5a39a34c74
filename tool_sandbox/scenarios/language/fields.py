"""Reading one YAML mapping key by key: right kinds, no key unread, one clear error."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from attrs import evolve, frozen

from tool_sandbox.nearest import hint
from tool_sandbox.scenarios.language.document import Mapping, Place, Sequence

_KIND_NAMES = {
    str: "text",
    bool: "true or false",
    int: "a whole number",
    float: "a number",
    type(None): "nothing",
    Mapping: "a mapping",
    Sequence: "a list",
}


def described(value: Any) -> str:
    """A value and its kind, for messages."""
    if isinstance(value, (Mapping, Sequence)):
        return _KIND_NAMES[type(value)]
    return "nothing" if value is None else f"{value!r}, {_KIND_NAMES.get(type(value), type(value).__name__)}"


@frozen
class Fields:
    """The keys of one mapping.

    Args:
        values: The mapping.
        place: Where it stands.
    """

    values: Mapping
    place: Place

    @classmethod
    def of(cls, value: Any, place: Place, known: Iterable[str]) -> Fields:
        """The fields of a value that must be a mapping with no other keys than ``known``.

        Raises:
            ScenarioError: It is something else, or has a key that means nothing here.
        """
        known = tuple(known)
        if not isinstance(value, Mapping):
            raise place.error(f"expected a mapping with the keys {', '.join(known)}; got {described(value)}.")
        for key in value:
            if key not in known:
                raise evolve(place, line=value.lines.get(key, place.line)).error(
                    f"the key {key!r} means nothing here; {hint(key, known)}"
                )
        return cls(value, evolve(place, line=value.line))

    def __contains__(self, key: str) -> bool:
        return key in self.values

    def at(self, key: str) -> Place:
        """Where a key stands."""
        return self.place.inside(key, self.values.lines.get(key))

    def raw(self, key: str) -> Any:
        """The value as it is; ``None`` when the key is absent."""
        return self.values.get(key)

    def text(self, key: str, default: str | None = None) -> str:
        """A text; required unless there is a default."""
        if key not in self.values and default is not None:
            return default
        value = self._required(key)
        if not isinstance(value, str) or not value.strip():
            quote = " Quote it if it is one." if isinstance(value, (bool, int, float)) else ""
            raise self.at(key).error(f"expected text; got {described(value)}.{quote}")
        return value

    def texts(self, key: str) -> tuple[str, ...]:
        """A list of texts, or one text; empty when the key is absent."""
        if key not in self.values:
            return ()
        value = self.values[key]
        items = [value] if isinstance(value, str) else value
        if not isinstance(items, Sequence | list):
            raise self.at(key).error(f"expected a list of texts; got {described(value)}.")
        for position, item in enumerate(items):
            if not isinstance(item, str):
                raise self.at(key).inside(f"[{position}]").error(f"expected text; got {described(item)}. Quote it.")
        return tuple(items)

    def number(self, key: str, default: float | None = None) -> float | None:
        """A number; ``default`` when the key is absent."""
        if key not in self.values:
            return default
        value = self.values[key]
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            raise self.at(key).error(f"expected a number; got {described(value)}.")
        return float(value)

    def items(self, key: str) -> Iterator[tuple[Any, Place]]:
        """The items of a list with their places; none when the key is absent."""
        if key not in self.values:
            return
        value = self.values[key]
        if not isinstance(value, Sequence):
            raise self.at(key).error(f"expected a list; got {described(value)}.")
        for position, item in enumerate(value):
            yield item, self.at(key).inside(f"[{position}]", value.lines[position])

    def _required(self, key: str) -> Any:
        if key not in self.values:
            raise self.place.error(f"the key {key!r} is missing.")
        return self.values[key]

"""From YAML to entries: each with its variants, held against the names there are."""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Mapping as AnyMapping
from collections.abc import Set as AbstractSet
from typing import Any

from attrs import frozen

from tool_sandbox.scenarios.language.calls import ToolParameters
from tool_sandbox.scenarios.language.document import Mapping, Place, Sequence
from tool_sandbox.scenarios.language.entries import Entry, Variant
from tool_sandbox.scenarios.language.models import check_keys, described, read
from tool_sandbox.scenarios.seeding.variation import VARY, groups, stands_in, texts_of
from tool_sandbox.scenarios.seeding.world_seeding import WorldSeeding


@frozen
class EntryReader:
    """Reads the entries of scenario files.

    Args:
        tools: Tool name to the parameters it takes.
        worlds: The names of the worlds there are.
        examples: The names of few-shot conversations there are.
        seeding: What makes them entries of a fresh world.
    """

    tools: AnyMapping[str, ToolParameters]
    worlds: AbstractSet[str]
    examples: AbstractSet[str]
    seeding: WorldSeeding | None = None

    def entries(self, value: Any, place: Place) -> list[Entry]:
        """An entry and its variants.

        Raises:
            ScenarioError: Something is not written as it should be.
        """
        here = _named(value, place)
        check_keys(value, here, Entry.known_keys())
        _check_variation(value, here)
        value = self.seeding.entry(value) if self.seeding else value
        base = Mapping({key: each for key, each in value.items() if key != "variants"}, value.line, value.lines)
        variants = [(_varied(base, each), _named(each, where)) for each, where in _variants(value, here)]
        return [read(Entry, content, where, self) for content, where in [(base, here), *variants]]


def _check_variation(value: Mapping, place: Place) -> None:
    """Make sure that what may vary is there to be varied."""
    if VARY not in value:
        return
    rest = "\n".join(texts_of({key: each for key, each in value.items() if key != VARY}))
    for group in groups(value[VARY]):
        if not any(stands_in(rest, form) for form in group[0]):
            forms = ", ".join(repr(form) for form in group[0])
            problem = f"{forms} stands nowhere in it, so nothing varies; write what stands there first."
            raise place.inside(VARY, value.lines.get(VARY)).error(problem)


def _named(value: Any, place: Place) -> Place:
    name = value.get("name") if isinstance(value, Mapping) else None
    return Place(place.file, value.line, name) if isinstance(name, str) else place


def _variants(value: Mapping, place: Place) -> Iterator[tuple[Mapping, Place]]:
    variants, place = value.get("variants", Sequence([])), place.inside("variants", value.lines.get("variants"))
    if not isinstance(variants, Sequence):
        raise place.error(f"expected a list; got {described(variants)}.")
    for position, each in enumerate(variants):
        where = place.inside(f"[{position}]", variants.lines[position])
        check_keys(each, where, Variant.known_keys())
        if "name" not in each:
            raise where.error("the key 'name' is missing.")
        yield each, where


def _varied(base: Mapping, variant: Mapping) -> Mapping:
    """The entry with the variant's keys in place of its own; of the user only the keys that are given."""
    varied = variant.over(base)
    if isinstance(variant.get("user"), Mapping) and isinstance(base.get("user"), Mapping):
        varied["user"] = variant["user"].over(base["user"])
    return varied

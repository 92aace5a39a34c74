"""What a seed makes of the files of a suite: of a world, and of an entry, before anything else reads them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cached_property
from typing import Any

from attrs import field, frozen

from tool_sandbox.common.world.schemas import INITIAL_SETTING
from tool_sandbox.scenarios.language.document import Mapping, Sequence
from tool_sandbox.scenarios.seeding.changes import NAMES, Change
from tool_sandbox.scenarios.seeding.dates import Move, is_number
from tool_sandbox.scenarios.seeding.people import other_names, written_large
from tool_sandbox.scenarios.seeding.phones import Phones
from tool_sandbox.scenarios.seeding.places import (
    WRITTEN_LARGE,
    Position,
    found_in,
    names_of_company,
    other_cities,
    other_companies,
    places_named_after,
)
from tool_sandbox.scenarios.seeding.things import other_things
from tool_sandbox.scenarios.seeding.variation import DATES, FOUND, PINNED, VARY, chosen, pins, texts_of
from tool_sandbox.scenarios.seeding.words import Words
from tool_sandbox.tools.search.dataset import City, shipped_cities

_NUMBER = re.compile(r"-?\d+(?:\.\d+)?\Z")
_PLACEHOLDER = r"\{\w+[^{}\s]*\}"
_LONG = 4
"""Symbols of companies with so many letters are known in small ones, too."""
_INITIAL: Position = (INITIAL_SETTING["latitude"], INITIAL_SETTING["longitude"])
"""Where a phone is of which nothing else is said."""

AT_HOME = " with its own dates"
"""What is put behind the name of a world where an entry pins dates."""
_OF_ENTRY = frozenset({"name", "variants", *NAMES})


@frozen(slots=False)
class WorldSeeding:
    """Rewrites worlds and entries for one seed.

    Args:
        seed: Which world; 0 changes nothing.
        worlds: Every world as written, by name, those of other files included.
        written: Every text of the suite.
        shipped: The names of the worlds that come with the package.
    """

    seed: int
    worlds: dict[str, Mapping]
    written: str = field(default="", repr=False)
    shipped: frozenset[str] = frozenset()
    _entries: dict[str, tuple[Mapping, str]] = field(factory=dict, init=False, repr=False)

    def worlds_of(self, written: Any) -> Any:
        """The worlds of one file as they are in the fresh suite, each a second time with its own dates.

        Args:
            written: Content of its key ``worlds``.
        """
        if not isinstance(written, Mapping):
            return written  # refused by whoever reads it
        values: dict[str, Any] = {}
        lines: dict[str, int] = {}
        for name, content in written.items():
            known = self.worlds.get(name) is content
            values[name] = self._world(name) if known else content
            lines[name] = written.lines[name]
            if known:
                values[name + AT_HOME] = self._world(name, at_home=True)
                lines[name + AT_HOME] = written.lines[name]
        return Mapping(values, written.line, lines)

    def entry(self, content: Mapping) -> Mapping:
        """An entry as it is in the fresh suite, with its variants."""
        return self._entry(content, content, str(content.get("name")))

    def proofs(self, content: Any) -> Any:
        """The proofs of an entry that was read before, which stand in another file."""
        known = self._entries.get(str(content.get("name"))) if isinstance(content, Mapping) else None
        return self._entry(content, *known) if known else content

    def _world(self, name: str, *, at_home: bool = False) -> Mapping:
        content = self.worlds[name]
        move = None if at_home else self._move(name)
        changed: Mapping = self._change(move, self._chosen(name), self._pinned(name)).of(content)
        if at_home and isinstance(content.get("like"), str):
            changed["like"] = content["like"] + AT_HOME
        return changed

    def _entry(self, content: Mapping, entry: Mapping, base: str) -> Mapping:
        """What is written of an entry, in the fresh suite.

        Args:
            content: The entry itself, or its proofs.
            entry: Says which world it is in, what varies and what is pinned.
            base: The name of the entry of which it is a variant, or its own: what varies does so in all of them alike.
        """
        world, pinned = entry.get("world", "base"), pins(entry)
        if not isinstance(world, str) or world not in self.worlds:
            return content  # refused by whoever reads it
        pinned = pinned.union(self._pinned(world), *map(names_of_company, pinned))
        self._entries.setdefault(str(entry.get("name")), (entry, base))
        move = None if DATES in pinned else self._move(world)
        instead = {**self._chosen(world), **chosen(entry.get(VARY), self.seed, base)}
        there = pinned | self._places_in(content if content is entry else Mapping({"of": entry, "and": content}))
        change = self._change(move, {word: other for word, other in instead.items() if word not in pinned}, there)
        values: dict[str, Any] = {
            key: value if key in _OF_ENTRY else change.of(value, key) for key, value in content.items()
        }
        if isinstance(content.get("variants"), Sequence):
            values["variants"] = Sequence(
                [self._variant(each, entry) for each in content["variants"]],
                content["variants"].line,
                content["variants"].lines,
            )
        if DATES in pins(entry) and content is entry:
            values["world"] = world + AT_HOME
        return Mapping(values, content.line, content.lines)

    def _variant(self, variant: Any, entry: Mapping) -> Any:
        if not isinstance(variant, Mapping):
            return variant
        inherited = {key: entry[key] for key in ("world", VARY, PINNED) if key in entry}
        whole = Mapping({**inherited, **variant}, variant.line, {**entry.lines, **variant.lines})
        values = self._entry(whole, whole, str(entry.get("name")))
        kept = {key: values[key] for key in values if key in variant or (key == "world" and DATES in pins(whole))}
        return Mapping(kept, variant.line, whole.lines)

    def _change(self, move: Move | None, instead: dict[str, Any], pinned: frozenset[str] = frozenset()) -> Change:
        vary = Words({word: str(other) for word, other in instead.items()})
        numbers = {float(word): other for word, other in instead.items() if is_number(other) and _NUMBER.match(word)}
        kept = _kept(pinned)
        cities = {name: city for name, city in self._cities.items() if name not in pinned}

        def change(text: str) -> str:
            held: list[str] = []

            def hold(match: re.Match[str]) -> str:
                held.append(match[0])
                return f"\0{len(held) - 1}\0"

            text = kept.sub(hold, text)
            text = vary(text)
            text = move.text(text) if move else text
            text = self._phones(self._places(self._people(text)))
            return re.sub("\0(\\d+)\0", lambda match: held[int(match[1])], text)

        return Change(change, numbers, move, cities)

    @cached_property
    def _phones(self) -> Phones:
        return Phones(self.seed, self.written)

    @cached_property
    def _cities(self) -> dict[str, City]:
        """What city stands in the place of which."""
        known = shipped_cities()
        homes = [_INITIAL]
        for name in self.worlds:
            city = known.get(str(self._said(name, "place")))
            homes += [(city.latitude, city.longitude)] if city else []
            settings = self.worlds[name].get("settings")
            if isinstance(settings, Mapping) and is_number(settings.get("latitude")):
                homes.append((settings["latitude"], settings.get("longitude", 0.0)))
        return other_cities(self.seed, homes)

    @cached_property
    def _places(self) -> Words:
        others = {name: city.name for name, city in self._cities.items()}
        companies = other_companies(self.seed)
        stay = {name: name for name in places_named_after()}
        return Words(
            {**others, **companies, **stay},
            exactly=[name for name in companies if name in WRITTEN_LARGE or len(name) < _LONG],
        )

    def _places_in(self, content: Mapping) -> frozenset[str]:
        """The cities that stay in an entry, as it speaks of what is found there."""
        text = "\n".join(texts_of(content))
        named = [name for name in self._cities if name in text]
        return frozenset(name for name in named if any(place in text for place in found_in(name)))

    @cached_property
    def _people(self) -> Words:
        people = [str(name) for name in self._cells("name")]
        pinned = frozenset(each for world in self.worlds.values() for each in pins(world))
        # Row names such as tomas in {from: tomas} are no words of a text.
        said = " ".join(map(str, (*self._cells("content"), *self._cells("relationship"))))
        small = (word for word in re.findall(r"\w+", said) if word.islower())
        large = (word for word in re.findall(r"\w+", self.written) if not word.islower())
        names = other_names(self.seed, people, frozenset((*small, *large)), pinned)
        several = {f"{name}s": f"{other}s" for name, other in names.items() if f"{name}s" not in names}
        return Words({**several, **names}, exactly=[*several, *written_large(names)])

    @cached_property
    def _things(self) -> dict[str, str]:
        """What stands in the place of things in the worlds of the package."""
        return other_things(self.seed, self.written)

    def _cells(self, column: str) -> Iterator[Any]:
        """What stands in one column of the rows of all worlds."""
        for world in self.worlds.values():
            for rows in world.values():
                for row in rows.values() if isinstance(rows, Mapping) else ():
                    if isinstance(row, Mapping) and column in row:
                        yield row[column]

    def _chosen(self, name: str) -> dict[str, Any]:
        """What varies in a world, and in those that it is like; in those of the package things of texts, too."""
        line = self._line_of(name)
        found: dict[str, Any] = {**self._things} if self.shipped.intersection(line) else {}
        for each in reversed(line):
            found |= chosen(self.worlds[each].get(VARY), self.seed, f"world {each}")
        return found

    def _pinned(self, name: str) -> frozenset[str]:
        """What is pinned in a world, and in those that it is like."""
        return frozenset().union(*(pins(self.worlds[each]) for each in self._line_of(name)))

    def _move(self, name: str) -> Move | None:
        if DATES in self._pinned(name):
            return None
        now, zone, place = (self._said(name, key) for key in ("now", "zone", "place"))
        city = shipped_cities().get(place or "")
        try:
            return Move.of(self.seed, now, zone or (city.zone if city else "UTC")) if now else None
        except Exception:  # noqa: BLE001 -- no date or no zone: whoever reads the world says so
            return None

    def _said(self, name: str, key: str) -> str | None:
        """What a world says, itself or through the one it is like."""
        said = (self.worlds[each].get(key) for each in self._line_of(name))
        return next((value for value in said if isinstance(value, str)), None)

    def _line_of(self, name: str) -> list[str]:
        """A world and those that it is like, one after the other."""
        found: list[str] = []
        while name in self.worlds and name not in found:
            found.append(name)
            name = str(self.worlds[name].get("like"))
        return found


def _kept(pinned: frozenset[str]) -> re.Pattern[str]:
    """What of a text stays: placeholders such as ``{search_contacts[0].name}``, and what is pinned."""
    words = sorted(pinned - {DATES, FOUND}, key=len, reverse=True)
    return re.compile("|".join((_PLACEHOLDER, *(rf"(?<!\w){re.escape(word)}(?!\w)" for word in words))))

"""The worlds scenarios start in: whose phone it is, what is on it, and what time it is."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from collections.abc import Mapping as AnyMapping
from typing import Any

from attrs import evolve, frozen

from tool_sandbox.clock import Clock
from tool_sandbox.common.vocabulary import DatabaseNamespace
from tool_sandbox.common.world.schemas import Row
from tool_sandbox.errors import SettingsError
from tool_sandbox.nearest import hint
from tool_sandbox.scenarios.language.document import Mapping, Place
from tool_sandbox.scenarios.language.entries import LogRow, Message, WorldTime, WrittenWorld
from tool_sandbox.scenarios.language.models import check_keys, described, read
from tool_sandbox.scenarios.language.moments import moment
from tool_sandbox.tools.search.dataset import shipped_cities

_SECTIONS = ("people", "messages", "reminders", "settings", "tables")


@frozen
class World:
    """A starting state.

    Args:
        name: What scenarios call it.
        clock: The instant at which it stands still, and its zone.
        tables: Upper-case table name to rows.
        named_rows: The rows that have a short name, for ``{world: dana.person_id}``.
    """

    name: str
    clock: Clock
    tables: AnyMapping[str, tuple[Row, ...]]
    named_rows: AnyMapping[str, Row]
    log: tuple[LogRow, ...] | None = None
    """What stands in the log in place of the usual instruction and example."""

    def look_up(self, path: str) -> Any:
        """The cell that ``name.column`` stands for.

        Raises:
            ValueError: There is no such row or column; the message says what there is.
        """
        name, _, column = path.partition(".")
        if name not in self.named_rows:
            message = f"the world {self.name!r} has nothing called {name!r}; {hint(name, self.named_rows)}"
            raise ValueError(message)
        row = self.named_rows[name]
        if column not in row:
            message = f"{name!r} has no {column!r}; {hint(column, row)}"
            raise ValueError(message)
        return row[column]


def stable_id(text: str) -> str:
    """The same id for the same text, everywhere: UUIDv5 in the URL namespace."""
    return str(uuid.uuid5(uuid.NAMESPACE_URL, text))


def read_worlds(
    value: Any,
    place: Place,
    known: AnyMapping[str, World],
    raw: dict[str, Mapping],
    clock: Clock | None = None,
) -> dict[str, World]:
    """The worlds of one file.

    Args:
        value: Content of its ``worlds`` key: name to world.
        place: Where that stands.
        known: Worlds of other files; a new one of the same name is refused.
        raw: World name to complete raw content, of other files; those of this file are added.
        clock: Their time, in place of what the file says; everything in them is reckoned from it.

    Raises:
        ScenarioError: A world is not written as it should be.
    """
    if not isinstance(value, Mapping):
        raise place.error(f"expected a mapping of world names to worlds; got {described(value)}.")
    worlds: dict[str, World] = {}
    for name, content in value.items():
        here = evolve(place, entry=f"world {name}", key="", line=value.lines[name])
        if name in known or name in worlds:
            raise here.error(f"there is a world {name!r} already; choose another name.")
        check_keys(content, here, WrittenWorld.known_keys())
        raw[name] = _whole(_located(content, here), here, raw)
        worlds[name] = _world(name, raw[name], here, clock)
    return worlds


def _located(content: Mapping, place: Place) -> Mapping:
    """The content with the zone and the coordinates of its ``place``, where it does not say them itself."""
    name, settings = content.get("place"), content.get("settings", Mapping({}))
    if not isinstance(name, str) or not isinstance(settings, Mapping):
        return content
    line = content.lines["place"]
    cities = shipped_cities()
    if name not in cities:
        raise place.inside("place", line).error(f"there is no city {name!r}; {hint(name, cities)}")
    city = cities[name]
    position = _at_line(line, latitude=city.latitude, longitude=city.longitude)
    told = _at_line(content.lines.get("settings", line), settings=settings.over(position))
    return told.over(content).over(_at_line(line, zone=city.zone))


def _at_line(line: int, **values: Any) -> Mapping:
    return Mapping(values, line, dict.fromkeys(values, line))


def _whole(content: Mapping, place: Place, raw: AnyMapping[str, Mapping]) -> Mapping:
    """The content with what it takes over from the world it is like."""
    parent = content.get("like")
    if not isinstance(parent, str):
        return content
    if parent not in raw:
        where = place.inside("like", content.lines["like"])
        raise where.error(f"there is no world {parent!r} above this one; {hint(parent, raw)}")
    whole = content.over(raw[parent])
    for section in _SECTIONS:
        mine, theirs = content.get(section), raw[parent].get(section)
        if isinstance(mine, Mapping) and isinstance(theirs, Mapping):
            whole[section] = mine.over(theirs)
    return whole


def _world(name: str, content: Mapping, place: Place, clock: Clock | None) -> World:
    clock = clock or _clock(content, place)
    written = read(WrittenWorld, content, place, clock)
    named: dict[str, Row] = {}
    people = _rows(written, "people", named, lambda _, person: {"person_id": stable_id(person.name), **dict(person)})
    tables: dict[str, tuple[Row, ...]] = {
        DatabaseNamespace.SETTING: (dict(written.settings),),
        DatabaseNamespace.CONTACT: people,
        DatabaseNamespace.MESSAGING: _rows(written, "messages", named, lambda key, each: _message(key, each, named)),
        DatabaseNamespace.REMINDER: _rows(
            written, "reminders", named, lambda key, each: {"reminder_id": stable_id(f"reminder_{key}"), **dict(each)}
        ),
    }
    named["settings"] = tables[DatabaseNamespace.SETTING][0]
    own = {table: tuple(dict(row) for row in rows) for table, rows in written.tables.items()}
    return World(name, clock, tables | own, named, written.log)


def _clock(content: Mapping, place: Place) -> Clock:
    given = {key: each for key, each in content.items() if key in WorldTime.known_keys()}
    time = read(WorldTime, Mapping(given, content.line, content.lines), place)
    if not time.now[:1].isdigit():
        raise time.at("now").error("a world's clock needs a date, such as '2026-03-02 09:00'.")
    try:
        return Clock(moment(time.now, Clock(0.0, time.zone)), time.zone)
    except (ValueError, SettingsError) as error:
        raise time.at("now").error(str(error)) from error


def _rows(
    written: WrittenWorld, section: str, named: dict[str, Row], make: Callable[[str, Any], Row]
) -> tuple[Row, ...]:
    kept = {key: value for key, value in getattr(written, section).items() if value is not None}
    for key, value in kept.items():
        if key in named:
            raise written.at(section, key).error(f"the short name {key!r} is taken in this world; choose another.")
        named[key] = make(key, value)
    return tuple(named[key] for key in kept)


def _message(key: str, message: Message, people: AnyMapping[str, Row]) -> Row:
    row: Row = {"message_id": stable_id(f"message_{key}"), "content": message.content}
    row["creation_timestamp"] = message.creation_timestamp
    for side, where in (("sender", "from"), ("recipient", "to")):
        party = _party(getattr(message, side), message.at(where), people)
        row |= {f"{side}_person_id": party.get("person_id"), f"{side}_phone_number": party["phone_number"]}
    return row


def _party(who: str, place: Place, people: AnyMapping[str, Row]) -> Row:
    if who.startswith("+"):
        return {"phone_number": who}
    if who not in people or "phone_number" not in people[who]:
        raise place.error(f"{who!r} is nobody's short name here; use one, or a number starting with '+'.")
    return people[who]

"""The worlds scenarios start in: whose phone it is, what is on it, and what time it is."""

from __future__ import annotations

import uuid
from collections.abc import Mapping as AnyMapping
from typing import Any

from attrs import evolve, frozen

from tool_sandbox.clock import Clock
from tool_sandbox.common.vocabulary import DatabaseNamespace
from tool_sandbox.common.world.schemas import INITIAL_SETTING, Row, namespaces, schema_of
from tool_sandbox.errors import SettingsError
from tool_sandbox.nearest import hint
from tool_sandbox.scenarios.language.document import Mapping, Place
from tool_sandbox.scenarios.language.fields import Fields, described
from tool_sandbox.scenarios.language.log import LOG, LogRows, log_rows
from tool_sandbox.scenarios.language.moments import moment

_PEOPLE, _MESSAGES, _REMINDERS, _SETTINGS, _TABLES = "people", "messages", "reminders", "settings", "tables"
SECTIONS = (_PEOPLE, _MESSAGES, _REMINDERS, _SETTINGS, _TABLES)
WORLD_KEYS = ("like", "now", "zone", *SECTIONS, LOG)
PERSON_KEYS = ("name", "phone_number", "relationship", "is_self")
MESSAGE_KEYS = ("from", "to", "content", "sent")
REMINDER_KEYS = ("content", "created", "due", "latitude", "longitude")
SETTING_KEYS = tuple(INITIAL_SETTING)


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
    log: LogRows | None = None
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
        fields = Fields.of(content, here, WORLD_KEYS)
        raw[name] = _whole(fields, raw)
        worlds[name] = _world(name, Fields(raw[name], here), clock)
    return worlds


def _whole(fields: Fields, raw: AnyMapping[str, Mapping]) -> Mapping:
    """The content with what it takes over from the world it is like."""
    if "like" not in fields:
        return fields.values
    parent = fields.text("like")
    if parent not in raw:
        raise fields.at("like").error(f"there is no world {parent!r} above this one; {hint(parent, raw)}")
    whole = fields.values.over(raw[parent])
    for section in SECTIONS:
        mine, theirs = fields.raw(section), raw[parent].get(section)
        if isinstance(mine, Mapping) and isinstance(theirs, Mapping):
            merged = mine.over(theirs)
            kept = {key: value for key, value in merged.items() if value is not None}
            whole[section] = Mapping(kept, merged.line, merged.lines)
    return whole


def _world(name: str, fields: Fields, clock: Clock | None) -> World:
    clock = clock or _clock(fields)
    named: dict[str, Row] = {}
    people = _rows(fields, _PEOPLE, PERSON_KEYS, named, _person)
    messages = _rows(fields, _MESSAGES, MESSAGE_KEYS, named, lambda key, each: _message(key, each, named, clock))
    reminders = _rows(fields, _REMINDERS, REMINDER_KEYS, named, lambda key, each: _reminder(key, each, clock))
    tables: dict[str, tuple[Row, ...]] = {
        DatabaseNamespace.SETTING: (_setting(fields),),
        DatabaseNamespace.CONTACT: people,
        DatabaseNamespace.MESSAGING: messages,
        DatabaseNamespace.REMINDER: reminders,
    }
    named["settings"] = tables[DatabaseNamespace.SETTING][0]
    return World(name, clock, tables | _own_tables(fields), named, log_rows(fields))


def _clock(fields: Fields) -> Clock:
    zone, now = fields.text("zone", "UTC"), fields.text("now")
    try:
        clock = Clock(0.0, zone)
        return Clock(moment(now, clock), zone) if now[:1].isdigit() else _refuse_relative(fields)
    except (ValueError, SettingsError) as error:
        raise fields.at("now").error(str(error)) from error


def _refuse_relative(fields: Fields) -> Clock:
    raise fields.at("now").error("a world's clock needs a date, such as '2026-03-02 09:00'.")


def _rows(fields: Fields, section: str, keys: tuple[str, ...], named: dict[str, Row], make: Any) -> tuple[Row, ...]:
    if section not in fields:
        return ()
    content = fields.raw(section)
    if not isinstance(content, Mapping):
        raise fields.at(section).error(f"expected short names, each with {', '.join(keys)}; got {described(content)}.")
    rows = []
    for key, value in content.items():
        place = fields.at(section).inside(key, content.lines.get(key))
        if key in named:
            raise place.error(f"the short name {key!r} is taken in this world; choose another.")
        row = make(key, Fields.of(value, place, keys))
        named[key] = row
        rows.append(row)
    return tuple(rows)


def _person(_key: str, fields: Fields) -> Row:
    name = fields.text("name")
    return {
        "person_id": stable_id(name),
        "name": name,
        "phone_number": fields.text("phone_number"),
        "relationship": fields.text("relationship") if "relationship" in fields else None,
        "is_self": fields.raw("is_self") is True,
    }


def _message(key: str, fields: Fields, people: AnyMapping[str, Row], clock: Clock) -> Row:
    sender, recipient = _party(fields, "from", people), _party(fields, "to", people)
    return {
        "message_id": stable_id(f"message_{key}"),
        "sender_person_id": sender.get("person_id"),
        "sender_phone_number": sender["phone_number"],
        "recipient_person_id": recipient.get("person_id"),
        "recipient_phone_number": recipient["phone_number"],
        "content": fields.text("content"),
        "creation_timestamp": _moment(fields, "sent", clock),
    }


def _party(fields: Fields, key: str, people: AnyMapping[str, Row]) -> Row:
    who = fields.text(key)
    if who.startswith("+"):
        return {"phone_number": who}
    if who not in people or "phone_number" not in people[who]:
        raise fields.at(key).error(f"{who!r} is nobody's short name here; use one, or a number starting with '+'.")
    return people[who]


def _reminder(key: str, fields: Fields, clock: Clock) -> Row:
    return {
        "reminder_id": stable_id(f"reminder_{key}"),
        "content": fields.text("content"),
        "creation_timestamp": _moment(fields, "created", clock),
        "reminder_timestamp": _moment(fields, "due", clock),
        "latitude": fields.number("latitude"),
        "longitude": fields.number("longitude"),
    }


def _moment(fields: Fields, key: str, clock: Clock) -> float:
    try:
        return moment(fields.text(key), clock)
    except ValueError as error:
        raise fields.at(key).error(str(error)) from error


def _setting(fields: Fields) -> Row:
    if _SETTINGS not in fields:
        return dict(INITIAL_SETTING)
    given = Fields.of(fields.raw(_SETTINGS), fields.at(_SETTINGS), SETTING_KEYS)
    for key, value in given.values.items():
        if type(value) is not type(INITIAL_SETTING[key]):
            raise given.at(key).error(f"expected a value like {INITIAL_SETTING[key]!r}; got {described(value)}.")
    return {**INITIAL_SETTING, **given.values}


def _own_tables(fields: Fields) -> dict[str, tuple[Row, ...]]:
    """Rows of tables that the users registered themselves."""
    if _TABLES not in fields:
        return {}
    own = [name.lower() for name in namespaces()]
    given = Fields.of(fields.raw(_TABLES), fields.at(_TABLES), own)
    tables = {}
    for key in given.values:
        columns = schema_of(key.upper()).columns
        tables[key.upper()] = tuple(dict(Fields.of(row, place, columns).values) for row, place in given.items(key))
    return tables

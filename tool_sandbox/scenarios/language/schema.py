"""The JSON Schema that lets an editor complete and check scenario files.

``python -m tool_sandbox.scenarios.language.schema`` writes it anew after the vocabulary has changed.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from tool_sandbox.common.vocabulary import DatabaseNamespace, ScenarioCategories
from tool_sandbox.common.world.schemas import TableSchema, schema_of
from tool_sandbox.scenarios.language import entries as spec
from tool_sandbox.scenarios.language import worlds
from tool_sandbox.scenarios.user_simulator_few_shot_examples import named_user_simulator_few_shot_examples

FILE = Path(__file__).parents[1] / "scenario.schema.json"

_TEXT = {"type": "string", "minLength": 1}
_TEXTS = {"anyOf": [_TEXT, {"type": "array", "items": _TEXT}]}
_KINDS = {"text": "string", "number": "number", "boolean": "boolean"}
_WAY = {"enum": list(spec.MATCHES)}
_COMPUTED = [{"$ref": "#/$defs/at"}, {"$ref": "#/$defs/world"}]


def scenario_schema() -> dict[str, Any]:
    """The schema of a scenario file."""
    entry, variant = _entry(spec.ENTRY_KEYS, ["name", "user"]), _entry(spec.VARIANT_KEYS, ["name"])
    entry |= {"required": ["name"], "anyOf": [{"required": ["user"]}, {"required": ["log"]}]}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Scenarios of tool_sandbox",
        "anyOf": [
            {"type": "array", "items": {"$ref": "#/$defs/scenario"}},
            _object(
                {
                    "worlds": {"type": "object", "additionalProperties": {"$ref": "#/$defs/a_world"}},
                    "scenarios": {"type": "array", "items": {"$ref": "#/$defs/scenario"}},
                }
            ),
        ],
        "$defs": {
            "scenario": entry,
            "variant": variant,
            "a_world": _world(),
            "user": _user(["knows", "says"]),
            "part_of_user": _user([]),
            "check": _object(_check_keys(), about="One verb and its modifiers."),
            "milestone": _object(_node_keys(), about="What must have happened at one message."),
            "minefield": _object(_node_keys() | {"sabotage": _steps()}, about="What must never happen."),
            "step": _step(),
            "calls": _calls(),
            "arguments": {"type": ["object", "null"], "additionalProperties": {"$ref": "#/$defs/value"}},
            "value": {"anyOf": [{"type": ["string", "number", "boolean", "null", "array"]}, *_COMPUTED, _FROM]},
            "at": _object({"at": _TEXT}, ["at"], "A point in time in the world, such as 'tomorrow 17:00'."),
            "world": _object({"world": _TEXT}, ["world"], "A cell of the world, such as dana.phone_number."),
            "rows": _tables(),
            "using": _using(),
            "tolerances": {"type": "object", "additionalProperties": {"anyOf": [{"type": "number"}, _TEXT]}},
            "matches": {"anyOf": [_WAY, {"type": "object", "additionalProperties": _WAY}]},
            **{f"{kind}_cell": {"anyOf": [{"type": [name, "null"]}, *_COMPUTED]} for kind, name in _KINDS.items()},
        },
    }


_FROM = {
    "type": "object",
    "properties": {"from": _TEXT, "take": {"type": ["string", "integer"]}, "call": {"type": "integer"}},
    "required": ["from"],
    "additionalProperties": False,
    "description": "A value out of the result of an earlier call of a tool.",
}


def _object(properties: Mapping[str, Any], required: Iterable[str] = (), about: str = "") -> dict[str, Any]:
    schema: dict[str, Any] = {"type": "object", "properties": dict(properties), "additionalProperties": False}
    if required:
        schema["required"] = list(required)
    return schema | ({"description": about} if about else {})


def _entry(keys: Iterable[str], required: list[str]) -> dict[str, Any]:
    user = "user" if "user" in required else "part_of_user"
    properties: dict[str, Any] = {
        "name": {"type": "string", "pattern": "^[A-Za-z0-9_]+$"},
        "description": _TEXT,
        "world": _TEXT,
        "categories": _words([category.value.lower() for category in ScenarioCategories]),
        "tags": _TEXTS,
        "user": {"$ref": f"#/$defs/{user}"},
        "log": _log(),
        "tools": _TEXTS,
        "without": _TEXTS,
        "milestones": {"type": "array", "items": {"$ref": "#/$defs/milestone"}},
        "minefields": {"type": "array", "items": {"$ref": "#/$defs/minefield"}},
        "solution": _steps(),
        "nop_floor": {"type": "number", "minimum": 0, "maximum": 1},
        "max_messages": {"type": "integer", "minimum": 1},
        "variants": {"type": "array", "items": {"$ref": "#/$defs/variant"}},
    }
    return _object({key: properties[key] for key in keys}, required)


def _log() -> dict[str, Any]:
    rows = _row(schema_of(DatabaseNamespace.SANDBOX)) | {"required": ["sender", "recipient", "content"]}
    return {"type": "array", "items": rows, "description": "Messages that stand in the log before anybody plays."}


def _user(required: list[str]) -> dict[str, Any]:
    examples = _words(list(named_user_simulator_few_shot_examples()))
    return _object({"knows": _TEXT, "says": _TEXT, "replies": _TEXTS, "examples": examples}, required)


def _words(words: list[str]) -> dict[str, Any]:
    return {"anyOf": [{"enum": words}, {"type": "array", "items": {"enum": words}}]}


def _check_keys() -> dict[str, Any]:
    rows = {"$ref": "#/$defs/rows"}
    calls = {"$ref": "#/$defs/calls"}
    properties: dict[str, Any] = {
        "called": {"anyOf": [calls, {"type": "array", "items": calls}]},
        "requested": _TEXT,
        "said": _TEXT,
        "state": rows,
        "added": rows,
        "updated": rows,
        "removed": rows,
        "within": {"$ref": "#/$defs/tolerances"},
        "match": {"$ref": "#/$defs/matches"},
        "using": {"$ref": "#/$defs/using"},
        "since": _TEXT,
    }
    return {key: properties[key] for key in spec.CHECK_KEYS}


def _using() -> dict[str, Any]:
    path = {"type": ["string", "integer"]}
    properties = {
        "from": _TEXT,
        "take": {"type": "object", "additionalProperties": path},
        "extractor": {"enum": list(spec.EXTRACTORS)},
        "fill": {"enum": ["content", "tool_trace"]},
    }
    return _object({key: properties[key] for key in spec.USING_KEYS}, ["from"])


def _node_keys() -> dict[str, Any]:
    own: dict[str, Any] = {
        "id": _TEXT,
        "because": _TEXT,
        "after": _TEXTS,
        "may_change": {"anyOf": [{"const": spec.ALL}, *_TEXTS["anyOf"]]},
        "all": {"type": "array", "minItems": 1, "items": {"$ref": "#/$defs/check"}},
    }
    every = own | _check_keys()
    return {key: every[key] for key in spec.MILESTONE_KEYS}


def _steps() -> dict[str, Any]:
    return {"type": "array", "items": {"$ref": "#/$defs/step"}}


def _step() -> dict[str, Any]:
    calls = {"$ref": "#/$defs/calls"}
    together = _object({"together": {"type": "array", "items": calls}}, ["together"], "Calls that go out together.")
    return {"anyOf": [_object({"say": _TEXT}, ["say"], "What the agent tells the user."), together, calls]}


def _calls() -> dict[str, Any]:
    return {
        "anyOf": [
            _TEXT,
            {"type": "object", "minProperties": 1, "additionalProperties": {"$ref": "#/$defs/arguments"}},
        ]
    }


def _tables() -> dict[str, Any]:
    tables = {}
    for namespace in list(DatabaseNamespace)[:5]:
        row = _row(schema_of(namespace))
        tables[namespace.value.lower()] = {"anyOf": [row, {"type": "array", "items": row}]}
    # Tables that users register themselves are not known here.
    return {"type": "object", "minProperties": 1, "properties": tables}


def _row(table: TableSchema) -> dict[str, Any]:
    columns = {}
    for column, kind in table.columns.items():
        columns[column] = {"$ref": f"#/$defs/{kind}_cell"} if kind in _KINDS else {}
    return _object(columns)


def _world() -> dict[str, Any]:
    person = _object({"name": _TEXT, "phone_number": _TEXT, "relationship": _TEXT, "is_self": {"type": "boolean"}})
    message = _object(dict.fromkeys(worlds.MESSAGE_KEYS, _TEXT), worlds.MESSAGE_KEYS)
    number = {"type": "number"}
    reminder = _object(
        {"content": _TEXT, "created": _TEXT, "due": _TEXT, "latitude": number, "longitude": number},
        ["content", "created", "due"],
    )
    named = {
        section: {"type": "object", "additionalProperties": {"anyOf": [row, {"type": "null"}]}}
        for section, row in (("people", person), ("messages", message), ("reminders", reminder))
    }
    settings = _row(schema_of(DatabaseNamespace.SETTING))
    properties = {
        "like": _TEXT,
        "now": _TEXT,
        "zone": _TEXT,
        **named,
        "settings": settings,
        "tables": {"type": "object"},
        "log": _log(),
    }
    return _object({key: properties[key] for key in worlds.WORLD_KEYS})


def schema_text() -> str:
    """The schema as it stands in the file."""
    return json.dumps(scenario_schema(), indent=2) + "\n"


if __name__ == "__main__":
    FILE.write_text(schema_text(), encoding="utf-8")

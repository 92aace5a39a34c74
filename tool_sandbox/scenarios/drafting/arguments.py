"""What a tool could be called with: out of earlier results, the world, or the tool's own description."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import chain, islice, product
from typing import Any

from attrs import frozen

from tool_sandbox.common.tool_conversion import convert_to_openai_tool
from tool_sandbox.scenarios.language.moments import moment
from tool_sandbox.scenarios.language.worlds import World

_EXAMPLES = re.compile(r"(?:for example|such as) ([\w\"“”' -]+?)(?: or ([\w\"' -]+?))?[.,)]")
_MOST_VALUES = 4
_MOST_CALLS = 60
_TYPES: Mapping[str, tuple[type, ...]] = {"string": (str,), "integer": (int,), "number": (int, float)}
_WHEN = "tomorrow 17:00"
_LOOKING = ("search", "find", "get", "list")
TEXT, TEXT_FACT = "Buy oat milk", "oat milk"
"""What is written where a tool takes any text, and what in it counts."""


@frozen
class Argument:
    """A value that an argument could have."""

    written: Any
    """As it stands in a scenario file, such as ``{world: dana.name}``."""
    value: Any
    """What the tool gets."""

    @property
    def is_returned(self) -> bool:
        """Whether an earlier call returned it."""
        return isinstance(self.written, dict) and "from" in self.written


@frozen
class Returned:
    """What an earlier call returned."""

    tool: str
    result: Any

    def part(self, name: str) -> tuple[str, Any] | None:
        """The path to what is called so in the result, or in the first item of it, and what that is."""
        first = self.result[0] if isinstance(self.result, list) and self.result else self.result
        if not isinstance(first, Mapping) or first.get(name) is None:
            return None
        return (name if first is self.result else f"0.{name}"), first[name]


def parameters_of(name: str, tool: Callable[..., Any]) -> tuple[Mapping[str, Mapping[str, Any]], tuple[str, ...]]:
    """The JSON Schemas of a tool's arguments, and the names of those that cannot be left out."""
    schema = convert_to_openai_tool(tool, name)["function"]["parameters"]
    return schema.get("properties", {}), tuple(schema.get("required", ()))


def looks_up(name: str) -> bool:
    """Whether a tool, by its name, finds something out."""
    return name.startswith(_LOOKING)


def candidates(
    name: str, tool: Callable[..., Any], world: World, earlier: Sequence[Returned]
) -> Iterator[dict[str, Argument]]:
    """Arguments with which to try a tool, the likeliest first: those that it needs, then these and one more."""
    properties, required = parameters_of(name, tool)
    choices = [_choices(name, each, properties[each], world, earlier) for each in required]
    needed = [dict(zip(required, chosen, strict=True)) for chosen in islice(product(*choices), _MOST_CALLS)]
    yield from needed
    others = [each for each in properties if each not in required]
    for each in sorted(others, key=lambda other: other.endswith("_id")):
        for value in _choices(name, each, properties[each], world, earlier):
            yield from ({**arguments, each: value} for arguments in needed[:1])


def _choices(
    tool: str, name: str, schema: Mapping[str, Any], world: World, earlier: Sequence[Returned]
) -> list[Argument]:
    found = values(name, schema, world, earlier)
    if name == "content" and not looks_up(tool):
        found = chain([Argument(TEXT, TEXT)], found)
    return list(islice(found, _MOST_VALUES))


def values(name: str, schema: Mapping[str, Any], world: World, earlier: Sequence[Returned]) -> Iterator[Argument]:
    """Values for an argument, the likeliest first."""
    for returned in reversed(earlier):
        if found := returned.part(name):
            yield Argument({"from": returned.tool, "take": found[0]}, found[1])
    if "enum" in schema:
        yield from (Argument(value, value) for value in schema["enum"])
        return
    kind = schema.get("type")
    yield from (each for each in _cells(name, world) if _fits(each.value, kind))
    yield from (each for each in _made_up(name, schema, world) if _fits(each.value, kind))


def _cells(name: str, world: World) -> Iterator[Argument]:
    """What the rows of the world have in a column of this name; of people, first the others and then the owner."""
    rows = sorted(world.named_rows.items(), key=lambda named: bool(named[1].get("is_self")))
    for key, row in rows:
        if row.get(name) is not None and not name.endswith("_timestamp"):
            yield Argument({"world": f"{key}.{name}"}, row[name])
    named = {id(row) for _, row in rows}
    for table in world.tables.values():
        cells = [row[name] for row in table if id(row) not in named and row.get(name) is not None]
        yield from (Argument(cell, cell) for cell in cells)


def _made_up(name: str, schema: Mapping[str, Any], world: World) -> Iterator[Argument]:
    kind = schema.get("type")
    if kind == "boolean":
        yield from (Argument(value, value) for value in (False, True))
    elif "timestamp" in name:
        yield Argument({"at": _WHEN}, moment(_WHEN, world.clock))
    elif kind in ("number", "integer"):
        yield from (Argument(value, value) for value in (2, 30))
    elif kind == "string":
        for example in _EXAMPLES.findall(str(schema.get("description", ""))):
            yield from (Argument(text, text) for each in example if (text := each.strip(" \"“”'")))
        yield Argument(TEXT, TEXT)


def _fits(value: Any, kind: Any) -> bool:
    if isinstance(value, bool):
        return kind in (None, "boolean")
    return kind is None or isinstance(value, _TYPES.get(kind, ()))

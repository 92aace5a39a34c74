"""One call found in a text, and what a reader makes of one block of text."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any

from attrs import field, frozen

Tools = Collection[str]
"""The names of the tools on offer; a mapping also says what JSON Schema the parameters of each have."""


@frozen
class WrittenCall:
    """A tool call found in text."""

    name: str
    arguments: str
    """JSON text; of a lost call whatever the model wrote, so that it can be told what was wrong."""
    lost: bool = False
    """The call could not be read, only recognised."""


def pattern(text: str) -> re.Pattern[str]:
    """The pattern of a table's field that is written as text."""
    return re.compile(text)


def _tuple(calls: Iterable[WrittenCall]) -> tuple[WrittenCall, ...]:
    return tuple(calls)


@frozen
class Block:
    """What a reader made of a block of text that begins with its mark."""

    end: int
    """Where to go on."""
    calls: tuple[WrittenCall, ...] = field(default=(), converter=_tuple)
    losses: int = 0
    """Calls that could not be read. A block without any call that has at least a name stays in the text."""
    closing: int | None = None
    """Where the fence closes that calls of other dialects stand in."""


Reader = Callable[[str, re.Match[str], Tools], Block]
"""Reads the block that begins with a mark, given the whole text, the mark and the tools on offer."""


def written(name: str, arguments: Any) -> WrittenCall:
    """A call with its arguments as JSON text; a lost one when they are nested too deeply for that."""
    try:
        return WrittenCall(name, json.dumps(arguments, ensure_ascii=False))
    except RecursionError:
        return WrittenCall(name, "", lost=True)


def after(mark: re.Pattern[str], text: str, position: int) -> int:
    """Where a pattern ends that may stand at a place."""
    match = mark.match(text, position)
    return match.end() if match else position


def skip_space(text: str, position: int) -> int:
    """The first place from a position on that is not white space."""
    while position < len(text) and text[position].isspace():
        position += 1
    return position


def parameters_by_name(tools: Iterable[Mapping[str, Any]]) -> dict[str, Mapping[str, Any]]:
    """The JSON Schema of each tool's parameters, from tools in OpenAI's format."""
    functions = [tool.get("function", tool) for tool in tools]
    return {str(one.get("name", "")): one.get("parameters") or {} for one in functions if isinstance(one, Mapping)}


def properties_of(name: str, tools: Tools) -> Mapping[str, Any]:
    """The JSON Schema of each parameter of a tool, in order; empty when nothing is known of it."""
    schema = tools.get(name) if isinstance(tools, Mapping) else None
    properties = schema.get("properties") if isinstance(schema, Mapping) else None
    return properties if isinstance(properties, Mapping) else {}

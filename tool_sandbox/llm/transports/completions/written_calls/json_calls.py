"""Calls written as JSON: an object with a name and arguments, a list of them, or one of the usual wrappings."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from tool_sandbox.llm.transports.completions.json_bodies import as_json
from tool_sandbox.llm.transports.completions.lenient_json import decode_at
from tool_sandbox.llm.transports.completions.written_calls.call import Block, Tools, WrittenCall, after, written

_NAME = re.compile(r"""["'](?:name|tool|tool_name|function)["']\s*:\s*["'](?P<name>[\w.-]+)["']""")
_ARGUMENTS = re.compile(r"""["'](?:arguments|parameters|args|input)["']\s*:\s*(?P<arguments>.*)""", re.DOTALL)
_SEPARATOR = re.compile(r"\s*+[;,]?\s*+(?=[{\[])")

_NAME_KEYS = ("name", "tool", "tool_name", "function", "function_name", "action")
_ARGUMENT_KEYS = ("arguments", "parameters", "args", "params", "input", "kwargs", "action_input")
_LIST_KEYS = ("tool_calls", "calls", "function_calls")
_WRAPPER_KEYS = ("function", "tool_call", "function_call")


def values_at(text: str, start: int) -> tuple[list[Any], int]:
    """The JSON objects and arrays that follow each other from a place on, and where the last one ends."""
    values: list[Any] = []
    end = start
    while (decoded := decode_at(text, after(_SEPARATOR, text, end) if values else end)) is not None:
        values.append(decoded.value)
        end = decoded.end
    return values, end


def certain_calls(values: list[Any], tools: Tools, raw: str) -> tuple[list[WrittenCall], int]:
    """The calls in what stands between marks that are used for nothing else, and how many were lost.

    Args:
        values: What could be decoded.
        tools: The tools on offer.
        raw: What the model wrote; where nothing can be decoded, a name in it is still a call.
    """
    found = [call for value in values for call in calls_in(value, tools, certain=True) or ()] or lost_call(raw)
    return found, sum(call.lost for call in found) or int(not found)


def read_bare(text: str, opener: re.Match[str], tools: Tools) -> Block:
    """JSON without any mark is a call only when it names a tool on offer."""
    first = not text[: opener.start()].strip()
    decoded = decode_at(text, opener.start(), repair=first)
    if decoded is None:
        return Block(opener.end())
    return Block(decoded.end, calls_in(decoded.value, tools, certain=False) or ())


def lost_call(raw: str) -> list[WrittenCall]:
    """A call that cannot be read; with a name it is still a call, which the model can be told about."""
    name = _NAME.search(raw)
    if name is None:
        return []
    arguments = _ARGUMENTS.search(raw)
    return [WrittenCall(name["name"], (arguments["arguments"] if arguments else raw).strip(), lost=True)]


def calls_in(value: Any, tools: Tools, *, certain: bool) -> list[WrittenCall] | None:
    """The calls that a JSON value stands for; ``None`` when it stands for none.

    Args:
        value: Decoded JSON.
        tools: The tools on offer.
        certain: Whether it can be nothing but calls. Otherwise each must name a tool on offer and have arguments.
    """
    items = value if isinstance(value, list) else _listed(value)
    if not isinstance(items, list) or not items:
        return None
    calls: list[WrittenCall] = []
    for item in items:
        call = _call(item, tools, certain=certain)
        if call is None and not certain:
            return None
        calls += lost_call(as_json(item)) if call is None else [call]
    return calls or None


def _listed(value: Any) -> Any:
    keys = [key for key in _LIST_KEYS if key in value] if isinstance(value, Mapping) else []
    return value[keys[0]] if keys else [value]


def _call(item: Any, tools: Tools, *, certain: bool) -> WrittenCall | None:
    if not isinstance(item, Mapping):
        return None
    wrapped = next((item[key] for key in _WRAPPER_KEYS if isinstance(item.get(key), Mapping)), None)
    if wrapped is not None:
        return _call(wrapped, tools, certain=certain)
    name = next((item[key] for key in _NAME_KEYS if item.get(key) and isinstance(item[key], str)), None)
    key = next((key for key in _ARGUMENT_KEYS if key in item), None)
    if name is None:
        only = str(next(iter(item))) if len(item) == 1 else ""
        return _written(only, item[only]) if only in tools and isinstance(item[only], Mapping) else None
    if not certain and (name not in tools or key is None):
        return None
    return _written(name, item[key] if key is not None else {})


def _written(name: str, arguments: Any) -> WrittenCall:
    """A call whose arguments may be JSON in a text, or none at all."""
    if arguments is None or arguments == "":
        return written(name, {})
    if isinstance(arguments, str):
        decoded = decode_at(arguments, 0, until=len(arguments))
        return WrittenCall(name, arguments) if decoded is None else written(name, decoded.value)
    return written(name, arguments)

"""Calls written as tags with one tag for each argument; what stands in it is text."""

from __future__ import annotations

import re
from typing import Any

from attrs import field, frozen

from tool_sandbox.llm.transports.completions.lenient_json import decode_at
from tool_sandbox.llm.transports.completions.written_calls.call import (
    Block,
    Tools,
    WrittenCall,
    after,
    pattern,
    properties_of,
    skip_space,
    written,
)
from tool_sandbox.llm.transports.completions.written_calls.values import typed

_PREFIX = r"(?:[\w-]+:|[｜|]DSML[｜|])?"
FUNCTION = r"<function=(?P<name>[^>\n]*)>"
INVOKE = rf"<{_PREFIX}invoke\s+name=[\"'](?P<name>[^\"'>\n]*)[\"'][^>\n]*>"


@frozen
class _Shape:
    """How a call and its arguments are tagged."""

    call: re.Pattern[str] = field(converter=pattern)
    argument: re.Pattern[str] = field(converter=pattern)
    closed: re.Pattern[str] = field(converter=pattern)
    """The end of an argument."""
    end: re.Pattern[str] = field(converter=pattern)
    """The end of the call."""


_EQUALS = _Shape(  # Qwen3-Coder, Seed-OSS, Nemotron; Llama 3.1 with JSON in place of the arguments
    rf"\s*+{FUNCTION}",
    r"\s*+<parameter=(?P<key>[^>\n]*)>",
    r"</parameter>(?=\s*+(?:<parameter=|</function>|</[\w:]*tool_call|<function=|$))"
    r"|(?=<parameter=|</function>)",
    r"\s*+</function>",
)
_ATTRIBUTES = _Shape(  # Anthropic, MiniMax, Step, DeepSeek V3.2
    rf"\s*+{INVOKE}",
    rf"\s*+<{_PREFIX}parameter\s+name=[\"'](?P<key>[^\"'>\n]*)[\"']"
    r"(?:\s+string=[\"'](?P<string>true|false)[\"'])?[^>\n]*>",
    rf"</{_PREFIX}parameter>(?=\s*+(?:</?{_PREFIX}(?:parameter|invoke|function_calls|tool_calls?)\b|$))"
    rf"|(?=<{_PREFIX}parameter\s|</{_PREFIX}invoke>)",
    rf"\s*+</{_PREFIX}invoke>",
)
_SHAPES = (_EQUALS, _ATTRIBUTES)
_DATA = {"type": ["null", "boolean", "integer", "number", "array", "object"]}
"""The schema of an argument whose tag says that it is not text."""
_GLM_NAME = re.compile(r"\s*+(?P<name>[\w.-]+)[ \t]*(?=\s*+<arg_key>|\s*+</tool_call>|\s*+$)")
_GLM_PAIR = re.compile(
    r"\s*+<arg_key>(?P<key>.*?)</arg_key>\s*+<arg_value>(?P<value>.*?)</arg_value>(?=\s*+(?:<arg_key>|</tool_call>|$))",
    re.DOTALL,
)
_GLM_REST = re.compile(r"\s*+<arg_(?:key|value)>.*", re.DOTALL)
_NAMED = re.compile(
    r"\s*+<(?:tool_)?name>\s*+(?P<name>[\w.-]+)\s*+</(?:tool_)?name>\s*+(?:<(?P<tag>arguments|parameters|args|input)>)?"
)


def read_tags(text: str, opener: re.Match[str], tools: Tools) -> Block:
    """Calls that follow each other, each in its own tags."""
    calls, end = tagged_calls(text, opener.start(), tools)
    return Block(max(end, opener.end()), calls, sum(call.lost for call in calls) or int(not calls))


def tagged_calls(text: str, start: int, tools: Tools) -> tuple[list[WrittenCall], int]:
    """The calls in tags that begin at a place, and where the last one ends."""
    calls: list[WrittenCall] = []
    end = start
    while found := next((one for shape in _SHAPES if (one := _tagged_call(shape, text, end, tools))), None):
        call, end = found
        calls += [call] if call.name else []
    return calls, end


def glm_call(text: str, start: int, tools: Tools) -> tuple[list[WrittenCall], int]:
    """GLM's form within its tag: a name, then keys and values by turns. Without any, the name must be a tool's."""
    opened = _GLM_NAME.match(text, start)
    if opened is None or not (opened["name"] in tools or text.startswith("<arg_key>", skip_space(text, opened.end()))):
        return [], start
    properties, arguments, end = properties_of(opened["name"], tools), dict[str, Any](), opened.end()
    while pair := _GLM_PAIR.match(text, end):
        key = pair["key"].strip()
        arguments[key] = typed(_unwrapped(pair["value"]), properties.get(key))
        end = pair.end()
    if unread := _GLM_REST.match(text, end):
        return [WrittenCall(opened["name"], text[opened.end() :].strip(), lost=True)], unread.end()
    return [written(opened["name"], arguments)], end


def named_call(text: str, start: int, _: Tools) -> tuple[list[WrittenCall], int]:
    """A tag for the name and one for arguments as JSON."""
    opened = _NAMED.match(text, start)
    if opened is None:
        return [], start
    decoded = decode_at(text, opened.end()) if opened["tag"] else None
    if opened["tag"] and decoded is None:
        return [WrittenCall(opened["name"], text[opened.end() :].strip(), lost=True)], len(text)
    if decoded is None:
        return [written(opened["name"], {})], opened.end()
    closer = re.compile(rf"\s*+</{opened['tag']}>")
    return [written(opened["name"], decoded.value)], after(closer, text, decoded.end)


def _tagged_call(shape: _Shape, text: str, start: int, tools: Tools) -> tuple[WrittenCall, int] | None:
    opened = shape.call.match(text, start)
    if opened is None:
        return None
    name = opened["name"].strip().removeprefix("functions.")
    if (decoded := decode_at(text, opened.end())) is not None and isinstance(decoded.value, dict):
        return written(name, decoded.value), after(shape.end, text, decoded.end)
    properties, arguments, end = properties_of(name, tools), dict[str, Any](), opened.end()
    while argument := shape.argument.match(text, end):
        closed = shape.closed.search(text, argument.end())
        if closed is None:
            return WrittenCall(name, text[opened.end() :].strip(), lost=True), len(text)
        key = argument["key"].strip().strip("\"'")
        is_data = "string" in shape.argument.groupindex and argument["string"] == "false"
        value = _unwrapped(text[argument.end() : closed.start()])
        arguments[key] = typed(value, _DATA if is_data else properties.get(key))
        end = closed.end()
    ended = shape.end.match(text, end)
    if ended is None and not arguments and text[end:].strip()[:2] not in ("", "</"):
        close = shape.end.search(text, end)
        inner, stop = close.span() if close else (len(text), len(text))
        return WrittenCall(name, text[end:inner].strip(), lost=True), stop
    return written(name, arguments), ended.end() if ended else end


def _unwrapped(value: str) -> str:
    """A value without the line breaks, and the indentation, that stand around it when it has lines of its own."""
    if not value.startswith("\n"):
        return value
    inner = value[1:]
    last_line = inner.rpartition("\n")
    inner = last_line[0] if last_line[1] and not last_line[2].strip() else inner
    return inner if "\n" in inner else inner.strip(" \t")

"""Find the tool calls in a model's text, whichever of the usual ways it chose to write them. Nothing is evaluated."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Mapping
from typing import Any

from attrs import define, field, frozen

from tool_sandbox.llm.lenient_json import Decoded, decode_at
from tool_sandbox.llm.thoughts import without_thoughts


@frozen
class WrittenCall:
    """A tool call found in text."""

    name: str
    arguments: str
    """JSON text; of a lost call whatever the model wrote, so that it can be told what was wrong."""
    lost: bool = False
    """The call could not be read, only recognised."""


@frozen
class ReadAnswer:
    """A model's text, taken apart."""

    text: str | None
    """What is not a tool call."""
    calls: tuple[WrittenCall, ...] = ()
    losses: int = 0
    """Calls that could not be read, whether or not their name was recognised."""
    reasoning: str | None = None
    """What the model thought, which is not said to anybody."""


_TAGS = "tool_calls?|function_?call|tool_use"
_OPENER = re.compile(
    rf"<(?P<tag>{_TAGS})\b[^>\n]*>"
    r"|(?P<token>\[TOOL_CALLS\]|<\|python_tag\|>)"
    r"|(?P<invented><tool_response\b|```[ \t]*tool_result\b)"
    r"|```[ \t]*(?P<language>[\w+-]*)[ \t]*\r?\n?",
    re.IGNORECASE,
)
_TAG_CLOSER = re.compile(rf"</(?:{_TAGS})\s*>|(?=<(?:{_TAGS})\b)", re.IGNORECASE)
_FENCE_CLOSER = re.compile("```")
_AFTER_VALUE = re.compile(rf"\s*(?:```)?\s*</(?:{_TAGS})\s*>|\s*```", re.IGNORECASE)
_INNER_FENCE = re.compile(r"\s*```[ \t]*\w*[ \t]*\r?\n?")
_NAME = re.compile(r"""["'](?:name|tool|tool_name|function)["']\s*:\s*["'](?P<name>[\w.-]+)["']""")
_ARGUMENTS = re.compile(r"""["'](?:arguments|parameters|args|input)["']\s*:\s*(?P<arguments>.*)""", re.DOTALL)

_CALL_LANGUAGES = ("tool_call", "tool_calls", "tool", "tool-call")
_DATA_LANGUAGES = ("", "json", "jsonc", "json5")
_NAME_KEYS = ("name", "tool", "tool_name", "function", "function_name", "action")
_ARGUMENT_KEYS = ("arguments", "parameters", "args", "params", "input", "kwargs", "action_input")
_LIST_KEYS = ("tool_calls", "calls", "function_calls")
_WRAPPER_KEYS = ("function", "tool_call", "function_call")


def read_answer(text: str | None, known: Collection[str]) -> ReadAnswer:
    """Take a model's text apart into thoughts, tool calls and what it says beside them.

    Args:
        text: What the model wrote.
        known: The names of the tools on offer. Plain JSON is only a call when it names one of them; within markers
            that are used for nothing else, any name is, so that the model can be told that the tool does not exist.
    """
    spoken = without_thoughts(text or "")
    reader = _Reader(text=spoken.text, known=known)
    reader.read()
    return ReadAnswer(reader.said(), tuple(reader.calls), reader.losses, spoken.thoughts)


@define
class _Reader:
    """Walks through a text from one marker to the next."""

    text: str
    known: Collection[str]
    calls: list[WrittenCall] = field(factory=list)
    losses: int = 0
    _pieces: list[str] = field(factory=list)
    _kept_to: int = 0
    """Up to where the text is either taken as a call or among the pieces."""

    def read(self) -> None:
        """Find every call."""
        position = 0
        while (opener := _OPENER.search(self.text, position)) is not None:
            language = (opener["language"] or "").lower()
            if opener["invented"]:
                if self.calls:
                    self._cut(opener.start())
                    return
                position = opener.end()
            elif opener["tag"] or opener["token"] or language in _CALL_LANGUAGES:
                position = self._marked(opener)
            elif language in _DATA_LANGUAGES:
                position = self._data(opener)
            else:
                position = self._closed(_FENCE_CLOSER, opener.end())[1]
        if not self.calls and not self.losses:
            self._bare()

    def said(self) -> str | None:
        """What is left when the calls are taken out."""
        rest = "".join([*self._pieces, self.text[self._kept_to :]])
        return (re.sub(r"\n{3,}", "\n\n", rest) if self.calls else rest).strip() or None

    def _marked(self, opener: re.Match[str]) -> int:
        """Read the calls after a marker that is used for nothing else; returns where to go on."""
        fence = _INNER_FENCE.match(self.text, opener.end()) if opener["tag"] else None
        body = fence.end() if fence else opener.end()
        end = body
        values: list[Any] = []
        while (decoded := decode_at(self.text, end)) is not None:
            values.append(decoded.value)
            end = decoded.end
        if values:
            end = self._after_value(end)
            return self._take(opener.start(), end, values, self.text[body:end])
        close, end = self._closed(_TAG_CLOSER if opener["tag"] else _FENCE_CLOSER, body)
        repaired = decode_at(self.text, body, until=close) if end > close or close < len(self.text) else None
        return self._take(opener.start(), end, [repaired.value] if repaired else [], self.text[body:close])

    def _data(self, opener: re.Match[str]) -> int:
        """Read a fence that may hold calls or any other data; returns where to go on."""
        close, end = self._closed(_FENCE_CLOSER, opener.end())
        decoded = decode_at(self.text, opener.end()) or decode_at(self.text, opener.end(), until=close)
        calls = None if decoded is None else _calls(decoded.value, self.known, certain=False)
        if decoded is None or calls is None:
            return end
        end = self._after_value(decoded.end)
        self._keep(opener.start(), end, calls)
        return end

    def _bare(self) -> None:
        """Read a text that is nothing but JSON from its start."""
        decoded: Decoded | None = decode_at(self.text, 0)
        calls = None if decoded is None else _calls(decoded.value, self.known, certain=False)
        if decoded is not None and calls is not None:
            self._keep(0, decoded.end, calls)

    def _take(self, start: int, end: int, values: list[Any], raw: str) -> int:
        found = [call for value in values for call in _calls(value, self.known, certain=True) or ()]
        if not found:
            found = _lost(raw)
            self.losses += not found
        self.losses += sum(call.lost for call in found)
        if found:  # without even a name the words stay, so that nothing the model said disappears
            self._keep(start, end, found)
        return end

    def _keep(self, start: int, end: int, calls: Collection[WrittenCall]) -> None:
        self._pieces.append(self.text[self._kept_to : start])
        self._kept_to = end
        self.calls += calls

    def _cut(self, position: int) -> None:
        """Drop what follows a result that the model made up; calls made on that ground are lost."""
        self.losses += sum(1 for opener in _OPENER.finditer(self.text, position) if opener["tag"])
        self._pieces.append(self.text[self._kept_to : position])
        self._kept_to = len(self.text)

    def _closed(self, closer: re.Pattern[str], body: int) -> tuple[int, int]:
        """Where a block's closing marker begins and ends; both are the end of the text when there is none."""
        match = closer.search(self.text, body)
        return match.span() if match else (len(self.text), len(self.text))

    def _after_value(self, position: int) -> int:
        match = _AFTER_VALUE.match(self.text, position)
        return match.end() if match else position


def _lost(raw: str) -> list[WrittenCall]:
    """A call that cannot be read; with a name it is still a call, which the model can be told about."""
    name = _NAME.search(raw)
    if name is None:
        return []
    arguments = _ARGUMENTS.search(raw)
    return [WrittenCall(name["name"], (arguments["arguments"] if arguments else raw).strip(), lost=True)]


def _calls(value: Any, known: Collection[str], *, certain: bool) -> list[WrittenCall] | None:
    """The calls that a JSON value stands for; ``None`` when it stands for none."""
    items = value if isinstance(value, list) else _listed(value)
    if not isinstance(items, list) or not items:
        return None
    calls: list[WrittenCall] = []
    for item in items:
        call = _call(item, known, certain=certain)
        if call is None and not certain:
            return None
        calls += _lost(json.dumps(item)) if call is None else [call]
    return calls or None


def _listed(value: Any) -> Any:
    keys = [key for key in _LIST_KEYS if key in value] if isinstance(value, Mapping) else []
    return value[keys[0]] if keys else [value]


def _call(item: Any, known: Collection[str], *, certain: bool) -> WrittenCall | None:
    if not isinstance(item, Mapping):
        return None
    wrapped = next((item[key] for key in _WRAPPER_KEYS if isinstance(item.get(key), Mapping)), None)
    if wrapped is not None:
        return _call(wrapped, known, certain=certain)
    name = next((item[key] for key in _NAME_KEYS if item.get(key) and isinstance(item[key], str)), None)
    key = next((key for key in _ARGUMENT_KEYS if key in item), None)
    if name is None:
        only = str(next(iter(item))) if len(item) == 1 else ""
        return WrittenCall(only, _json(item[only])) if only in known and isinstance(item[only], Mapping) else None
    if not certain and (name not in known or key is None):
        return None
    return WrittenCall(name, _json(item[key]) if key is not None else "{}")


def _json(arguments: Any) -> str:
    if arguments is None or arguments == "":
        return "{}"
    if isinstance(arguments, str):
        decoded = decode_at(arguments, 0, until=len(arguments))
        return arguments if decoded is None else json.dumps(decoded.value, ensure_ascii=False)
    return json.dumps(arguments, ensure_ascii=False)

"""Read JSON as models write it: with noise after it, trailing commas, raw line breaks, a brace forgotten at the end."""

from __future__ import annotations

import json
from typing import Any

from attrs import frozen

_DECODER = json.JSONDecoder(strict=False)
_CLOSERS = {"{": "}", "[": "]"}
_SPACE = " \t\r\n"


@frozen
class Decoded:
    """A JSON value and where it ended in the text."""

    value: Any
    end: int


def decode_at(text: str, start: int, *, until: int | None = None, repair: bool = True) -> Decoded | None:
    """The JSON object or array that begins at ``start``, after white space; ``None`` when there is none.

    Args:
        text: The text.
        start: Where to begin.
        until: Where the value ends at the latest, when a marker says so: only then are forgotten braces added.
        repair: Whether what is not quite JSON is repaired.
    """
    while start < len(text) and text[start] in _SPACE:
        start += 1
    if start >= len(text) or text[start] not in _CLOSERS:
        return None
    try:
        value, end = _DECODER.raw_decode(text, start)
    except (ValueError, RecursionError):
        return _repaired(text, start, until) if repair else None
    return Decoded(value, end)


def _repaired(text: str, start: int, until: int | None) -> Decoded | None:
    scanned = _scan(text[start:until])
    if scanned.open and (until is None or scanned.in_string):
        return None
    try:
        value = _DECODER.decode(scanned.text + scanned.open)
    except (ValueError, RecursionError):
        return None
    return Decoded(value, start + scanned.length)


@frozen
class _Scanned:
    text: str
    """The value without trailing commas."""
    open: str
    """The closing brackets that are missing."""
    length: int
    in_string: bool


def _scan(text: str) -> _Scanned:
    """Follow one value through its brackets and strings, dropping commas before a closing bracket."""
    kept: list[str] = []
    closers: list[str] = []
    in_string = escaped = False
    for position, character in enumerate(text):
        if in_string:
            in_string = escaped or character != '"'
            escaped = character == "\\" and not escaped
        elif character == '"':
            in_string = True
        elif character in _CLOSERS:
            closers.append(_CLOSERS[character])
        elif character in "}]":
            _drop_trailing_comma(kept)
            if not closers or closers.pop() != character:
                break
            if not closers:
                kept.append(character)
                return _Scanned("".join(kept), "", position + 1, in_string=False)
        kept.append(character)
    if not in_string:
        _drop_trailing_comma(kept)
    return _Scanned("".join(kept), "".join(reversed(closers)) or " ", len(text), in_string)


def _drop_trailing_comma(kept: list[str]) -> None:
    end = len(kept)
    while end and kept[end - 1] in _SPACE:
        end -= 1
    if end and kept[end - 1] == ",":
        del kept[end - 1]

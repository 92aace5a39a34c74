"""What an emulator is told to answer and what it saw, in words that no provider uses."""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Mapping
from typing import Any

from attrs import Factory, field, frozen


@frozen(kw_only=True)
class Call:
    """A tool call that the pretended model makes."""

    id: str = "call_1a2b3c4d5"
    name: str = "search_contacts"
    arguments: str = '{"name": "Dana"}'
    """Raw text; need not be JSON."""
    signature: str | None = None
    """What the provider wants back with the call."""

    @property
    def object(self) -> Any:
        """The arguments as the object that some formats carry; the raw text where there is none."""
        try:
            return json.loads(self.arguments)
        except ValueError:
            return self.arguments


def _calls(calls: Iterable[Call]) -> tuple[Call, ...]:
    return tuple(calls)


@frozen(kw_only=True)
class Answer:
    """One answer of the pretended model."""

    text: str | None = None
    calls: tuple[Call, ...] = field(default=(), converter=_calls)
    reasoning: str | None = None
    """What the model thought before it answered."""
    signature: str = "c2lnbmF0dXJl"
    """Proof of the thinking, where the format has one."""
    prompt_tokens: int = 1000
    """All of the prompt, cached tokens included."""
    completion_tokens: int = 200
    """All of the answer, reasoning tokens included."""
    cached_tokens: int = 0
    reasoning_tokens: int = 0
    cut_short: bool = False
    """The model ran into its limit of tokens."""
    delay: float = 0.0
    """Seconds before the first byte."""


@frozen(kw_only=True)
class Fault:
    """One way not to answer."""

    status: int = 200
    """Of the error, or 200 for an answer that is wrong in itself."""
    shape: str = "error"
    """``error`` is one with the status above; the others: ``html``, ``empty``, ``filtered``, ``too_long``, ``hang``,
    ``reset``, ``truncated``, ``cut_stream``."""
    headers: Mapping[str, str] = Factory(dict)


class RefusedError(ValueError):
    """A server refuses a request with status 400, in words of its own."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.body = {"error": {"message": message, "type": "BadRequestError", "param": None, "code": 400}}


@frozen(kw_only=True)
class Seen:
    """What a request said, whatever format it came in."""

    system: str = ""
    turns: tuple[tuple[str, str], ...] = ()
    """Role (``user`` or ``assistant``) and text, in order; turns without text are left out."""
    tools: tuple[str, ...] = ()
    calls: tuple[tuple[str, str, Any], ...] = ()
    """Id, name and arguments of the calls in the history."""
    results: tuple[tuple[str, str], ...] = ()
    """Id (or name, in formats without ids) and text of the tool results in the history."""
    stream: bool = False


@frozen(kw_only=True)
class Recorded:
    """One request as it arrived, and when, in seconds of a clock that only goes forward."""

    path: str
    headers: Mapping[str, str]
    body: Mapping[str, Any]
    at: float = field(factory=time.monotonic, eq=False)


def text_of(content: Any) -> str:
    """The text of a message's content, which is text or a list of parts."""
    if isinstance(content, str):
        return content
    if isinstance(content, list):
        return "".join(text_of(part.get("text") or part.get("content")) for part in content if isinstance(part, dict))
    return ""


def pieces(text: str, size: int = 7) -> list[str]:
    """The text as it might be streamed."""
    return [text[start : start + size] for start in range(0, len(text), size)]


def event(data: Any, name: str | None = None) -> bytes:
    """One server-sent event."""
    line = data if isinstance(data, str) else json.dumps(data)
    return (f"event: {name}\n" if name else "").encode() + f"data: {line}\n\n".encode()

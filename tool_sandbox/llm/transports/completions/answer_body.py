"""The body of an HTTP answer: JSON or a stream of events, whichever was asked for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from attrs import Factory, define

from tool_sandbox.errors import MalformedResponseError
from tool_sandbox.llm.transports.completions.json_bodies import JsonBody, read_json
from tool_sandbox.llm.transports.completions.streams import StreamAssembler
from tool_sandbox.llm.transports.completions.whole_text import whole
from tool_sandbox.redaction import redact_text

_LONGEST_SHOWN = 300
_STREAM_STARTS = ("data:", "event:", "id:", "retry:", ":")


def read_body(text: str, *, provider: str | None, model: str) -> Mapping[str, Any]:
    """The completion in a body, put together if the server streamed it although nobody asked for that.

    Raises:
        MalformedResponseError: It is neither a JSON object nor a stream of events.
    """
    if text.lstrip().startswith(_STREAM_STARTS):
        stream = EventStream(StreamAssembler(model=model, provider=provider))
        stream.feed(text.encode("utf-8", "surrogatepass") + b"\n")
        return stream.completion()
    body = json_object(text)
    if body is None:
        message = f"{model!r} answered with something that is not a JSON object: {_shown(text)}."
        raise MalformedResponseError(message, provider=provider, model=model, status=200)
    value: Mapping[str, Any] = body.value
    return value


def json_object(text: str) -> JsonBody | None:
    """The JSON object that a text is, if it is one."""
    try:
        body = read_json(text)
    except (ValueError, RecursionError):
        return None
    return body if isinstance(body.value, Mapping) else None


@define
class EventStream:
    """Server-sent events, taken as bytes as they arrive and handed to an assembler.

    Lines are split as bytes: other line breaks may stand within a JSON text, and the bytes of one character may be
    spread over two events.
    """

    assembler: StreamAssembler
    _line: bytes = b""
    _data: str = ""
    """The data of an event whose JSON goes on in its next line."""
    _is_error: bool = False
    _events: int = 0
    _received: list[bytes] = Factory(list)

    @property
    def over(self) -> bool:
        """Whether nothing of use follows."""
        return self.assembler.failed

    def feed(self, data: bytes) -> None:
        """Take the next bytes in.

        Raises:
            MalformedResponseError: An event holds no JSON.
        """
        if not self._events:
            self._received.append(data)
        *lines, self._line = (self._line + data).split(b"\n")
        for line in lines:
            self._take(line.rstrip(b"\r").decode("utf-8", "surrogateescape"))

    def completion(self) -> Mapping[str, Any]:
        """The whole answer.

        Raises:
            MalformedResponseError: The stream was cut short, or the text is neither a stream nor JSON.
        """
        if self._line:
            self.feed(b"\n")
        self._end_event()
        received = b"".join(self._received).decode("utf-8", "replace")
        if not self._events and received.strip() and not received.lstrip().startswith(_STREAM_STARTS):
            return read_body(received, provider=self.assembler.provider, model=self.assembler.model)
        return self.assembler.completion()

    def _take(self, line: str) -> None:
        name, _, value = line.partition(":")
        value = value.removeprefix(" ")
        match name.strip():
            case "":
                self._end_event()
            case "event":
                self._is_error = value.strip() == "error"
            case "error":  # llama.cpp, until 2025
                self._is_error = True
                self._add(value)
            case "data" if value.strip() not in ("", "[DONE]"):
                self._add(f"{self._data}\n{value}" if self._data else value)

    def _add(self, text: str) -> None:
        """Hand an event over, or keep it when its JSON is not at its end."""
        self._events += 1
        try:
            chunk = read_json(text).value
        except (ValueError, RecursionError):
            self._data = text
            return
        self._data = ""
        if self._is_error and not (isinstance(chunk, Mapping) and chunk.get("error")):
            chunk = {"error": chunk or "the server reported an error"}
        if isinstance(chunk, Mapping):
            self.assembler.add(chunk)

    def _end_event(self) -> None:
        text, self._data, failed, self._is_error = self._data, "", self._is_error, False
        if not text:
            return
        if failed:
            self.assembler.add({"error": text})
            return
        model, provider = self.assembler.model, self.assembler.provider
        message = f"the stream of {model!r} holds something that is not JSON: {_shown(text)}."
        raise MalformedResponseError(message, provider=provider, model=model, status=200)


def _shown(text: str) -> str:
    return repr(redact_text(whole(text[:_LONGEST_SHOWN])))

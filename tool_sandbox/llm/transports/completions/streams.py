"""Put a streamed answer together: text, tool calls, reasoning and usage, from chunks in OpenAI's format."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from attrs import Factory, define

from tool_sandbox.errors import MalformedResponseError
from tool_sandbox.llm.transports.completions.json_bodies import as_json
from tool_sandbox.llm.transports.completions.usage import read_usage
from tool_sandbox.llm.transports.errors.reported import reported_error

_OLDER = "function_call"
"""Stands for the place of the one call that the older form of the API knows."""


@define
class StreamAssembler:
    """Collects the chunks of one answer.

    Args:
        model: The model asked, for messages.
        provider: Its provider, for messages.
    """

    model: str
    provider: str | None = None
    finish_reason: Any = None
    _native_reason: Any = None
    _error: Any = None
    _spoke: bool = False
    """Whether there was anything of an answer, be it empty text."""
    _answering_model: Any = None
    _text: list[str] = Factory(list)
    _refusal: list[str] = Factory(list)
    _reasoning: list[str] = Factory(list)
    _thinking: list[dict[str, Any]] = Factory(list)
    _fields: dict[str, Any] = Factory(dict)
    _calls: list[dict[str, Any]] = Factory(list)
    _odd: dict[str, Any] = Factory(dict)
    """Parts of the message that have another type than they should have."""
    _usage: Mapping[str, Any] | None = None

    @property
    def failed(self) -> bool:
        """Whether the server reported an error: nothing of use follows."""
        return self._error is not None

    def add(self, chunk: Mapping[str, Any]) -> None:
        """Take one chunk in; what has another type than it should have is left for the reader of the whole answer."""
        reported = reported_error(chunk)
        self._error = self._error or (None if reported is None else reported.as_object())
        self._answering_model = chunk.get("model") or self._answering_model
        if isinstance(chunk.get("usage"), Mapping):
            self._usage = chunk["usage"]
        choices = chunk.get("choices")
        for choice in choices if isinstance(choices, list) else ():
            if isinstance(choice, Mapping) and choice.get("index") in (None, 0):
                self._add_choice(choice)

    def completion(self) -> dict[str, Any]:
        """The whole answer, as if it had not been streamed, with an error that the server reported in it.

        Raises:
            MalformedResponseError: The stream ended before the provider said that the answer was finished, or held
                nothing of an answer.
        """
        if self._error is None and self.finish_reason is None:
            raise self._cut("stopped before the answer was finished")
        if self._error is None and not (self._spoke or self._usage):
            raise self._cut("held nothing of an answer")
        message: dict[str, Any] = {**self._odd, "role": "assistant", "content": "".join(self._text) or None}
        parts = {
            "tool_calls": [_without_position(call) for call in self._calls],
            "refusal": "".join(self._refusal),
            "reasoning_content": "".join(self._reasoning),
            "thinking_blocks": self._thinking,
            "provider_specific_fields": self._fields,
        }
        message |= {name: part for name, part in parts.items() if part}
        choice = {"index": 0, "message": message, "finish_reason": self.finish_reason}
        return {
            "model": self._answering_model,
            "choices": [{**choice, "native_finish_reason": self._native_reason}],
            "usage": self._usage,
            **({} if self._error is None else {"error": self._error}),
        }

    def _add_choice(self, choice: Mapping[str, Any]) -> None:
        self.finish_reason = choice.get("finish_reason") or self.finish_reason
        fields = choice.get("provider_specific_fields")
        beside = fields.get("native_finish_reason") if isinstance(fields, Mapping) else None
        self._native_reason = choice.get("native_finish_reason") or beside or self._native_reason
        delta = choice.get("delta")
        delta = choice.get("message") if delta is None else delta
        if isinstance(delta, Mapping):
            self._add_delta(delta)
        elif delta:
            self._odd["content"] = delta

    def _add_delta(self, delta: Mapping[str, Any]) -> None:
        self._spoke = self._spoke or any(value is not None for value in delta.values())
        content = delta.get("content")
        if isinstance(content, str):
            self._text.append(content)
        elif isinstance(content, list):
            self._text.extend(text_of(content))
        if isinstance(delta.get("refusal"), str):
            self._refusal.append(delta["refusal"])
        if reasoning := delta.get("reasoning_content") or delta.get("reasoning"):
            self._reasoning.append(str(reasoning))
        for block in _listed(delta.get("thinking_blocks")):
            self._add_thinking(block)
        fields = delta.get("provider_specific_fields")
        for name, value in fields.items() if isinstance(fields, Mapping) else ():
            if value is not None and name != "thinking_blocks":
                self._fields[name] = value
        self._add_calls(delta)

    def _add_calls(self, delta: Mapping[str, Any]) -> None:
        pieces = delta.get("tool_calls")
        if pieces and not (isinstance(pieces, list) and all(isinstance(piece, Mapping) for piece in pieces)):
            self._odd["tool_calls"] = pieces
            return
        for piece in _listed(pieces):
            self._add_call(piece)
        older = delta.get("function_call")
        if isinstance(older, Mapping):
            self._add_call({"index": _OLDER, "function": older})
        elif older:
            self._odd["function_call"] = older

    def _add_thinking(self, block: Mapping[str, Any]) -> None:
        """Merge pieces of one block; its signature comes with the last piece and closes it."""
        last = self._thinking[-1] if self._thinking else None
        if last is None or last.get("signature") or last.get("type") != block.get("type") or block.get("data"):
            self._thinking.append({name: value for name, value in block.items() if value is not None})
            return
        before, text = last.get("thinking") or "", block.get("thinking")
        if isinstance(before, str) and isinstance(text, str):
            last["thinking"] = before + text
        if signature := block.get("signature"):
            last["signature"] = signature

    def _add_call(self, piece: Mapping[str, Any]) -> None:
        function = piece.get("function") or {}
        if not isinstance(function, Mapping):
            self._calls.append(dict(piece))
            return
        given_id, name = _text_or_none(piece.get("id")), _text_or_none(function.get("name"))
        call = self._open_call(piece.get("index"), given_id, name)
        call["id"] = call["id"] or given_id or ""
        call["function"]["name"] = call["function"]["name"] or name or ""
        arguments = function.get("arguments")
        call["function"]["arguments"] += arguments if isinstance(arguments, str) else _whole_arguments(arguments)
        for holder in (piece, function):
            if isinstance(holder.get("provider_specific_fields"), Mapping) and holder["provider_specific_fields"]:
                call["provider_specific_fields"] = holder["provider_specific_fields"]
        if piece.get("extra_content"):
            call["extra_content"] = piece["extra_content"]

    def _open_call(self, index: Any, call_id: str | None, name: str | None) -> dict[str, Any]:
        """The call a piece belongs to; some servers give every call the index 0, so a new id starts a new call."""
        call: dict[str, Any]
        for call in reversed([each for each in self._calls if isinstance(each.get("function"), dict)]):
            same_place = index is None or call.get("index") == index
            if (
                same_place
                and (not call_id or call["id"] in ("", call_id))
                and not (name and not call_id and index is None)
            ):
                return call
        call = {"index": index, "id": "", "type": "function", "function": {"name": "", "arguments": ""}}
        self._calls.append(call)
        return call

    def _cut(self, what: str) -> MalformedResponseError:
        message = f"The stream of {self.model!r} {what}."
        return MalformedResponseError(message, provider=self.provider, model=self.model, usage=read_usage(self._usage))


def _without_position(call: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in call.items() if name != "index"}


def text_of(parts: Iterable[Any]) -> list[str]:
    """The text in a content that is a list of parts."""
    texts = [part.get("text") for part in parts if isinstance(part, Mapping) and part.get("type") in ("text", None)]
    return [text for text in texts if isinstance(text, str)]


def _listed(value: Any) -> list[Mapping[str, Any]]:
    return [each for each in value if isinstance(each, Mapping)] if isinstance(value, list) else []


def _text_or_none(value: Any) -> str | None:
    return None if value is None else str(value)


def _whole_arguments(value: Any) -> str:
    """Arguments that came as an object rather than as a piece of text."""
    return "" if value is None else as_json(value)

"""Put a streamed answer together: text, tool calls, reasoning and usage, from chunks in OpenAI's format."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from attrs import Factory, define

from tool_sandbox.errors import MalformedResponseError
from tool_sandbox.llm.redaction import redact_text


@define
class StreamAssembler:
    """Collects the chunks of one answer.

    Args:
        model: The model asked, for messages.
        provider: Its provider, for messages.
    """

    model: str
    provider: str | None = None
    finish_reason: str | None = None
    _answering_model: str | None = None
    _text: list[str] = Factory(list)
    _reasoning: list[str] = Factory(list)
    _thinking: list[dict[str, Any]] = Factory(list)
    _fields: dict[str, Any] = Factory(dict)
    _calls: list[dict[str, Any]] = Factory(list)
    _usage: Mapping[str, Any] | None = None

    def add(self, chunk: Mapping[str, Any]) -> None:
        """Take one chunk in."""
        if chunk.get("error"):
            what = f"reported an error in mid-stream: {redact_text(str(chunk['error']))}"
            raise self._cut(what)
        self._answering_model = chunk.get("model") or self._answering_model
        if isinstance(chunk.get("usage"), Mapping):
            self._usage = chunk["usage"]
        for choice in chunk.get("choices") or ():
            if choice.get("index") in (None, 0):
                self._add_delta(choice.get("delta") or {})
                self.finish_reason = choice.get("finish_reason") or self.finish_reason

    def completion(self) -> dict[str, Any]:
        """The whole answer, as if it had not been streamed.

        Raises:
            MalformedResponseError: The stream ended before the provider said that the answer was finished.
        """
        if self.finish_reason is None:
            what = "stopped before the answer was finished"
            raise self._cut(what)
        message: dict[str, Any] = {"role": "assistant", "content": "".join(self._text) or None}
        if self._calls:
            message["tool_calls"] = [_without_position(call) for call in self._calls]
        if self._reasoning:
            message["reasoning_content"] = "".join(self._reasoning)
        if self._thinking:
            message["thinking_blocks"] = self._thinking
        if self._fields:
            message["provider_specific_fields"] = self._fields
        return {
            "model": self._answering_model,
            "choices": [{"index": 0, "message": message, "finish_reason": self.finish_reason}],
            "usage": self._usage,
        }

    def _add_delta(self, delta: Mapping[str, Any]) -> None:
        if isinstance(delta.get("content"), str):
            self._text.append(delta["content"])
        if reasoning := delta.get("reasoning_content") or delta.get("reasoning"):
            self._reasoning.append(str(reasoning))
        for block in delta.get("thinking_blocks") or ():
            self._add_thinking(block)
        for name, value in (delta.get("provider_specific_fields") or {}).items():
            if value is not None and name != "thinking_blocks":
                self._fields[name] = value
        for call in delta.get("tool_calls") or ():
            self._add_call(call)

    def _add_thinking(self, block: Mapping[str, Any]) -> None:
        """Merge pieces of one block; its signature comes with the last piece and closes it."""
        last = self._thinking[-1] if self._thinking else None
        if last is None or last.get("signature") or last.get("type") != block.get("type") or block.get("data"):
            self._thinking.append({name: value for name, value in block.items() if value is not None})
            return
        if text := block.get("thinking"):
            last["thinking"] = (last.get("thinking") or "") + text
        if signature := block.get("signature"):
            last["signature"] = signature

    def _add_call(self, piece: Mapping[str, Any]) -> None:
        function = piece.get("function") or {}
        call = self._open_call(piece.get("index"), piece.get("id"), function.get("name"))
        call["id"] = call["id"] or piece.get("id") or ""
        call["function"]["name"] = call["function"]["name"] or function.get("name") or ""
        call["function"]["arguments"] += function.get("arguments") or ""
        if fields := piece.get("provider_specific_fields") or function.get("provider_specific_fields"):
            call["provider_specific_fields"] = fields

    def _open_call(self, index: int | None, call_id: str | None, name: str | None) -> dict[str, Any]:
        """The call a piece belongs to; some servers give every call the index 0, so a new id starts a new call."""
        call: dict[str, Any]
        for call in reversed(self._calls):
            same_place = index is None or call["index"] == index
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
        return MalformedResponseError(f"The stream of {self.model!r} {what}.", provider=self.provider, model=self.model)


def _without_position(call: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in call.items() if name != "index"}

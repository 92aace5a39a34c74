"""What a server sent, kept beside what LiteLLM makes of it: LiteLLM loses, or fails over, what it does not expect."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Mapping
from typing import Any

from attrs import define

from tool_sandbox.llm.transports.completions.answer_body import json_object, read_body
from tool_sandbox.llm.transports.completions.finish_reasons import MALFORMED_CALL, native_reason
from tool_sandbox.llm.transports.errors.reported import reported_error

_FOR_SDKS = frozenset({"extra_body", "extra_headers", "extra_query", "timeout"})
_BODY_STARTS = ("<", "{", "data:", "event:")


@define
class RawAnswer:
    """Listens to one call.

    LiteLLM tells the function given as ``logger_fn`` what it sends, and what it received before it reads it. Of a
    stream it tells nothing, so the stream itself is listened to.
    """

    body: str | None = None
    """The body as far as LiteLLM told."""
    whole: Mapping[str, Any] | None = None
    """A completion that came in place of the stream that was asked for."""
    error: Any = None
    """An error that a chunk of the stream reported."""
    reason: Any = None
    """The finish reason in the provider's own words."""
    _sent: Any = None

    @property
    def sent(self) -> Mapping[str, Any] | None:
        """The body of the request, without what LiteLLM tells an SDK beside it; to be read when it is sent.

        LiteLLM tells of a body before the last is added to it.
        """
        read = json_object(self._sent) if isinstance(self._sent, str) else None
        told = read.value if read else self._sent
        if not isinstance(told, Mapping):
            return None
        body = {name: value for name, value in told.items() if name not in _FOR_SDKS}
        return {**body, **(told.get("extra_body") or {})}

    def hear(self, details: Mapping[str, Any]) -> None:
        """What LiteLLM tells its ``logger_fn``."""
        told = details.get("original_response")
        if self.body is None and isinstance(told, str) and told.lstrip().startswith(_BODY_STARTS):
            self.body = None if told.startswith("<litellm.") else told
        self._sent = self._sent or (details.get("additional_args") or {}).get("complete_input_dict")

    def completion(self, *, provider: str | None, model: str) -> Mapping[str, Any] | None:
        """The completion that LiteLLM could not read; ``None`` when there is nothing more to see than it saw.

        Raises:
            MalformedResponseError: The body is neither JSON nor a stream of events.
        """
        if self.whole is not None or self.error is not None:
            return self.amended({"choices": [{"message": {}}]})
        if self.body is None:
            return None
        body = json_object(self.body)
        if body is None:
            return read_body(self.body, provider=provider, model=model)
        if isinstance(body.value.get("choices"), list):
            choices: Mapping[str, Any] = body.value
            return choices
        # Another format, with a call in it that no JSON reader takes: too deep, or a number of thousands of digits.
        return absurd_call(body.value.get("usage")) if body.absurd else None

    def amended_whole(self, completion: Mapping[str, Any]) -> Mapping[str, Any]:
        """A completion that LiteLLM read, with the reason that it may have replaced by one that it knows."""
        body = None if self.body is None else json_object(self.body)
        choices = completion.get("choices")
        if body is None or not isinstance(choices, list) or not choices:
            return completion
        if body.absurd:  # newer Pythons, and so LiteLLM, read what is nested thousands of levels deep
            return self.completion(provider=None, model="") or completion
        self.reason = native_reason(body.value)
        if self.reason is None and body.value.get("choices"):  # LiteLLM makes a good end of none at all
            return {**completion, "choices": [{**choices[0], "finish_reason": None}]}
        return self.amended(completion)

    def listen(self, stream: Any) -> None:
        """Hear the chunks of one of LiteLLM's streams before it does; some of those are ordinary iterators within."""
        inner: Any = getattr(stream, "completion_stream", None)
        if not self._listen_to_parser(inner):
            is_async = hasattr(inner, "__aiter__")
            stream.completion_stream = (
                _AsyncTap(inner, aiter(inner), self) if is_async else _Tap(inner, iter(inner), self)
            )

    def _listen_to_parser(self, inner: Any) -> bool:
        """Hear the chunks as the server sent them, where LiteLLM has a parser for them; whether nothing more is to do.

        The parser loses finish reasons that LiteLLM does not know, so that listening behind it is too late.
        """
        parser = getattr(inner, "chunk_parser", None)
        if not callable(parser):
            return inner is None

        def parsed(chunk: Any, *rest: Any, **more: Any) -> Any:
            self.note(chunk)
            return parser(chunk, *rest, **more)

        inner.chunk_parser = parsed
        return True

    def note(self, chunk: Any) -> None:
        """Take in one chunk: as the server sent it, or as the SDK's type for it."""
        data = chunk if isinstance(chunk, Mapping) else _dumped(chunk)
        self.reason = native_reason(data) or self.reason
        choices = data.get("choices")
        first = choices[0] if isinstance(choices, list) and choices else None
        if not isinstance(first, Mapping):
            self.error = self.error or data.get("error")
            return
        if isinstance(first.get("message"), Mapping) and "delta" not in first:
            self.whole = data
        reported = reported_error(data)
        self.error = self.error or (None if reported is None else reported.as_object())

    def amended(self, completion: Mapping[str, Any]) -> Mapping[str, Any]:
        """A streamed completion with what was heard beside it."""
        if self.whole is not None:
            return self.whole
        first, *others = completion["choices"]
        amended = {**completion, "choices": [{**first, "native_finish_reason": self.reason}, *others]}
        return amended if self.error is None else {**amended, "error": self.error}


def absurd_call(usage: Any = None) -> Mapping[str, Any]:
    """What stands for an answer with a call in it that no JSON reader takes."""
    return {"choices": [{"message": {}, "finish_reason": MALFORMED_CALL}], "usage": usage}


def _dumped(chunk: Any) -> Mapping[str, Any]:
    dump = getattr(chunk, "model_dump", None)
    data = dump(warnings=False) if callable(dump) else None
    return data if isinstance(data, Mapping) else {}


class _Heard:
    """A stream whose chunks a listener is told of; all else about it stays as it was."""

    def __init__(self, inner: Any, chunks: Any, listener: RawAnswer) -> None:
        self._inner, self._chunks, self._listener = inner, chunks, listener

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)

    def _told(self, chunk: Any) -> Any:
        self._listener.note(chunk)
        return chunk


class _Tap(_Heard):
    def __iter__(self) -> Iterator[Any]:
        return self

    def __next__(self) -> Any:
        return self._told(next(self._chunks))


class _AsyncTap(_Heard):
    def __aiter__(self) -> AsyncIterator[Any]:
        return self

    async def __anext__(self) -> Any:
        return self._told(await anext(self._chunks))
